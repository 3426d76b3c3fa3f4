package minicluster

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"strconv"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/election"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
)

// Defaults of [Config]. Those of a real master differ where said.
const (
	DefaultListen             = "127.0.0.1:0"
	DefaultAllocationInterval = 250 * time.Millisecond // Mesos: 1 s
	DefaultHeartbeat          = 15 * time.Second
	DefaultPingTimeout        = 75 * time.Second // 5 pings of 15 s
	DefaultReregisterTimeout  = 10 * time.Minute
	DefaultMinAllocatable     = "cpus:0.01|mem:32"
	DefaultAgentResources     = "cpus:4;mem:4096;disk:10240;ports:[31000-32000]"
)

// Config says what a cluster consists of. The zero value is a cluster of one agent with
// [DefaultAgentResources] that runs real processes in a temporary folder.
type Config struct {
	// WorkDir keeps what outlives the cluster: the master's registry and the agents' checkpoints, volumes
	// and sandboxes (see the package comment for the layout). A cluster that is started again on it has the
	// same agents with the same ids, reservations and volumes. Empty: a temporary folder, removed by Close.
	WorkDir string

	// Listen is the first master's address, with port 0 for any free one. Default [DefaultListen].
	Listen string

	// Masters is how many masters there are; one leads, the others stand by. Default 1. Where Listen names a port, the
	// second has the next one, and so on.
	Masters int

	// SessionTimeout is how long a master that died or froze is still taken for the leader, by the others and by those who
	// ask them. Default 0: it isn't at all; with ZooKeeper, which may make it longer, 10 s as in Mesos.
	SessionTimeout time.Duration

	// ZooKeeper is where the masters contend: zk://user:password@host1:port,host2/path, as in the master's flag --zk (semantics
	// 1.13). Start waits until each of them knows who leads, which may be a master of another process; agents register with
	// none but masters of this cluster. Not with [Pipes]. Empty: they agree among themselves.
	ZooKeeper string

	// Network is what the master listens on. Default [Loopback].
	Network Network

	// Agents of the cluster, in order: agent 0 keeps its files in <WorkDir>/agents/0 and so on.
	// Default: one, of all defaults.
	Agents []Agent

	// AllocationInterval is the time between two rounds of offers, and the shortest time that a declined
	// offer stays away. Default [DefaultAllocationInterval].
	AllocationInterval time.Duration

	// Heartbeat is the interval of HEARTBEAT events on a scheduler's stream. Default [DefaultHeartbeat].
	Heartbeat time.Duration

	// OfferTimeout is how long an offer may stay unanswered before it is rescinded. Default 0: for ever.
	OfferTimeout time.Duration

	// PingTimeout is how long a stopped agent stays merely disconnected before its tasks are reported as
	// unreachable. Default [DefaultPingTimeout].
	PingTimeout time.Duration

	// ReregisterTimeout is how long a master that took over waits for the agents it knows from its
	// registry. Default [DefaultReregisterTimeout].
	ReregisterTimeout time.Duration

	// InMemory makes the master forget at its end which agents it knew, as with the flag --registry=in_memory: one
	// that took over answers TASK_UNKNOWN for a task whose agent is not back yet. Otherwise it doesn't answer, as
	// with --registry=replicated_log (semantics 6.4).
	InMemory bool

	// MinAllocatable are the quantities of which an offer must hold at least one, as in the master's flag
	// --min_allocatable_resources: "cpus:0.01|mem:32". Default [DefaultMinAllocatable]; "none": anything
	// is offered.
	MinAllocatable string

	// Roles is the master's role whitelist. Empty: any role.
	Roles []string

	// Credentials, by principal, make the master ask for HTTP basic authentication. Empty: it asks nobody.
	Credentials map[string]string

	// ACLs are access control lists in JSON, as in the master's flag --acls: {"permissive": false, "create_volumes":
	// [{"principals": {"values": ["ops"]}, "roles": {"type": "ANY"}}]} (semantics 8.1). Operators are known by their
	// Credentials, frameworks by the principal that they name. Names that no list has are refused. Empty: everybody
	// may do everything.
	ACLs string

	// Simulate decides what tasks do instead of running them as processes. Nil: real processes.
	Simulate func(task mesos.TaskInfo) Simulation

	// Seed of the order in which agents are visited by the allocator: at equal times, which a testing/synctest bubble
	// has, equal seeds make equal orders.
	Seed uint64

	// Logger gets what the cluster has to say. Nil: nobody does.
	Logger *slog.Logger
}

