package ops

import (
	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// An executor is what the chain knows of one that its steps use.
type executor struct {
	info  *mesos.ExecutorInfo // what a step starts; nil until one does
	box   sandbox             // volumes in its sandbox, which all of its tasks share
	share *bool               // share_cgroups of its tasks in groups
}

func (c *Chain) executorOf(e *mesos.ExecutorInfo) *executor {
	x := c.executors[e.ExecutorID.Value]
	if x == nil {
		x = &executor{box: sandbox{}}
		c.executors[e.ExecutorID.Value] = x
	}
	return x
}

// start tells whether e is new on the agent, so that its resources are to be taken (semantics 3.12). From then on it is not.
func (c *Chain) start(e *mesos.ExecutorInfo) bool {
	x := c.executorOf(e)
	if _, running := c.target.running[e.ExecutorID.Value]; running || x.info != nil {
		return false
	}
	x.info = e
	return true
}

// executor makes the checks that executors of LAUNCH and of task groups have in common (semantics 3.11).
func (c *Chain) executor(e *mesos.ExecutorInfo) *Error {
	if problem := executorType(e); problem != nil {
		return problem
	}
	if err := mesos.ValidateID(e.ExecutorID.Value); err != nil {
		return refuse(ErrExecutor, "executor_id", "%v", err).because(err)
	}
	if e.ShutdownGracePeriod.GetNanoseconds() < 0 {
		return refuse(ErrDuration, "shutdown_grace_period", "ExecutorInfo's 'shutdown_grace_period' must be non-negative")
	}
	if problem := command(e.Command); problem != nil {
		return problem.in("command")
	}
	if problem := container(e.Container); problem != nil {
		return problem.in("container")
	}
	if e.FrameworkID.GetValue() != c.target.framework.Value {
		return refuse(ErrExecutor, "framework_id", "ExecutorInfo has an invalid FrameworkID (Actual: %s vs Expected: %s); leave it out",
			e.FrameworkID.GetValue(), c.target.framework.Value)
	}
	if problem := uses(e.Resources, "resources"); problem != nil {
		return problem
	}
	if x := c.executorOf(e); x.info != nil && !sameExecutor(x.info, e) {
		return refuse(ErrExecutor, "", "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID: an earlier task has another %q; repeat it exactly, or choose another id", e.ExecutorID.Value)
	}
	if l := e.Container.GetLinuxInfo(); l != nil && l.ShareCgroups != nil && *l.ShareCgroups {
		return refuse(ErrLimits, "container.linux_info.share_cgroups", "The 'share_cgroups' field cannot be set to 'true' on executor containers; leave it out")
	}
	return nil
}

// executorType checks what goes with the type; without one, nothing does.
func executorType(e *mesos.ExecutorInfo) *Error {
	switch {
	case e.Type == nil:
		return nil
	case *e.Type == mesos.ExecutorInfo_CUSTOM && e.Command == nil:
		return refuse(ErrExecutor, "command", "'ExecutorInfo.command' must be set for 'CUSTOM' executor")
	case *e.Type != mesos.ExecutorInfo_DEFAULT:
		return nil
	case e.Command != nil:
		return refuse(ErrExecutor, "command", "'ExecutorInfo.command' must not be set for 'DEFAULT' executor; leave it out")
	case e.Container == nil:
		return nil
	case e.Container.GetType() != mesos.ContainerInfo_MESOS:
		return refuse(ErrContainer, "container.type", "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor")
	case e.Container.Mesos != nil && e.Container.Mesos.Image != nil:
		return refuse(ErrContainer, "container.mesos.image", "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor; give images to the tasks")
	}
	return nil
}

// sameExecutor compares as the master does: resources in any order.
func sameExecutor(a, b *mesos.ExecutorInfo) bool {
	if a == b {
		return true
	}
	x, y := *a, *b
	x.Resources, y.Resources = nil, nil
	return proto.Equal(&x, &y) && resource.Set(a.Resources).Equal(b.Resources)
}

// customExecutor checks the executor of a task in LAUNCH, which may have none (semantics 3.10, rows 14 and 15).
func (c *Chain) customExecutor(t *mesos.TaskInfo) *Error {
	e := t.Executor
	if e == nil {
		return nil
	}
	if problem := c.executor(e); problem != nil {
		return problem.in("executor")
	}
	switch {
	case e.Type != nil && *e.Type != mesos.ExecutorInfo_CUSTOM:
		return refuse(ErrExecutor, "executor.type", "'ExecutorInfo.type' must be 'CUSTOM'; a DEFAULT executor is for task groups")
	case e.Command == nil:
		return refuse(ErrExecutor, "executor.command", "'ExecutorInfo.command' must be set")
	}
	for i := range e.Resources {
		if resource.IsShared(&e.Resources[i]) {
			return refuse(ErrShared, "shared", "Executor resources should not contain any shared resources; give the volume to the tasks").at("executor.resources", i)
		}
	}
	both := append(t.Resources[:len(t.Resources):len(t.Resources)], e.Resources...)
	if problem := validGPUs(both); problem != nil {
		return problem
	}
	if overlap(t.Resources, e.Resources) {
		return refuse(ErrOverlap, "executor.resources", "There are overlapping resources in the task resources and executor resources: %s and %s; give each its own",
			brief(t.Resources), brief(e.Resources))
	}
	return uses(both, "resources")
}
