package ops

import (
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A volume is what a persistence id is unique for on an agent: the id under the role of the last reservation
// (semantics 3.6).
type volume struct{ role, id string }

func volumeOf(r *mesos.Resource) (volume, bool) {
	if !resource.IsVolume(r) {
		return volume{}, false
	}
	return volume{role: resource.ReservationRole(r), id: r.Disk.Persistence.ID}, true
}

func (v volume) String() string { return fmt.Sprintf("volume %q of role %q", v.id, v.role) }

// A fate is what has become of a volume on the offers' agent.
type fate int

const (
	absent  fate = iota // not there, as far as the offers show
	idle                // offered, or created by a step
	used                // by a task of an earlier step
	resized             // by an earlier step
)

// Create makes volumes on disk that is reserved as r, statically or by this chain or earlier (semantics 3.6). For each one the smallest
// disk that will do is taken: of the volume's disk type, root, profile and so on, and at least of its size. Disk that is only taken
// whole becomes a volume of its whole size.
func (c *Chain) Create(r resource.Reservation, v ...resource.Volume) *Chain {
	if c.err != nil {
		return c
	}
	left := c.left
	made := make([]mesos.Resource, 0, len(v))
	for i := range v {
		disk, e := choose(left, r, &v[i])
		if e != nil {
			return c.fail("CREATE", e.at("create.volumes", i))
		}
		principal := c.principal
		if principal == "" {
			principal = disk.Reservations[len(disk.Reservations)-1].GetPrincipal()
		}
		made = append(made, v[i].On(*disk, principal))
		left, _ = left.Minus(resource.Set{resource.Unvolume(made[i])})
	}
	return c.Do(mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: made}})
}

// choose returns the smallest disk for v in left.
func choose(left resource.Set, r resource.Reservation, v *resource.Volume) (*mesos.Resource, *Error) {
	switch {
	case v.Disk.Type == resource.BlockDisk || v.Disk.Type == resource.RawDisk:
		return nil, refuse(ErrDisk, "disk.source.type", "volumes can't be made on a %v disk; turn it into a MOUNT disk first", v.Disk.Type)
	case resource.Fixed(v.MiB) < 1:
		return nil, refuse(ErrZero, "scalar.value", "volume %q has no size: %v MiB; give it one", v.ID, v.MiB)
	}
	var best, largest *mesos.Resource
	for i := range left {
		disk := &left[i]
		if resource.IsVolume(disk) || !v.Disk.Matches(disk) || !r.Matches(disk) {
			continue
		}
		if largest == nil || size(disk) > size(largest) {
			largest = disk
		}
		if size(disk) >= resource.Fixed(v.MiB) && (best == nil || size(disk) < size(best)) {
			best = disk
		}
	}
	switch {
	case best != nil:
		return best, nil
	case largest == nil:
		return nil, refuse(ErrNotContained, "", "volume %q needs %v disk that is reserved as asked for role %q, and there is none; reserve it first. Disk left: %s",
			v.ID, v.Disk.Type, r.Role, brief(left.Filter(func(r *mesos.Resource) bool { return r.Name == "disk" && !resource.IsVolume(r) })))
	}
	return nil, refuse(ErrNotContained, "scalar.value", "volume %q needs %v MiB in one piece; the largest that is reserved as asked is %s", v.ID, v.MiB, resource.String(largest))
}

func size(disk *mesos.Resource) int64 { return resource.Fixed(disk.Scalar.GetValue()) }

// Destroy deletes volumes, given as the offers have them, with all their data and at once (semantics 3.7). The disk stays reserved.
func (c *Chain) Destroy(v ...mesos.Resource) *Chain {
	return c.Do(mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum(), Destroy: &mesos.Offer_Operation_Destroy{Volumes: v}})
}

func (c *Chain) create(op *mesos.Offer_Operation) *Error {
	const field = "create.volumes"
	list := op.Create.Volumes
	if e := provided(list, field); e != nil {
		return e
	}
	for i := range list {
		if e := c.creatable(&list[i]); e != nil {
			return e.at(field, i)
		}
	}
	if e := c.convert(op, list, field, resource.Unvolume); e != nil {
		return e
	}
	for i := range list {
		v, _ := volumeOf(&list[i])
		c.volumes[v] = idle
	}
	c.shared = c.left.Filter(resource.IsShared) // as the master does: copies that tasks took are out of reach now
	return nil
}

func (c *Chain) creatable(r *mesos.Resource) *Error {
	if e := persistent(r); e != nil {
		return e
	}
	if resource.IsBlockDisk(r) || resource.IsRawDisk(r) {
		return refuse(ErrDisk, "disk.source.type", "volumes can't be made on a %v disk; turn it into a MOUNT disk first", resource.DiskOf(r).Type)
	}
	v, _ := volumeOf(r)
	if c.volumes[v] != absent {
		return refuse(ErrDuplicateVolume, "disk.persistence.id", "Persistence ID '%s' is not unique: the agent has one for role %q; choose another", v.id, v.role)
	}
	return under("disk.persistence.principal", c.principled(r.Disk.Persistence.Principal, "volume"))
}

// persistent checks that r is a volume that can be created, destroyed or resized.
func persistent(r *mesos.Resource) *Error {
	switch {
	case r.Disk == nil:
		return refuse(ErrVolume, "disk", "Not a persistent volume: Resource %s does not have DiskInfo", resource.String(r))
	case r.Disk.Persistence == nil:
		return refuse(ErrVolume, "disk.persistence", "Not a persistent volume: 'persistence' is not set in DiskInfo")
	case r.Disk.Volume == nil:
		return refuse(ErrVolume, "disk.volume", "Not a persistent volume: Expecting 'volume' to be set for persistent volume")
	case r.Disk.Volume.GetMode() != mesos.RW:
		return refuse(ErrVolume, "disk.volume.mode", "Not a persistent volume: Read-only persistent volume not supported; make it RW here, and RO where a task uses it")
	}
	return nil
}

func (c *Chain) destroy(op *mesos.Offer_Operation) *Error {
	const field = "destroy.volumes"
	list := op.Destroy.Volumes
	if e := provided(list, field); e != nil {
		return e
	}
	for i := range list {
		if e := persistent(&list[i]); e != nil {
			return e.at(field, i)
		}
		if v, _ := volumeOf(&list[i]); c.volumes[v] == used {
			return refuse(ErrVolumeInUse, "", "Persistent volumes in use: %s is used by a task of an earlier step", v).at(field, i)
		}
	}
	if e := c.convert(op, list, field, func(r mesos.Resource) mesos.Resource { return r }); e != nil {
		return e
	}
	for i := range list {
		v, _ := volumeOf(&list[i])
		delete(c.volumes, v)
	}
	c.shared = c.left.Filter(resource.IsShared)
	return nil
}
