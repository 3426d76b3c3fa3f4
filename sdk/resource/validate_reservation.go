package resource

import (
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

func validateReservations(r *mesos.Resource) error {
	if len(r.Reservations) == 0 {
		return validateOldFormat(r)
	}
	for i := range r.Reservations {
		if err := validateReservation(&r.Reservations[i]); err != nil {
			return err
		}
	}
	if err := validateRefinement(r.Reservations); err != nil {
		return err
	}
	if len(r.Reservations) == 1 {
		return validateBothFormats(r, &r.Reservations[0])
	}
	if r.Role != nil {
		return invalid("Invalid resource format: 'Resource.role' must not be set if" +
			" there is more than one reservation in 'Resource.reservations'")
	}
	if r.Reservation != nil {
		return invalid("Invalid resource format: 'Resource.reservation' must not be set if" +
			" there is more than one reservation in 'Resource.reservations'")
	}
	return nil
}

func validateOldFormat(r *mesos.Resource) error {
	if r.Role != nil && *r.Role != Unreserved {
		if err := mesos.ValidateRole(*r.Role); err != nil {
			return err
		}
	}
	switch {
	case r.Reservation == nil:
		return nil
	case r.Reservation.Type != nil:
		return invalid("'Resource.ReservationInfo.type' must not be set for the 'Resource.reservation' field")
	case r.Reservation.Role != nil:
		return invalid("'Resource.ReservationInfo.role' must not be set for the 'Resource.reservation' field")
	case r.GetRole() == Unreserved:
		return invalid(`Invalid reservation: role "*" cannot be dynamically reserved`)
	}
	return nil
}

func validateReservation(i *mesos.Resource_ReservationInfo) error {
	if i.Type == nil || !knownReservationType(*i.Type) {
		return invalid("Invalid reservation: 'Resource.ReservationInfo.type' field must be set.")
	}
	if i.Role == nil {
		return invalid("Invalid reservation: 'Resource.ReservationInfo.role' field must be set.")
	}
	if err := mesos.ValidateRole(*i.Role); err != nil {
		return err
	}
	if *i.Role == Unreserved {
		return invalid(`Invalid reservation: role "*" cannot be reserved`)
	}
	return nil
}

// knownReservationType: a value that isn't in the enum reads as unset in Mesos.
func knownReservationType(t mesos.Resource_ReservationInfo_Type) bool {
	return t >= mesos.Resource_ReservationInfo_UNKNOWN && t <= mesos.Resource_ReservationInfo_DYNAMIC
}

func validateRefinement(stack []mesos.Resource_ReservationInfo) error {
	for i := 1; i < len(stack); i++ {
		if stack[i].GetType() == mesos.Resource_ReservationInfo_STATIC {
			return invalid("Invalid refined reservation: A refined reservation cannot be STATIC")
		}
		if child, parent := stack[i].GetRole(), stack[i-1].GetRole(); !mesos.IsSubrole(child, parent) {
			return invalid("Invalid refined reservation: role '" + child + "' is not a refinement of '" + parent + "'")
		}
	}
	return nil
}

// validateBothFormats: a single reservation may be given in both formats, if they agree.
func validateBothFormats(r *mesos.Resource, only *mesos.Resource_ReservationInfo) error {
	if r.Role != nil && *r.Role != only.GetRole() {
		return invalid("Invalid resource format: 'Resource.role' field with '" + *r.Role +
			"' does not match the role '" + only.GetRole() + "' in 'Resource.reservations'")
	}
	old := r.Reservation
	switch only.GetType() {
	case mesos.Resource_ReservationInfo_STATIC:
		if old != nil {
			return invalid("Invalid resource format: 'Resource.reservation' must not be" +
				" set if the single reservation in 'Resource.reservations' is STATIC")
		}
		return nil
	case mesos.Resource_ReservationInfo_DYNAMIC:
	default:
		return invalid("Unsupported 'Resource.ReservationInfo.Type'")
	}
	if (r.Role != nil) != (old != nil) {
		return invalid("Invalid resource format: 'Resource.role' and 'Resource.reservation' must either be both set" +
			" or both not set if the single reservation in 'Resource.reservations' is DYNAMIC")
	}
	if old == nil {
		return nil
	}
	if old.GetPrincipal() != only.GetPrincipal() {
		return invalid("Invalid resource format: 'Resource.reservation.principal' field with '" + old.GetPrincipal() +
			"' does not match the principal '" + only.GetPrincipal() + "' in 'Resource.reservations'")
	}
	if !sameLabels(orNone(old.Labels), orNone(only.Labels)) {
		return invalid("Invalid resource format: 'Resource.reservation.labels' field with '" + labelText(old.Labels) +
			"' does not match the labels '" + labelText(only.Labels) + "' in 'Resource.reservations'")
	}
	return nil
}

// orNone: the two formats' labels agree if one is absent and the other empty.
func orNone(l *mesos.Labels) *mesos.Labels {
	if l == nil {
		return &mesos.Labels{}
	}
	return l
}

func labelText(l *mesos.Labels) string {
	var b strings.Builder
	printLabels(&b, l)
	return b.String()
}
