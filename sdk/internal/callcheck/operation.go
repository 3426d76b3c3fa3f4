package callcheck

import "github.com/stateful-mesos/moor/sdk/mesos"

// Operation checks one operation of an ACCEPT by itself. The error is an [*Error]; its field begins with
// the member of the operation: "reserve.resources[0].type". It is nil for an operation that may be sent.
func Operation(op *mesos.Offer_Operation) error {
	if op == nil {
		return refuse(UnknownOperation, "", "there is no operation")
	}
	e := operation(op)
	if e == nil {
		var all accepted
		e = all.add(op)
	}
	return e.orNil()
}

// operation checks every member that is set, not just that of the operation's type: a master converts the
// resources of all of them before it looks at the type.
func operation(op *mesos.Offer_Operation) *Error {
	if e := body(op); e != nil {
		return e
	}
	if e := reservations(op); e != nil {
		return e
	}
	if e := resizes(op); e != nil {
		return e
	}
	return launches(op)
}

// body refuses operations that a master ignores, or drops without a word if they have no id (S4).
func body(op *mesos.Offer_Operation) *Error {
	if op.Type == nil {
		return refuse(UnknownOperation, "type", "the operation has no type and would be ignored; set one")
	}
	var has bool
	switch *op.Type {
	case mesos.Offer_Operation_LAUNCH:
		has = op.Launch != nil
	case mesos.Offer_Operation_LAUNCH_GROUP:
		has = op.LaunchGroup != nil
	case mesos.Offer_Operation_RESERVE:
		has = op.Reserve != nil
	case mesos.Offer_Operation_UNRESERVE:
		has = op.Unreserve != nil
	case mesos.Offer_Operation_CREATE:
		has = op.Create != nil
	case mesos.Offer_Operation_DESTROY:
		has = op.Destroy != nil
	case mesos.Offer_Operation_GROW_VOLUME:
		has = op.GrowVolume != nil
	case mesos.Offer_Operation_SHRINK_VOLUME:
		has = op.ShrinkVolume != nil
	case mesos.Offer_Operation_CREATE_DISK:
		has = op.CreateDisk != nil
	case mesos.Offer_Operation_DESTROY_DISK:
		has = op.DestroyDisk != nil
	default:
		return refuse(UnknownOperation, "type", "operations of type %v are ignored by a master; use a known type", *op.Type)
	}
	if !has {
		return refuse(UnknownOperation, "", "the %v operation lacks the member of its type and would be dropped; set it", *op.Type)
	}
	return nil
}

func reservations(op *mesos.Offer_Operation) *Error {
	if m := op.Reserve; m != nil {
		if e := list(m.Source, "source"); e != nil {
			return e.in("reserve")
		}
		if e := list(m.Resources, "resources"); e != nil {
			return e.in("reserve")
		}
	}
	if m := op.Unreserve; m != nil {
		if e := list(m.Resources, "resources"); e != nil {
			return e.in("unreserve")
		}
	}
	if m := op.Create; m != nil {
		if e := volumes(m.Volumes, "volumes"); e != nil {
			return e.in("create")
		}
	}
	if m := op.Destroy; m != nil {
		if e := list(m.Volumes, "volumes"); e != nil {
			return e.in("destroy")
		}
	}
	return nil
}

func resizes(op *mesos.Offer_Operation) *Error {
	if m := op.GrowVolume; m != nil {
		if e := grow(&m.Volume, &m.Addition); e != nil {
			return e.in("grow_volume")
		}
	}
	if m := op.ShrinkVolume; m != nil {
		if e := shrink(&m.Volume, m.Subtract.Value); e != nil {
			return e.in("shrink_volume")
		}
	}
	if m := op.CreateDisk; m != nil {
		if e := resource(&m.Source, EmptyResource); e != nil {
			return e.in("source").in("create_disk")
		}
	}
	if m := op.DestroyDisk; m != nil {
		if e := resource(&m.Source, EmptyResource); e != nil {
			return e.in("source").in("destroy_disk")
		}
	}
	return nil
}

func grow(volume, addition *mesos.Resource) *Error {
	if e := resource(volume, EmptyVolume); e != nil {
		return e.in("volume")
	}
	if e := resource(addition, EmptyResource); e != nil {
		return e.in("addition")
	}
	return nil
}

func shrink(volume *mesos.Resource, by float64) *Error {
	if e := resource(volume, EmptyVolume); e != nil {
		return e.in("volume")
	}
	return amount(by, EmptyResource, "subtract.value")
}
