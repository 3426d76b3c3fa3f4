package validate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// The least that a task group's executor has (semantics 0.4).
const (
	minCPUs = 0.01
	minMem  = 32
)

// Group judges a LAUNCH_GROUP, whose tasks carry the group's executor (semantics 3.12).
func Group(tasks []mesos.TaskInfo, e *mesos.ExecutorInfo, c *TaskContext) error {
	if err := groupTasks(tasks, c); err != nil {
		return err
	}
	if err := groupExecutor(tasks, e, c); err != nil {
		return err
	}
	if err := groupResources(tasks, e, c); err != nil {
		return err
	}
	if err := wrap("Executor '"+e.ExecutorID.Value+"'contains an invalid command: ", command(e.Command)); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range tasks {
		id := tasks[i].TaskID.Value
		if seen[id] {
			return aborts("R4", "Task '%s' is in the group twice", id)
		}
		seen[id] = true
	}
	return nil
}

func groupTasks(tasks []mesos.TaskInfo, c *TaskContext) error {
	for i := range tasks {
		t := &tasks[i]
		err := task(t, c)
		if err == nil {
			err = groupTask(t)
		}
		if err != nil {
			return fmt.Errorf("Task '%s' is invalid: %w", t.TaskID.Value, err)
		}
	}
	return nil
}

func groupTask(t *mesos.TaskInfo) error {
	if t.Executor == nil {
		return errors.New("'TaskInfo.executor' must be set")
	}
	networked := t.Container != nil && len(t.Container.NetworkInfos) > 0
	if h := t.HealthCheck; networked && h != nil && h.Type != nil && (*h.Type == mesos.HealthCheck_HTTP || *h.Type == mesos.HealthCheck_TCP) {
		return errors.New("HTTP and TCP health checks are not supported for nested containers not joining parent's network")
	}
	if t.Container != nil && t.Container.Type != nil && *t.Container.Type == mesos.ContainerInfo_DOCKER {
		return errors.New("Docker ContainerInfo is not supported on the task")
	}
	if len(t.Limits) > 0 && shares(t) {
		return errors.New("Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'.")
	}
	return nil
}

// shares tells whether a task shares its executor's cgroups, as it does by default.
func shares(t *mesos.TaskInfo) bool {
	linux := t.Container.GetLinuxInfo()
	return linux == nil || linux.ShareCgroups == nil || *linux.ShareCgroups
}

func groupExecutor(tasks []mesos.TaskInfo, e *mesos.ExecutorInfo, c *TaskContext) error {
	if err := executor(e, c); err != nil {
		return err
	}
	switch {
	case e.Type == nil:
		return errors.New("'ExecutorInfo.type' must be set")
	case *e.Type == mesos.ExecutorInfo_UNKNOWN:
		return errors.New("Unknown executor type")
	case e.Container != nil && e.Container.Type != nil && *e.Container.Type == mesos.ContainerInfo_DOCKER:
		return errors.New("Docker ContainerInfo is not supported on the executor")
	}
	id := e.ExecutorID.Value
	for i := range tasks {
		if !sameExecutor(tasks[i].Executor, e) {
			return fmt.Errorf("The `ExecutorInfo` of task '%s' is different from executor '%s'", tasks[i].TaskID.Value, id)
		}
	}
	has := sum(e.Resources).Quantities()
	if has["cpus"] < minCPUs {
		return fmt.Errorf("Executor '%s' uses less CPUs (%s) than the minimum required (%v)", id, orNone(has["cpus"], ""), minCPUs)
	}
	if has["mem"] < minMem {
		return fmt.Errorf("Executor '%s' uses less memory (%s) than the minimum required (%dMB)", id, orNone(has["mem"], "MB"), minMem)
	}
	if has["disk"] == 0 {
		return fmt.Errorf("Executor '%s' uses no disk", id)
	}
	return nil
}

func orNone(v float64, unit string) string {
	if v == 0 {
		return "None"
	}
	return fmt.Sprint(v) + unit
}

func groupResources(tasks []mesos.TaskInfo, e *mesos.ExecutorInfo, c *TaskContext) error {
	lists := make([][]mesos.Resource, 0, len(tasks)+1)
	printed := make([]string, 0, len(tasks))
	var total resource.Set
	for i := range tasks {
		lists = append(lists, tasks[i].Resources)
		printed = append(printed, sum(tasks[i].Resources).String())
		total = total.Plus(tasks[i].Resources)
	}
	lists = append(lists, e.Resources)
	all := merged(lists...)
	if err := wrap("Task group and executor use duplicate persistence ID: ", uniqueVolumes(all)); err != nil {
		return err
	}
	if err := wrap("Task group and executor mix revocable and non-revocable resources: ", mixedRevocable(all)); err != nil {
		return err
	}
	if overlap(lists...) {
		return fmt.Errorf("There are overlapping resources in the task group's task resources [ %s ] and/or executor resources %s", strings.Join(printed, ", "), sum(e.Resources))
	}
	if c.Executor(e.ExecutorID.Value) == nil {
		total = total.Plus(e.Resources)
	}
	if !c.Available.Contains(total) {
		return fmt.Errorf("Total resources %s required by task group and its executor are more than available %s", total, c.Available)
	}
	return groupCgroups(tasks, e, c)
}

// groupCgroups checks that the tasks of an executor agree on whether they share its cgroups.
func groupCgroups(tasks []mesos.TaskInfo, e *mesos.ExecutorInfo, c *TaskContext) error {
	if err := executorCgroups(e); err != nil {
		return err
	}
	differ := errors.New("If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor")
	for i := range tasks {
		if shares(&tasks[i]) != shares(&tasks[0]) {
			return differ
		}
	}
	if c.Share == nil || len(tasks) == 0 {
		return nil
	}
	if share, running := c.Share(e.ExecutorID.Value); running && share != shares(&tasks[0]) {
		return differ
	}
	return nil
}
