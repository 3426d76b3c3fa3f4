package session

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// A kill is a task that is to end.
type kill struct {
	kill Kill
	wait Backoff
	next time.Time
}

// kill takes on a task to be killed.
func (s *Session) kill(in Kill) {
	if in.Task.Agent == "" {
		in.Task.Agent = s.record.tasks[in.Task.ID].Agent
	}
	k := &kill{kill: in, wait: s.cfg.Repeat()}
	s.kills[in.Task.ID] = k
	if s.ready {
		s.sendKill(k)
	}
}

// killAll repeats every kill at a new subscription.
func (s *Session) killAll() {
	for _, id := range slices.Sorted(maps.Keys(s.kills)) {
		s.kills[id].wait.Reset()
		s.sendKill(s.kills[id])
	}
}

// killAgain repeats the kills that are due: an agent may have forgotten one (semantics 6.6).
func (s *Session) killAgain() {
	var due []*kill
	for _, k := range s.kills {
		if !s.now.Before(k.next) {
			due = append(due, k)
		}
	}
	slices.SortFunc(due, func(a, b *kill) int { return cmp.Compare(a.kill.Task.ID, b.kill.Task.ID) })
	for _, k := range due {
		s.sendKill(k)
	}
}

func (s *Session) sendKill(k *kill) {
	k.next = s.now.Add(k.wait.NextBackOff())
	c := &schedulerpb.Call_Kill{TaskID: mesos.TaskID{Value: k.kill.Task.ID}, AgentID: agentID(k.kill.Task.Agent)}
	if k.kill.Grace > 0 {
		c.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: k.kill.Grace.Nanoseconds()}}
	}
	if !s.send(&schedulerpb.Call{Type: schedulerpb.Call_KILL.Enum(), Kill: c}) {
		delete(s.kills, k.kill.Task.ID) // it will not be sent later either
	}
}
