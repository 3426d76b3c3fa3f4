package agent

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// newUUID makes a random UUID (version 4).
func newUUID() [16]byte {
	var u [16]byte
	rand.Read(u[:]) // never fails
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u
}

// newContainerID is a random UUID as text.
func newContainerID() string {
	u := newUUID()
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// executorStatus is an update of the kind that an executor makes.
func (t *task) executorStatus(state mesos.TaskState, message string) *mesos.TaskStatus {
	s := &mesos.TaskStatus{
		TaskID:     t.info.TaskID,
		State:      state,
		Source:     mesos.SOURCE_EXECUTOR.Enum(),
		ExecutorID: &mesos.ExecutorID{Value: t.executor.id},
	}
	if message != "" {
		s.Message = &message
	}
	if t.info.Check != nil {
		s.CheckStatus = emptyCheckStatus(t.info.Check.GetType())
	}
	return s
}

// agentStatus is an update of the kind that an agent makes by itself.
func (t *task) agentStatus(v verdict) *mesos.TaskStatus {
	return &mesos.TaskStatus{
		TaskID:     t.info.TaskID,
		State:      v.state,
		Source:     mesos.SOURCE_AGENT.Enum(),
		Reason:     &v.reason,
		Message:    &v.message,
		ExecutorID: &mesos.ExecutorID{Value: t.executor.id},
	}
}

// update makes s the task's newest status and delivers it in turn. A framework that was shut down gets none.
func (a *Agent) update(t *task, s *mesos.TaskStatus) {
	if t.phase == ended {
		return
	}
	a.tellOfDraining(t.executor.framework, s)
	uuid := newUUID()
	s.UUID = uuid[:]
	s.Timestamp = new(now())
	a.accept(t, s)
}

// now is the time as statuses have it, in seconds.
func now() float64 { return float64(time.Now().UnixNano()) / float64(time.Second) }

// accept is update for a status that has a uuid and a time.
func (a *Agent) accept(t *task, s *mesos.TaskStatus) {
	s.AgentID = clone(a.id)
	if s.GetSource() == mesos.SOURCE_EXECUTOR {
		s.ContainerStatus = a.containerStatus(t)
		t.last = s
	}
	t.state = s.State
	f := t.executor.framework
	if s.State.Terminal() {
		t.phase = ended
		t.stopTimers()
		a.unlinkVolumes(t)
	}
	if f.ended {
		return
	}
	a.log.Info("task update", "framework", f.id(), "task", t.id(), "state", s.State.String(), "message", s.GetMessage())
	if err := a.journal.update(t, s); err != nil && a.away { // no agent is there that could exit
		a.log.Warn("update not checkpointed", "framework", f.id(), "task", t.id(), "error", err)
	} else if err != nil {
		a.fail(err)
		return
	}
	t.updates.push(*s)
}

func (a *Agent) containerStatus(t *task) *mesos.ContainerStatus {
	id := &mesos.ContainerID{Value: t.container}
	if t.container != t.executor.container {
		id.Parent = &mesos.ContainerID{Value: t.executor.container}
	}
	return &mesos.ContainerStatus{
		ContainerID: id,
		NetworkInfos: []mesos.NetworkInfo{{
			IPAddresses: []mesos.NetworkInfo_IPAddress{{Protocol: mesos.NetworkInfo_IPv4.Enum(), IPAddress: &a.cfg.IP}},
		}},
	}
}

// sendUpdate is the end of a task's stream.
func (a *Agent) sendUpdate(t *task) func(mesos.TaskStatus) {
	return func(s mesos.TaskStatus) {
		framework := mesos.FrameworkID{Value: t.executor.framework.id()}
		a.up.TaskUpdate(mesos.AgentID{Value: a.id.Value}, framework, *clone(&s), t.state)
	}
}

// acknowledge takes the update in flight off a task's stream; after the last one the task is forgotten.
func (a *Agent) acknowledge(frameworkID, taskID, uuid string) {
	f := a.frameworks[frameworkID]
	if f == nil || f.tasks[taskID] == nil {
		return
	}
	t := f.tasks[taskID]
	if len(t.updates.pending) == 0 || string(t.updates.pending[0].UUID) != uuid {
		a.log.Debug("acknowledgement ignored", "framework", frameworkID, "task", taskID)
		return
	}
	if err := a.journal.acknowledge(t, uuid); err != nil {
		a.fail(err)
		return
	}
	s := t.updates.pop()
	if s.State.Terminal() {
		a.forget(t)
	}
}

// resend sends what a framework has not acknowledged.
func (a *Agent) resend(frameworkID string) {
	a.inUse()
	if f := a.frameworks[frameworkID]; f != nil {
		for _, t := range f.tasks {
			t.updates.resend()
		}
	}
}

// inUse notes that a master has the agent: nobody else asks it for anything.
func (a *Agent) inUse() {
	if a.id != nil && !a.registered && !a.away {
		a.registered = true
		a.resendAll()
	}
}

// resendAll sends everything that nobody has acknowledged, to a master that may never have seen it.
func (a *Agent) resendAll() {
	for _, uuid := range slices.SortedFunc(maps.Keys(a.operations), a.byOperationID) {
		a.operations[uuid].start()
	}
	for _, t := range a.sortedTasks() {
		t.updates.start()
	}
}

// byOperationID orders operations by the ids that frameworks gave them: those of the agent are random.
func (a *Agent) byOperationID(x, y string) int {
	id := func(uuid string) string { return a.operations[uuid].pending[0].Info.ID.GetValue() }
	return strings.Compare(id(x), id(y))
}

// repeatUnheard sends what happened while the agent was away once more: a real agent does so, when it hears of
// an executor's end and when it has registered.
func (a *Agent) repeatUnheard() {
	for _, t := range a.sortedTasks() {
		if t.unheard {
			t.unheard = false
			t.updates.resend()
		}
	}
}

// sortedTasks are the agent's tasks, by framework and id: what happens to all of them happens in this order.
func (a *Agent) sortedTasks() []*task {
	var all []*task
	for _, f := range slices.Sorted(maps.Keys(a.frameworks)) {
		for _, id := range slices.Sorted(maps.Keys(a.frameworks[f].tasks)) {
			all = append(all, a.frameworks[f].tasks[id])
		}
	}
	return all
}