// Agent describes one agent of a cluster.
type Agent struct {
	// Hostname as in offers. Default 127.0.0.1 for the first agent, 127.0.0.2 for the second and so on:
	// distinct, and all of them the machine itself on Linux.
	Hostname string

	// Resources in Mesos' text form ("cpus:4;mem:1024;disk(role):2048") or as a JSON array of Resource.
	// Neither dynamic reservations nor volumes (semantics 2.10). Default [DefaultAgentResources].
	Resources string

	// Attributes in Mesos' text form: "rack:r1;zone:z1;generation:3".
	Attributes string

	// Reconfiguration says what may differ from when the agent was last started on its work dir, as the flag
	// --reconfiguration_policy does: nothing ([Equal], the default), or resources and attributes may have been
	// added ([Additive]). Otherwise the agent doesn't start (semantics 4.8).
	Reconfiguration Reconfiguration

	// Without names agent capabilities that this agent lacks, to provoke what a master says then:
	// "RESIZE_VOLUME", "AGENT_OPERATION_FEEDBACK" and so on.
	Without []string
}

// ErrConfig is what every error about a [Config] wraps.
var ErrConfig = fmt.Errorf("minicluster: invalid config")

func (c Config) withDefaults() Config {
	set(&c.Listen, DefaultListen)
	set(&c.Masters, 1)
	if c.ZooKeeper != "" {
		set(&c.SessionTimeout, election.DefaultSessionTimeout)
	}
	set(&c.AllocationInterval, DefaultAllocationInterval)
	set(&c.Heartbeat, DefaultHeartbeat)
	set(&c.PingTimeout, DefaultPingTimeout)
	set(&c.ReregisterTimeout, DefaultReregisterTimeout)
	set(&c.MinAllocatable, DefaultMinAllocatable)
	if len(c.Agents) == 0 {
		c.Agents = []Agent{{}}
	}
	agents := make([]Agent, len(c.Agents))
	for i, a := range c.Agents {
		set(&a.Resources, DefaultAgentResources)
		set(&a.Hostname, fmt.Sprintf("127.%d.%d.%d", i>>16, i>>8&0xff, i&0xff+1))
		agents[i] = a
	}
	c.Agents = agents
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// maxAgents bounds the addresses that agents get by default, and a config's size.
const maxAgents = 10_000

// maxMasters is more than any quorum has.
const maxMasters = 99

func (c *Config) validate() error {
	refuse := func(field, format string, args ...any) error {
		return fmt.Errorf("%w: %s: %s", ErrConfig, field, fmt.Sprintf(format, args...))
	}
	for field, d := range map[string]time.Duration{
		"AllocationInterval": c.AllocationInterval, "Heartbeat": c.Heartbeat, "OfferTimeout": c.OfferTimeout,
		"SessionTimeout": c.SessionTimeout, "PingTimeout": c.PingTimeout, "ReregisterTimeout": c.ReregisterTimeout,
	} {
		if d < 0 {
			return refuse(field, "%v is negative", d)
		}
	}
	if c.Network != Loopback && c.Network != Pipes {
		return refuse("Network", "%d is neither Loopback nor Pipes", c.Network)
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil {
		return refuse("Listen", "%v: write host:port", err)
	} else if n, err := strconv.Atoi(port); err != nil || n < 0 || n > math.MaxUint16 {
		return refuse("Listen", "%q is no port", port)
	} else if c.Masters < 1 || c.Masters > maxMasters {
		return refuse("Masters", "%d: there may be 1 to %d", c.Masters, maxMasters)
	} else if n > 0 && n+c.Masters-1 > math.MaxUint16 {
		return refuse("Masters", "the ports of %d masters from %d on would end above %d", c.Masters, n, math.MaxUint16)
	}
	if _, err := election.ParseURL(c.ZooKeeper); c.ZooKeeper != "" && err != nil {
		return refuse("ZooKeeper", "%v", err)
	}
	if c.ZooKeeper != "" && c.Network == Pipes {
		return refuse("ZooKeeper", "only masters on the loopback interface can contend there")
	}
	if _, err := allocator.ParseMinAllocatable(c.minAllocatable()); err != nil {
		return refuse("MinAllocatable", "%v", err)
	}
	if _, err := authorize.Parse(c.ACLs); err != nil {
		return refuse("ACLs", "%v", err)
	}
	if len(c.Agents) > maxAgents {
		return refuse("Agents", "%d are more than %d", len(c.Agents), maxAgents)
	}
	for i := range c.Agents {
		if err := c.Agents[i].validate(); err != nil {
			return refuse(fmt.Sprintf("Agents[%d]", i), "%v", err)
		}
	}
	return nil
}

func (c *Config) minAllocatable() string {
	if c.MinAllocatable == "none" {
		return ""
	}
	return c.MinAllocatable
}
