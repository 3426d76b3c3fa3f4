package resource

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Unreserved is the role that [ReservationRole] gives for resources that are not reserved.
const Unreserved = "*"

// A Reservation is what an author writes to say as what resources are or shall be reserved. Its zero value has no
// role and can't be reserved.
type Reservation struct {
	Role      string            // for whom; a sub-role ("eng/db") refines a reservation of its parent
	Principal string            // who reserves; "": none. Must be the framework's own principal if it has one (semantics 8.2)
	Labels    map[string]string // part of the identity: reservations with different labels never merge
	Static    bool              // made by the agent's configuration; such can't be unreserved
}

// Info returns the reservation as the wire has it, labels sorted by key.
func (r Reservation) Info() mesos.Resource_ReservationInfo {
	info := mesos.Resource_ReservationInfo{
		Type:   mesos.Resource_ReservationInfo_DYNAMIC.Enum(),
		Role:   new(r.Role),
		Labels: labelsOf(r.Labels),
	}
	if r.Static {
		info.Type = mesos.Resource_ReservationInfo_STATIC.Enum()
	}
	if r.Principal != "" {
		info.Principal = new(r.Principal)
	}
	return info
}

// Matches tells whether the last reservation of res equals r in type, role, principal and labels.
func (r Reservation) Matches(res *mesos.Resource) bool {
	last := lastReservation(res)
	if last == nil || last.GetRole() != r.Role {
		return false
	}
	info := r.Info()
	return sameReservation(last, &info)
}

// Reservations returns the stack of reservations of r, from the ancestor to the most refined, whichever wire format r
// has; nil if r is not reserved. In the newer format it is r's own slice: don't change it.
func Reservations(r *mesos.Resource) []mesos.Resource_ReservationInfo {
	if len(r.Reservations) > 0 || r.Role == nil || *r.Role == Unreserved {
		return r.Reservations
	}
	return []mesos.Resource_ReservationInfo{oldReservation(r)}
}

// lastReservation returns the reservation that counts, or nil.
func lastReservation(r *mesos.Resource) *mesos.Resource_ReservationInfo {
	stack := Reservations(r)
	if len(stack) == 0 {
		return nil
	}
	return &stack[len(stack)-1]
}

// ReservationRole returns the role of the last reservation, or "*" if r is not reserved (semantics 2.5).
func ReservationRole(r *mesos.Resource) string {
	if n := len(r.Reservations); n > 0 {
		return r.Reservations[n-1].GetRole()
	}
	return r.GetRole()
}

// IsReserved tells whether r is reserved, statically or dynamically.
func IsReserved(r *mesos.Resource) bool {
	return len(r.Reservations) > 0 || r.Role != nil && *r.Role != Unreserved
}

// IsDynamic tells whether the last reservation of r is dynamic, so that it can be unreserved (semantics 2.5).
func IsDynamic(r *mesos.Resource) bool {
	if n := len(r.Reservations); n > 0 {
		return r.Reservations[n-1].GetType() == mesos.Resource_ReservationInfo_DYNAMIC
	}
	return r.Reservation != nil && IsReserved(r)
}

// IsRefined tells whether r has more than one reservation (semantics 2.5).
func IsRefined(r *mesos.Resource) bool { return len(r.Reservations) > 1 }

// AllocatableTo tells whether r can be offered to role: it is unreserved, reserved for role, or for a role above it. A
// child role gets its ancestors' reservations, a parent never its child's (semantics 2.5).
func AllocatableTo(r *mesos.Resource, role string) bool {
	if !IsReserved(r) {
		return true
	}
	reserved := ReservationRole(r)
	return role == reserved || mesos.IsSubrole(role, reserved)
}

// Push returns r with one more reservation on its stack. The result isn't validated: i must be a strict sub-role of the
// last one (semantics 2.2).
func Push(r mesos.Resource, i mesos.Resource_ReservationInfo) mesos.Resource {
	pushed := clone(&r)
	pushed.Reservations = append(slices.Clip(pushed.Reservations), cloneReservation(&i))
	return pushed
}

// Pop returns r without its last reservation; r itself if it has none.
func Pop(r mesos.Resource) mesos.Resource {
	popped := clone(&r)
	if n := len(popped.Reservations); n > 1 {
		popped.Reservations = popped.Reservations[:n-1]
	} else {
		popped.Reservations = nil
	}
	return popped
}

// CommonReservations returns the reservations that a and b have in common, counted from the ancestor: what has to stay when one
// is turned into the other (semantics 10.2, row 63).
func CommonReservations(a, b *mesos.Resource) []mesos.Resource_ReservationInfo {
	x, y := Reservations(a), Reservations(b)
	n := 0
	for n < min(len(x), len(y)) && sameReservation(&x[n], &y[n]) {
		n++
	}
	return cloneReservations(x[:n])
}
