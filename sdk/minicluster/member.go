package minicluster

import (
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// firstAgentPort is the port that the first agent shows; nothing listens there.
const firstAgentPort = 5051

// capabilities are those of a stock agent (semantics 0.4).
var capabilities = [...]mesos.AgentInfo_Capability_Type{
	mesos.AgentInfo_Capability_MULTI_ROLE,
	mesos.AgentInfo_Capability_HIERARCHICAL_ROLE,
	mesos.AgentInfo_Capability_RESERVATION_REFINEMENT,
	mesos.AgentInfo_Capability_RESOURCE_PROVIDER,
	mesos.AgentInfo_Capability_RESIZE_VOLUME,
	mesos.AgentInfo_Capability_AGENT_OPERATION_FEEDBACK,
	mesos.AgentInfo_Capability_AGENT_DRAINING,
	mesos.AgentInfo_Capability_TASK_RESOURCE_LIMITS,
}

func (a *Agent) validate() error {
	if _, err := resource.ParseAgent(a.Resources); err != nil {
		return fmt.Errorf("Resources: %w", err)
	}
	if _, err := parseAttributes(a.Attributes); err != nil {
		return fmt.Errorf("Attributes: %w", err)
	}
	if a.Reconfiguration != Equal && a.Reconfiguration != Additive {
		return fmt.Errorf("Reconfiguration: %d is neither Equal nor Additive", a.Reconfiguration)
	}
	for _, name := range a.Without {
		if _, err := capability(name); err != nil {
			return err
		}
	}
	return nil
}

func capability(name string) (mesos.AgentInfo_Capability_Type, error) {
	c := mesos.AgentInfo_Capability_Type(mesos.AgentInfo_Capability_Type_value[name])
	if !slices.Contains(capabilities[:], c) {
		return 0, fmt.Errorf("Without: no agent has a capability %q", name)
	}
	return c, nil
}

// ip is the address that an agent shows: its host name if that is one.
func (a *Agent) ip() string {
	if ip := net.ParseIP(a.Hostname); ip != nil && ip.To4() != nil {
		return a.Hostname
	}
	return "127.0.0.1"
}

// member is one agent of the cluster, running or stopped. Owned by whoever holds Cluster.admin.
type member struct {
	index     int
	config    Agent
	id        string       // empty until it registered for the first time
	handle    *agent.Agent // nil: stopped
	opened    int          // how often it was
	away      bool         // killed, and the tasks that outlive it are with handle
	waiting   bool         // it has found no master to register with
	simulator *agent.SimulatedRunner
	partition partition
	abandoned []abandoned // those before handle whose tasks it doesn't know
}

// ErrShutDown is wrapped by the errors of [Cluster.StartAgent], [Cluster.RestartAgent] and [Cluster.HealAgent] when
// the master tells the agent to shut down instead of registering it: an operator has marked it gone, or its machine
// is down. The agent is stopped then.
var ErrShutDown = master.ErrShutDown

// open starts an agent and registers it with the master.
func (c *Cluster) open(m *member) error {
	resources, err := resource.ParseAgent(m.config.Resources)
	if err != nil {
		return err
	}
	attributes, err := parseAttributes(m.config.Attributes)
	if err != nil {
		return err
	}
	m.opened++
	opened := m.opened
	config := agent.Config{
		WorkDir:    c.agentDir(m),
		Hostname:   m.config.Hostname,
		IP:         m.config.ip(),
		Port:       int32(firstAgentPort + m.index),
		Resources:  resources,
		Attributes: attributes,
		Additive:   m.config.Reconfiguration == Additive,
		Fault:      c.operationFaults.next,
		Stale:      func() { c.background(func() { c.rejoin(m) }) },
		Exited:     func(error) { c.background(func() { c.exited(m, opened) }) },
		Logger:     c.config.Logger,
	}
	if simulate := c.config.Simulate; simulate != nil {
		m.simulator = agent.NewSimulatedRunner(func(_ mesos.FrameworkID, task mesos.TaskInfo) agent.Simulation {
			return agent.Simulation(simulate(task))
		})
		config.Runner = m.simulator
	}
	handle, err := agent.Open(config, upstream{c})
	if err != nil {
		return fmt.Errorf("agent %d: %w", m.index, err)
	}
	m.handle = handle
	if m.partition.cut {
		handle.Partition()
	}
	return c.join(m)
}

// join registers a running agent with the master that leads, or with the next one that does.
func (c *Cluster) join(m *member) error {
	if m.partition.cut {
		m.partition.restarted, m.away = true, false
		return nil
	}
	leader, err := c.leading()
	if err != nil {
		m.waiting, m.away = true, false
		return nil
	}
	able := slices.DeleteFunc(slices.Clone(capabilities[:]), func(have mesos.AgentInfo_Capability_Type) bool {
		return slices.Contains(m.config.Without, have.String())
	})
	id, err := leader.Join(master.Member{Handle: m.handle, IP: m.config.ip(), Capabilities: able})
	if err != nil {
		err = fmt.Errorf("agent %d: %w", m.index, err)
		if errors.Is(err, ErrShutDown) {
			err = errors.Join(err, c.stop(m))
		}
		return err
	}
	m.id, m.away, m.waiting = id, false, false
	return nil
}

// stop ends an agent with its processes; the master sees the connection break.
func (c *Cluster) stop(m *member) error {
	if m.handle == nil {
		return nil
	}
	c.leave(m)
	err := m.handle.Close()
	m.handle, m.away, m.waiting = nil, false, false
	return err
}

// leave tells the master that the connection of an agent broke. A frozen one sees it when it goes on.
func (c *Cluster) leave(m *member) {
	if m.partition.cut {
		return // which nobody sees
	}
	if leader, err := c.leading(); err == nil {
		leader.Leave(m.id)
	} else {
		c.master.Load().LeaveUnseen(m.id)
	}
}

// exited follows an agent that gave up by itself, or was told to by the master. One that was stopped meanwhile, and
// perhaps started again, is none of its business.
func (c *Cluster) exited(m *member, opened int) {
	c.lock()
	defer c.unlock()
	if m.opened != opened {
		return
	}
	if err := c.stop(m); err != nil {
		c.config.Logger.Error("agent exited", "agent", m.id, "error", err)
	}
}

// upstream passes what agents report on to whichever master there is.
type upstream struct{ c *Cluster }

func (u upstream) TaskUpdate(id mesos.AgentID, framework mesos.FrameworkID, status mesos.TaskStatus, latest mesos.TaskState) {
	u.c.master.Load().TaskUpdate(id, framework, status, latest)
}

func (u upstream) OperationUpdate(id mesos.AgentID, framework *mesos.FrameworkID, operation string, status mesos.OperationStatus) {
	u.c.master.Load().OperationUpdate(id, framework, operation, status)
}

func (u upstream) ExecutorExited(id mesos.AgentID, framework mesos.FrameworkID, executor mesos.ExecutorID, status int32) {
	u.c.master.Load().ExecutorExited(id, framework, executor, status)
}

func (u upstream) ExecutorMessage(id mesos.AgentID, framework mesos.FrameworkID, executor mesos.ExecutorID, data []byte) {
	u.c.master.Load().ExecutorMessage(id, framework, executor, data)
}

// ErrWorkDir is wrapped by Start's error when the work dir can't be used.
var ErrWorkDir = errors.New("minicluster: can't use the work dir")
