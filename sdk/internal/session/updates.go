package session

import (
	"unicode/utf8"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// uuidSize is the length of every uuid that a master takes back (semantics 1.3).
const uuidSize = 16

// handledBefore says whether an update was handled already, and then acknowledges it again: the first
// acknowledgement may have got lost (semantics 6.2).
func (s *Session) handledBefore(status *mesos.TaskStatus) bool {
	if len(status.UUID) == 0 {
		return false
	}
	if _, ok := s.seen.get(updateKey("task", status.TaskID.Value, status.UUID)); !ok {
		return false
	}
	s.acknowledge(status)
	return true
}

// handled takes in that an update was handled: what it tells is put on record, then it is acknowledged.
func (s *Session) handled(status *mesos.TaskStatus) {
	s.track(status)
	s.answered(status.TaskID.Value)
	if status.State.Terminal() {
		delete(s.kills, status.TaskID.Value)
	}
	if len(status.UUID) > 0 {
		s.seen.put(updateKey("task", status.TaskID.Value, status.UUID), struct{}{})
		s.acknowledge(status)
	}
}

func (s *Session) acknowledge(status *mesos.TaskStatus) {
	s.unacked--
	if status.AgentID == nil || len(status.UUID) != uuidSize {
		s.emit(Note{"an update that can't be acknowledged: no agent, or a uuid that isn't one", status.TaskID.Value})
		return
	}
	s.sendOrDefer(&schedulerpb.Call{
		Type:        schedulerpb.Call_ACKNOWLEDGE.Enum(),
		Acknowledge: &schedulerpb.Call_Acknowledge{AgentID: *status.AgentID, TaskID: status.TaskID, UUID: status.UUID},
	})
}

// operationHandledBefore is handledBefore for operations.
func (s *Session) operationHandledBefore(status *mesos.OperationStatus) bool {
	uuid := uuidOf(status)
	if len(uuid) == 0 {
		return false
	}
	if _, ok := s.seen.get(updateKey("operation", status.GetOperationID().GetValue(), uuid)); !ok {
		return false
	}
	s.acknowledgeOperation(status)
	return true
}

// operationHandled is handled for operations.
func (s *Session) operationHandled(status *mesos.OperationStatus) {
	s.trackOperation(status)
	if uuid := uuidOf(status); len(uuid) > 0 {
		s.seen.put(updateKey("operation", status.GetOperationID().GetValue(), uuid), struct{}{})
		s.acknowledgeOperation(status)
	}
}

func (s *Session) acknowledgeOperation(status *mesos.OperationStatus) {
	s.unacked--
	uuid := uuidOf(status)
	if status.AgentID == nil || status.OperationID == nil || len(uuid) != uuidSize {
		s.emit(Note{"an operation update that can't be acknowledged: no agent, no id, or a uuid that isn't one", status.GetOperationID().GetValue()})
		return
	}
	s.sendOrDefer(&schedulerpb.Call{
		Type: schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS.Enum(),
		AcknowledgeOperationStatus: &schedulerpb.Call_AcknowledgeOperationStatus{
			AgentID: status.AgentID, ResourceProviderID: status.ResourceProviderID, UUID: uuid, OperationID: *status.OperationID,
		},
	})
}

// sendOrDefer sends an acknowledgement now or after the next subscription: it is good for both, since it goes to the agent.
func (s *Session) sendOrDefer(call *schedulerpb.Call) {
	switch {
	case s.ready:
		s.send(call)
	case len(s.deferred) < remembered:
		s.deferred = append(s.deferred, call)
	default:
		// The agent will send the update again, and it will be acknowledged then.
	}
}

// uuidOf is the uuid of an operation's update: a message there, plain bytes everywhere else (semantics 3.15).
func uuidOf(status *mesos.OperationStatus) []byte {
	if status.UUID == nil {
		return nil
	}
	return status.UUID.Value
}

func updateKey(kind, id string, uuid []byte) string { return kind + "/" + id + "/" + string(uuid) }

// storable says whether an id is one that Mesos takes, and so one to remember.
func storable(id string) bool { return mesos.ValidateID(id) == nil && utf8.ValidString(id) }
