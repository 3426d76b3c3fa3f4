package agent

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// launchGroup begins a task group under a default executor, a new one or one that runs (semantics 6.8).
func (a *Agent) launchGroup(info *mesos.FrameworkInfo, executor *mesos.ExecutorInfo, tasks []*mesos.TaskInfo) {
	if !a.launchable(info, executor.ExecutorID.Value, tasks...) {
		return
	}
	draining := a.draining() != nil
	f := a.framework(info)
	e := f.executors[executor.ExecutorID.Value]
	isNew := e == nil
	if isNew {
		e = a.newExecutor(f, executor.ExecutorID.Value, executor)
	} else if e.idle != nil {
		e.idle.Stop()
	}
	group := make([]*task, len(tasks))
	for i, t := range tasks {
		var err error
		if group[i], err = a.addTask(e, t); err != nil {
			a.fail(err)
			return
		}
	}
	for _, t := range group {
		t.group = group
	}
	if draining {
		a.refuse(mesos.REASON_AGENT_DRAINING, launchedWhileDraining, group...)
		return
	}
	if reason, message := a.refusal(e, group); message != "" {
		a.refuse(reason, message, group...)
		return
	}
	if err := a.prepareGroup(e, isNew, group); err != nil {
		a.failGroup(e, isNew, err)
		return
	}
	for _, t := range group {
		a.update(t, t.executorStatus(mesos.TASK_STARTING, ""))
		t.phase = starting
	}
	for _, t := range group {
		a.prepareNested(t)
	}
}

// refusal is why a group can't be run; an empty message if it can.
func (a *Agent) refusal(e *executor, group []*task) (mesos.TaskStatus_Reason, string) {
	if e.info == nil {
		return mesos.REASON_TASK_INVALID, "Cannot reuse an already existing executor for a command task"
	}
	for _, t := range group {
		if !a.ledger.resources.Contains(held(t.info.Resources)) {
			return mesos.REASON_RESOURCES_UNKNOWN, unknownResources
		}
	}
	if !a.ledger.resources.Contains(held(e.info.Resources)) {
		return mesos.REASON_RESOURCES_UNKNOWN, "The checkpointed resources being used by the executor are unknown to the agent"
	}
	return 0, ""
}

// prepareGroup makes the executor's sandbox, if it is a new one, with all volumes in it.
func (a *Agent) prepareGroup(e *executor, isNew bool, group []*task) error {
	if isNew {
		if err := a.makeExecutorSandbox(e); err != nil {
			return err
		}
		if err := a.linkVolumes(e, e.info.Resources); err != nil {
			return err
		}
	}
	for _, t := range group {
		if err := a.linkVolumes(e, t.info.Resources); err != nil {
			return err
		}
	}
	return nil
}

// failGroup ends an executor that could not be made, or that could not be given the volumes of another
// group: a real agent destroys it with everything in it then.
func (a *Agent) failGroup(e *executor, isNew bool, err error) {
	if isNew {
		a.failLaunch(e, err)
		a.idle(e)
		return
	}
	v := verdict{e.framework.gone(), mesos.REASON_CONTAINER_UPDATE_FAILED, "Failed to update resources for container: " + err.Error()}
	for _, t := range e.tasks {
		switch {
		case t.phase == ended:
		case t.process == nil:
			a.update(t, t.agentStatus(v))
		default:
			t.verdict = &v
			t.process.Signal(sigKill)
		}
	}
	a.idle(e)
}

// prepareNested makes the sandbox of a group's task and runs it once what its command names is fetched.
func (a *Agent) prepareNested(t *task) {
	if t.phase != starting { // ended with its group
		return
	}
	err := a.makeNestedSandbox(t)
	if err == nil {
		err = linkFromParent(t)
	}
	if err != nil {
		a.failNested(t, err)
		return
	}
	a.fetch(t, func(err error) {
		switch {
		case t.phase != starting:
		case t.killing:
			a.update(t, t.executorStatus(mesos.TASK_KILLED, ""))
			a.killGroup(t)
			a.idle(t.executor)
			a.settle(t.executor.framework)
		case err != nil:
			a.failNested(t, err)
		default:
			a.start(t)
		}
	})
}

// failNested ends a task of a group whose container could not be made, and with it the group.
func (a *Agent) failNested(t *task, err error) {
	s := t.executorStatus(mesos.TASK_FAILED, "Failed to launch container: "+err.Error())
	s.Reason = mesos.REASON_CONTAINER_LAUNCH_FAILED.Enum()
	a.update(t, s)
	a.killGroup(t)
	a.idle(t.executor)
}

// makeNestedSandbox makes the sandbox of a group's task below its executor's, and the link by which it is
// found under its task id.
func (a *Agent) makeNestedSandbox(t *task) error {
	if err := a.makeSandbox(t); err != nil {
		return err
	}
	tasks := filepath.Join(t.executor.sandbox, "tasks")
	if err := os.MkdirAll(tasks, sandboxMode); err != nil {
		return fmt.Errorf("unable to create task directory: %w", err)
	}
	return link(t.sandbox, filepath.Join(tasks, t.id()))
}
