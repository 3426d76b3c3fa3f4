package master

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// TaskUpdate takes a task's status from an agent, see agent.Upstream.
func (m *Master) TaskUpdate(agentID mesos.AgentID, frameworkID mesos.FrameworkID, status mesos.TaskStatus, latest mesos.TaskState) {
	m.mail.put(func() { m.taskUpdate(agentID.Value, frameworkID.Value, status, latest) })
}

// taskUpdate forwards a status to its framework and follows it. The resources are free as soon as the agent's
// newest state is terminal, though an older one is being delivered (semantics 6.2).
func (m *Master) taskUpdate(agentID, frameworkID string, status mesos.TaskStatus, latest mesos.TaskState) {
	f, a := m.frameworks[frameworkID], m.agents[agentID]
	if a == nil || !a.connected {
		m.log.Warn("status of an agent that is not connected ignored", "agent", agentID, "task", status.TaskID.Value)
		return
	}
	if f == nil {
		m.log.Warn("status of an unknown framework ignored", "framework", frameworkID, "task", status.TaskID.Value)
		return
	}
	if status.AgentID == nil {
		status.AgentID = &mesos.AgentID{Value: agentID}
	}
	status.State, latest = f.aware(status.State), f.aware(latest)
	m.sendStatus(f, status)
	t := f.tasks[status.TaskID.Value]
	if t == nil || t.AgentID.Value != agentID {
		m.log.Warn("status of an unknown task", "framework", frameworkID, "task", status.TaskID.Value)
		return
	}
	t.State = latest
	t.StatusUpdateState = status.State.Enum()
	t.StatusUpdateUUID = status.UUID
	m.updateTask(f, t, status)
	if latest.Terminal() {
		m.release(f, t)
	}
}

// OperationUpdate takes an operation's outcome from an agent, see agent.Upstream.
func (m *Master) OperationUpdate(agentID mesos.AgentID, _ *mesos.FrameworkID, uuid string, status mesos.OperationStatus) {
	m.mail.put(func() { m.operationUpdate(agentID.Value, uuid, status) })
}

// operationUpdate forwards an outcome to who asked for it. The master acknowledges on its own what nobody
// asked to be told (semantics 3.15).
func (m *Master) operationUpdate(agentID, uuid string, status mesos.OperationStatus) {
	a := m.agents[agentID]
	if a == nil || !a.connected {
		m.log.Warn("operation status of an agent that is not connected ignored", "agent", agentID, "operation", uuid)
		return
	}
	if status.State != mesos.OPERATION_FINISHED {
		m.log.Error("agent could not do what the master had checked", "agent", agentID, "operation", uuid, "state", status.State.String(), "message", status.GetMessage())
	}
	m.outcomes.follow(uuid, &status)
	o := a.operations[uuid]
	if o == nil {
		m.log.Warn("status of an unknown operation acknowledged", "agent", agentID, "operation", uuid)
		a.handle.AcknowledgeOperation(status.UUID.GetValue(), uuid)
		return
	}
	o.follow(status)
	if o.Info.ID == nil || o.FrameworkID == nil {
		m.settle(a, o)
		return
	}
	f := m.frameworks[o.FrameworkID.Value]
	if f == nil {
		if _, was := m.completed.get(o.FrameworkID.Value); was {
			m.settle(a, o)
		}
		return // an orphan: its framework may come back and ask
	}
	m.send(f, &schedulerpb.Event{
		Type:                  schedulerpb.Event_UPDATE_OPERATION_STATUS.Enum(),
		UpdateOperationStatus: &schedulerpb.Event_UpdateOperationStatus{Status: o.LatestStatus},
	})
}

// settle acknowledges an operation's outcome on behalf of nobody and forgets it.
func (m *Master) settle(a *agent, o *operation) {
	a.handle.AcknowledgeOperation(o.LatestStatus.UUID.GetValue(), o.uuid())
	m.removeOperation(a, o)
	m.checkDrained(a)
}

// ExecutorExited takes the end of a default or custom executor from an agent, see agent.Upstream.
func (m *Master) ExecutorExited(agentID mesos.AgentID, frameworkID mesos.FrameworkID, executorID mesos.ExecutorID, status int32) {
	m.mail.put(func() {
		f, a := m.frameworks[frameworkID.Value], m.agents[agentID.Value]
		if f == nil || a == nil || f.executor(a.id, executorID.Value) == nil {
			return
		}
		m.removeExecutor(f, a, executorID.Value)
		m.send(f, &schedulerpb.Event{
			Type:    schedulerpb.Event_FAILURE.Enum(),
			Failure: &schedulerpb.Event_Failure{AgentID: &agentID, ExecutorID: &executorID, Status: &status},
		})
	})
}
