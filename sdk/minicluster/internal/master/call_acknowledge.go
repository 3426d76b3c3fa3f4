package master

// ACKNOWLEDGE and ACKNOWLEDGE_OPERATION_STATUS (semantics 3.15, 6.2): all of them but resource providers'.

import (
	"bytes"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// acknowledge passes an acknowledgement on. A task whose terminal status is acknowledged has ended.
func (m *Master) acknowledge(f *framework, call *schedulerpb.Call_Acknowledge) {
	a := m.agents[call.AgentID.Value]
	if a == nil || !a.connected {
		m.log.Warn("acknowledgement for an agent that is not connected ignored", "framework", f.id, "agent", call.AgentID.Value)
		return
	}
	t := f.tasks[call.TaskID.Value]
	if t != nil && t.AgentID.Value == a.id {
		if t.StatusUpdateState == nil {
			m.log.Warn("acknowledgement of a status that was not sent ignored", "framework", f.id, "task", call.TaskID.Value)
			return
		}
		if t.StatusUpdateState.Terminal() && bytes.Equal(t.StatusUpdateUUID, call.UUID) {
			m.complete(f, t)
		}
	}
	a.handle.Acknowledge(mesos.FrameworkID{Value: f.id}, call.TaskID, call.UUID)
	m.checkDrained(a)
}

func (m *Master) acknowledgeOperation(f *framework, call *schedulerpb.Call_AcknowledgeOperationStatus) {
	a := m.agents[call.AgentID.GetValue()]
	if a == nil || !a.connected {
		return
	}
	o := f.operations[f.operationIDs[call.OperationID.Value]]
	if o == nil || o.AgentID.GetValue() != a.id || !bytes.Equal(o.LatestStatus.UUID.GetValue(), call.UUID) {
		m.log.Warn("acknowledgement of an unknown operation status ignored", "framework", f.id, "operation", call.OperationID.Value)
		return
	}
	a.handle.AcknowledgeOperation(call.UUID, o.uuid())
	if o.LatestStatus.State.Terminal() {
		m.removeOperation(a, o)
	}
	m.checkDrained(a)
}
