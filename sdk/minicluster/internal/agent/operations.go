package agent

import (
	"fmt"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// IncompatibleError says that the reservations and volumes kept in a work directory don't fit the agent's
// resources: what lies under them was made smaller or taken away. A real agent refuses to start as well
// (semantics 4.8). Give the agent resources that hold them.
type IncompatibleError struct {
	Checkpointed resource.Set // what is kept
	Resources    resource.Set // the agent's static resources
	Err          error        // what is not contained
}

// Error words it as Mesos does.
func (e *IncompatibleError) Error() string {
	return fmt.Sprintf("Checkpointed resources %s are incompatible with agent resources %s: %s", e.Checkpointed, e.Resources, e.Err)
}

// Unwrap returns Err.
func (e *IncompatibleError) Unwrap() error { return e.Err }

// apply does one operation: the next state becomes durable, with the operation's outcome in it, before
// anybody is told.
func (a *Agent) apply(framework *mesos.FrameworkID, uuid string, op mesos.Offer_Operation) {
	a.inUse()
	if a.id == nil || a.operations[uuid] != nil {
		a.log.Warn("operation ignored: known already, or the agent is not registered", "operation", uuid)
		return
	}
	status := mesos.OperationStatus{OperationID: op.ID, State: mesos.OPERATION_FINISHED, AgentID: a.id}
	total, err := a.total.Apply(&op)
	if err == nil {
		err = a.volumesPossible(total)
	}
	if err != nil {
		a.log.Error("operation does not fit the agent's resources", "operation", uuid, "error", err)
		status.State, status.Message = mesos.OPERATION_FAILED, new(err.Error())
		total = a.total
	}
	stale := func() {}
	if a.cfg.Fault != nil {
		if state, message, wrong := a.cfg.Fault(&op); wrong {
			if a.cfg.Stale != nil {
				stale = a.cfg.Stale
			}
			if state == mesos.OPERATION_DROPPED {
				stale()
				return
			}
			status.State, status.Message, total = state, &message, a.total
		}
	}
	id := newUUID()
	status.UUID = &mesos.UUID{Value: id[:]}
	done := *clone(&mesos.Operation{
		FrameworkID: framework, AgentID: a.id, Info: op,
		LatestStatus: status, Statuses: []mesos.OperationStatus{status}, UUID: mesos.UUID{Value: []byte(uuid)},
	})
	kept := total.Filter(resource.Checkpointed)
	a.evict(kept)
	if err := a.ledger.commit(kept, append(slices.Clone(a.ledger.operations), done)); err != nil {
		a.fail(fmt.Errorf("operation %s: %w", uuid, err))
		return
	}
	a.total = total
	a.track(done)
	stale()
}

// volumesPossible checks that every volume in s has a directory.
func (a *Agent) volumesPossible(s resource.Set) error {
	_, err := volumePaths(a.cfg.WorkDir, s)
	return err
}

// track reports an operation's outcome until it is acknowledged.
func (a *Agent) track(op mesos.Operation) {
	uuid := string(op.UUID.Value)
	a.operations[uuid] = newStream(a, func(op mesos.Operation) {
		op = *clone(&op)
		op.LatestStatus.AgentID = clone(a.id) // another one than when it was done, after a new registration
		a.up.OperationUpdate(mesos.AgentID{Value: a.id.Value}, op.FrameworkID, uuid, op.LatestStatus)
	})
	a.operations[uuid].push(op)
}

// acknowledgeOperation forgets an operation whose outcome is known.
func (a *Agent) acknowledgeOperation(status, uuid string) {
	s := a.operations[uuid]
	if s == nil || string(s.pending[0].LatestStatus.UUID.Value) != status {
		a.log.Debug("acknowledgement of an operation ignored", "operation", uuid)
		return
	}
	left := slices.DeleteFunc(slices.Clone(a.ledger.operations), func(op mesos.Operation) bool {
		return string(op.UUID.Value) == uuid
	})
	if err := a.ledger.commit(a.ledger.resources, left); err != nil {
		a.fail(fmt.Errorf("acknowledgement of operation %s: %w", uuid, err))
		return
	}
	s.stop()
	delete(a.operations, uuid)
}

// evict kills what is left of shut down frameworks on volumes that are about to be deleted: the master
// counts their resources as free as soon as it told them to end.
func (a *Agent) evict(kept resource.Set) {
	for f := range a.ending {
		for _, t := range f.tasks {
			if t.process != nil && !kept.Contains(held(t.info.Resources).Volumes()) {
				t.process.Signal(sigKill)
				t.process.Wait()
			}
		}
	}
}

// held are those of a task's resources that the agent must have on its books, as they are there.
func held(resources []mesos.Resource) resource.Set {
	return resource.Set(resources).Upgrade().Unallocate().Filter(resource.Checkpointed)
}
