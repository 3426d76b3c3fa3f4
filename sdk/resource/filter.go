package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// Reserved returns the entries that are reserved, for any role.
func (s Set) Reserved() Set { return s.Filter(IsReserved) }

// ReservedFor returns the entries whose last reservation is for role; ancestors' and sub-roles' are not among them.
func (s Set) ReservedFor(role string) Set {
	return s.Filter(func(r *mesos.Resource) bool { return IsReserved(r) && ReservationRole(r) == role })
}

// ReservedAs returns the entries whose last reservation equals reservation, labels included.
func (s Set) ReservedAs(reservation Reservation) Set {
	return s.Filter(reservation.Matches)
}

// Unreserved returns the entries that are not reserved.
func (s Set) Unreserved() Set {
	return s.Filter(func(r *mesos.Resource) bool { return !IsReserved(r) })
}

// AllocatableTo returns the entries that can be offered to role: see the function of that name.
func (s Set) AllocatableTo(role string) Set {
	return s.Filter(func(r *mesos.Resource) bool { return AllocatableTo(r, role) })
}

// Named returns the entries called name.
func (s Set) Named(name string) Set {
	return s.Filter(func(r *mesos.Resource) bool { return r.Name == name })
}

// Volumes returns the persistent volumes.
func (s Set) Volumes() Set { return s.Filter(IsVolume) }

// ToUnreserved returns s with no reservation on anything, what is then of one kind merged.
func (s Set) ToUnreserved() Set {
	bare := s.Clone()
	for i := range bare {
		bare[i].Reservations = nil
	}
	return bare.Plus(nil)
}
