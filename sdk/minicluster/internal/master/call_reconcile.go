package master

// RECONCILE (semantics 6.4): all of it.

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func (m *Master) reconcile(f *framework, call *schedulerpb.Call_Reconcile) {
	if len(call.Tasks) == 0 {
		for _, t := range f.sortedTasks() {
			m.reconcileKnown(f, t)
		}
		return
	}
	for _, asked := range call.Tasks {
		m.reconcileOne(f, asked.TaskID, asked.AgentID)
	}
}

// reconcileKnown tells the state that was last forwarded, which isn't always the newest.
func (m *Master) reconcileKnown(f *framework, t *task) {
	state := t.State
	if t.StatusUpdateState != nil {
		state = *t.StatusUpdateState
	}
	m.tell(f, verdict{
		task: t.TaskID, agent: &t.AgentID, executor: t.ExecutorID, state: state,
		reason: mesos.REASON_RECONCILIATION, message: "Reconciliation: Latest task state", from: t.latest(),
	})
}

// reconcileOne answers by the first row of the table that fits.
func (m *Master) reconcileOne(f *framework, id mesos.TaskID, agentID *mesos.AgentID) {
	if t := f.tasks[id.Value]; t != nil {
		m.reconcileKnown(f, t)
		return
	}
	if agentID == nil && len(m.recovered) > 0 || agentID != nil && m.recovered[agentID.Value] {
		return // nobody knows yet
	}
	v := verdict{task: id, agent: agentID, state: mesos.TASK_UNKNOWN, reason: mesos.REASON_RECONCILIATION, message: "Reconciliation: Task is unknown"}
	if agentID != nil {
		switch {
		case m.agents[agentID.Value] != nil:
			v.state, v.message = mesos.TASK_GONE, "Reconciliation: Task is unknown to the agent"
		case m.standing(agentID.Value) == Unreachable:
			v.state, v.message = mesos.TASK_UNREACHABLE, "Reconciliation: Task is unreachable"
			v.since = m.unreachableSince(agentID.Value)
		case m.standing(agentID.Value) == Gone:
			v.state, v.message = mesos.TASK_GONE_BY_OPERATOR, "Reconciliation: Task is gone"
		}
	}
	v.state = f.aware(v.state)
	m.tell(f, v)
}

func (m *Master) standing(agentID string) Standing { return m.config.Registry.Standing(agentID) }
