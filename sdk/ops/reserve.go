package ops

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Reserve reserves s as r, for the role that the offers are allocated to (semantics 3.4). s is what to take, as it is in the
// offers: unreserved amounts, disk with its source, a MOUNT disk in its whole size. To refine, s carries the reservations it has
// already, and r is for a role below the last of them.
func (c *Chain) Reserve(r resource.Reservation, s resource.Set) *Chain {
	if c.err != nil {
		return c
	}
	if r.Static {
		return c.fail("RESERVE", refuse(ErrNotDynamic, "reserve", "static reservations are made by the agent's configuration; reserve dynamically"))
	}
	reserved, info := make([]mesos.Resource, len(s)), r.Info()
	for i := range s {
		reserved[i] = resource.Push(s[i], info)
	}
	return c.Do(mesos.Offer_Operation{
		Type:    mesos.Offer_Operation_RESERVE.Enum(),
		Reserve: &mesos.Offer_Operation_Reserve{Resources: reserved},
	})
}

// Unreserve takes the last reservation off s, given as it is in the offers: what is reserved for "a" and then "a/b" goes
// back to "a" (semantics 3.5). Volumes have to be destroyed first.
func (c *Chain) Unreserve(s resource.Set) *Chain {
	return c.Do(mesos.Offer_Operation{
		Type:      mesos.Offer_Operation_UNRESERVE.Enum(),
		Unreserve: &mesos.Offer_Operation_Unreserve{Resources: s},
	})
}

func (c *Chain) reserve(op *mesos.Offer_Operation) *Error {
	const field = "reserve.resources"
	if len(op.Reserve.Source) > 0 {
		return refuse(ErrOperation, "reserve.source", "Reservation updates are not yet implemented for the scheduler API; unreserve, then reserve")
	}
	list := op.Reserve.Resources
	if e := provided(list, field); e != nil {
		return e
	}
	for i := range list {
		if e := c.reservable(&list[i]); e != nil {
			return e.at(field, i)
		}
	}
	return c.convert(op, list, field, resource.Pop)
}

func (c *Chain) reservable(r *mesos.Resource) *Error {
	switch {
	case !resource.IsDynamic(r):
		return refuse(ErrNotDynamic, "reservations", "Resource %s is not dynamically reserved; end its reservations with a DYNAMIC one", resource.String(r))
	case resource.IsVolume(r):
		// The master would take it; but the role is part of the path of a volume's data (semantics 4.1).
		return refuse(ErrVolume, "disk.persistence", "a volume can't be reserved anew: it would be another, empty folder; refine the disk before making volumes on it")
	}
	if e := c.principled(r.Reservations[len(r.Reservations)-1].Principal, "reservation"); e != nil {
		return e.in("reservations.principal")
	}
	if role := resource.ReservationRole(r); c.target.allocated != nil && role != c.target.role {
		return refuse(ErrRole, "reservations.role", "A reserve operation was attempted for a resource with role '%s', but the resource was allocated to role '%s'; reserve in offers to that role", role, c.target.role)
	}
	return nil
}

// principled checks that a reservation or a volume carries the framework's principal, if it has one (semantics 8.2).
func (c *Chain) principled(principal *string, what string) *Error {
	switch {
	case c.principal == "":
		return nil
	case principal == nil:
		return refuse(ErrPrincipal, "", "the framework's principal is '%s', but there is a %s with no principal set; set that", c.principal, what)
	case *principal != c.principal:
		return refuse(ErrPrincipal, "", "the framework's principal is '%s', which does not match a %s with principal '%s'; set that of the framework", c.principal, what, *principal)
	}
	return nil
}

func (c *Chain) unreserve(op *mesos.Offer_Operation) *Error {
	const field = "unreserve.resources"
	list := op.Unreserve.Resources
	if e := provided(list, field); e != nil {
		return e
	}
	for i := range list {
		switch r := &list[i]; {
		case !resource.IsDynamic(r):
			return refuse(ErrNotDynamic, "reservations", "Resource %s is not dynamically reserved; only its agent's configuration can change that", resource.String(r)).at(field, i)
		case resource.IsVolume(r):
			return refuse(ErrVolume, "disk.persistence", "A dynamically reserved persistent volume %s cannot be unreserved directly. Please destroy the persistent volume first then unreserve the resource", resource.String(r)).at(field, i)
		}
	}
	return c.convert(op, list, field, func(r mesos.Resource) mesos.Resource { return r })
}
