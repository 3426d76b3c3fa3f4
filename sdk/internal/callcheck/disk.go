package callcheck

import (
	"math"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A disk is the identity of one that is only taken whole (semantics 2.4), as far as it tells disks of one agent apart.
type disk struct {
	kind         mesos.Resource_DiskInfo_Source_Type
	root, id     string
	provider     string
	thousandths  int64
	reservedFor  string
	reservations int
}

// diskOf returns the disk that r is, if it is a whole one that has a root or an id. Without those, two of one agent look alike.
func diskOf(r *mesos.Resource) (disk, bool) {
	s := r.Disk.GetSource()
	if s == nil || r.Disk.Persistence != nil || r.Scalar == nil {
		return disk{}, false
	}
	d := disk{kind: s.Type, root: s.Mount.GetRoot(), id: s.GetID(), provider: r.ProviderID.GetValue(),
		thousandths: int64(math.Round(r.Scalar.Value * 1000)), reservedFor: roleOf(r), reservations: len(r.Reservations)}
	switch s.Type {
	case mesos.Resource_DiskInfo_Source_MOUNT, mesos.Resource_DiskInfo_Source_BLOCK:
		return d, d.root != "" || d.id != ""
	case mesos.Resource_DiskInfo_Source_RAW:
		return d, d.id != ""
	}
	return disk{}, false
}

// disks is what a RESERVE, a task with its executor or a task group has named so far.
type disks map[disk]struct{}

// add refuses a disk that was named before. A master's check of containment counts such a disk once, and what is made of it, or
// taken, twice (semantics 2.4).
func (s *disks) add(rs []mesos.Resource, field string) *Error {
	for i := range rs {
		d, ok := diskOf(&rs[i])
		if !ok {
			continue
		}
		if _, twice := (*s)[d]; twice {
			return refuse(DuplicateDisk, "disk.source", "the %v disk %s%s is only taken whole, and is named twice; name it once", d.kind, d.root, d.id).at(field, i)
		}
		if *s == nil {
			*s = disks{}
		}
		(*s)[d] = struct{}{}
	}
	return nil
}
