package ops

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// CreateDisk turns RAW disk of a resource provider, as the offers have it, into a MOUNT or BLOCK disk. profile says of what kind if
// source has no profile of its own, and is "" if it has (semantics 3.9). Later steps of the chain can't use the result: the
// operation's status tells it, and a later offer has it.
func (c *Chain) CreateDisk(source mesos.Resource, target mesos.Resource_DiskInfo_Source_Type, profile string) *Chain {
	m := &mesos.Offer_Operation_CreateDisk{Source: source, TargetType: target}
	if profile != "" {
		m.TargetProfile = &profile
	}
	return c.Do(mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE_DISK.Enum(), CreateDisk: m})
}

// DestroyDisk gives a disk of a resource provider back to it, with all its data (semantics 3.9). Volumes on it have to be
// destroyed first.
func (c *Chain) DestroyDisk(source mesos.Resource) *Chain {
	return c.Do(mesos.Offer_Operation{
		Type:        mesos.Offer_Operation_DESTROY_DISK.Enum(),
		DestroyDisk: &mesos.Offer_Operation_DestroyDisk{Source: source},
	})
}

func (c *Chain) createDisk(op *mesos.Offer_Operation_CreateDisk) *Error {
	const field = "create_disk.source"
	source := &op.Source
	if e := validDiskInfo(source); e != nil {
		return e.in(field)
	}
	switch profiled := source.Disk.GetSource() != nil && source.Disk.Source.Profile != nil; {
	case source.ProviderID == nil:
		return refuse(ErrProvider, field+".provider_id", "'source' is not managed by a resource provider; only such disk can be turned into another")
	case !resource.IsRawDisk(source):
		return refuse(ErrDisk, field+".disk.source.type", "'source' is not a RAW disk resource")
	case op.TargetType != mesos.Resource_DiskInfo_Source_MOUNT && op.TargetType != mesos.Resource_DiskInfo_Source_BLOCK:
		return refuse(ErrDisk, "create_disk.target_type", "'target_type' is neither MOUNT or BLOCK")
	case profiled && op.TargetProfile != nil:
		return refuse(ErrDisk, "create_disk.target_profile", "'target_profile' must not be set when 'source' has a profile")
	case !profiled && op.TargetProfile == nil:
		return refuse(ErrDisk, "create_disk.target_profile", "'target_profile' must be set when 'source' has no profile")
	}
	return c.take(resource.Set{*source}, field)
}

func (c *Chain) destroyDisk(op *mesos.Offer_Operation_DestroyDisk) *Error {
	const field = "destroy_disk.source"
	source := &op.Source
	if e := validDiskInfo(source); e != nil {
		return e.in(field)
	}
	switch {
	case source.ProviderID == nil:
		return refuse(ErrProvider, field+".provider_id", "'source' is not managed by a resource provider; only such disk can be destroyed")
	case !resource.IsMountDisk(source) && !resource.IsBlockDisk(source) && !resource.IsRawDisk(source):
		return refuse(ErrDisk, field+".disk.source.type", "'source' is neither a MOUNT, BLOCK or RAW disk resource")
	case source.Disk.Source.ID == nil:
		return refuse(ErrDisk, field+".disk.source.id", "'source' is not backed by a CSI volume")
	case resource.IsVolume(source):
		return refuse(ErrVolume, field+".disk.persistence", "A disk resource containing a persistent volume %s cannot be destroyed directly. Please destroy the persistent volume first then destroy the disk resource",
			resource.String(source))
	}
	return c.take(resource.Set{*source}, field)
}
