package agent

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// idleExecutor is how long a default executor whose tasks have ended waits for acknowledgements.
const idleExecutor = time.Minute

// exited turns the end of a task's process into its last update (semantics 6.7, 6.8).
func (a *Agent) exited(t *task, exit Exit) {
	if t.phase == ended {
		a.settle(t.executor.framework)
		return
	}
	if a.away && t.executor.info == nil {
		t.verdict = &executorTerminated
	}
	t.unheard = a.away
	status := t.executorStatus(mesos.TASK_FINISHED, "Command "+exit.String())
	switch {
	case t.verdict != nil:
		status = t.agentStatus(*t.verdict)
		if len(t.limitation) > 0 {
			status.Limitation = &mesos.TaskResourceLimitation{Resources: t.limitation}
		}
	case t.timedOut:
		status.State = mesos.TASK_FAILED
		status.Reason = mesos.REASON_MAX_COMPLETION_TIME_REACHED.Enum()
	case t.killing:
		status.State = mesos.TASK_KILLED
	case !exit.Success():
		status.State = mesos.TASK_FAILED
	}
	if t.unhealthy {
		status.Healthy = new(false)
	}
	a.update(t, status)
	if status.State != mesos.TASK_FINISHED {
		a.killGroup(t)
	}
	a.idle(t.executor)
	a.settle(t.executor.framework)
}

// idle starts waiting for the acknowledgements of a default executor's tasks once all have ended.
func (a *Agent) idle(e *executor) {
	if e.info == nil || e.custom != nil || e.framework.ended {
		return
	}
	for _, t := range e.tasks {
		if t.phase != ended {
			return
		}
	}
	e.idle = time.AfterFunc(idleExecutor, func() { a.do(func() { a.reportExit(e) }) })
}

// reportExit tells the master that an executor has ended, once.
func (a *Agent) reportExit(e *executor) {
	if e.info == nil || e.reported || e.framework.ended {
		return
	}
	for _, t := range e.tasks {
		if t.phase != ended {
			return // a new group came in time
		}
	}
	status := int32(0)
	if e.custom != nil {
		status = -1 // never started
	}
	e.reported = true
	a.up.ExecutorExited(mesos.AgentID{Value: a.id.Value}, mesos.FrameworkID{Value: e.framework.id()}, mesos.ExecutorID{Value: e.id}, status)
}

// forget drops a task whose last update is acknowledged, with its executor and framework if it was their
// last. Sandboxes stay.
func (a *Agent) forget(t *task) {
	e, f := t.executor, t.executor.framework
	t.updates.stop()
	delete(f.tasks, t.id())
	delete(e.tasks, t.id())
	if len(e.tasks) == 0 && !e.alive() {
		if e.idle != nil {
			e.idle.Stop()
		}
		a.reportExit(e)
		a.forgetExecutor(e)
	}
	if err := a.journal.forget(t); err != nil {
		a.fail(err)
	}
}

// forgetExecutor drops an executor without tasks, with its framework if it was the last of it.
func (a *Agent) forgetExecutor(e *executor) {
	f := e.framework
	if f.executors[e.id] == e {
		delete(f.executors, e.id)
	}
	if len(f.tasks) == 0 && len(f.executors) == 0 && a.frameworks[f.id()] == f {
		delete(a.frameworks, f.id())
	}
}

// settle forgets a framework that was shut down once nothing of it runs.
func (a *Agent) settle(f *framework) {
	if !f.ended {
		return
	}
	for _, t := range f.tasks {
		if t.phase != ended {
			return
		}
	}
	for _, e := range f.executors {
		if e.alive() {
			return
		}
	}
	delete(a.ending, f)
	a.leave()
}

// stopEverything stops all timers and kills all processes; those who wait for them find the inbox closed.
func (a *Agent) stopEverything() {
	a.away = true // for executors that ask
	if a.recovery != nil {
		a.recovery.Stop()
	}
	for _, s := range a.operations {
		s.stop()
	}
	stop := func(f *framework) {
		for _, e := range f.executors {
			if e.idle != nil {
				e.idle.Stop()
			}
			if e.alive() {
				a.stopCustom(e)
				if e.custom.process != nil {
					e.custom.process.Signal(sigKill)
				}
			}
		}
		for _, t := range f.tasks {
			t.updates.stop()
			t.stopTimers()
			if t.process != nil {
				t.process.Signal(sigKill)
			}
		}
	}
	for _, f := range a.frameworks {
		stop(f)
	}
	for f := range a.ending {
		stop(f)
	}
}
