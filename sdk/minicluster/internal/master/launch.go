package master

import (
	"maps"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// launch starts the tasks of a LAUNCH, each on its own merits (semantics 3.10).
func (a *acceptance) launch(op *mesos.Offer_Operation_Launch) {
	for i := range op.TaskInfos {
		t := &op.TaskInfos[i]
		if wanted := a.m.permitTask(a.framework, t); wanted != "" {
			why := "Principal '" + a.framework.info.GetPrincipal() + "' no authorized to " + wanted
			a.m.refuseTask(a.framework, t, mesos.TASK_ERROR, mesos.REASON_TASK_UNAUTHORIZED, why)
			continue
		}
		available := a.remaining.Filter(func(r *mesos.Resource) bool { return !resource.IsShared(r) }).Plus(a.shared)
		if err := validate.Task(t, a.context(available)); err != nil {
			a.m.refuseTask(a.framework, t, mesos.TASK_ERROR, mesos.REASON_TASK_INVALID, err.Error())
			continue
		}
		a.start(t, t.Executor)
		a.agent.handle.Launch(a.framework.info, *t)
	}
}

// launchGroup starts all tasks of a group, or none (semantics 3.12).
func (a *acceptance) launchGroup(op *mesos.Offer_Operation_LaunchGroup) {
	tasks := op.TaskGroup.Tasks
	if len(tasks) == 0 {
		return
	}
	if why := a.permitGroup(tasks); why != "" {
		a.refuseGroup(tasks, mesos.REASON_TASK_GROUP_UNAUTHORIZED, why)
		return
	}
	if err := validate.Group(tasks, &op.Executor, a.context(a.remaining)); err != nil {
		a.refuseGroup(tasks, mesos.REASON_TASK_GROUP_INVALID, err.Error())
		return
	}
	for i := range tasks {
		a.start(&tasks[i], &op.Executor)
	}
	a.agent.handle.LaunchGroup(a.framework.info, op.Executor, tasks)
}

func (a *acceptance) refuseGroup(tasks []mesos.TaskInfo, reason mesos.TaskStatus_Reason, why string) {
	for i := range tasks {
		a.m.refuseTask(a.framework, &tasks[i], mesos.TASK_ERROR, reason, why)
	}
}

// permitGroup says why a group of tasks isn't allowed; empty: it is. Of several such tasks a master names the last,
// and leaves a blank out.
func (a *acceptance) permitGroup(tasks []mesos.TaskInfo) string {
	for i := range slices.Backward(tasks) {
		if wanted := a.m.permitTask(a.framework, &tasks[i]); wanted != "" {
			return "Task '" + tasks[i].TaskID.Value + "' is not authorized to" + wanted
		}
	}
	return ""
}

// start books a task that has passed.
func (a *acceptance) start(t *mesos.TaskInfo, executor *mesos.ExecutorInfo) {
	f := a.framework
	consumed := resource.Set(t.Resources).Clone()
	if executor != nil && f.executor(a.agent.id, executor.ExecutorID.Value) == nil {
		consumed = consumed.Plus(executor.Resources)
	}
	// A task that shares a copy with another one of this ACCEPT holds one more than was offered.
	copies := consumed.Filter(resource.IsShared)
	more, _ := copies.Minus(a.remaining.Filter(resource.IsShared))
	a.m.alloc.Take(a.agent.id, f.id, more)
	a.remaining, _ = a.remaining.Minus(consumed)
	a.m.addTask(f, a.agent, newTask(f.id, t, executor), executor)
	a.m.outcomes.add(outcome{framework: f.id, agent: a.agent.id, kind: "LAUNCH", subject: t.TaskID.Value, state: outcomeDone})
}

// context is what tasks of this ACCEPT are judged by.
func (a *acceptance) context(available resource.Set) *validate.TaskContext {
	f, agentID := a.framework, a.agent.id
	return &validate.TaskContext{
		FrameworkID: f.id,
		AgentID:     agentID,
		Agent:       a.agent.able(),
		InUse:       func(id string) bool { return f.tasks[id] != nil },
		Unreachable: func(id string) bool { _, is := f.unreachable.get(id); return is },
		Executor:    func(id string) *mesos.ExecutorInfo { return f.executor(agentID, id) },
		Available:   available,
		Share:       func(id string) (bool, bool) { return f.sharing(agentID, id) },
	}
}

// sharing tells whether the tasks under an executor share its cgroups, and whether there are any.
func (f *framework) sharing(agentID, executorID string) (shares, running bool) {
	for _, id := range slices.Sorted(maps.Keys(f.tasks)) {
		t := f.tasks[id]
		if t.AgentID.Value == agentID && t.ExecutorID != nil && t.ExecutorID.Value == executorID && !t.State.Terminal() {
			return t.shares, true
		}
	}
	return false, false
}
