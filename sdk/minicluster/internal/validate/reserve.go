package validate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Requester is who asks for an operation: a framework, or an operator.
type Requester struct {
	Principal *string // the framework's or the authenticated operator's; nil: nothing is compared with it
	Framework *FrameworkContext
}

// FrameworkContext is what operations of a framework are judged by.
type FrameworkContext struct {
	ID     string
	Roles  []string
	Shared bool // has SHARED_RESOURCES
}

// AgentCapabilities of the agent that an operation is for.
type AgentCapabilities struct {
	MultiRole, HierarchicalRole, ReservationRefinement, ResourceProvider bool
	ResizeVolume, OperationFeedback, TaskResourceLimits                  bool
}

// Reserve judges a RESERVE (semantics 3.4).
func Reserve(op *mesos.Offer_Operation_Reserve, by Requester, agent AgentCapabilities) error {
	return first(
		func() error { return wrap("Invalid resources: ", resources(op.Resources)) },
		func() error { return wrap("Invalid source: ", resources(op.Source)) },
		func() error { return reserveSource(op) },
		func() error { return provider(op.Resources) },
		func() error {
			return each(op.Resources, func(r *mesos.Resource) error { return reserved(r, by, agent) })
		},
		func() error {
			if by.Framework == nil {
				return nil
			}
			return wrap("Invalid reservation resources: ", singleRole(op.Resources))
		},
	)
}

func each(s []mesos.Resource, check func(*mesos.Resource) error) error {
	for i := range s {
		if err := check(&s[i]); err != nil {
			return err
		}
	}
	return nil
}

// reserveSource judges a re-reservation: one uniform stack on each side, of the same amounts.
func reserveSource(op *mesos.Offer_Operation_Reserve) error {
	if len(op.Source) == 0 {
		return nil
	}
	if err := uniform("Invalid source: ", op.Source); err != nil {
		return err
	}
	if err := uniform("Invalid resources: ", op.Resources); err != nil {
		return err
	}
	a, b := unreserved(op.Source), unreserved(op.Resources)
	if !a.Equal(b) {
		return fmt.Errorf("Source and target resources should refer to identical resource quantities: %s vs. %s", a, b)
	}
	return nil
}

func uniform(before string, s []mesos.Resource) error {
	if len(sum(s)) == 0 {
		return errors.New(before + "Resource cannot be empty")
	}
	for i := range s {
		if !slices.EqualFunc(s[0].Reservations, s[i].Reservations, func(a, b mesos.Resource_ReservationInfo) bool { return proto.Equal(&a, &b) }) {
			return errors.New(before + "Mixed reservations are not supported" + asJSON(s))
		}
	}
	return nil
}

// asJSON prints a list of resources as the master prints one that it hasn't added up yet.
func asJSON(s []mesos.Resource) string {
	parts := make([]string, 0, len(s))
	for i := range s {
		b, err := mesosjson.Marshal(&s[i])
		if err != nil {
			return resource.Set(s).String()
		}
		parts = append(parts, string(b))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func unreserved(s []mesos.Resource) resource.Set {
	var out resource.Set
	for i := range s {
		r := s[i]
		r.Reservations = nil
		out = out.Plus(resource.Set{r})
	}
	return out
}

// reserved judges one resource of a RESERVE.
func reserved(r *mesos.Resource, by Requester, agent AgentCapabilities) error {
	if !resource.IsDynamic(r) {
		return fmt.Errorf("Resource %s is not dynamically reserved", resource.String(r))
	}
	role := resource.ReservationRole(r)
	if err := stack(r, "Resource", "reserved", agent); err != nil {
		return err
	}
	if by.Principal != nil {
		switch last := &r.Reservations[len(r.Reservations)-1]; {
		case last.Principal == nil:
			return fmt.Errorf("A reserve operation was attempted by principal '%s', but there is a reserved resource in the request with no principal set", *by.Principal)
		case *last.Principal != *by.Principal:
			return fmt.Errorf("A reserve operation was attempted by authenticated principal '%s', which does not match a reserved resource in the request with principal '%s'", *by.Principal, *last.Principal)
		}
	}
	if by.Framework != nil {
		return allocated(r, role, by.Framework.Roles)
	}
	if r.AllocationInfo != nil {
		return errors.New("A reserve operation was attempted with an allocated resource, but the operator API only allows reservations to be made to unallocated resources")
	}
	return nil
}

// stack judges reservations that the agent can't keep.
func stack(r *mesos.Resource, kind, verb string, agent AgentCapabilities) error {
	role := resource.ReservationRole(r)
	if !agent.HierarchicalRole && strings.Contains(role, "/") {
		return fmt.Errorf("%s %s with reservation for hierarchical role '%s' cannot be %s on an agent without HIERARCHICAL_ROLE capability", kind, resource.String(r), role, verb)
	}
	if !agent.ReservationRefinement && len(r.Reservations) > 1 {
		return fmt.Errorf("%s %s with reservation refinement cannot be %s on an agent without RESERVATION_REFINEMENT capability", kind, resource.String(r), verb)
	}
	return nil
}

// allocated judges the role for which a framework reserves.
func allocated(r *mesos.Resource, role string, roles []string) error {
	const verb = "A reserve operation was attempted "
	switch to := r.AllocationInfo.GetRole(); {
	case r.AllocationInfo == nil || r.AllocationInfo.Role == nil:
		return fmt.Errorf(verb+"on unallocated resource %s, but frameworks can only perform reservations on allocated resources", resource.String(r))
	case to != role:
		return fmt.Errorf(verb+"for a resource with role '%s', but the resource was allocated to role '%s'", role, to)
	case !slices.Contains(roles, to):
		return fmt.Errorf(verb+"for a resource allocated to role '%s', but the framework only has roles '%s'", to, names(roles))
	}
	return nil
}

// names prints a set of strings as the master does.
// Names prints a set of names as a master does.
func Names(s []string) string { return names(s) }

func names(s []string) string {
	return "{ " + strings.Join(slices.Sorted(slices.Values(s)), ", ") + " }"
}

// Unreserve judges an UNRESERVE (semantics 3.5).
func Unreserve(op *mesos.Offer_Operation_Unreserve) error {
	return first(
		func() error { return wrap("Invalid resources: ", resources(op.Resources)) },
		func() error { return provider(op.Resources) },
		func() error {
			return each(op.Resources, func(r *mesos.Resource) error {
				if !resource.IsDynamic(r) {
					return fmt.Errorf("Resource %s is not dynamically reserved", resource.String(r))
				}
				if resource.IsVolume(r) {
					return fmt.Errorf("A dynamically reserved persistent volume %s cannot be unreserved directly. Please destroy the persistent volume first then unreserve the resource", resource.String(r))
				}
				return nil
			})
		},
	)
}
