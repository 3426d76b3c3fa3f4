package resource

import (
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A DiskType says what a disk resource is a part of.
type DiskType int

// The types of disk. Volumes can be made on the first three (semantics 4.1).
const (
	RootDisk  DiskType = iota // the agent's own disk, where its work directory is; any part can be taken
	PathDisk                  // a directory; any part can be taken
	MountDisk                 // a filesystem of its own; only taken whole
	BlockDisk                 // a block device; only taken whole
	RawDisk                   // storage that CREATE_DISK can turn into a MOUNT or BLOCK disk; any part can be taken unless it has an id

	unknownDisk DiskType = -1 // a source of a type that this package doesn't know: matches nothing
)

// String returns the type as Mesos writes it; "ROOT" for the root disk, which has no source.
func (t DiskType) String() string {
	switch t {
	case RootDisk:
		return "ROOT"
	case PathDisk:
		return "PATH"
	case MountDisk:
		return "MOUNT"
	case BlockDisk:
		return "BLOCK"
	case RawDisk:
		return "RAW"
	}
	return fmt.Sprintf("DiskType(%d)", int(t))
}

// A Disk says which disks a volume may be made on. The zero value is the root disk; an empty field means any.
type Disk struct {
	Type    DiskType
	Root    string // of PATH and MOUNT
	ID      string // given by a resource provider
	Profile string
	Vendor  string
}

// DiskOf describes the disk that r is a part of.
func DiskOf(r *mesos.Resource) Disk {
	source := r.GetDisk().GetSource()
	if source == nil {
		return Disk{}
	}
	d := Disk{Type: unknownDisk, ID: source.GetID(), Profile: source.GetProfile(), Vendor: source.GetVendor()}
	switch source.Type {
	case mesos.Resource_DiskInfo_Source_PATH:
		d.Type, d.Root = PathDisk, source.Path.GetRoot()
	case mesos.Resource_DiskInfo_Source_MOUNT:
		d.Type, d.Root = MountDisk, source.Mount.GetRoot()
	case mesos.Resource_DiskInfo_Source_BLOCK:
		d.Type = BlockDisk
	case mesos.Resource_DiskInfo_Source_RAW:
		d.Type = RawDisk
	}
	return d
}

// Matches tells whether r is disk of d's type, with d's root, id, profile and vendor where d names them.
func (d Disk) Matches(r *mesos.Resource) bool {
	if r.Name != "disk" || r.Type != mesos.SCALAR {
		return false
	}
	is := DiskOf(r)
	return d.Type == is.Type && is.Type != unknownDisk && anyOr(d.Root, is.Root) && anyOr(d.ID, is.ID) &&
		anyOr(d.Profile, is.Profile) && anyOr(d.Vendor, is.Vendor)
}

func anyOr(want, is string) bool { return want == "" || want == is }

// IsRootDisk tells whether r is disk without a source.
func IsRootDisk(r *mesos.Resource) bool { return isDisk(r, RootDisk) }

// IsPathDisk tells whether r is part of a PATH disk.
func IsPathDisk(r *mesos.Resource) bool { return isDisk(r, PathDisk) }

// IsMountDisk tells whether r is a MOUNT disk, which is only taken whole.
func IsMountDisk(r *mesos.Resource) bool { return isDisk(r, MountDisk) }

// IsBlockDisk tells whether r is a BLOCK disk, which is only taken whole and can't hold volumes.
func IsBlockDisk(r *mesos.Resource) bool { return isDisk(r, BlockDisk) }

// IsRawDisk tells whether r is RAW disk, which can't hold volumes.
func IsRawDisk(r *mesos.Resource) bool { return isDisk(r, RawDisk) }

func isDisk(r *mesos.Resource, t DiskType) bool { return r.Name == "disk" && DiskOf(r).Type == t }

// IsIndivisible tells whether r can only be taken whole: a persistent volume, a MOUNT or BLOCK disk, a RAW disk with an id
// (semantics 2.4).
func IsIndivisible(r *mesos.Resource) bool { return whole(r) }
