package ops

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A target is whose resources a chain uses.
type target struct {
	offer     string // first offer's id
	agent     mesos.AgentID
	framework mesos.FrameworkID
	role      string                         // what the offers are allocated to; "": offers to a framework without MULTI_ROLE don't say
	running   map[string]struct{}            // executors that the agent has already
	allocated *mesos.Resource_AllocationInfo // role, shared by all resources of the chain; nil without a role
}

// targetOf checks that offers can be accepted together, in the order of the master (semantics 3.2).
func targetOf(offers []mesos.Offer) (target, *Error) {
	if len(offers) == 0 {
		return target{}, refuse(ErrOffers, "", "No offers specified; give at least one")
	}
	first := &offers[0]
	t := target{offer: first.ID.Value, agent: first.AgentID, framework: first.FrameworkID, role: roleOf(first), running: map[string]struct{}{}}
	if t.role != "" {
		t.allocated = &mesos.Resource_AllocationInfo{Role: &t.role}
	}
	seen := make(map[string]struct{}, len(offers))
	for i := range offers {
		o := &offers[i]
		if _, twice := seen[o.ID.Value]; twice {
			return target{}, refuse(ErrOffers, "", "Duplicate offer %s in offer list; name it once", o.ID.Value)
		}
		seen[o.ID.Value] = struct{}{}
		switch {
		case o.FrameworkID.Value != t.framework.Value:
			return target{}, refuse(ErrOffers, "", "Offer %s has invalid framework %s while framework %s is expected; accept each framework's offers apart",
				o.ID.Value, o.FrameworkID.Value, t.framework.Value)
		case roleOf(o) != t.role:
			return target{}, refuse(ErrOffers, "", "Aggregated offers must be allocated to the same role: offer %s uses role %q but %s is using role %q; accept them apart",
				o.ID.Value, roleOf(o), t.offer, t.role)
		case o.AgentID.Value != t.agent.Value:
			return target{}, refuse(ErrOffers, "", "Aggregated offers must belong to one single agent: offer %s uses agent %s but %s is of agent %s; accept them apart",
				o.ID.Value, o.AgentID.Value, t.offer, t.agent.Value)
		}
		for _, id := range o.ExecutorIDs {
			t.running[id.Value] = struct{}{}
		}
	}
	return t, nil
}

// roleOf returns the role that an offer is allocated to, "" if it doesn't say.
func roleOf(o *mesos.Offer) string {
	if o.AllocationInfo != nil {
		return o.AllocationInfo.GetRole()
	}
	for i := range o.Resources {
		if a := o.Resources[i].AllocationInfo; a != nil {
			return a.GetRole()
		}
	}
	return ""
}

// own returns a copy of resources in the newer wire format, with the offers' role in what has none (semantics 2.6,
// 2.7).
func (t *target) own(resources []mesos.Resource) resource.Set {
	copied := resource.Set(resources).Clone()
	for i := range copied {
		t.allocate(&copied[i])
	}
	return copied
}

func (t *target) ownOne(r *mesos.Resource) mesos.Resource {
	return t.own([]mesos.Resource{*r})[0]
}

// allocate changes r itself, nothing that it points to. An allocation where the offers have none would only keep
// equal resources apart, and is dropped.
func (t *target) allocate(r *mesos.Resource) {
	if t.allocated == nil || r.AllocationInfo == nil {
		r.AllocationInfo = t.allocated
	}
}
