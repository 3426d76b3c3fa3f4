package session

import (
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// asking is the reconciliation: questions that weren't answered, and when to ask (again).
type asking struct {
	tasks      map[string]question
	operations map[string]Operation
	wait       Backoff   // between questions; nil: none was asked
	next       time.Time // when to repeat them; zero: nothing to repeat
	round      time.Time // when the next round begins; zero: one is about to
	open       bool      // a round isn't finished
	total      int       // tasks of the round
	began      time.Time // of the round
	implicit   bool      // the framework wants to hear of all tasks
}

// A question is about one task.
type question struct {
	task  Task
	extra bool // the framework asked for it by itself
}

// askAll begins a round: everything that is known is asked for.
func (s *Session) askAll() {
	s.asking.round, s.asking.next = time.Time{}, time.Time{}
	if !s.cfg.Record {
		s.emit(AskKnown{})
		return
	}
	s.known(Known{Tasks: slices.Collect(maps.Values(s.record.tasks))})
}

// known takes in what is to be asked for. Questions of an earlier round that are not on the list any more are given up, but for
// those that the framework put by itself.
func (s *Session) known(in Known) {
	if !s.ready {
		return // the next subscription asks again
	}
	a := &s.asking
	maps.DeleteFunc(a.tasks, func(_ string, q question) bool { return !q.extra })
	for _, t := range in.Tasks {
		a.tasks[t.ID] = question{task: t}
	}
	clear(a.operations)
	if in.Ops {
		for _, o := range in.Operations {
			a.operations[o.ID] = o
		}
	} else {
		maps.Copy(a.operations, s.record.operations)
	}
	a.open, a.total, a.began = true, len(a.tasks), s.now
	a.round = s.now.Add(s.cfg.ReconcileInterval)
	s.put()
}

// put asks all that is unanswered, for the first time.
func (s *Session) put() {
	s.asking.wait = s.cfg.Repeat()
	s.askAgain()
	s.finishRound()
}

// ask asks what is due. That a question isn't answered proves nothing: a master that waits for its agents
// doesn't answer, so it is asked again for as long as it takes (semantics 6.4).
func (s *Session) ask() {
	a := &s.asking
	if !a.round.IsZero() && !s.now.Before(a.round) {
		s.askAll()
	} else if !a.next.IsZero() && !s.now.Before(a.next) {
		s.askAgain()
	}
}

// askAgain asks all that is unanswered, in an order that is always the same.
func (s *Session) askAgain() {
	a := &s.asking
	a.next = time.Time{}
	if len(a.tasks) == 0 && len(a.operations) == 0 {
		return
	}
	a.next = s.now.Add(a.wait.NextBackOff())
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(a.tasks)), batch) {
		r := &schedulerpb.Call_Reconcile{}
		for _, id := range ids {
			r.Tasks = append(r.Tasks, schedulerpb.Call_Reconcile_Task{TaskID: mesos.TaskID{Value: id}, AgentID: agentID(a.tasks[id].task.Agent)})
		}
		s.send(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE.Enum(), Reconcile: r})
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(a.operations)), batch) {
		r := &schedulerpb.Call_ReconcileOperations{}
		for _, id := range ids {
			r.Operations = append(r.Operations, operationQuestion(a.operations[id]))
		}
		s.send(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE_OPERATIONS.Enum(), ReconcileOperations: r})
	}
}

func operationQuestion(o Operation) schedulerpb.Call_ReconcileOperations_Operation {
	q := schedulerpb.Call_ReconcileOperations_Operation{OperationID: mesos.OperationID{Value: o.ID}, AgentID: agentID(o.Agent)}
	if o.Provider != "" {
		q.ResourceProviderID = &mesos.ResourceProviderID{Value: o.Provider}
	}
	return q
}

// agentID is how a call names an agent, if it is known.
func agentID(agent string) *mesos.AgentID {
	if agent == "" {
		return nil
	}
	return &mesos.AgentID{Value: agent}
}

// answered takes in that an update of a task was handled, which is an answer whatever it says.
func (s *Session) answered(task string) {
	delete(s.asking.tasks, task)
	s.finishRound()
}

// finishRound ends a round that has all its answers.
func (s *Session) finishRound() {
	a := &s.asking
	if len(a.tasks) > 0 || len(a.operations) > 0 {
		return
	}
	a.next = time.Time{}
	if a.open && s.ready {
		a.open = false
		s.push(Reconciled{Tasks: a.total, Took: s.now.Sub(a.began)}, Event{})
	}
}

// reconcile puts questions of the framework: about some tasks until they are answered, or once about all.
func (s *Session) reconcile(tasks []Task) {
	if len(tasks) == 0 {
		s.asking.implicit = true
		s.askImplicitly()
		return
	}
	for _, t := range tasks {
		s.asking.tasks[t.ID] = question{task: t, extra: true}
	}
	if s.ready {
		s.put()
	}
}

// askImplicitly asks for all that the master knows of, if that was wished.
func (s *Session) askImplicitly() {
	if s.asking.implicit && s.ready {
		s.asking.implicit = false
		s.send(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE.Enum(), Reconcile: &schedulerpb.Call_Reconcile{}})
	}
}
