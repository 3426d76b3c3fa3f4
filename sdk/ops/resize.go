package ops

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Grow makes volume larger by addition, reserved disk of the same disk and reservations, both as the offers have them
// (semantics 3.8). Later steps of the chain can use neither: the next offer has the grown volume.
func (c *Chain) Grow(volume, addition mesos.Resource) *Chain {
	return c.Do(mesos.Offer_Operation{
		Type:       mesos.Offer_Operation_GROW_VOLUME.Enum(),
		GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: volume, Addition: addition},
	})
}

// Shrink makes volume, as the offers have it, smaller by mib MiB (semantics 3.8). Later steps of the chain can use neither the volume
// nor the freed disk: the next offer has both.
func (c *Chain) Shrink(volume mesos.Resource, mib float64) *Chain {
	return c.Do(mesos.Offer_Operation{
		Type:         mesos.Offer_Operation_SHRINK_VOLUME.Enum(),
		ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{Volume: volume, Subtract: mesos.Value_Scalar{Value: mib}},
	})
}

func (c *Chain) grow(op *mesos.Offer_Operation_GrowVolume) *Error {
	if e := resizable(&op.Volume, "Growing"); e != nil {
		return e.in("grow_volume.volume")
	}
	if bare := resource.Unvolume(op.Volume); resource.IsIndivisible(&bare) || !resource.SameMetadata(&bare, &op.Addition) {
		return refuse(ErrIncompatible, "grow_volume.addition", "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields: %s can't be added to %s",
			resource.String(&op.Addition), resource.String(&op.Volume))
	}
	return c.take(resource.Set{op.Volume, op.Addition}, "grow_volume.volume", "grow_volume.addition")
}

func (c *Chain) shrink(op *mesos.Offer_Operation_ShrinkVolume) *Error {
	const field = "shrink_volume.volume"
	if size(&op.Volume) <= resource.Fixed(op.Subtract.Value) {
		return refuse(ErrSize, "shrink_volume.subtract.value", "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume': %v of %s; destroy the volume to free all of it",
			op.Subtract.Value, resource.String(&op.Volume))
	}
	if e := resizable(&op.Volume, "Shrinking"); e != nil {
		return e.in(field)
	}
	return c.take(resource.Set{op.Volume}, field)
}

// resizable checks that r is a volume that can be made another size.
func resizable(r *mesos.Resource, doing string) *Error {
	switch {
	case r.ProviderID != nil:
		return refuse(ErrProvider, "provider_id", "%s a volume from a resource provider is not supported", doing)
	case resource.IsMountDisk(r):
		return refuse(ErrMountWhole, "disk.source.type", "%s a volume on a MOUNT disk is not supported: it is the whole disk", doing)
	}
	if e := persistent(r); e != nil {
		return e
	}
	if resource.IsShared(r) {
		return refuse(ErrShared, "shared", "%s a shared persistent volume is not supported", doing)
	}
	return nil
}
