package resource

import (
	"slices"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Clone returns a copy of s in the newer wire format. Everything in it may be changed without an effect on s, by setting
// fields; the strings that optional fields point to are shared, so set the pointer instead of writing through it.
func (s Set) Clone() Set {
	if s == nil {
		return nil
	}
	c := make(Set, len(s))
	a := arena{entries: len(s)}
	for i := range s {
		a.copy(&c[i], &s[i])
	}
	return c
}

// clone returns a copy of r in the newer wire format.
func clone(r *mesos.Resource) mesos.Resource {
	var c mesos.Resource
	a := arena{entries: 1}
	a.copy(&c, r)
	return c
}

// An arena hands out the messages inside of copies. It allocates each sort for several entries at once, since a copy of
// an offer would else be a hundred small allocations.
type arena struct {
	entries int // still to be copied
	bodies  []body
	stacks  []stack
	labels  []mesos.Label
	disks   []diskBody
}

// What most entries have, what reserved ones have, what disks have.
type (
	body struct {
		scalar     mesos.Value_Scalar
		allocation mesos.Resource_AllocationInfo
	}
	stack struct {
		info   [1]mesos.Resource_ReservationInfo
		labels mesos.Labels
	}
	diskBody struct {
		disk        mesos.Resource_DiskInfo
		persistence mesos.Resource_DiskInfo_Persistence
		volume      mesos.Volume
		source      mesos.Resource_DiskInfo_Source
		path        mesos.Resource_DiskInfo_Source_Path
	}
)

// maxSlab bounds what one allocation holds, so that one entry that is kept doesn't keep much else.
const maxSlab = 32

// take returns the next element of slab, which it fills up for entries more.
func take[T any](slab *[]T, entries int) *T {
	if len(*slab) == 0 {
		*slab = make([]T, max(1, min(entries, maxSlab)))
	}
	t := &(*slab)[0]
	*slab = (*slab)[1:]
	return t
}

// append appends a copy of r to s.
func (a *arena) append(s Set, r *mesos.Resource) Set {
	s = append(s, mesos.Resource{})
	a.copy(&s[len(s)-1], r)
	return s
}

func (a *arena) copy(to, from *mesos.Resource) {
	*to = *from
	if from.Scalar != nil || from.AllocationInfo != nil {
		b := take(&a.bodies, a.entries)
		if from.Scalar != nil {
			b.scalar = *from.Scalar
			to.Scalar = &b.scalar
		}
		if from.AllocationInfo != nil {
			b.allocation = *from.AllocationInfo
			to.AllocationInfo = &b.allocation
		}
	}
	if len(from.Reservations) > 0 {
		to.Reservations = a.copyStack(from.Reservations)
	}
	if from.Disk != nil {
		to.Disk = a.copyDisk(from.Disk)
	}
	if from.Ranges != nil {
		to.Ranges = &mesos.Value_Ranges{Range: slices.Clone(from.Ranges.Range), XXX_unrecognized: from.Ranges.XXX_unrecognized}
	}
	if from.Set != nil {
		to.Set = &mesos.Value_Set{Item: slices.Clone(from.Set.Item), XXX_unrecognized: from.Set.XXX_unrecognized}
	}
	to.ProviderID = copied(from.ProviderID)
	to.Revocable = copied(from.Revocable)
	to.Shared = copied(from.Shared)
	if from.Reservation != nil {
		to.Reservation = new(cloneReservation(from.Reservation))
	}
	if from.Role != nil || from.Reservation != nil {
		Upgrade(to)
	}
	a.entries--
}

// copied copies a message without messages in it.
func copied[T any](m *T) *T {
	if m == nil {
		return nil
	}
	return new(*m)
}

func (a *arena) copyStack(from []mesos.Resource_ReservationInfo) []mesos.Resource_ReservationInfo {
	if len(from) > 1 {
		return cloneReservations(from)
	}
	s := take(&a.stacks, a.entries)
	s.info[0] = from[0]
	if from[0].Labels != nil {
		s.labels = *from[0].Labels
		s.labels.Labels = a.copyLabels(s.labels.Labels)
		s.info[0].Labels = &s.labels
	}
	return s.info[:]
}

func (a *arena) copyLabels(from []mesos.Label) []mesos.Label {
	n := len(from)
	if n == 0 || n > maxSlab {
		return slices.Clone(from)
	}
	if len(a.labels) < n {
		a.labels = make([]mesos.Label, n*max(1, min(a.entries, maxSlab/n)))
	}
	to := a.labels[:n:n]
	a.labels = a.labels[n:]
	copy(to, from)
	return to
}

func (a *arena) copyDisk(from *mesos.Resource_DiskInfo) *mesos.Resource_DiskInfo {
	d := take(&a.disks, a.entries)
	d.disk = *from
	if from.Persistence != nil {
		d.persistence = *from.Persistence
		d.disk.Persistence = &d.persistence
	}
	if from.Volume != nil {
		d.volume = *from.Volume
		d.disk.Volume = &d.volume
		d.volume.Mode = copied(from.Volume.Mode)
		if from.Volume.Image != nil {
			d.volume.Image = proto.Clone(from.Volume.Image).(*mesos.Image)
		}
		if from.Volume.Source != nil {
			d.volume.Source = proto.Clone(from.Volume.Source).(*mesos.Volume_Source)
		}
	}
	if from.Source != nil {
		d.source = *from.Source
		d.disk.Source = &d.source
		d.source.Mount = copied(from.Source.Mount)
		if from.Source.Path != nil {
			d.path = *from.Source.Path
			d.source.Path = &d.path
		}
		if from.Source.Metadata != nil {
			d.source.Metadata = cloneLabels(from.Source.Metadata)
		}
	}
	return &d.disk
}

func cloneReservation(i *mesos.Resource_ReservationInfo) mesos.Resource_ReservationInfo {
	c := *i
	if i.Labels != nil {
		c.Labels = cloneLabels(i.Labels)
	}
	return c
}

func cloneReservations(stack []mesos.Resource_ReservationInfo) []mesos.Resource_ReservationInfo {
	c := slices.Clone(stack)
	for i := range c {
		c[i] = cloneReservation(&stack[i])
	}
	return c
}

func cloneLabels(l *mesos.Labels) *mesos.Labels {
	return &mesos.Labels{Labels: slices.Clone(l.Labels), XXX_unrecognized: l.XXX_unrecognized}
}
