package master

import (
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// Leave notes that the connection to an agent broke. It returns when that is done.
func (m *Master) Leave(agentID string) {
	ask(m, func() struct{} {
		m.leave(agentID)
		return struct{}{}
	})
}

// LeaveUnseen is Leave with a master that is frozen: it sees it when it goes on.
func (m *Master) LeaveUnseen(agentID string) { m.mail.put(func() { m.leave(agentID) }) }

func (m *Master) leave(agentID string) {
	if a := m.agents[agentID]; a != nil && a.connected {
		m.disconnectAgent(a)
	}
}

// disconnectAgent takes back an agent's offers. Tasks of frameworks that don't checkpoint are lost at once, for
// others the agent has time to come back (semantics 5.8).
func (m *Master) disconnectAgent(a *agent) {
	a.connected = false
	m.deactivate(a)
	for _, f := range m.sortedFrameworks() {
		if f.info.GetCheckpoint() {
			continue
		}
		for _, t := range f.tasksOn(a.id) {
			v := verdict{
				task: t.TaskID, agent: &t.AgentID, executor: t.ExecutorID, state: mesos.TASK_LOST,
				reason: mesos.REASON_AGENT_DISCONNECTED, message: "Agent " + a.info.Hostname + " disconnected",
			}
			m.tell(f, v)
			t.State = mesos.TASK_LOST
			m.updateTask(f, t, v.status())
			m.complete(f, t)
		}
		m.removeExecutors(f, a)
	}
	m.log.Info("agent disconnected", "agent", a.id)
	a.ping = m.after(m.config.PingTimeout, func() {
		if m.agents[a.id] == a && !a.connected {
			m.unreachable(a, "health check timed out")
		}
	})
}

func (m *Master) removeExecutors(f *framework, a *agent) {
	for _, id := range slices.Collect(maps.Keys(f.executors[a.id])) {
		m.removeExecutor(f, a, id)
	}
}

// fate is what becomes of the tasks of an agent that is removed.
type fate int

const (
	lost        fate = iota // they are lost, whatever the framework knows of partitions
	outOfReach              // they may be running
	goneForGood             // they never come back
)

// removal is why an agent is removed, and what its tasks' frameworks are told.
type removal struct {
	state   fate
	message string
	since   time.Time
}

// unreachable marks an agent unreachable. It may come back.
func (m *Master) unreachable(a *agent, cause string) {
	now := time.Now()
	if err := m.config.Registry.Set(a.id, Unreachable); err != nil {
		m.log.Error("registry can't be written", "error", err)
	}
	m.since[a.id] = now
	m.removeAgent(a, removal{state: outOfReach, message: cause, since: now})
}

// removeAgent ends an agent for this master. Frameworks are told of their tasks, then of their offers, then of
// the agent (semantics 5.8).
func (m *Master) removeAgent(a *agent, r removal) {
	for _, uuid := range slices.Sorted(maps.Keys(a.operations)) {
		m.loseOperation(a, a.operations[uuid], r)
	}
	for _, f := range m.sortedFrameworks() {
		for _, t := range f.tasksOn(a.id) {
			m.removeTask(f, t, r)
		}
		m.removeExecutors(f, a)
	}
	for _, o := range a.sortedOffers() {
		m.discard(o, true)
	}
	m.discardInverse(a.sortedInverse(), true)
	for _, f := range m.frameworks {
		delete(f.inverseRefused, a.id)
	}
	a.stopTimer()
	a.connected = false
	m.alloc.RemoveAgent(a.id)
	delete(m.agents, a.id)
	if r.state == lost {
		delete(m.orders.draining, a.id)
		delete(m.orders.deactivated, a.id)
		if err := m.config.Registry.Set(a.id, ""); err != nil {
			m.log.Error("registry can't be written", "error", err)
		}
	}
	m.failed(a.id)
	if r.state == lost {
		m.announceAgentEnd(a.id)
	}
}

// removeTask tells a framework what became of a task of its on an agent that is removed: also if the task has ended,
// and only the acknowledgement is missing.
func (m *Master) removeTask(f *framework, t *task, r removal) {
	v := m.fateOf(f, t, r)
	ended := t.State.Terminal()
	if !ended {
		t.State = v.state
	}
	m.updateTask(f, t, v.status())
	m.tell(f, v)
	m.complete(f, t)
	if r.state == outOfReach && !ended {
		f.done.remove(t.TaskID.Value)
		f.unreachable.add(t.TaskID.Value, t)
	}
}

// fateOf words what became of a task (semantics 5.8).
func (m *Master) fateOf(f *framework, t *task, r removal) verdict {
	v := verdict{task: t.TaskID, agent: &t.AgentID, executor: t.ExecutorID, state: mesos.TASK_LOST, reason: mesos.REASON_AGENT_REMOVED, message: r.message}
	switch {
	case r.state == outOfReach:
		v.since = timeInfo(r.since)
		v.state = f.aware(mesos.TASK_UNREACHABLE)
	case r.state == goneForGood && f.partitionAware():
		v.state, v.reason = mesos.TASK_GONE_BY_OPERATOR, mesos.REASON_AGENT_REMOVED_BY_OPERATOR
	}
	return v
}

// loseOperation tells a framework, as well as it can be done, that an operation's outcome is out of reach.
func (m *Master) loseOperation(a *agent, o *operation, r removal) {
	if f := m.frameworks[o.FrameworkID.GetValue()]; f != nil && o.Info.ID != nil && r.state != lost {
		state, message := mesos.OPERATION_UNREACHABLE, "Agent was marked unreachable"
		if r.state == goneForGood {
			state, message = mesos.OPERATION_GONE_BY_OPERATOR, messageGone
		}
		m.sendOperation(f, mesos.OperationStatus{OperationID: o.Info.ID, AgentID: &mesos.AgentID{Value: a.id}, State: state, Message: &message})
	}
	m.removeOperation(a, o)
}

// failed tells all frameworks that an agent is lost.
func (m *Master) failed(agentID string) {
	for _, f := range m.sortedFrameworks() {
		m.send(f, &schedulerpb.Event{
			Type:    schedulerpb.Event_FAILURE.Enum(),
			Failure: &schedulerpb.Event_Failure{AgentID: &mesos.AgentID{Value: agentID}},
		})
	}
}

// giveUpRecovered marks agents unreachable that are known from the registry and have not come. This master
// never knew their tasks, so it says nothing of them.
func (m *Master) giveUpRecovered() {
	for _, id := range slices.SortedFunc(maps.Keys(m.recovered), compareIDs) {
		if m.standing(id) == Gone {
			continue // see markGone
		}
		delete(m.recovered, id)
		m.since[id] = time.Now()
		if err := m.config.Registry.Set(id, Unreachable); err != nil {
			m.log.Error("registry can't be written", "error", err)
		}
		m.failed(id)
	}
}

// unreachableSince is when an agent was marked unreachable, nil if this master doesn't know.
func (m *Master) unreachableSince(agentID string) *mesos.TimeInfo { return timeInfo(m.since[agentID]) }
