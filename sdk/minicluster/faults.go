package minicluster

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
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

// FailoverMaster kills the master and starts another one, with an id of its own, on the same address: all
// connections break without a word, offers are void, and frameworks have to subscribe again. Running agents have
// registered with it, with their tasks and reservations, when FailoverMaster returns; stopped ones are known from
// the registry only (semantics 1.6, 6.4).
func (c *Cluster) FailoverMaster() error {
	return c.exclusively(func() error {
		c.master.Load().Close()
		c.connections.cut()
		if err := c.newMaster(); err != nil {
			return err
		}
		var errs []error
		for _, m := range c.members {
			if m.handle != nil && !m.away {
				errs = append(errs, c.join(m))
			}
		}
		return errors.Join(errs...)
	})
}

// BreakStreams breaks the event streams of all schedulers. Their frameworks are disconnected; their failover
// timeouts begin.
func (c *Cluster) BreakStreams() error {
	return c.exclusively(func() error { return c.master.Load().BreakStreams() })
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
		return c.stop(m)
	})
}

// KillAgent ends the process of agent i and nothing else: tasks of frameworks with checkpoint set run on, with
// nobody to watch them, and those of others end. The master sees the connection break, and marks the agent
// unreachable after Config.PingTimeout. StartAgent brings it back to what runs still; a command task that has
// ended meanwhile has failed then, its exit status lost (semantics 4.8, 5.8).
func (c *Cluster) KillAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		if m.handle == nil || m.away {
			return fmt.Errorf("%w: agent %d is stopped already", ErrNoAgent, i)
		}
		c.master.Load().Leave(m.id)
		m.handle.Suspend()
		m.away = true
		return nil
	})
}

// StartAgent starts agent i again, with the id, reservations, volumes and unacknowledged updates that it had
// (semantics 4.8).
func (c *Cluster) StartAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		switch {
		case m.away:
			return c.join(m)
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
	return c.exclusively(func() error { return c.master.Load().Allocate() })
}
