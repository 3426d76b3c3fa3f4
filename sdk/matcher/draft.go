package matcher

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A draft is the attempt to serve one need from one pool. It takes from the pool's entries as it goes, and
// gives all back if the attempt fails.
type draft struct {
	k      *known
	p      *pool
	usable []*entry // what may be taken of
	saved  []saved  // what the entries were before, oldest first

	found []found     // volumes that are there
	made  []made      // volumes to be created
	taken []piece     // cpus, mem, ports and the like
	ports []namedPort // in the need's order
}

type saved struct {
	entry  *entry
	left   int64
	ranges []mesos.Value_Range
	items  []string
}

// found is a volume of the need as offered.
type found struct {
	volume int
	entry  *entry
}

// made is a volume to be created: the disk it is made on, of which so much is the need's already and so much
// has to be reserved.
type made struct {
	volume   int
	own      *entry
	ownPart  int64
	free     *entry
	freePart int64
}

// piece is a part of an entry that the task gets.
type piece struct {
	entry   *entry
	amount  int64
	ranges  []mesos.Value_Range
	items   []string
	reserve bool // has to be reserved first
}

type namedPort struct {
	name   string
	number uint64
}

// plan serves the need, or says why not; on an error the caller gives back what was taken.
func (d *draft) plan(sights []sight) error {
	if err := d.useFound(sights); err != nil {
		return err
	}
	if err := d.createMissing(); err != nil {
		return err
	}
	// All shortages are told at once: an author wants to know what an agent would have to have.
	var shortages []error
	for _, step := range []func() []error{d.takeScalars, d.takeOthers, d.takePorts} {
		shortages = append(shortages, step()...)
	}
	return joined(shortages)
}

func (d *draft) save(e *entry) {
	d.saved = append(d.saved, saved{e, e.left, e.ranges, e.items})
}

// undo gives back what was taken since mark.
func (d *draft) undo(mark int) {
	for i := len(d.saved) - 1; i >= mark; i-- {
		s := d.saved[i]
		s.entry.left, s.entry.ranges, s.entry.items = s.left, s.ranges, s.items
	}
	d.saved = d.saved[:mark]
}

// take takes a part of a scalar.
func (d *draft) take(e *entry, amount int64) {
	d.save(e)
	e.left -= amount
}

// useFound takes the volumes that are there, if they are as wanted.
func (d *draft) useFound(sights []sight) error {
	var wrong []error
	for _, s := range sights {
		if err := d.k.accepts(s.volume, s.entry); err != nil {
			wrong = append(wrong, err)
			continue
		}
		d.take(s.entry, s.entry.left)
		d.found = append(d.found, found{s.volume, s.entry})
	}
	return joined(wrong)
}

// accepts compares a volume found under the need's reservation with what is wanted.
func (k *known) accepts(i int, e *entry) error {
	v := &k.volumes[i]
	if !v.Disk.Matches(&e.res) {
		return &DiskError{Volume: v.ID, Want: v.Disk, Have: resource.DiskOf(&e.res)}
	}
	if shared := resource.IsShared(&e.res); shared != v.Shared {
		return &SharedError{Volume: v.ID, Want: v.Shared, Have: shared}
	}
	whole := resource.IsMountDisk(&e.res)
	if have := resource.Fixed(e.res.Scalar.Value); have != v.amount && !(whole && have > v.amount) {
		return &SizeError{Volume: v.ID, Want: resource.Float(v.amount), Have: resource.Float(have), Resource: resource.Set{e.res}.Clone()[0]}
	}
	return nil
}

// lastOf is the reservation that counts of a reserved entry.
func lastOf(e *entry) *mesos.Resource_ReservationInfo {
	return &e.res.Reservations[len(e.res.Reservations)-1]
}

// class is what a need may do with an entry; the lower, the sooner it is used.
type class int

const (
	own      class = iota // reserved as the need's
	static                // statically reserved for the role: used as it is
	parental              // reserved for a role above: may be refined
	free                  // not reserved
	foreign               // somebody else's
)

func (k *known) classOf(e *entry) class {
	role := k.need.Reservation.Role
	switch {
	case e.key == "":
		return free
	case e.key == k.key:
		return own
	case e.static && (role == "" || e.role == role):
		return static
	case e.static && mesos.IsSubrole(role, e.role), !e.static && slices.Contains(k.refine, e.key):
		return parental
	}
	return foreign
}

// use says whether an entry of the class may be used, and whether it has to be reserved first.
//
// Reserving takes an offer for the need's own role (semantics 3.4). In one for a role below it, whose framework gets the
// need's volumes offered as well, a need can be relaunched on what it has, but not get more.
func (d *draft) use(c class) (usable, reserve bool) {
	switch c {
	case own, static:
		return true, false
	case parental, free:
		if d.k.adds() {
			return d.mayReserve(), true
		}
		return true, false
	}
	return false, false
}

func (d *draft) mayReserve() bool {
	return d.k.adds() && (d.p.role == "" || d.p.role == d.k.need.Reservation.Role)
}

// short turns a shortage into one of the role, where it is the offer's role that forbids to reserve more.
func (d *draft) short(err *ShortError) error {
	if d.k.adds() && !d.mayReserve() {
		return &RoleError{Want: d.k.need.Reservation.Role, Have: d.p.role}
	}
	return err
}
