package session

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// A record is what isn't ended: tasks that may run, operations without an outcome.
type record struct {
	tasks      map[string]Task // only with Config.Record
	operations map[string]Operation
}

// launch puts what an ACCEPT is about to start on record, before it is sent: if it is lost on the way, it is asked for.
func (s *Session) launch(accept *schedulerpb.Call_Accept, agent string) {
	var r Record
	for i := range accept.Operations {
		o := &accept.Operations[i]
		if o.ID != nil && storable(o.ID.Value) {
			op := Operation{ID: o.ID.Value, Agent: agent}
			s.record.operations[op.ID] = op
			r.Operations = append(r.Operations, op)
		}
		if !s.cfg.Record {
			continue
		}
		for _, t := range launched(o) {
			if storable(t.TaskID.Value) {
				task := Task{ID: t.TaskID.Value, Agent: agent}
				s.record.tasks[task.ID] = task
				r.Tasks = append(r.Tasks, task)
			}
		}
	}
	s.emitRecord(r)
}

// unlaunch takes an ACCEPT off the record that the master hasn't taken.
func (s *Session) unlaunch(call *schedulerpb.Call) {
	var r Record
	tasks, operations := contents(call.Accept.Operations)
	for _, t := range tasks {
		if _, ok := s.record.tasks[t.Value]; ok {
			delete(s.record.tasks, t.Value)
			r.DropTasks = append(r.DropTasks, t.Value)
		}
	}
	for _, o := range operations {
		if _, ok := s.record.operations[o.Value]; ok {
			delete(s.record.operations, o.Value)
			r.DropOperations = append(r.DropOperations, o.Value)
		}
	}
	s.emitRecord(r)
}

// track puts on record what an update tells. A task that comes back after a terminal state, as after TASK_LOST, is
// recorded again.
func (s *Session) track(status *mesos.TaskStatus) {
	id := status.TaskID.Value
	if !s.cfg.Record || !storable(id) {
		return
	}
	known, ok := s.record.tasks[id]
	now := Task{ID: id, Agent: status.GetAgentID().GetValue()}
	if now.Agent == "" {
		now.Agent = known.Agent
	}
	switch {
	case status.State.Terminal() && ok:
		delete(s.record.tasks, id)
		s.emitRecord(Record{DropTasks: []string{id}})
	case status.State.Terminal() || ok && now == known:
	case !ok && len(s.record.tasks) >= most:
		s.emit(Note{"too many tasks to keep them on record", id})
	default:
		s.record.tasks[id] = now
		s.emitRecord(Record{Tasks: []Task{now}})
	}
}

// trackOperation takes an operation off the record once there is nothing more to ask: it has ended, or the master doesn't
// know of it, which then only the next offers can tell (semantics 3.15).
func (s *Session) trackOperation(status *mesos.OperationStatus) {
	id := status.GetOperationID().GetValue()
	delete(s.asking.operations, id)
	if !status.State.Terminal() && status.State != mesos.OPERATION_UNKNOWN {
		s.finishRound()
		return
	}
	if _, ok := s.record.operations[id]; ok {
		delete(s.record.operations, id)
		s.emitRecord(Record{DropOperations: []string{id}})
	}
	s.finishRound()
}

// emitRecord has a change of the record stored, where the record is ours to keep.
func (s *Session) emitRecord(r Record) {
	if s.cfg.Record && len(r.Tasks)+len(r.Operations)+len(r.DropTasks)+len(r.DropOperations) > 0 {
		s.emit(r)
	}
}
