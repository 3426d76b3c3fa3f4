package master

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	agents "github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

var (
	// ErrEnded is returned when the master has ended.
	ErrEnded = errors.New("the master has ended")
	// ErrShutDown is wrapped when an agent that registers is told to shut down: it was marked gone, or its
	// machine is down.
	ErrShutDown = errors.New("the master asks the agent to shut down")
)

// Join registers an agent, for the first time or again, with the tasks and reservations that it brings. It
// returns the agent's id.
func (m *Master) Join(member Member) (string, error) {
	type result struct {
		id  string
		err error
	}
	r, ok := ask(m, func() result {
		id, err := m.join(member)
		return result{id, err}
	})
	if !ok {
		return "", ErrEnded
	}
	return r.id, r.err
}

func (m *Master) join(member Member) (string, error) {
	info := member.Handle.Info()
	id := info.ID.GetValue()
	was := m.standing(id)
	if why := m.unwelcome(id, info, member); why != "" {
		member.Handle.Shutdown(why)
		return "", fmt.Errorf("agent %q on %s: %w: %s", id, info.Hostname, ErrShutDown, why)
	}
	if id == "" {
		id = m.newAgentID()
	}
	if err := member.Handle.Registered(mesos.AgentID{Value: id}); err != nil {
		return "", fmt.Errorf("register agent %s: %w", id, err)
	}
	info.ID = &mesos.AgentID{Value: id}
	if err := m.config.Registry.Admit(id, m.written(&info)); err != nil {
		return "", fmt.Errorf("register agent %s: %w", id, err)
	}
	delete(m.recovered, id)
	delete(m.since, id)
	a, known := m.agents[id]
	if !known {
		a = m.admit(id, info, member)
	} else {
		m.readmit(a, info, member)
	}
	m.bring(a, reappearance[was])
	if !known {
		m.announceAgent(a)
	}
	m.resumeOrders(a)
	m.mail.put(func() { m.rounds.now = true }) // behind what the agent has told when it was registered
	return id, nil
}

// unwelcome tells why an agent has to shut down instead of registering; empty: it is welcome.
func (m *Master) unwelcome(id string, info mesos.AgentInfo, member Member) string {
	machine := validate.Machine{Hostname: strings.ToLower(info.Hostname), IP: member.IP, HasHost: true, HasIP: true}
	switch one := m.orders.maintenance.machines[machine]; {
	case id != "" && m.standing(id) == Gone:
		return messageGone
	case one != nil && one.mode == down:
		return "Machine is `DOWN`"
	case m.agents[id] != nil && m.agents[id].machine() != machine:
		return "Agent attempted to reregister with different IP / hostname"
	}
	return ""
}

// admit takes in an agent that is not registered with this master.
func (m *Master) admit(id string, info mesos.AgentInfo, member Member) *agent {
	a := &agent{
		id:         id,
		offers:     map[string]*offer{},
		inverse:    map[string]*inverseOffer{},
		used:       map[string]resource.Set{},
		operations: map[string]*operation{},
		killed:     map[string]map[string]*time.Duration{},
		registered: time.Now(),
	}
	a.update(info, member)
	for _, other := range m.sortedAgents() {
		if other.pid() == a.pid() {
			m.removeAgent(other, removal{state: lost, message: "Agent " + other.info.Hostname + " removed: a new agent registered at the same address"})
		}
	}
	m.agents[id] = a
	m.alloc.AddAgent(id, a.described(), member.Handle.Total())
	m.housed(a)
	return a
}

func (a *agent) update(info mesos.AgentInfo, member Member) {
	a.info, a.ip, a.handle, a.capabilities, a.connected = info, member.IP, member.Handle, member.Capabilities, true
}

// described is what the allocator has to know of an agent.
func (a *agent) described() allocator.Info {
	d := allocator.Info{
		Hostname:     a.info.Hostname,
		Attributes:   a.info.Attributes,
		MultiRole:    a.has(mesos.AgentInfo_Capability_MULTI_ROLE),
		Hierarchical: a.has(mesos.AgentInfo_Capability_HIERARCHICAL_ROLE),
	}
	if domain := a.info.Domain.GetFaultDomain(); domain != nil {
		d.Region, d.Zone = &domain.Region.Name, &domain.Zone.Name
	}
	return d
}

// readmit takes an agent back that was disconnected. What the agent says of its resources holds.
func (m *Master) readmit(a *agent, info mesos.AgentInfo, member Member) {
	a.stopTimer()
	a.update(info, member)
	a.reregistered = time.Now()
	for _, o := range a.sortedOffers() {
		m.discard(o, true)
	}
	m.alloc.DescribeAgent(a.id, a.described())
	m.alloc.UpdateAgent(a.id, member.Handle.Total())
	m.alloc.SetAgentActive(a.id, !m.orders.deactivated[a.id])
}

// reappearance is what frameworks are told of the tasks of an agent that was not to be expected, by what the
// registry says of it.
var reappearance = map[Standing]string{Unreachable: "Unreachable agent re-reregistered", "": "Unknown agent reregistered"}

