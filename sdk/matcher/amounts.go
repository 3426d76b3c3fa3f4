package matcher

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// asItIs lists what the need may take of a name without reserving it.
func (d *draft) asItIs(name string) []piece {
	var pieces []piece
	for _, c := range []class{own, static, free} {
		for _, e := range d.usable {
			if e.res.Name == name && e.res.Disk == nil && d.k.classOf(e) == c {
				pieces = append(pieces, piece{entry: e})
			}
		}
	}
	return pieces
}

// inOrder lists what the need may take of a name, in the order in which it is taken: what is reserved as its own,
// what is static, what it may refine, what is free.
func (d *draft) inOrder(name string) []piece {
	type ranked struct {
		class class
		piece piece
	}
	var list []ranked
	for _, e := range d.usable {
		if e.res.Name != name || e.res.Disk != nil {
			continue
		}
		c := d.k.classOf(e)
		if ok, reserve := d.use(c); ok {
			list = append(list, ranked{c, piece{entry: e, reserve: reserve}})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return int(a.class) - int(b.class) })
	pieces := make([]piece, len(list))
	for i := range list {
		pieces[i] = list[i].piece
	}
	return pieces
}

// takeScalars takes cpus, mem and the like.
func (d *draft) takeScalars() []error {
	var shortages []error
	for _, s := range d.k.scalars {
		rest := s.amount
		for _, piece := range d.inOrder(s.name) {
			part := min(rest, piece.entry.left)
			if part <= 0 {
				continue
			}
			d.take(piece.entry, part)
			piece.amount = part
			d.taken = append(d.taken, piece)
			rest -= part
		}
		if rest > 0 {
			shortages = append(shortages, d.short(&ShortError{
				Name: s.name, Want: resource.Float(s.amount), Have: resource.Float(s.amount - rest),
			}))
		}
	}
	return shortages
}

// takeOthers takes ranges and sets that the need names. They are not reserved: nobody's data depends on them.
func (d *draft) takeOthers() []error {
	var shortages []error
	for i := range d.k.others {
		wanted := &d.k.others[i]
		_, ranges, items := quantity(wanted)
		want := count(ranges) + float64(len(items))
		for _, piece := range d.asItIs(wanted.Name) {
			piece.ranges = common(piece.entry.ranges, ranges)
			piece.items = slices.DeleteFunc(slices.Clone(items), func(s string) bool { return !slices.Contains(piece.entry.items, s) })
			d.takeParts(piece)
			ranges = without(ranges, piece.ranges)
			items = slices.DeleteFunc(items, func(s string) bool { return slices.Contains(piece.items, s) })
		}
		if rest := count(ranges) + float64(len(items)); rest > 0 {
			shortages = append(shortages, &ShortError{Name: resource.String(wanted), Want: want, Have: want - rest})
		}
	}
	return shortages
}

func (d *draft) takeParts(p piece) {
	if len(p.ranges) == 0 && len(p.items) == 0 {
		return
	}
	d.save(p.entry)
	p.entry.ranges = without(p.entry.ranges, p.ranges)
	p.entry.items = slices.DeleteFunc(slices.Clone(p.entry.items), func(s string) bool { return slices.Contains(p.items, s) })
	d.taken = append(d.taken, p)
}

// takePorts gives each port name the lowest number that is left. 0 is no port, and none is above 65535.
func (d *draft) takePorts() []error {
	if len(d.k.need.Ports) == 0 {
		return nil
	}
	numbers := []mesos.Value_Range{{Begin: 1, End: maxPorts}}
	names := d.k.need.Ports
	for _, piece := range d.asItIs("ports") {
		for _, r := range common(piece.entry.ranges, numbers) {
			n := min(uint64(len(names)), r.End-r.Begin+1)
			for i := range n {
				d.ports = append(d.ports, namedPort{names[i], r.Begin + i})
			}
			if n > 0 {
				piece.ranges = append(piece.ranges, mesos.Value_Range{Begin: r.Begin, End: r.Begin + n - 1})
			}
			names = names[n:]
		}
		d.takeParts(piece)
	}
	if len(names) > 0 {
		want := float64(len(d.k.need.Ports))
		return []error{&ShortError{Name: "ports", Want: want, Have: want - float64(len(names))}}
	}
	return nil
}
