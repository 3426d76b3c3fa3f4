package minicluster

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Reconfiguration is a policy for agents that are started again with another config.
type Reconfiguration int

const (
	// Equal lets nothing change, as a real agent does by default.
	Equal Reconfiguration = iota
	// Additive lets resources and attributes be added.
	Additive
)

// String returns what the agent's flag --reconfiguration_policy takes.
func (r Reconfiguration) String() string {
	switch r {
	case Equal:
		return "equal"
	case Additive:
		return "additive"
	}
	return fmt.Sprintf("Reconfiguration(%d)", int(r))
}

// Errors of agents that don't start; [Cluster.StartAgent] and [Start] wrap them.
var (
	// ErrReconfigured: the config has changed, and the agent's policy doesn't allow that.
	ErrReconfigured = agent.ErrReconfigured
	// ErrCorrupt: a file that the agent keeps is damaged; the text names it and says what to do.
	ErrCorrupt = agent.ErrCorrupt
)

// ChangeAgent gives agent i, which must have been stopped or killed, another config for its next start. The error
// wraps [ErrConfig] if the config is no valid one, and [ErrNoAgent] if the agent runs.
func (c *Cluster) ChangeAgent(i int, change func(*Agent)) error {
	return c.exclusively(func() error {
		m, err := c.member(i)
		if err != nil {
			return err
		}
		if m.handle != nil && !m.away {
			return fmt.Errorf("%w: agent %d runs: stop it first", ErrNoAgent, i)
		}
		next := m.config
		next.Without = slices.Clone(next.Without)
		change(&next)
		if err := next.validate(); err != nil {
			return fmt.Errorf("%w: Agents[%d]: %w", ErrConfig, i, err)
		}
		m.config = next
		return nil
	})
}

func (c *Cluster) agentDir(m *member) string {
	return filepath.Join(c.dir, "agents", strconv.Itoa(m.index))
}

// abandoned is an agent that another one has followed on its work dir while its tasks go on.
type abandoned struct {
	handle    *agent.Agent
	simulator *agent.SimulatedRunner
}

// all are a member's agents, the newest first.
func (m *member) all() []abandoned {
	var out []abandoned
	if m.handle != nil {
		out = append(out, abandoned{m.handle, m.simulator})
	}
	for _, old := range slices.Backward(m.abandoned) {
		out = append(out, old)
	}
	return out
}

// endAbandoned kills what runs unwatched.
func (m *member) endAbandoned() error {
	var err error
	for _, old := range m.abandoned {
		if failed := old.handle.Close(); failed != nil && err == nil {
			err = failed
		}
	}
	m.abandoned = nil
	return err
}

// abandon leaves what an agent runs that is away to itself.
func (c *Cluster) abandon(m *member) error {
	if err := m.handle.Abandon(); err != nil {
		return fmt.Errorf("agent %d: %w", m.index, err)
	}
	m.abandoned = append(m.abandoned, abandoned{m.handle, m.simulator})
	m.handle, m.simulator, m.away = nil, nil, false
	return nil
}

// resume starts the process of an agent again whose tasks have outlived it.
func (c *Cluster) resume(m *member) error {
	id, err := agent.Readable(c.agentDir(m))
	if err != nil {
		return fmt.Errorf("agent %d: %w", m.index, err)
	}
	if id == nil || id.Value != m.id {
		if err := c.abandon(m); err != nil {
			return err
		}
		return c.open(m)
	}
	resources, err := resource.ParseAgent(m.config.Resources)
	if err != nil {
		return err
	}
	attributes, err := parseAttributes(m.config.Attributes)
	if err != nil {
		return err
	}
	if err := m.handle.Reconfigure(resources, m.config.Hostname, attributes, m.config.Reconfiguration == Additive); err != nil {
		return fmt.Errorf("agent %d: %w", m.index, err)
	}
	return c.join(m)
}

// rejoin has an agent register again that runs.
func (c *Cluster) rejoin(m *member) {
	c.lock()
	defer c.unlock()
	if c.closed || m.handle == nil || m.away {
		return
	}
	if err := c.join(m); err != nil {
		c.config.Logger.Error("agent can't register again", "agent", m.id, "error", err)
	}
}

// forget empties a registry that is a master's own.
func (c *Cluster) forget() {
	if c.config.InMemory {
		c.registry.Forget()
	}
}
