package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// ErrRefined says that a resource with more than one reservation can't be written in the older wire format.
var ErrRefined error = operationError("Cannot downgrade resources containing refined reservations")

// Upgrade turns r, in place, into the newer wire format: a stack of reservations, no role, no reservation (semantics
// 2.6). A dynamic reservation for "*", which no format knows, is left for [Validate] to refuse.
func Upgrade(r *mesos.Resource) {
	switch {
	case len(r.Reservations) > 0:
		r.Role, r.Reservation = nil, nil
	case r.GetRole() != Unreserved:
		r.Reservations = []mesos.Resource_ReservationInfo{oldReservation(r)}
		r.Role, r.Reservation = nil, nil
	case r.Reservation == nil:
		r.Role = nil
	}
}

// oldReservation returns the one reservation that r has in the older format: dynamic if the reservation member is set.
func oldReservation(r *mesos.Resource) mesos.Resource_ReservationInfo {
	info := mesos.Resource_ReservationInfo{Type: mesos.Resource_ReservationInfo_STATIC.Enum()}
	if r.Reservation != nil {
		info = *r.Reservation
		info.Type = mesos.Resource_ReservationInfo_DYNAMIC.Enum()
	}
	info.Role = r.Role
	return info
}

// Upgrade returns s in the newer wire format, the one that this package's results have.
func (s Set) Upgrade() Set {
	return s.Clone()
}

// Downgrade returns s in the older wire format, for frameworks without the capability RESERVATION_REFINEMENT: role
// "*", or a role and for a dynamic reservation its principal and labels. The error is [ErrRefined] (semantics 2.6).
func (s Set) Downgrade() (Set, error) {
	down := s.Clone()
	for i := range down {
		if IsRefined(&down[i]) {
			return nil, ErrRefined
		}
		describeOld(&down[i])
		down[i].Reservations = nil
	}
	return down, nil
}

// Endpoint returns s as the master's JSON endpoints show it: in both formats at once, refined ones only in the newer
// (semantics 2.6).
func (s Set) Endpoint() Set {
	both := s.Clone()
	for i := range both {
		if !IsRefined(&both[i]) {
			describeOld(&both[i])
		}
	}
	return both
}

// describeOld sets the members of the older format from the newer one, which has at most one reservation.
func describeOld(r *mesos.Resource) {
	if len(r.Reservations) == 0 {
		r.Role = new(Unreserved)
		return
	}
	only := cloneReservation(&r.Reservations[0])
	r.Role = new(only.GetRole())
	if only.GetType() == mesos.Resource_ReservationInfo_DYNAMIC {
		r.Reservation = &mesos.Resource_ReservationInfo{Principal: only.Principal, Labels: only.Labels}
	}
}
