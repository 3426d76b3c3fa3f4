package validate

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// CreateDisk judges a CREATE_DISK (semantics 3.9).
func CreateDisk(op *mesos.Offer_Operation_CreateDisk) error {
	if err := wrap("Invalid resource: ", resources([]mesos.Resource{op.Source})); err != nil {
		return err
	}
	if op.Source.ProviderID == nil {
		return errors.New("'source' is not managed by a resource provider")
	}
	if sourceType(&op.Source) != mesos.Resource_DiskInfo_Source_RAW {
		return errors.New("'source' is not a RAW disk resource")
	}
	if op.TargetType != mesos.Resource_DiskInfo_Source_MOUNT && op.TargetType != mesos.Resource_DiskInfo_Source_BLOCK {
		return errors.New("'target_type' is neither MOUNT or BLOCK")
	}
	switch profiled := op.Source.Disk.Source.Profile != nil; {
	case profiled && op.TargetProfile != nil:
		return errors.New("'target_profile' must not be set when 'source' has a profile")
	case !profiled && op.TargetProfile == nil:
		return errors.New("'target_profile' must be set when 'source' has no profile")
	}
	return nil
}

// DestroyDisk judges a DESTROY_DISK (semantics 3.9).
func DestroyDisk(op *mesos.Offer_Operation_DestroyDisk) error {
	if err := wrap("Invalid resource: ", resources([]mesos.Resource{op.Source})); err != nil {
		return err
	}
	if op.Source.ProviderID == nil {
		return errors.New("'source' is not managed by a resource provider")
	}
	switch sourceType(&op.Source) {
	case mesos.Resource_DiskInfo_Source_MOUNT, mesos.Resource_DiskInfo_Source_BLOCK, mesos.Resource_DiskInfo_Source_RAW:
	default:
		return errors.New("'source' is neither a MOUNT, BLOCK or RAW disk resource")
	}
	if op.Source.Disk.Source.ID == nil {
		return errors.New("'source' is not backed by a CSI volume")
	}
	if resource.IsVolume(&op.Source) {
		return fmt.Errorf("A disk resource containing a persistent volume %s cannot be destroyed directly. Please destroy the persistent volume first then destroy the disk resource", resource.String(&op.Source))
	}
	return nil
}

func sourceType(r *mesos.Resource) mesos.Resource_DiskInfo_Source_Type {
	if r.Disk == nil || r.Disk.Source == nil {
		return mesos.Resource_DiskInfo_Source_UNKNOWN
	}
	return r.Disk.Source.Type
}
