package allocator

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Info is what the allocator knows about an agent besides its resources.
type Info struct {
	Hostname     string
	Region, Zone *string // of its fault domain, if it has one
	Attributes   []mesos.Attribute
	MultiRole    bool // capabilities
	Hierarchical bool
}

// agent keeps the books of one agent: held holds what each framework was offered or uses, allocated to roles;
// the rest of total is free. Shared volumes are free however often they are held.
type agent struct {
	id     string
	info   Info
	active bool
	total  resource.Set
	held   map[string]resource.Set
	free   resource.Set // cached
	fresh  bool         // free is up to date
}

// available returns what nobody holds, and all shared volumes.
func (g *agent) available() resource.Set {
	if !g.fresh {
		g.free, g.fresh = g.count(), true
	}
	return g.free
}

func (g *agent) count() resource.Set {
	left, shared := sift(g.total, notShared), sift(g.total, resource.IsShared)
	for _, id := range slices.Sorted(maps.Keys(g.held)) {
		left, _ = left.Minus(sift(g.held[id], notShared).Unallocate())
	}
	if len(shared) == 0 {
		return left
	}
	return left.Plus(shared)
}

// sift is Filter without copies: what it returns is not to be changed.
func sift(s resource.Set, keep func(*mesos.Resource) bool) resource.Set {
	out := make(resource.Set, 0, len(s))
	for i := range s {
		if keep(&s[i]) {
			out = append(out, s[i])
		}
	}
	return out
}

func notShared(r *mesos.Resource) bool { return !resource.IsShared(r) }

// Available returns what is free on an agent: neither offered nor used. The Set is not to be changed.
func (a *Allocator) Available(agentID string) resource.Set {
	if g := a.agents[agentID]; g != nil {
		return g.available()
	}
	return nil
}

// Held returns what a framework was offered or uses on an agent. The Set is not to be changed.
func (a *Allocator) Held(agentID, frameworkID string) resource.Set {
	if g := a.agents[agentID]; g != nil {
		return g.held[frameworkID]
	}
	return nil
}

// Total returns all resources of an agent. The Set is not to be changed.
func (a *Allocator) Total(agentID string) resource.Set {
	if g := a.agents[agentID]; g != nil {
		return g.total
	}
	return nil
}

// Take books resources, allocated to roles, as held by a framework.
func (a *Allocator) Take(agentID, frameworkID string, s resource.Set) {
	g := a.agents[agentID]
	if g == nil || len(s) == 0 {
		return
	}
	g.held[frameworkID] = g.held[frameworkID].Plus(s)
	g.fresh = false
	a.charge(frameworkID, s, 1)
}

// Give books resources that a framework held as free again.
func (a *Allocator) Give(agentID, frameworkID string, s resource.Set) {
	g := a.agents[agentID]
	if g == nil || len(s) == 0 {
		return
	}
	left, ok := g.held[frameworkID].Minus(s)
	if !ok {
		a.config.Logger.Error("resources given back that were not held", "agent", agentID, "framework", frameworkID, "resources", s.String())
		return
	}
	if len(left) == 0 {
		delete(g.held, frameworkID)
	} else {
		g.held[frameworkID] = left
	}
	g.fresh = false
	a.charge(frameworkID, s, -1)
}

// Convert applies an operation to what a framework holds on an agent, and to the agent's total.
func (a *Allocator) Convert(agentID, frameworkID string, op, unallocated *mesos.Offer_Operation) error {
	g := a.agents[agentID]
	if g == nil {
		return fmt.Errorf("no agent %s", agentID)
	}
	held, err := g.held[frameworkID].Apply(op)
	if err != nil {
		return err
	}
	total, err := g.total.Apply(unallocated)
	if err != nil {
		return err
	}
	a.charge(frameworkID, g.held[frameworkID], -1)
	a.charge(frameworkID, held, 1)
	g.held[frameworkID] = held
	a.setTotal(g, total)
	return nil
}

// Apply applies an operation to what is free on an agent: the operator's way. The error's text is what the
// operator is told.
func (a *Allocator) Apply(agentID string, op *mesos.Offer_Operation) error {
	g := a.agents[agentID]
	if g == nil {
		return fmt.Errorf("no agent %s", agentID)
	}
	if _, err := g.available().Apply(op); err != nil {
		return err
	}
	total, err := g.total.Apply(op)
	if err != nil {
		return err
	}
	a.setTotal(g, total)
	return nil
}

func (a *Allocator) setTotal(g *agent, total resource.Set) {
	a.count(g.total, -1)
	g.total, g.fresh = total, false
	a.count(g.total, 1)
}

// count keeps the cluster's scalars, of which shares are fractions.
func (a *Allocator) count(s resource.Set, sign int64) {
	for name, amount := range scalars(s) {
		a.total[name] += sign * amount
	}
	a.roles.order = nil
	for _, s := range a.clients {
		s.order = nil
	}
}

// charge keeps what roles, and frameworks within them, hold.
func (a *Allocator) charge(frameworkID string, s resource.Set, sign int64) {
	byRole := map[string]resource.Set{}
	for i := range s {
		role := s[i].AllocationInfo.GetRole()
		byRole[role] = append(byRole[role], s[i])
	}
	for role, part := range byRole {
		if clients := a.clients[role]; clients != nil && clients.has(frameworkID) {
			amounts := scalars(part)
			a.roles.charge(role, amounts, sign)
			clients.charge(frameworkID, amounts, sign)
		}
	}
}
