package matcher

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Need is what one instance of a service wants, and owns.
type Need struct {
	// ID is the stable name of the instance: "node-0". Required, unique among the needs.
	ID string
	// Group is what the counting rules count by: "data". Instances of one group are spread over hosts where
	// no rule says otherwise. Empty is a group like any other.
	Group string
	// Reservation is what the instance's resources are reserved as. Its labels tell instances apart.
	//
	// Static: disk statically reserved for the role is made into volumes as it is; nothing is reserved. Such a
	// reservation has no principal; one that is given is taken for the framework's.
	// Role empty: nothing is reserved either, and the need can't have volumes.
	Reservation resource.Reservation
	// Principal is the framework's, stored in the volumes made. Default: the reservation's. If the two differ,
	// the resources were reserved by somebody else for this need (an operator): what is reserved so is used,
	// but nothing is added to it, because a master refuses a RESERVE in another's name (semantics 3.4).
	Principal string
	// Refine lists dynamic reservations of parent roles that may be refined for this need. Static ones may
	// always be. Default: none, since what is dynamically reserved for a parent role is usually in use.
	Refine []resource.Reservation
	// Resources are wanted besides the volumes, in unreserved form: "cpus:1;mem:512" (mem and disk in MiB).
	// Scalars are reserved with the volumes, "disk" is taken from the root disk for the sandbox. Ranges and
	// sets, such as "ports:[9042-9042]", are taken as they are and not reserved.
	Resources resource.Set
	// Volumes are found again wherever they turn up, else made from free disk. The persistence ids must be
	// unique among the needs of the role. On a MOUNT disk MiB is the least that will do.
	Volumes []resource.Volume
	// Ports are names of ports; the numbers come from the offer, lowest first.
	Ports []string
	// Claim is set once the instance owns reservations or volumes: then it is only ever placed where they are.
	Claim *Claim
	// Rules must all agree to a new placement.
	Rules []Rule
}

// Claim says that an instance owns what is reserved and created for it. Where it was last seen is a hint, for
// messages and to tell two complete sets of its volumes apart; it is never what a volume is known by.
type Claim struct {
	Hostname string
	AgentID  string
	// Intent: the ACCEPT that makes what is to be claimed was decided on, and its outcome isn't known yet. Stored
	// before the ACCEPT is sent, it makes a crash or a lost answer harmless: what is missing is made, but only where
	// some of it is found, else on the agent AgentID; never a second time elsewhere because that agent isn't
	// offered just now. Clear it when the task runs or the volumes were offered; drop the Claim to give up.
	Intent bool
}

// Placed is an instance that runs, or owns volumes, somewhere: what the rules count.
type Placed struct {
	ID         string // as its Need's
	Group      string // as its Need's
	Hostname   string
	AgentID    string
	Attributes []mesos.Attribute // as offered by the agent; without them the instance isn't counted by attribute
	Domain     *mesos.DomainInfo
}

func (p Placed) agent() Agent {
	return Agent{ID: p.AgentID, Hostname: p.Hostname, Attributes: p.Attributes, Domain: p.Domain}
}
