package ops

import (
	"strconv"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// add checks op, applies it to what is left and keeps a copy of it.
func (c *Chain) add(op *mesos.Offer_Operation) *Error {
	if e := poison(op); e != nil {
		return e
	}
	if e := validate(op); e != nil {
		return e
	}
	own := c.target.operation(op)
	if e := c.identify(&own); e != nil {
		return e
	}
	if e := c.target.allocation(&own); e != nil {
		return e
	}
	before := c.left
	if e := c.apply(&own); e != nil {
		c.left = before
		return e
	}
	if own.ID != nil {
		c.ids[own.ID.Value] = struct{}{}
	}
	c.operations = append(c.operations, own)
	return nil
}

func (c *Chain) apply(op *mesos.Offer_Operation) *Error {
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		return c.reserve(op)
	case mesos.Offer_Operation_UNRESERVE:
		return c.unreserve(op)
	case mesos.Offer_Operation_CREATE:
		return c.create(op)
	case mesos.Offer_Operation_DESTROY:
		return c.destroy(op)
	case mesos.Offer_Operation_GROW_VOLUME:
		return c.grow(op.GrowVolume)
	case mesos.Offer_Operation_SHRINK_VOLUME:
		return c.shrink(op.ShrinkVolume)
	case mesos.Offer_Operation_CREATE_DISK:
		return c.createDisk(op.CreateDisk)
	case mesos.Offer_Operation_DESTROY_DISK:
		return c.destroyDisk(op.DestroyDisk)
	case mesos.Offer_Operation_LAUNCH:
		return c.launch(op.Launch.TaskInfos)
	case mesos.Offer_Operation_LAUNCH_GROUP:
		return c.launchGroup(op.LaunchGroup)
	}
	return refuse(ErrOperation, "type", "%v is no operation that can be chained; use a known type", op.GetType())
}

// identify gives op an id, because a master drops a failed operation without a word unless it has one (semantics 3.3).
// The id is unique, since an offer is answered once, and the same each time it is computed. Launches can't have one.
func (c *Chain) identify(op *mesos.Offer_Operation) *Error {
	launches := op.Launch != nil && op.GetType() == mesos.Offer_Operation_LAUNCH ||
		op.LaunchGroup != nil && op.GetType() == mesos.Offer_Operation_LAUNCH_GROUP
	switch {
	case launches && op.ID != nil:
		return refuse(ErrOperationID, "id", "The `id` field cannot be set on %v operations; leave it out", op.GetType())
	case launches:
		return nil
	case op.ID == nil:
		op.ID = &mesos.OperationID{Value: c.target.offer + "." + strconv.Itoa(len(c.operations)+1)}
	}
	if _, twice := c.ids[op.ID.Value]; twice {
		return refuse(ErrOperationID, "id", "%q is the id of an earlier step: answers could not be told apart; choose another or leave it out", op.ID.Value)
	}
	return nil
}
