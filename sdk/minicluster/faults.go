package minicluster

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// ErrNoAgent is wrapped by errors about an agent that isn't there, or isn't in the state that a method needs.
var ErrNoAgent = errors.New("minicluster: no such agent")

// exclusively runs f while nobody else changes agents or the master.
func (c *Cluster) exclusively(f func() error) error {
	c.lock()
	defer c.unlock()
	if c.closed {
		return ErrClosed
	}
	return f()
}

// BreakStreams breaks the event streams of all schedulers. Their frameworks are disconnected; their failover
// timeouts begin.
func (c *Cluster) BreakStreams() error {
	return c.withLeader((*master.Master).BreakStreams)
}

// StopAgent ends agent i as a machine's power failure does: its processes die with it. The master sees the
// connection break, and marks the agent unreachable after Config.PingTimeout.
func (c *Cluster) StopAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		if m.handle == nil {
			return fmt.Errorf("%w: agent %d is stopped already", ErrNoAgent, i)
		}
		return errors.Join(c.stop(m), m.endAbandoned())
	})
}

// KillAgent ends the process of agent i and nothing else: tasks of frameworks with checkpoint set run on, with
// nobody to watch them, and those of others end. The master sees the connection break, and marks the agent
// unreachable after Config.PingTimeout. StartAgent brings it back to what runs still; a command task that has
// ended meanwhile has failed then, its exit status lost (semantics 4.8, 5.8). After 15 minutes the executors give
// up, and their tasks end.
func (c *Cluster) KillAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		if m.handle == nil || m.away {
			return fmt.Errorf("%w: agent %d is stopped already", ErrNoAgent, i)
		}
		c.leave(m)
		m.handle.Suspend()
		m.away = true
		return nil
	})
}

// StartAgent starts agent i again, with the id, reservations, volumes and unacknowledged updates that its work dir
// holds (semantics 4.8): with meta/slaves/latest removed there it gets a new id, and knows nothing of what still
// runs. Files that are damaged are named in the error, and nothing is changed; the agent stays away. So it does if
// its config was changed in a way that its Agent.Reconfiguration doesn't allow.
func (c *Cluster) StartAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		switch {
		case m.away:
			return c.resume(m)
		case m.handle != nil:
			return fmt.Errorf("%w: agent %d runs already", ErrNoAgent, i)
		}
		return c.open(m)
	})
}

func (c *Cluster) member(i int) (*member, error) {
	if i < 0 || i >= len(c.members) {
		return nil, fmt.Errorf("%w: %d of %d", ErrNoAgent, i, len(c.members))
	}
	return c.members[i], nil
}

// AgentID returns the id of agent i; empty if there is no such agent.
func (c *Cluster) AgentID(i int) mesos.AgentID {
	c.lock()
	defer c.unlock()
	m, err := c.member(i)
	if err != nil {
		return mesos.AgentID{}
	}
	return mesos.AgentID{Value: m.id}
}

// Allocate makes the master run a round of offers now.
func (c *Cluster) Allocate() error {
	return c.withLeader((*master.Master).Allocate)
}

// withLeader lets f do something to the master that leads.
func (c *Cluster) withLeader(f func(*master.Master) error) error {
	return c.exclusively(func() error {
		m, err := c.leading()
		if err != nil {
			return err
		}
		return f(m)
	})
}
