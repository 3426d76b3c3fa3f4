package validate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Create judges a CREATE against what the agent has checkpointed (semantics 3.6).
func Create(op *mesos.Offer_Operation_Create, checkpointed resource.Set, by Requester, agent AgentCapabilities) error {
	return first(
		func() error { return wrap("Invalid resources: ", resources(op.Volumes)) },
		func() error { return provider(op.Volumes) },
		func() error { return wrap("Not a persistent volume: ", persistentVolume(op.Volumes...)) },
		func() error { return uniqueVolumes(slices.Concat(checkpointed, whole(onlyOnce(op.Volumes)))) },
		func() error {
			return each(op.Volumes, func(r *mesos.Resource) error { return created(r, by, agent) })
		},
		func() error {
			if by.Framework == nil {
				return nil
			}
			return wrap("Invalid volume resources: ", singleRole(op.Volumes))
		},
	)
}

// created judges one volume of a CREATE.
func created(r *mesos.Resource, by Requester, agent AgentCapabilities) error {
	if by.Framework != nil && r.Shared != nil && !by.Framework.Shared {
		return fmt.Errorf("Create volume operation for '%s' has been attempted by framework '%s' with no SHARED_RESOURCES capability", resource.String(r), by.Framework.ID)
	}
	if err := stack(r, "Volume", "created", agent); err != nil {
		return err
	}
	if by.Principal == nil {
		return nil
	}
	switch owner := r.Disk.Persistence.Principal; {
	case owner == nil:
		return fmt.Errorf("Create volume operation attempted by principal '%s', but there is a volume in the operation with no principal set in 'disk.persistence'", *by.Principal)
	case *owner != *by.Principal:
		return fmt.Errorf("Create volume operation attempted by authenticated principal '%s', which does not match a volume in the operation with principal '%s' set in 'disk.persistence'", *by.Principal, *owner)
	}
	return nil
}

// Destroy judges a DESTROY against what the agent has checkpointed, and what each framework uses there
// (semantics 3.7).
func Destroy(op *mesos.Offer_Operation_Destroy, checkpointed resource.Set, used []resource.Set) error {
	volumes := resource.Set(op.Volumes).Unallocate()
	there := whole(volumes)
	return first(
		func() error { return wrap("Invalid resources: ", resources(volumes)) },
		func() error { return provider(there) },
		func() error { return wrap("Not a persistent volume: ", persistentVolume(volumes...)) },
		func() error {
			return each(there, func(r *mesos.Resource) error {
				if r.ProviderID == nil && !checkpointed.ContainsOne(r) {
					return errors.New("Persistent volumes not found")
				}
				return nil
			})
		},
		func() error {
			return each(there, func(r *mesos.Resource) error {
				if slices.ContainsFunc(used, func(s resource.Set) bool { return s.Unallocate().ContainsOne(r) }) {
					return errors.New("Persistent volumes in use")
				}
				return nil
			})
		},
	)
}

// thousandths counts as the master does: what doesn't fit is taken for the smallest number there is.
func thousandths(v float64) int64 {
	if scaled := v * 1000; math.IsNaN(scaled) || scaled >= math.MaxInt64 || scaled <= math.MinInt64 {
		return math.MinInt64
	}
	return resource.Fixed(v)
}

// Grow judges a GROW_VOLUME (semantics 3.8).
func Grow(op *mesos.Offer_Operation_GrowVolume, agent AgentCapabilities) error {
	const volume, addition = "'GrowVolume.volume'", "'GrowVolume.addition'"
	if err := wrap("Invalid resource in the "+volume+" field: ", resource.Validate(&op.Volume)); err != nil {
		return err
	}
	if err := wrap("Invalid resource in the "+addition+" field: ", resource.Validate(&op.Addition)); err != nil {
		return err
	}
	if thousandths(op.Addition.Scalar.GetValue()) <= 0 {
		return errors.New("The size of " + addition + " field must be greater than zero")
	}
	if op.Volume.ProviderID != nil {
		return errors.New("Growing a volume from a resource provider is not supported")
	}
	if err := wrap("Invalid persistent volume in the "+volume+" field: ", persistentVolume(op.Volume)); err != nil {
		return err
	}
	if op.Volume.Shared != nil {
		return errors.New("Growing a shared persistent volume is not supported")
	}
	if len(sum([]mesos.Resource{resource.Unvolume(op.Volume)}, []mesos.Resource{op.Addition})) != 1 {
		return errors.New("Incompatible resources in the " + volume + " and " + addition + " fields")
	}
	if !agent.ResizeVolume {
		return fmt.Errorf("Volume %s cannot be grown on an agent without RESIZE_VOLUME capability", resource.String(&op.Volume))
	}
	return nil
}

// Shrink judges a SHRINK_VOLUME (semantics 3.8).
func Shrink(op *mesos.Offer_Operation_ShrinkVolume, agent AgentCapabilities) error {
	const volume, subtract = "'ShrinkVolume.volume'", "'ShrinkVolume.subtract'"
	if err := wrap("Invalid resource in the "+volume+" field: ", resource.Validate(&op.Volume)); err != nil {
		return err
	}
	if thousandths(op.Subtract.Value) <= 0 {
		return errors.New("Value of " + subtract + " must be greater than zero")
	}
	if thousandths(op.Subtract.Value) >= thousandths(op.Volume.Scalar.GetValue()) {
		return errors.New("Value of " + subtract + " must be smaller than the size of " + volume)
	}
	if op.Volume.ProviderID != nil {
		return errors.New("Shrinking a volume from a resource provider is not supported")
	}
	if op.Volume.Disk.GetSource() != nil && op.Volume.Disk.Source.Type == mesos.Resource_DiskInfo_Source_MOUNT {
		return errors.New("Shrinking a volume on a MOUNT disk is not supported")
	}
	if err := wrap("Invalid persistent volume in the "+volume+" field: ", persistentVolume(op.Volume)); err != nil {
		return err
	}
	if op.Volume.Shared != nil {
		return errors.New("Shrinking a shared persistent volume is not supported")
	}
	if !agent.ResizeVolume {
		return fmt.Errorf("Volume %s cannot be shrunk on an agent without RESIZE_VOLUME capability", resource.String(&op.Volume))
	}
	return nil
}
