package resource

import (
	"slices"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Clone returns a copy in the newer wire format that shares no memory with s that a caller could change.
func (s Set) Clone() Set {
	if s == nil {
		return nil
	}
	c := make(Set, len(s))
	for i := range s {
		c[i] = clone(&s[i])
	}
	return c
}

// clone returns a copy of r in the newer wire format.
func clone(r *mesos.Resource) mesos.Resource {
	c := *proto.Clone(r).(*mesos.Resource)
	Upgrade(&c)
	return c
}

func cloneReservation(i *mesos.Resource_ReservationInfo) mesos.Resource_ReservationInfo {
	return *proto.Clone(i).(*mesos.Resource_ReservationInfo)
}

func cloneReservations(stack []mesos.Resource_ReservationInfo) []mesos.Resource_ReservationInfo {
	c := slices.Clone(stack)
	for i := range c {
		c[i] = cloneReservation(&stack[i])
	}
	return c
}
