package ops

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// What the executor of a task group needs at least (semantics 3.12).
const (
	minCPUs = 0.01
	minMem  = 32 // MiB
)

// LaunchGroup launches tasks that live and die together, under executor e (semantics 3.12). A type that e lacks becomes DEFAULT; e needs
// cpus of 0.01, mem of 32 MiB and some disk. Tasks need no executor of their own. One shared volume can't be in two tasks of
// a group.
func (c *Chain) LaunchGroup(e mesos.ExecutorInfo, t ...mesos.TaskInfo) *Chain {
	return c.Do(mesos.Offer_Operation{
		Type:        mesos.Offer_Operation_LAUNCH_GROUP.Enum(),
		LaunchGroup: &mesos.Offer_Operation_LaunchGroup{Executor: e, TaskGroup: mesos.TaskGroupInfo{Tasks: t}},
	})
}

func (c *Chain) launchGroup(g *mesos.Offer_Operation_LaunchGroup) *Error {
	const field = "launch_group.task_group.tasks"
	tasks := g.TaskGroup.Tasks
	if len(tasks) == 0 {
		return refuse(ErrNothing, field, "the step launches no tasks; leave it out")
	}
	for i := range tasks {
		e := c.task(&tasks[i])
		if e == nil {
			e = nested(&tasks[i])
		}
		if e == nil && tasks[i].Executor != nil && !sameExecutor(tasks[i].Executor, &g.Executor) {
			e = refuse(ErrExecutor, "executor", "The `ExecutorInfo` of task '%s' is different from executor '%s'; leave it out", tasks[i].TaskID.Value, g.Executor.ExecutorID.Value)
		}
		if e != nil {
			return e.at(field, i)
		}
	}
	if e := c.groupExecutor(&g.Executor); e != nil {
		return e.in("launch_group.executor")
	}
	if e := together(g); e != nil {
		return e.in("launch_group")
	}
	if e := c.sharing(g); e != nil {
		return e.in("launch_group")
	}
	return c.takeGroup(g)
}

// nested checks what the tasks of groups can't have (semantics 3.12).
func nested(t *mesos.TaskInfo) *Error {
	if t.Container != nil && len(t.Container.NetworkInfos) > 0 && t.HealthCheck != nil {
		if kind := t.HealthCheck.GetType(); kind == mesos.HealthCheck_HTTP || kind == mesos.HealthCheck_TCP {
			return refuse(ErrCheck, "health_check", "HTTP and TCP health checks are not supported for nested containers not joining parent's network; use a COMMAND check")
		}
	}
	if t.Container != nil && t.Container.GetType() == mesos.ContainerInfo_DOCKER {
		return refuse(ErrContainer, "container.type", "Docker ContainerInfo is not supported on the task; use type MESOS with a docker image")
	}
	if len(t.Limits) > 0 && sharesCgroups(t) {
		return refuse(ErrLimits, "limits", "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'.")
	}
	return nil
}

// sharesCgroups tells whether a task in a group shares its executor's cgroups, as it does by default.
func sharesCgroups(t *mesos.TaskInfo) bool {
	l := t.Container.GetLinuxInfo()
	return l == nil || l.ShareCgroups == nil || *l.ShareCgroups
}

func (c *Chain) groupExecutor(e *mesos.ExecutorInfo) *Error {
	if problem := c.executor(e); problem != nil {
		return problem
	}
	id, has := e.ExecutorID.Value, resource.Set(e.Resources)
	switch {
	case e.GetType() == mesos.ExecutorInfo_UNKNOWN:
		return refuse(ErrExecutor, "type", "Unknown executor type; leave it out, or use DEFAULT or CUSTOM")
	case e.Container != nil && e.Container.GetType() == mesos.ContainerInfo_DOCKER:
		return refuse(ErrContainer, "container.type", "Docker ContainerInfo is not supported on the executor; use type MESOS")
	case resource.Fixed(has.Scalar("cpus")) < resource.Fixed(minCPUs):
		return refuse(ErrExecutor, "resources", "Executor '%s' uses less CPUs (%v) than the minimum required (0.01)", id, has.Scalar("cpus"))
	case has.Scalar("mem") < minMem:
		return refuse(ErrExecutor, "resources", "Executor '%s' uses less memory (%v) than the minimum required (32MB)", id, has.Scalar("mem"))
	case has.Scalar("disk") == 0:
		return refuse(ErrExecutor, "resources", "Executor '%s' uses no disk; give it some", id)
	}
	return nil
}

// together checks the resources of a group as a whole: no volume twice, no port twice.
func together(g *mesos.Offer_Operation_LaunchGroup) *Error {
	users := []resource.Set{g.Executor.Resources}
	total := resource.Set(g.Executor.Resources)
	total = total[:len(total):len(total)]
	for i := range g.TaskGroup.Tasks {
		users = append(users, g.TaskGroup.Tasks[i].Resources)
		total = append(total, g.TaskGroup.Tasks[i].Resources...)
	}
	if e := uses(total, ""); e != nil {
		e.Field, e.Text = "task_group", "Task group and executor use duplicate persistence ID or mix revocable and non-revocable resources: "+e.Text
		return e
	}
	if overlap(users...) {
		return refuse(ErrOverlap, "task_group", "There are overlapping resources in the task group's task resources and/or executor resources; give each task its own ports, and no two one shared volume")
	}
	return nil
}

// sharing checks that all tasks of a group, and all under one executor as far as this chain knows, have the same
// share_cgroups, and no two volumes one place (semantics 3.12, 4.3).
func (c *Chain) sharing(g *mesos.Offer_Operation_LaunchGroup) *Error {
	x := c.executorOf(&g.Executor)
	if e := x.box.add(g.Executor.Resources, nil, g.Executor.Container); e != nil {
		return e.in("executor")
	}
	for i := range g.TaskGroup.Tasks {
		t := &g.TaskGroup.Tasks[i]
		share := sharesCgroups(t)
		if x.share != nil && *x.share != share {
			return refuse(ErrLimits, "container.linux_info.share_cgroups",
				"If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor").at("task_group.tasks", i)
		}
		x.share = &share
		if e := x.box.add(t.Resources, t.Command, t.Container); e != nil {
			return e.at("task_group.tasks", i)
		}
	}
	return nil
}

// takeGroup takes the resources of a group's tasks, and of its executor if that is new. Unlike in LAUNCH a shared volume
// is used up (semantics 3.12).
func (c *Chain) takeGroup(g *mesos.Offer_Operation_LaunchGroup) *Error {
	var total resource.Set
	for i := range g.TaskGroup.Tasks {
		from := len(total)
		total = append(total, g.TaskGroup.Tasks[i].Resources...)
		if e := c.holds(c.left, total, from, "resources"); e != nil {
			return e.at("launch_group.task_group.tasks", i)
		}
	}
	if c.start(&g.Executor) {
		from := len(total)
		total = append(total, g.Executor.Resources...)
		if e := c.holds(c.left, total, from, "resources"); e != nil {
			return e.in("launch_group.executor")
		}
	}
	c.use(total)
	return nil
}
