package master

// The operator's RESERVE_RESOURCES, UNRESERVE_RESOURCES, CREATE_VOLUMES, DESTROY_VOLUMES, GROW_VOLUME and
// SHRINK_VOLUME, which the older endpoints share (semantics 7.1).

import (
	"net/http"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func (m *Master) reserve(agentID string, source, resources []mesos.Resource, principal *string) answer {
	return m.operation(agentID, principal, &mesos.Offer_Operation{
		Type:    mesos.Offer_Operation_RESERVE.Enum(),
		Reserve: &mesos.Offer_Operation_Reserve{Source: source, Resources: resources},
	}, true)
}

func (m *Master) unreserve(agentID string, resources []mesos.Resource, principal *string) answer {
	return m.operation(agentID, principal, &mesos.Offer_Operation{
		Type:      mesos.Offer_Operation_UNRESERVE.Enum(),
		Unreserve: &mesos.Offer_Operation_Unreserve{Resources: resources},
	}, false)
}

func (m *Master) createVolumes(agentID string, volumes []mesos.Resource, principal *string) answer {
	return m.operation(agentID, principal, &mesos.Offer_Operation{
		Type:   mesos.Offer_Operation_CREATE.Enum(),
		Create: &mesos.Offer_Operation_Create{Volumes: volumes},
	}, true)
}

func (m *Master) destroyVolumes(agentID string, volumes []mesos.Resource, principal *string) answer {
	return m.operation(agentID, principal, &mesos.Offer_Operation{
		Type:    mesos.Offer_Operation_DESTROY.Enum(),
		Destroy: &mesos.Offer_Operation_Destroy{Volumes: volumes},
	}, false)
}

func (m *Master) growVolume(c *masterpb.Call_GrowVolume, principal *string) answer {
	return m.operation(c.AgentID.GetValue(), principal, &mesos.Offer_Operation{
		Type:       mesos.Offer_Operation_GROW_VOLUME.Enum(),
		GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: c.Volume, Addition: c.Addition},
	}, true)
}

func (m *Master) shrinkVolume(c *masterpb.Call_ShrinkVolume, principal *string) answer {
	return m.operation(c.AgentID.GetValue(), principal, &mesos.Offer_Operation{
		Type:         mesos.Offer_Operation_SHRINK_VOLUME.Enum(),
		ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{Volume: c.Volume, Subtract: c.Subtract},
	}, true)
}

// operation does an operator's operation on what is free on an agent, or offered, and keeps what became of it.
// named: the text of a refusal names the agent.
func (m *Master) operation(agentID string, principal *string, op *mesos.Offer_Operation, named bool) answer {
	done := m.carryOut(agentID, principal, op, named)
	if done.status != http.StatusAccepted {
		m.outcomes.refused(nil, agentID, op, done.body)
	}
	return done
}

func (m *Master) carryOut(agentID string, principal *string, op *mesos.Offer_Operation, named bool) answer {
	a := m.agents[agentID]
	if a == nil {
		return refuse(http.StatusBadRequest, "No agent found with specified ID")
	}
	if err := validate.Upgrade(op); err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	if err := m.check(a, op, validate.Requester{Principal: principal}); err != nil {
		on := ""
		if named {
			on = " on agent " + a.String()
		}
		return refuse(http.StatusBadRequest, "Invalid "+op.GetType().String()+" operation"+on+": "+err.Error())
	}
	if m.forbids(principal, op) {
		return forbidden
	}
	if reduced, poison := validate.Poison(op); poison != nil {
		if _, err := m.within(a).Apply(reduced); err == nil {
			return refuse(http.StatusBadRequest, poison.Error())
		}
	}
	m.reclaim(a, op)
	if err := m.alloc.Apply(a.id, op); err != nil {
		return refuse(http.StatusConflict, err.Error())
	}
	m.apply(nil, a, op)
	return answer{status: http.StatusAccepted}
}

// within returns what an operator's operation can reach: what is free on an agent or offered.
func (m *Master) within(a *agent) resource.Set {
	return m.alloc.Available(a.id).Plus(a.offered().Unallocate())
}

// reclaim rescinds offers that hold something of what an operation needs, until it has enough of it. Their
// frameworks are not offered the same at once.
func (m *Master) reclaim(a *agent, op *mesos.Offer_Operation) {
	required := consumed(op)
	var reclaimed resource.Set
	for _, o := range a.sortedOffers() {
		held := o.resources().Unallocate()
		left, _ := required.Minus(held)
		if left.Equal(required) {
			continue
		}
		required = left
		reclaimed = reclaimed.Plus(held)
		m.discard(o, true)
		m.alloc.Refuse(time.Now(), o.framework.id, a.id, o.resources(), nil)
		if _, err := reclaimed.Apply(op); err == nil {
			return
		}
	}
}

// consumed returns what an operation that was validated takes (semantics 2.8).
func consumed(op *mesos.Offer_Operation) resource.Set {
	each := func(s []mesos.Resource, do func(mesos.Resource) mesos.Resource) resource.Set {
		var out resource.Set
		for i := range s {
			out = out.Plus(resource.Set{do(s[i])})
		}
		return out
	}
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		if len(op.Reserve.Source) > 0 {
			return resource.Set(nil).Plus(op.Reserve.Source)
		}
		return each(op.Reserve.Resources, resource.Pop)
	case mesos.Offer_Operation_UNRESERVE:
		return resource.Set(nil).Plus(op.Unreserve.Resources)
	case mesos.Offer_Operation_CREATE:
		return each(op.Create.Volumes, resource.Unvolume)
	case mesos.Offer_Operation_DESTROY:
		return resource.Set(nil).Plus(op.Destroy.Volumes)
	case mesos.Offer_Operation_GROW_VOLUME:
		return resource.Set{op.GrowVolume.Volume}.Plus(resource.Set{op.GrowVolume.Addition})
	case mesos.Offer_Operation_SHRINK_VOLUME:
		return resource.Set{op.ShrinkVolume.Volume}
	}
	return nil
}

func (m *Master) operatorTeardown(frameworkID string, principal *string) answer {
	f := m.frameworks[frameworkID]
	if f == nil {
		return refuse(http.StatusBadRequest, "No framework found with specified ID")
	}
	if !m.permits(authorize.TeardownFramework, principal, f.info.Principal) {
		return forbidden
	}
	m.teardown(f)
	return answer{status: http.StatusOK}
}
