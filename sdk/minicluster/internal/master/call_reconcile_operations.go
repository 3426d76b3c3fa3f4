package master

// RECONCILE_OPERATIONS (semantics 3.15): all of it but resource providers'.

import (
	"maps"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func (m *Master) reconcileOperations(f *framework, call *schedulerpb.Call_ReconcileOperations) {
	if len(call.Operations) == 0 {
		for _, uuid := range slices.Sorted(maps.Keys(f.operations)) {
			m.reconcileKnownOperation(f, f.operations[uuid])
		}
		return
	}
	for i := range call.Operations {
		asked := &call.Operations[i]
		if o := f.operations[f.operationIDs[asked.OperationID.Value]]; o != nil {
			m.reconcileKnownOperation(f, o)
			continue
		}
		state, message := m.unknownOperation(asked.AgentID)
		m.sendOperation(f, mesos.OperationStatus{
			OperationID: &asked.OperationID, AgentID: asked.AgentID, ResourceProviderID: asked.ResourceProviderID, State: state, Message: new("Reconciliation: " + message),
		})
	}
}

// reconcileKnownOperation tells the latest status. It is not to be acknowledged.
func (m *Master) reconcileKnownOperation(f *framework, o *operation) {
	s := o.LatestStatus
	s.UUID, s.AgentID, s.OperationID = nil, o.AgentID, o.Info.ID
	m.sendOperation(f, s)
}

func (m *Master) unknownOperation(agentID *mesos.AgentID) (mesos.OperationState, string) {
	switch id := agentID.GetValue(); {
	case agentID == nil:
		return mesos.OPERATION_UNKNOWN, "Operation is unknown and no 'agent_id' was provided"
	case m.recovered[id]:
		return mesos.OPERATION_RECOVERING, "Agent is recovered but has not re-registered"
	case m.agents[id] != nil:
		return mesos.OPERATION_UNKNOWN, "Operation is unknown"
	case m.standing(id) == Unreachable:
		return mesos.OPERATION_UNREACHABLE, "Agent is unreachable"
	case m.standing(id) == Gone:
		return mesos.OPERATION_GONE_BY_OPERATOR, "Agent marked gone by operator"
	}
	return mesos.OPERATION_UNKNOWN, "Both operation and agent are unknown"
}
