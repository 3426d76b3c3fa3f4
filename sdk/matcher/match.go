package matcher

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Match is a need and what an agent offers for it.
type Match struct {
	Need   Need
	Agent  Agent
	Offers []mesos.Offer // all to be named in the ACCEPT

	// Resources are the task's: the volumes as they will be, with the need's container paths, what is reserved
	// for the need, and the ports.
	Resources resource.Set
	// Volumes are those of Resources, in the order of the need's.
	Volumes []mesos.Resource
	// Ports are the numbers of the need's ports. The environment of the task is where they usually go.
	Ports map[string]uint64

	// Found: all the need's volumes were on offer (of a need without volumes: something reserved as its). The
	// data is what it was.
	Found bool
	// Adopted: there was no Claim, or an Intent only, but something carried the need's exact reservation: an earlier attempt
	// whose answer was lost, in whole or in part, or the life before the loss of a store.
	Adopted bool
	// Created are the persistence ids of the volumes that the chain makes.
	Created []string

	principal  string
	operations []mesos.Offer_Operation // RESERVE and CREATE of what is missing, without ids
}

// AgentID is the agent's, for the TaskInfo.
func (m Match) AgentID() mesos.AgentID { return mesos.AgentID{Value: m.Agent.ID} }

// Hostname is the agent's.
func (m Match) Hostname() string { return m.Agent.Hostname }

// Claim is what the need's Claim has to be from when the ACCEPT is sent: store it first. It is an Intent if
// something has to be made.
func (m Match) Claim() Claim {
	return Claim{Hostname: m.Agent.Hostname, AgentID: m.Agent.ID, Intent: len(m.operations) > 0 && !m.Found}
}

// Placed is the match as the rules count it from now on.
func (m Match) Placed() Placed {
	return Placed{ID: m.Need.ID, Group: m.Need.Group, Hostname: m.Agent.Hostname, AgentID: m.Agent.ID,
		Attributes: m.Agent.Attributes, Domain: m.Agent.Domain}
}

// Chain returns a new chain on the offers with RESERVE and CREATE of what is missing, ready for Launch. If other
// matches have the same offers (see [Config.PerAgent]), use [Placement.Chain]: an offer is answered once.
func (m Match) Chain() *ops.Chain { return m.onto(ops.On(m.Offers...)) }

func (m Match) onto(c *ops.Chain) *ops.Chain {
	if m.principal != "" {
		c.As(m.principal)
	}
	for _, op := range m.operations {
		c.Do(op)
	}
	return c
}

// Placement is all that is matched on one agent for one role: what one ACCEPT answers.
//
//	for _, p := range result.Placements {
//		chain := p.Chain()
//		for _, m := range p.Matches {
//			chain.Launch(task(m))
//		}
//		operations, err := chain.Build()
//		...
//		decisions = append(decisions, scheduler.Accept(p.Offers, operations))
//	}
type Placement struct {
	Agent   Agent
	Role    string        // of the offers; empty if the framework isn't MULTI_ROLE
	Offers  []mesos.Offer // ordered by id
	Matches []Match       // ordered by the needs' IDs
}

// Chain returns a new chain with RESERVE and CREATE of what is missing for all the matches.
func (p Placement) Chain() *ops.Chain {
	c := ops.On(p.Offers...)
	for _, m := range p.Matches {
		m.onto(c)
	}
	return c
}
