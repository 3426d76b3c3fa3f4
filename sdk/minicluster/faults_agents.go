package minicluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Restart says what an agent finds of itself when it is started again.
type Restart int

const (
	// SameID: all that it left. What runs goes on under it.
	SameID Restart = iota
	// NewID: its meta/slaves/latest is removed. It registers as a new agent that offers the old reservations and
	// volumes at once, while the tasks of before run on, unwatched, and write (semantics 4.8).
	NewID
	// LostMeta: its whole meta folder is removed. The new agent has neither reservations nor volumes, but the
	// volumes' directories stay, so that reserving and creating them anew gives the data back (semantics 4.2).
	LostMeta
)

// String returns the name of the constant.
func (r Restart) String() string {
	names := [...]string{"SameID", "NewID", "LostMeta"}
	if r < 0 || int(r) >= len(names) {
		return fmt.Sprintf("Restart(%d)", int(r))
	}
	return names[r]
}

// RestartAgent kills the process of agent i, if it runs, as [Cluster.KillAgent] does, and starts it again with
// what it is to find of itself. An agent that comes back under a new id within Config.PingTimeout takes the place
// of the old one: the tasks there are TASK_LOST, "a new agent registered at the same address".
func (c *Cluster) RestartAgent(i int, how Restart) error {
	if how < SameID || how > LostMeta {
		return fmt.Errorf("%w: %v", ErrConfig, how)
	}
	if err := c.KillAgent(i); err != nil && !errors.Is(err, ErrNoAgent) {
		return err
	}
	err := c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		if how != SameID && m.away {
			if err := c.abandon(m); err != nil {
				return err
			}
		}
		meta := filepath.Join(c.agentDir(m), "meta")
		switch how {
		case NewID:
			if err := os.Remove(filepath.Join(meta, "slaves", "latest")); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		case LostMeta:
			return os.RemoveAll(meta)
		case SameID:
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.StartAgent(i)
}

// LoseAgent ends agent i for good: its machine is gone, with the disk. The master sees the connection break, and
// marks the agent unreachable after Config.PingTimeout. [Cluster.StartAgent] starts another machine in its place,
// with the same address and an empty disk.
func (c *Cluster) LoseAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		return errors.Join(c.stop(m), m.endAbandoned(), os.RemoveAll(c.agentDir(m)))
	})
}

// partition is the state of the network between the master and one agent.
type partition struct {
	cut       bool
	restarted bool // the agent's process is another one since: it has to register when the network is back
}

// PartitionAgent cuts the network between the master and agent i. The agent lives, and so do its tasks; nothing
// that either says gets through, and the master doesn't see it: offers stay, and calls about the agent's tasks are
// taken. When the agent hasn't answered for Config.PingTimeout it is marked unreachable.
func (c *Cluster) PartitionAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		if m.handle == nil || m.partition.cut {
			return fmt.Errorf("%w: agent %d is stopped or cut off already", ErrNoAgent, i)
		}
		m.partition = partition{cut: true, restarted: m.away}
		m.handle.Partition()
		if leader, err := c.leading(); err == nil {
			leader.Silence(m.id)
		}
		return nil
	})
}

// HealAgent ends a partition. If the master still has the agent, what was said meanwhile arrives, in order, as TCP
// keeps it; otherwise it is lost, and the agent registers again, with its tasks (semantics 5.8).
func (c *Cluster) HealAgent(i int) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		if !m.partition.cut {
			return fmt.Errorf("%w: agent %d is not cut off", ErrNoAgent, i)
		}
		restarted := m.partition.restarted
		m.partition = partition{}
		known := false
		if leader, err := c.leading(); err == nil {
			known = leader.Hear(m.id)
		}
		if m.handle == nil || m.away { // its process ended meanwhile, which the master sees now
			c.leave(m)
			if m.handle != nil {
				m.handle.Heal(false)
			}
			return nil
		}
		m.handle.Heal(known && !restarted)
		if known && !restarted {
			return nil
		}
		return c.join(m)
	})
}
