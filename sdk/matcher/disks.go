package matcher

import (
	"cmp"
	"slices"

	"github.com/stateful-mesos/moor/sdk/resource"
)

// maxSearch bounds the search for disks, in volumes tried on a disk. It is only reached by needs with many
// volumes that barely fit; then what doesn't fit at once counts as not fitting.
const maxSearch = 4096

// A bin is a disk on which a volume can be made: what is reserved of it as the need's, what is free of it, or
// both, if they become one piece by reserving the free part.
type bin struct {
	order     int
	own, free *entry // one may be nil
	whole     bool
}

func (b *bin) disk() *entry {
	if b.own != nil {
		return b.own
	}
	return b.free
}

func (b *bin) ownLeft() int64 {
	if b.own == nil {
		return 0
	}
	return b.own.left
}

func (b *bin) capacity() int64 {
	if b.free == nil {
		return b.ownLeft()
	}
	return sum(b.ownLeft(), b.free.left)
}

// createMissing finds disk for the volumes that weren't found.
func (d *draft) createMissing() error {
	todo := d.todo()
	if len(todo) == 0 {
		return nil
	}
	for _, i := range todo {
		if taken := d.p.volumes[d.k.volumeKey(i)]; taken != nil {
			return &ForeignError{Volume: d.k.volumes[i].ID, Want: d.k.reservation, Have: *lastOf(taken)}
		}
	}
	s := search{draft: d, todo: todo, bins: d.bins(), steps: maxSearch}
	if s.from(0) {
		return nil
	}
	return d.short(s.shortage)
}

// todo lists the volumes to be made, hardest to please first: those that name their disk, then the largest.
func (d *draft) todo() []int {
	var todo []int
	for i := range d.k.volumes {
		if !slices.ContainsFunc(d.found, func(f found) bool { return f.volume == i }) {
			todo = append(todo, i)
		}
	}
	slices.SortStableFunc(todo, func(a, b int) int {
		x, y := &d.k.volumes[a], &d.k.volumes[b]
		return cmp.Or(cmp.Compare(named(y.Disk), named(x.Disk)), cmp.Compare(y.amount, x.amount), cmp.Compare(x.ID, y.ID))
	})
	return todo
}

// named counts what a disk must be besides its type.
func named(disk resource.Disk) int {
	n := 0
	for _, s := range []string{disk.Root, disk.ID, disk.Profile, disk.Vendor} {
		if s != "" {
			n++
		}
	}
	return n
}

// bins lists the disks of the pool that the need may make volumes on.
func (d *draft) bins() []*bin {
	var bins []*bin
	var rest []*entry
	for _, e := range d.usable {
		if e.res.Name != "disk" || e.res.Scalar == nil {
			continue
		}
		switch c := d.k.classOf(e); {
		case c == own:
			bins = append(bins, &bin{own: e, whole: e.whole})
		case (c == free || c == parental) && d.mayReserve():
			rest = append(rest, e)
		}
	}
	reserved := len(bins)
	for _, e := range rest {
		if b := partner(bins[:reserved], e); b != nil {
			b.free = e
			continue
		}
		bins = append(bins, &bin{free: e, whole: e.whole})
	}
	for i, b := range bins {
		b.order = i
	}
	return bins
}

// partner is the bin whose own part e would merge with, once reserved.
func partner(bins []*bin, e *entry) *bin {
	for _, b := range bins {
		if b.whole || len(b.own.res.Reservations) != len(e.res.Reservations)+1 {
			continue
		}
		if popped := resource.Pop(b.own.res); resource.SameMetadata(&popped, &e.res) {
			return b
		}
	}
	return nil
}

// search puts volumes on disks, trying others where one choice leaves no room for the next volume.
type search struct {
	*draft
	todo     []int
	bins     []*bin
	steps    int
	deepest  int
	shortage *ShortError
}

func (s *search) from(at int) bool {
	if at == len(s.todo) {
		return true
	}
	i := s.todo[at]
	v := &s.k.volumes[i]
	for _, b := range s.candidates(v) {
		if s.steps--; s.steps < 0 {
			break
		}
		mark, n := len(s.saved), len(s.made)
		s.use(i, v, b)
		if s.from(at + 1) {
			return true
		}
		s.undo(mark)
		s.made = s.made[:n]
	}
	if s.shortage == nil || at > s.deepest {
		s.deepest, s.shortage = at, s.shortOf(v)
	}
	return false
}

// candidates are the disks that v fits on, best first: what is reserved for the need already, then what is the
// smallest that suffices, so that the large ones are left for large volumes.
func (s *search) candidates(v *wanted) []*bin {
	fits := slices.DeleteFunc(slices.Clone(s.bins), func(b *bin) bool {
		return b.capacity() < v.amount || !v.Disk.Matches(&b.disk().res)
	})
	slices.SortStableFunc(fits, func(a, b *bin) int {
		return cmp.Or(cmp.Compare(preference(a, v), preference(b, v)), cmp.Compare(a.capacity(), b.capacity()), cmp.Compare(a.order, b.order))
	})
	return fits
}

func preference(b *bin, v *wanted) int {
	switch own := b.ownLeft(); {
	case own >= v.amount:
		return 0
	case own > 0:
		return 1
	}
	return 2
}

func (s *search) use(i int, v *wanted, b *bin) {
	m := made{volume: i, own: b.own, free: b.free}
	if b.whole {
		m.ownPart = b.ownLeft()
		m.freePart = b.capacity() - m.ownPart
	} else {
		m.ownPart = min(v.amount, b.ownLeft())
		m.freePart = v.amount - m.ownPart
	}
	if m.ownPart > 0 {
		s.take(b.own, m.ownPart)
	}
	if m.freePart > 0 {
		s.take(b.free, m.freePart)
	}
	s.made = append(s.made, m)
}

// shortOf says how large the largest disk is that v could have had, and whether static disk would do.
func (s *search) shortOf(v *wanted) *ShortError {
	err := &ShortError{Name: "disk", Volume: v.ID, Disk: &v.Disk, Want: v.MiB}
	for _, b := range s.bins {
		if v.Disk.Matches(&b.disk().res) {
			err.Have = max(err.Have, resource.Float(b.capacity()))
		}
	}
	for _, e := range s.p.static {
		if s.k.classOf(e) == static && v.Disk.Matches(&e.res) {
			err.Static = max(err.Static, resource.Float(e.left))
		}
	}
	return err
}
