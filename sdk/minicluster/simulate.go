package minicluster

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
)

// Simulation says how a simulated task runs.
type Simulation struct {
	// Runs is how long it runs. 0: until it is killed, or ended by [Cluster.FinishTask] and the like.
	Runs time.Duration
	// Status is its exit status when it ends by itself.
	Status int
	// Stubborn makes it ignore SIGTERM, so that only SIGKILL after the grace period ends it.
	Stubborn bool
	// Work is called when it starts, with its sandbox, where volumes are found at their container paths; an
	// error ends it at once with exit status 1. It must not wait for the cluster. May be nil.
	Work func(sandbox string) error
}

// Idle is a Config.Simulate with which all tasks run until they are killed, or ended by [Cluster.FinishTask] and
// the like.
func Idle(mesos.TaskInfo) Simulation { return Simulation{} }

// ErrNoTask is wrapped by errors about a simulated task that doesn't run.
var ErrNoTask = errors.New("minicluster: no such simulated task is running")

// FinishTask ends a simulated task with status 0.
func (c *Cluster) FinishTask(id string) error { return c.end(id, agent.Exit{}) }

// FailTask ends a simulated task with another status.
func (c *Cluster) FailTask(id string, status int) error { return c.end(id, agent.Exit{Status: status}) }

// CrashTask ends a simulated task by a signal that nobody asked for.
func (c *Cluster) CrashTask(id string, signal syscall.Signal) error {
	return c.end(id, agent.Exit{Signal: signal})
}

// end ends the task of an id, whichever framework it belongs to.
func (c *Cluster) end(id string, exit agent.Exit) error {
	return c.exclusively(func() error {
		for _, m := range c.members {
			for _, one := range m.all() {
				if one.simulator == nil {
					continue
				}
				for _, t := range one.handle.Tasks() {
					if t.Info.TaskID.Value == id && one.simulator.End(*t.Framework.ID, t.Info.TaskID, exit) {
						return nil
					}
				}
			}
		}
		return fmt.Errorf("%w: %s", ErrNoTask, id)
	})
}
