package minicluster

import (
	"fmt"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// State is what the master knows at one moment. It shares nothing with the cluster.
type State struct {
	MasterID   string
	Agents     []AgentState     // registered ones, by id
	Frameworks []FrameworkState // registered or recovered ones, by id
	Completed  []FrameworkState // removed ones, oldest first
}

// AgentState is what the master knows of an agent. Total holds what is Available, Offered and Used, shared volumes
// once. It may hold more after a SHRINK_VOLUME: as with a real master, part of the disk that this frees is offered
// to nobody until the framework that did it is removed.
type AgentState struct {
	ID        mesos.AgentID
	Hostname  string
	Connected bool
	Total     resource.Set
	Available resource.Set
	Offered   resource.Set // allocated to roles
	Used      resource.Set // allocated to roles
}

// FrameworkState is what the master knows of a framework.
type FrameworkState struct {
	Info       mesos.FrameworkInfo // with its id
	Connected  bool
	Recovered  bool // known from agents only: it has not subscribed to this master yet
	Suppressed []string
	Offers     []mesos.Offer
	Tasks      []mesos.Task // those whose end is not acknowledged
	Completed  []mesos.Task
}

// State returns a consistent copy of what the leading master knows; the zero State after Close, and while there is no
// leader or it is frozen.
func (c *Cluster) State() State {
	leader, err := c.leading()
	if err != nil {
		return State{}
	}
	s := leader.Snapshot()
	out := State{MasterID: s.MasterID}
	for _, a := range s.Agents {
		out.Agents = append(out.Agents, AgentState(a))
	}
	for _, f := range s.Frameworks {
		out.Frameworks = append(out.Frameworks, FrameworkState(f))
	}
	for _, f := range s.Completed {
		out.Completed = append(out.Completed, FrameworkState(f))
	}
	return out
}

// Agent returns the agent of an id, and whether there is one.
func (s State) Agent(id string) (AgentState, bool) {
	for _, a := range s.Agents {
		if a.ID.Value == id {
			return a, true
		}
	}
	return AgentState{}, false
}

// Framework returns the framework of an id, and whether there is one.
func (s State) Framework(id string) (FrameworkState, bool) {
	for _, f := range s.Frameworks {
		if f.Info.ID.GetValue() == id {
			return f, true
		}
	}
	return FrameworkState{}, false
}

// Event is one that the master sent to a scheduler.
type Event struct {
	At          time.Time
	FrameworkID string             // empty for an ERROR to a framework that has none
	Event       *schedulerpb.Event // not to be changed
}

// Events returns the newest 10,000 events that the master sent, oldest first, heartbeats left out. A master that
// took over begins with none.
func (c *Cluster) Events() []Event {
	var out []Event
	for _, s := range c.master.Load().Sent() {
		out = append(out, Event(s))
	}
	return out
}

// New starts a cluster for a test, which ends it. Without a Config.WorkDir the test's own temporary folder is
// taken. The test fails at once if the cluster can't start.
func New(t testing.TB, cfg Config) *Cluster {
	t.Helper()
	if cfg.WorkDir == "" {
		cfg.WorkDir = t.TempDir()
	}
	c, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(fmt.Errorf("start a minicluster: %w", err))
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close the minicluster: %v", err)
		}
	})
	return c
}
