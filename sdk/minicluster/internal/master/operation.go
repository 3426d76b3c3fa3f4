package master

import (
	"fmt"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

// operation is one that was sent to an agent and whose outcome is not acknowledged. UUID.Value holds the text
// under which the agent knows it.
type operation struct {
	mesos.Operation
}

func (o *operation) uuid() string { return string(o.UUID.Value) }

// follow takes over a status from the agent.
func (o *operation) follow(s mesos.OperationStatus) {
	s.OperationID = o.Info.ID
	s.AgentID = o.AgentID
	o.LatestStatus = s
	o.Statuses = append(o.Statuses, s)
}

// apply sends an operation, its resources allocated to nobody, to an agent. The books have been changed.
// f is nil for an operator's operation.
func (m *Master) apply(f *framework, a *agent, op *mesos.Offer_Operation) {
	o := &operation{mesos.Operation{
		AgentID:      &mesos.AgentID{Value: a.id},
		Info:         *op,
		LatestStatus: mesos.OperationStatus{OperationID: op.ID, State: mesos.OPERATION_PENDING},
		UUID:         mesos.UUID{Value: []byte(newUUID())},
	}}
	if f != nil {
		o.FrameworkID = &mesos.FrameworkID{Value: f.id}
	}
	m.addOperation(a, o)
	m.outcomes.add(outcome{framework: o.FrameworkID.GetValue(), agent: a.id, kind: op.GetType().String(), subject: subjectOf(op), state: outcomePending, uuid: o.uuid()})
	a.handle.Apply(o.FrameworkID, o.uuid(), *op)
}

func (m *Master) addOperation(a *agent, o *operation) {
	a.operations[o.uuid()] = o
	if o.FrameworkID == nil {
		return
	}
	if f := m.frameworks[o.FrameworkID.Value]; f != nil {
		f.operations[o.uuid()] = o
		if o.Info.ID != nil {
			f.operationIDs[o.Info.ID.Value] = o.uuid()
		}
	}
}

func (m *Master) removeOperation(a *agent, o *operation) {
	delete(a.operations, o.uuid())
	if o.FrameworkID == nil {
		return
	}
	if f := m.frameworks[o.FrameworkID.Value]; f != nil {
		delete(f.operations, o.uuid())
		if id := o.Info.ID; id != nil && f.operationIDs[id.Value] == o.uuid() {
			delete(f.operationIDs, id.Value)
		}
	}
}

// dropOperation forgets an operation that never reached its agent, of which its framework is told as well as
// that can be done.
func (m *Master) dropOperation(a *agent, o *operation) {
	if f := m.frameworks[o.FrameworkID.GetValue()]; f != nil && o.Info.ID != nil && !o.LatestStatus.State.Terminal() {
		m.sendOperation(f, mesos.OperationStatus{OperationID: o.Info.ID, AgentID: &mesos.AgentID{Value: a.id}, State: mesos.OPERATION_DROPPED})
	}
	m.removeOperation(a, o)
}

// drop refuses a framework's operation: it is told only if the operation has an id (semantics 3.3).
func (m *Master) drop(f *framework, op *mesos.Offer_Operation, why string) { m.dropOn("", f, op, why) }

// dropOn is drop where the agent is known.
func (m *Master) dropOn(agentID string, f *framework, op *mesos.Offer_Operation, why string) {
	m.outcomes.refused(f, agentID, op, why)
	m.log.Info("operation dropped", "framework", f.id, "type", op.GetType().String(), "reason", why)
	if op.ID == nil {
		return
	}
	m.sendOperation(f, mesos.OperationStatus{OperationID: op.ID, State: mesos.OPERATION_ERROR, Message: &why})
}

func (m *Master) sendOperation(f *framework, s mesos.OperationStatus) {
	m.send(f, &schedulerpb.Event{
		Type:                  schedulerpb.Event_UPDATE_OPERATION_STATUS.Enum(),
		UpdateOperationStatus: &schedulerpb.Event_UpdateOperationStatus{Status: s},
	})
}

// unallocated returns a copy of an operation whose resources are allocated to nobody.
func unallocated(op *mesos.Offer_Operation) *mesos.Offer_Operation {
	out := proto.Clone(op).(*mesos.Offer_Operation)
	validate.Unallocate(out)
	return out
}

// check validates an operation on an agent's resources.
func (m *Master) check(a *agent, op *mesos.Offer_Operation, by validate.Requester) error {
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		return validate.Reserve(op.Reserve, by, a.able())
	case mesos.Offer_Operation_UNRESERVE:
		return validate.Unreserve(op.Unreserve)
	case mesos.Offer_Operation_CREATE:
		return validate.Create(op.Create, m.checkpointed(a), by, a.able())
	case mesos.Offer_Operation_DESTROY:
		return validate.Destroy(op.Destroy, m.checkpointed(a), a.inUse())
	case mesos.Offer_Operation_GROW_VOLUME:
		return validate.Grow(op.GrowVolume, a.able())
	case mesos.Offer_Operation_SHRINK_VOLUME:
		return validate.Shrink(op.ShrinkVolume, a.able())
	case mesos.Offer_Operation_CREATE_DISK:
		return validate.CreateDisk(op.CreateDisk)
	case mesos.Offer_Operation_DESTROY_DISK:
		return validate.DestroyDisk(op.DestroyDisk)
	}
	return fmt.Errorf("Operation %s not supported", op.GetType())
}
