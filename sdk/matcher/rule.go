package matcher

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Rule is a condition on where a new need may be placed. Rules are not asked about a need whose volumes were
// found: data decides where it runs.
//
// The rules of this package combine by being listed together in a Need (all must agree), and with [All],
// [Any] and [Not]. An implementation must be a pure function of its arguments, must not keep or change what
// they refer to, and is called on the goroutine that called Assign.
type Rule interface {
	// Name says what is demanded, in a few words, for refusals: "at most 1 per @hostname".
	Name() string
	// Check returns nil if the need may go to the agent, else the reason why not, with numbers. It sees
	// what is placed already and what has been matched so far in this round.
	Check(need Need, agent Agent, placed Placements) error
}

// Agent is what an offer, or a Placed, says about an agent. The slices are shared: don't change them.
type Agent struct {
	ID             string // may change when the agent restarts
	Hostname       string
	Attributes     []mesos.Attribute
	Domain         *mesos.DomainInfo     // nil: none
	Unavailability *mesos.Unavailability // nil: no maintenance announced (semantics 5.10)
}

// Names that stand for facts about an agent where a rule takes the name of an attribute.
const (
	// Hostname is the agent's host name.
	Hostname = "@hostname"
	// Zone is the zone of the agent's fault domain.
	Zone = "@zone"
	// Region is the region of the agent's fault domain.
	Region = "@region"
)
