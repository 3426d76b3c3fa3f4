package validate

import (
	"errors"
	"fmt"
	"math"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TaskContext is what a task is judged by.
type TaskContext struct {
	FrameworkID string
	AgentID     string
	Agent       AgentCapabilities
	InUse       func(taskID string) bool                      // a task of the framework that is not completed has the id
	Unreachable func(taskID string) bool                      // as far as the master remembers
	Executor    func(executorID string) *mesos.ExecutorInfo   // of the framework on this agent; nil: none
	Available   resource.Set                                  // what is left of the offers
	Share       func(executorID string) (share, running bool) // share_cgroups of tasks running under an executor; nil: unknown
}

// Task judges one task of a LAUNCH (semantics 3.10).
func Task(t *mesos.TaskInfo, c *TaskContext) error {
	if err := task(t, c); err != nil {
		return err
	}
	if (t.Command != nil) == (t.Executor != nil) {
		return errors.New("Task should have at least one (but not both) of CommandInfo or ExecutorInfo present")
	}
	if t.Executor != nil {
		if err := customExecutor(t.Executor, c); err != nil {
			return err
		}
	}
	if err := taskAndExecutor(t, c); err != nil {
		return err
	}
	if share := t.Container.GetLinuxInfo(); share != nil && share.ShareCgroups != nil && !*share.ShareCgroups {
		return errors.New("Only tasks in a task group may have 'share_cgroups' set to 'false'")
	}
	return nil
}

// task does the checks that tasks of groups undergo as well: rows 1 to 12 of semantics 3.10.
func task(t *mesos.TaskInfo, c *TaskContext) error {
	return first(
		func() error { return mesos.ValidateID(t.TaskID.Value) },
		func() error { return taskID(t, c) },
		func() error {
			if t.AgentID.Value != c.AgentID {
				return fmt.Errorf("Task uses invalid agent %s while agent %s is expected", t.AgentID.Value, c.AgentID)
			}
			return nil
		},
		func() error { return durations(t) },
		func() error { return wrap("Task uses invalid check: ", check(t.Check)) },
		func() error { return wrap("Task uses invalid health check: ", healthCheck(t.HealthCheck)) },
		func() error { return taskResources(t.Resources) },
		func() error { return wrap("Task's `CommandInfo` is invalid: ", command(t.Command)) },
		func() error { return wrap("Task's `ContainerInfo` is invalid: ", container(t.Container)) },
		func() error { return limits(t, c.Agent) },
	)
}

func taskID(t *mesos.TaskInfo, c *TaskContext) error {
	if c.InUse(t.TaskID.Value) {
		return fmt.Errorf("Task has duplicate ID: %s", t.TaskID.Value)
	}
	if c.Unreachable(t.TaskID.Value) {
		return fmt.Errorf("Task reuses the ID of an unreachable task: %s", t.TaskID.Value)
	}
	return nil
}

func durations(t *mesos.TaskInfo) error {
	if p := t.KillPolicy; p != nil && p.GracePeriod != nil && p.GracePeriod.Nanoseconds < 0 {
		return errors.New("Task's 'kill_policy.grace_period' must be non-negative")
	}
	if d := t.MaxCompletionTime; d != nil && d.Nanoseconds < 0 {
		return errors.New("Task's `max_completion_time` must be non-negative")
	}
	return nil
}

func taskResources(s []mesos.Resource) error {
	if len(s) == 0 {
		return errors.New("Task uses no resources")
	}
	return first(
		func() error { return wrap("Task uses invalid resources: ", resources(s)) },
		func() error { return wrap("Task uses duplicate persistence ID: ", uniqueVolumes(merged(s))) },
		func() error { return wrap("Invalid task resources: ", singleRole(s)) },
		func() error { return wrap("Task mixes revocable and non-revocable resources: ", mixedRevocable(s)) },
	)
}

// limits follows row 12. Memory is compared in whole bytes, so that an amount beyond them is too little,
// unless it is infinite.
func limits(t *mesos.TaskInfo, agent AgentCapabilities) error {
	if len(t.Limits) == 0 {
		return nil
	}
	if !agent.TaskResourceLimits {
		return errors.New("Agent is not capable of handling task resource limits")
	}
	for name := range t.Limits {
		if name != "cpus" && name != "mem" {
			return errors.New("Only cpus and mem may be included in a task's resource limits")
		}
	}
	requests := resource.Set(t.Resources)
	if limit, ok := t.Limits["cpus"]; ok {
		switch request := requests.Scalar("cpus"); {
		case request == 0:
			return errors.New("When a CPU limit is specified, a CPU request must also be specified")
		case limit.Value < request:
			return errors.New("The cpu limit must be greater than or equal to the cpu request")
		}
	}
	if limit, ok := t.Limits["mem"]; ok {
		const bytes = 1 << 20
		switch request := requests.Scalar("mem"); {
		case request == 0:
			return errors.New("When a memory limit is specified, a memory request must also be specified")
		case limit.Value < request, limit.Value*bytes >= math.MaxUint64 && !math.IsInf(limit.Value, 1):
			return errors.New("The memory limit must be greater than or equal to the memory request")
		}
	}
	return nil
}

// taskAndExecutor follows rows 15 and 16.
func taskAndExecutor(t *mesos.TaskInfo, c *TaskContext) error {
	var executor []mesos.Resource
	if t.Executor != nil {
		executor = t.Executor.Resources
	}
	both := merged(t.Resources, executor)
	if err := first(
		func() error { return wrap("Task and its executor use invalid resources: ", resources(both)) },
		func() error {
			if overlap(t.Resources, executor) {
				return fmt.Errorf("There are overlapping resources in the task resources %s and executor resources %s", sum(t.Resources), sum(executor))
			}
			return nil
		},
		func() error {
			return wrap("Task and its executor use duplicate persistence ID: ", uniqueVolumes(both))
		},
		func() error {
			return wrap("Task and its executor mix revocable and non-revocable resources: ", mixedRevocable(both))
		},
	); err != nil {
		return err
	}
	total := sum(t.Resources)
	if t.Executor != nil && c.Executor(t.Executor.ExecutorID.Value) == nil {
		total = total.Plus(sum(executor))
	}
	if !c.Available.Contains(total) {
		return fmt.Errorf("Total resources %s required by task and its executor is more than available %s", total, c.Available)
	}
	return nil
}