// bring reconciles the master with the tasks and operations that an agent has.
func (m *Master) bring(a *agent, reappearance string) {
	known := map[string]map[string]bool{}
	views := a.handle.Tasks()
	slices.SortFunc(views, func(x, y agents.TaskView) int {
		return cmp.Or(compareIDs(x.Framework.ID.GetValue(), y.Framework.ID.GetValue()), compareIDs(x.Info.TaskID.Value, y.Info.TaskID.Value))
	})
	for i := range views {
		v := &views[i]
		f := m.frameworkOf(&v.Framework)
		if f == nil {
			a.handle.ShutdownFramework(*v.Framework.ID)
			continue
		}
		if known[f.id] == nil {
			known[f.id] = map[string]bool{}
		}
		known[f.id][v.Info.TaskID.Value] = true
		m.bringTask(f, a, v)
		if reappearance != "" && !v.State.Terminal() {
			f.unreachable.remove(v.Info.TaskID.Value)
			m.tell(f, verdict{
				task: v.Info.TaskID, agent: &v.Info.AgentID, executor: f.tasks[v.Info.TaskID.Value].ExecutorID, state: v.State,
				reason: mesos.REASON_AGENT_REREGISTERED, message: reappearance,
			})
		}
	}
	for _, f := range m.sortedFrameworks() {
		m.missing(f, a, known[f.id])
	}
	m.bringOperations(a)
	for frameworkID, tasks := range a.killed {
		for taskID, grace := range tasks {
			a.handle.Kill(mesos.FrameworkID{Value: frameworkID}, mesos.TaskID{Value: taskID}, grace)
		}
	}
	clear(a.killed)
}

// frameworkOf returns the framework of a task that an agent brings, recovered if the master doesn't know it;
// nil if it was removed.
func (m *Master) frameworkOf(info *mesos.FrameworkInfo) *framework {
	if f := m.frameworks[info.ID.GetValue()]; f != nil {
		return f
	}
	if _, removed := m.completed.get(info.ID.GetValue()); removed {
		return nil
	}
	f := newFramework(copyInfo(info))
	f.recovered = true
	m.frameworks[f.id] = f
	m.adopt(f, f.info, nil, nil, nil)
	m.announceFramework(f, true)
	return f
}

// bringTask takes in a task that an agent has.
func (m *Master) bringTask(f *framework, a *agent, v *agents.TaskView) {
	t := f.tasks[v.Info.TaskID.Value]
	if t == nil {
		t = newTask(f.id, &v.Info, v.Executor)
		t.AgentID = mesos.AgentID{Value: a.id}
		t.State, t.released = v.State, v.State.Terminal()
		if len(v.Unacknowledged) > 0 {
			first := v.Unacknowledged[0]
			t.StatusUpdateState, t.StatusUpdateUUID = first.State.Enum(), first.UUID
			t.record(first)
		}
		m.bringResources(f, a, t, v.Executor)
	}
	t.State = v.State
	if t.State.Terminal() {
		m.release(f, t)
	}
}

// bringResources books what a task and its executor hold already.
func (m *Master) bringResources(f *framework, a *agent, t *task, executor *mesos.ExecutorInfo) {
	if executor != nil && f.executor(a.id, executor.ExecutorID.Value) == nil {
		m.alloc.Take(a.id, f.id, resource.Set(nil).Plus(executor.Resources))
	}
	if !t.released {
		m.alloc.Take(a.id, f.id, t.held)
	}
	released := t.released
	m.addTask(f, a, t, executor)
	if released {
		a.unuse(f.id, t.held)
	}
}

// missing has the agent tell what became of tasks that the master had on it, and the agent hasn't; executors
// without tasks are gone (semantics 6.4).
func (m *Master) missing(f *framework, a *agent, known map[string]bool) {
	running := map[string]bool{}
	var unknown []mesos.TaskID
	for _, t := range f.tasksOn(a.id) {
		if known[t.TaskID.Value] {
			running[t.ExecutorID.GetValue()] = true
			continue
		}
		unknown = append(unknown, t.TaskID)
	}
	if len(unknown) > 0 {
		a.handle.Unknown(f.info, unknown)
	}
	for _, id := range slices.Collect(maps.Keys(f.executors[a.id])) {
		if !running[id] {
			m.removeExecutor(f, a, id)
		}
	}
}

// bringOperations makes the agent's unacknowledged operations the ones that the master knows.
func (m *Master) bringOperations(a *agent) {
	left := map[string]bool{}
	for _, op := range a.handle.Operations() {
		o := &operation{op}
		o.AgentID = &mesos.AgentID{Value: a.id}
		left[o.uuid()] = true
		if a.operations[o.uuid()] == nil {
			m.addOperation(a, o)
		}
	}
	byID := func(x, y *operation) int { return strings.Compare(x.Info.ID.GetValue(), y.Info.ID.GetValue()) }
	for _, o := range slices.SortedFunc(maps.Values(a.operations), byID) {
		if !left[o.uuid()] {
			m.dropOperation(a, o)
		}
	}
}
