package agent

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// recoveryTimeout is how long executors wait for an agent that is away before they give up (semantics 0.4).
const recoveryTimeout = 15 * time.Minute

// ErrAbandoned is returned by [Agent.Registered] after [Agent.Abandon].
var ErrAbandoned = errors.New("another agent has taken over the work directory")

// executorTerminated is the end of a task whose executor the agent found gone.
var executorTerminated = verdict{mesos.TASK_FAILED, mesos.REASON_EXECUTOR_TERMINATED, "Executor terminated"}

// Suspend makes the agent behave as one whose process was killed while those of its executors live: tasks of
// frameworks that checkpoint run on, and those of others end without a word. Nothing is reported before the
// agent is [Agent.Registered] again. A command task that ends meanwhile has failed then, whatever its exit
// status, which nobody was there to hear of (semantics 4.8). After 15 minutes executors give up and end.
func (a *Agent) Suspend() { a.ask(a.suspend) }

// suspend cuts the agent off from its master, and ends what a dead agent would take along.
func (a *Agent) suspend() {
	if a.away {
		return
	}
	a.away, a.registered = true, false
	a.recovery = time.AfterFunc(recoveryTimeout, func() { a.do(a.giveUp) })
	for _, s := range a.operations {
		s.pause()
	}
	for _, t := range a.sortedTasks() {
		t.updates.pause()
	}
	for _, id := range slices.Sorted(maps.Keys(a.frameworks)) {
		for _, e := range a.frameworks[id].executors {
			if e.alive() && e.custom.stream != nil {
				e.custom.stream.close()
				e.custom.stream = nil
			}
		}
		if !a.frameworks[id].info.GetCheckpoint() {
			a.shutdownFramework(id)
		}
	}
}

// giveUp ends executors whose agent has not come back.
func (a *Agent) giveUp() {
	if !a.away {
		return
	}
	for _, t := range a.sortedTasks() {
		if t.process == nil || t.phase == ended {
			continue
		}
		t.verdict = &executorTerminated
		t.process.Signal(sigTerm)
		a.escalate(t, time.Now().Add(shutdownGrace-shutdownSpare))
	}
	for _, f := range a.frameworks {
		for _, e := range f.executors {
			if e.alive() {
				a.endCustom(e)
			}
		}
	}
}

// Abandon suspends the agent for good and lets another one have its work directory: what checkpointing
// frameworks run goes on unwatched, as it does when a Mesos agent comes back under a new id, until it ends by
// itself, its executors give up, or Close ends it.
func (a *Agent) Abandon() error {
	var err error
	a.ask(func() {
		a.suspend()
		a.journal.closed = true
		err = a.lock.release()
		a.lock = nil
	})
	return err
}

// Lose makes the agent forget a task, whose process it kills, as if it had never heard of it, and reports
// whether there was such a task, of other than a custom executor. The master learns of it when the agent registers
// the next time.
func (a *Agent) Lose(framework mesos.FrameworkID, task mesos.TaskID) bool {
	found := false
	a.ask(func() {
		f := a.frameworks[framework.Value]
		if f == nil || f.tasks[task.Value] == nil {
			return
		}
		t := f.tasks[task.Value]
		if t.executor.alive() {
			return
		}
		found = true
		t.phase = ended
		t.stopTimers()
		if t.process != nil {
			t.process.Signal(sigKill)
		}
		a.unlinkVolumes(t)
		t.executor.reported = true // a default executor ends with it, in silence
		a.forget(t)
	})
	return found
}

// KillExecutor kills the executor of a task and reports whether there was one. All its tasks have failed then.
// As with Mesos' launcher for POSIX the command of a command task lives on, in nobody's books; the tasks of a
// default executor, which have containers of their own, end.
func (a *Agent) KillExecutor(framework mesos.FrameworkID, task mesos.TaskID) bool {
	found := false
	a.ask(func() {
		f := a.frameworks[framework.Value]
		if f == nil || f.tasks[task.Value] == nil || f.tasks[task.Value].phase == ended {
			return
		}
		found = true
		a.killExecutor(f.tasks[task.Value].executor)
	})
	return found
}

func (a *Agent) killExecutor(e *executor) {
	if e.alive() {
		a.endCustom(e)
		return
	}
	for _, id := range slices.Sorted(maps.Keys(e.tasks)) {
		t := e.tasks[id]
		if t.phase == ended {
			continue
		}
		if a.away {
			t.unheard = true
		}
		a.update(t, t.agentStatus(executorTerminated))
		if e.info != nil && t.process != nil {
			t.process.Signal(sigKill)
		}
	}
	if e.info == nil || e.reported || e.framework.ended {
		return
	}
	if e.idle != nil {
		e.idle.Stop()
	}
	e.reported = true
	if e.framework.executors[e.id] == e {
		delete(e.framework.executors, e.id)
	}
	a.up.ExecutorExited(mesos.AgentID{Value: a.id.Value}, mesos.FrameworkID{Value: e.framework.id()}, mesos.ExecutorID{Value: e.id}, int32(sigKill))
}

// Unknown answers a master that takes tasks for running here of which the agent doesn't know: they were
// dropped (semantics 6.4).
func (a *Agent) Unknown(framework mesos.FrameworkInfo, tasks []mesos.TaskID) {
	info, ids := clone(&framework), append([]mesos.TaskID(nil), tasks...)
	a.line.hear(func() {
		a.inUse()
		f := a.framework(info)
		for _, id := range ids {
			if f.tasks[id.Value] == nil {
				a.neverRan(f, id.Value, verdict{f.dropped(), mesos.REASON_RECONCILIATION, "Reconciliation: task unknown to the agent"})
			}
		}
		if len(f.tasks) == 0 {
			delete(a.frameworks, f.id())
		}
	})
}

// neverRan tells of a task that the agent has never run or has forgotten.
func (a *Agent) neverRan(f *framework, taskID string, v verdict) {
	if mesos.ValidateID(taskID) != nil {
		return
	}
	// An executor in nobody's books, with a task that only lives for its one update.
	e := &executor{framework: f, id: taskID, container: newContainerID(), tasks: map[string]*task{}}
	t, err := a.addTask(e, &mesos.TaskInfo{Name: taskID, TaskID: mesos.TaskID{Value: taskID}, AgentID: *a.id})
	if err != nil {
		a.fail(err)
		return
	}
	status := t.agentStatus(v)
	status.ExecutorID = nil
	a.update(t, status)
}

// ExceedDisk ends a task as an agent with --enforce_container_disk_quota does when one of the task's volumes, or
// its sandbox, holds more than its size (semantics 4.9), and reports whether the task runs and has disk.
func (a *Agent) ExceedDisk(framework mesos.FrameworkID, task mesos.TaskID) bool {
	found := false
	a.ask(func() {
		f := a.frameworks[framework.Value]
		if f == nil || f.tasks[task.Value] == nil {
			return
		}
		t := f.tasks[task.Value]
		disk := resource.Set(t.info.Resources).Filter(func(r *mesos.Resource) bool { return r.Name == "disk" })
		if t.process == nil || t.phase == ended || len(disk) == 0 {
			return
		}
		found = true
		size := disk[0].Scalar.GetValue()
		t.limitation = disk[:1].Clone()
		t.verdict = &verdict{
			mesos.TASK_FAILED, mesos.REASON_CONTAINER_LIMITATION_DISK, fmt.Sprintf("Disk usage (%vMB) exceeds quota (%vMB)", size+1, size),
		}
		t.process.Signal(sigKill)
	})
	return found
}
