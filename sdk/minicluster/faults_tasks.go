package minicluster

import (
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
)

// KillExecutor kills the executor of a task with SIGKILL: the executor's tasks are TASK_FAILED, "Executor
// terminated". The command of a command task runs on, as with Mesos' launcher for POSIX, in nobody's books, until
// the cluster is closed or the agent's machine stops; what it writes to still may be offered at once. What runs under
// a default or custom executor ends with it, and the framework gets a FAILURE. The error wraps [ErrNoTask].
func (c *Cluster) KillExecutor(task string) error {
	return c.withTask(task, func(_ *member, h *agent.Agent, framework mesos.FrameworkID) (bool, error) {
		return h.KillExecutor(framework, mesos.TaskID{Value: task}), nil
	})
}

// LoseTask makes the agent of a task forget it, and end it, as if it had never heard of it. The agent registers
// again, and reports what the master asks about as TASK_DROPPED, "Reconciliation: task unknown to the agent"
// (semantics 6.4). The error wraps [ErrNoTask], also for a task of a custom executor.
func (c *Cluster) LoseTask(task string) error {
	return c.withTask(task, func(m *member, h *agent.Agent, framework mesos.FrameworkID) (bool, error) {
		if !h.Lose(framework, mesos.TaskID{Value: task}) {
			return false, nil
		}
		if m.handle != h || m.away {
			return true, nil
		}
		return true, c.join(m)
	})
}

// FillDisk makes the first disk among a task's resources, a volume as a rule, hold more than its size, in the eyes
// of its agent: it ends the task as one with --enforce_container_disk_quota does, TASK_FAILED with
// REASON_CONTAINER_LIMITATION_DISK, "Disk usage (65MB) exceeds quota (64MB)". Nothing is written. A volume is a
// folder without a quota here, so no write of a task ever fails for want of space (semantics 4.9). The error wraps
// [ErrNoTask], also where the task has no disk.
func (c *Cluster) FillDisk(task string) error {
	return c.withTask(task, func(_ *member, h *agent.Agent, framework mesos.FrameworkID) (bool, error) {
		return h.ExceedDisk(framework, mesos.TaskID{Value: task}), nil
	})
}

// withTask looks for the agent of a task, whichever framework it belongs to.
func (c *Cluster) withTask(task string, do func(*member, *agent.Agent, mesos.FrameworkID) (bool, error)) error {
	return c.exclusively(func() error {
		for _, m := range c.members {
			for _, one := range m.all() {
				for _, t := range one.handle.Tasks() {
					if t.Info.TaskID.Value != task {
						continue
					}
					if done, err := do(m, one.handle, *t.Framework.ID); done || err != nil {
						return err
					}
				}
			}
		}
		return fmt.Errorf("%w: %s", ErrNoTask, task)
	})
}
