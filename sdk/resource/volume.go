package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// A Volume is what an author writes to ask for a persistent volume.
type Volume struct {
	ID     string  // persistence id: unique on an agent within a role, and best everywhere
	Path   string  // where the task sees it: one component, relative to its sandbox (semantics 4.3)
	MiB    float64 // size; of a disk that is only taken whole, the least that will do
	Disk   Disk    // what it is made on; zero: the root disk
	Shared bool    // several tasks may use it at once
}

// On returns the volume as made on disk, a reserved entry of an offer, which is where everything but the size, the id and
// the path comes from: reservations, allocation, source, provider. It has the whole size of disk if that is only taken
// whole. principal is that of the framework, "" for none (semantics 3.6, 11.2). The result isn't checked against disk: that is
// what package ops does.
func (v Volume) On(disk mesos.Resource, principal string) mesos.Resource {
	r := clone(&disk)
	if !whole(&r) {
		r.Scalar = &mesos.Value_Scalar{Value: v.MiB}
	}
	if r.Disk == nil {
		r.Disk = &mesos.Resource_DiskInfo{}
	}
	r.Disk.Persistence = &mesos.Resource_DiskInfo_Persistence{ID: v.ID}
	if principal != "" {
		r.Disk.Persistence.Principal = new(principal)
	}
	r.Disk.Volume = &mesos.Volume{Mode: mesos.RW.Enum(), ContainerPath: v.Path}
	r.Shared = nil
	if v.Shared {
		r.Shared = &mesos.Resource_SharedInfo{}
	}
	return r
}

// Unvolume returns the disk that a volume was made on: persistence, mount details and the shared mark cleared, the source kept
// (semantics 2.8). Anything else comes back as it is.
func Unvolume(r mesos.Resource) mesos.Resource {
	disk := clone(&r)
	if disk.Disk != nil && disk.Disk.Source != nil {
		disk.Disk.Persistence, disk.Disk.Volume = nil, nil
	} else {
		disk.Disk = nil
	}
	disk.Shared = nil
	return disk
}

// IsVolume tells whether r is a persistent volume (semantics 2.5).
func IsVolume(r *mesos.Resource) bool { return r.Disk != nil && r.Disk.Persistence != nil }

// IsRevocable tells whether the master may take r back at any time.
func IsRevocable(r *mesos.Resource) bool { return r.Revocable != nil }
