package agent

import (
	"syscall"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

const (
	sigTerm = syscall.SIGTERM
	sigKill = syscall.SIGKILL
)

// defaultGrace is the time between SIGTERM and SIGKILL where neither call nor task names one; shutdownGrace
// is what an executor has for its end, of which the built-in ones keep a second and a bit for themselves
// (semantics 0.4, 6.6).
const (
	defaultGrace  = 3 * time.Second
	shutdownGrace = 5 * time.Second
	shutdownSpare = 1100 * time.Millisecond
)

// kill is what a KILL call does on the agent (semantics 6.6).
func (a *Agent) kill(frameworkID, taskID string, grace *time.Duration) {
	f := a.frameworks[frameworkID]
	if f == nil {
		a.log.Warn("kill ignored: no task of the framework is here", "framework", frameworkID, "task", taskID)
		return
	}
	t := f.tasks[taskID]
	if t == nil {
		a.neverRan(f, taskID, verdict{f.dropped(), mesos.REASON_EXECUTOR_TERMINATED, "Cannot find executor"})
		return
	}
	if t.phase == queued {
		a.killQueued(t)
		return
	}
	if t.executor.custom != nil {
		a.killCustom(t, grace)
		return
	}
	a.terminate(t, t.grace(grace))
}

// grace is the grace period of a kill: that of the call, else the task's own, else the default.
func (t *task) grace(call *time.Duration) time.Duration {
	switch {
	case call != nil:
		return max(*call, 0)
	case t.info.KillPolicy != nil && t.info.KillPolicy.GracePeriod != nil:
		return max(time.Duration(t.info.KillPolicy.GracePeriod.Nanoseconds), 0)
	}
	return defaultGrace
}

// killQueued ends a task, with its group, that its executor has not seen yet.
func (a *Agent) killQueued(t *task) {
	group, message := []*task{t}, "Killed before delivery to the executor"
	if t.group != nil {
		group, message = t.group, "A task within the task group was killed before delivery to the executor"
	}
	for _, t := range group {
		a.update(t, t.agentStatus(verdict{mesos.TASK_KILLED, mesos.REASON_TASK_KILLED_DURING_LAUNCH, message}))
	}
}

// terminate ends a task by SIGTERM and, after the grace period, SIGKILL. For a task that is being ended
// already it can only bring the SIGKILL forward, and that only for a command task: the default executor
// ignores a second kill.
func (a *Agent) terminate(t *task, grace time.Duration) {
	if t.phase == ended {
		return
	}
	if t.killing {
		if t.group == nil {
			a.escalate(t, t.killedAt.Add(grace))
		}
		return
	}
	t.killing, t.killedAt = true, time.Now()
	t.stopTimers() // of fetching, probing and completion
	if t.executor.framework.can(mesos.FrameworkInfo_Capability_TASK_KILLING_STATE) && !t.timedOut {
		a.update(t, t.executorStatus(mesos.TASK_KILLING, ""))
	}
	if t.process == nil {
		return // fetching ends, which sees t.killing
	}
	t.process.Signal(sigTerm)
	a.escalate(t, t.killedAt.Add(grace))
}

// escalate has SIGKILL sent at a time, unless it is due earlier already.
func (a *Agent) escalate(t *task, at time.Time) {
	if t.escalation != nil && !at.Before(t.deadline) || t.process == nil {
		return
	}
	if t.escalation != nil {
		t.escalation.Stop()
	}
	t.deadline = at
	t.escalation = time.AfterFunc(time.Until(at), func() {
		a.do(func() {
			if t.phase != ended {
				t.process.Signal(sigKill)
			}
		})
	})
}

// outOfTime ends a task whose max_completion_time has passed, without grace.
func (a *Agent) outOfTime(t *task) {
	if t.phase == ended || t.killing {
		return
	}
	t.timedOut = true
	a.terminate(t, 0)
}

// killGroup ends the other tasks of a group of which one failed or was killed (semantics 6.8).
func (a *Agent) killGroup(t *task) {
	for _, other := range t.group {
		if other != t && !other.killing {
			a.terminate(other, defaultGrace)
		}
	}
}

// shutdownExecutor ends all tasks of an executor.
func (a *Agent) shutdownExecutor(frameworkID, executorID string) {
	f := a.frameworks[frameworkID]
	if f == nil || f.executors[executorID] == nil {
		a.log.Warn("shutdown ignored: no such executor is here", "framework", frameworkID, "executor", executorID)
		return
	}
	a.shutdown(f.executors[executorID])
}

func (a *Agent) shutdown(e *executor) {
	grace := shutdownGrace - shutdownSpare
	if e.info != nil {
		grace = defaultGrace
		if p := e.info.ShutdownGracePeriod; p != nil {
			grace = min(grace, max(time.Duration(p.Nanoseconds), 0))
		}
	}
	for _, t := range e.tasks {
		switch {
		case t.phase == queued:
			a.killQueued(t)
		case e.custom == nil:
			a.terminate(t, grace)
		}
	}
	if e.custom != nil {
		a.shutdownCustom(e)
	}
}

// shutdownFramework ends all tasks of a framework and forgets them.
func (a *Agent) shutdownFramework(id string) {
	f := a.frameworks[id]
	if f == nil {
		return
	}
	f.ended = true
	delete(a.frameworks, id)
	a.ending[f] = true
	for _, t := range f.tasks {
		t.updates.stop()
	}
	for _, e := range f.executors {
		if e.idle != nil {
			e.idle.Stop()
		}
		a.shutdown(e)
	}
	if err := a.journal.forgetFramework(id); err != nil {
		a.fail(err)
		return
	}
	a.settle(f)
}
