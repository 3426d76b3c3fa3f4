package agent

import (
	"context"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// framework is what the agent knows of one whose tasks it runs. Owned by the loop, like all below.
type framework struct {
	info      *mesos.FrameworkInfo
	tasks     map[string]*task     // until their last update is acknowledged
	executors map[string]*executor // until their last task is gone
	ended     bool                 // shut down: no update is wanted any more
}

func (f *framework) id() string { return f.info.ID.GetValue() }

func (f *framework) can(want mesos.FrameworkInfo_Capability_Type) bool {
	return slices.ContainsFunc(f.info.Capabilities, func(c mesos.FrameworkInfo_Capability) bool { return c.GetType() == want })
}

// dropped is the state of a task that never ran, and gone of one that ended with its executor, as the
// framework understands them (semantics 6.3).
func (f *framework) dropped() mesos.TaskState { return f.aware(mesos.TASK_DROPPED) }
func (f *framework) gone() mesos.TaskState    { return f.aware(mesos.TASK_GONE) }

func (f *framework) aware(s mesos.TaskState) mesos.TaskState {
	if f.can(mesos.FrameworkInfo_Capability_PARTITION_AWARE) {
		return s
	}
	return mesos.TASK_LOST
}

// executor holds the sandbox of a command task, or that of a task group with its tasks' below it, or is a program
// of the framework's own, in whose sandbox its tasks are.
type executor struct {
	framework *framework
	id        string
	info      *mesos.ExecutorInfo // nil: of a command task
	container string              // id of its container
	sandbox   string              // its folder
	tasks     map[string]*task
	custom    *custom     // nil: of a command task, or a default executor
	idle      *time.Timer // runs while all tasks have ended and an acknowledgement is missing
	reported  bool        // that it exited
}

// phase is how far the agent has come with a task.
type phase int

const (
	queued   phase = iota // not handed to the executor: fetching for a command task
	starting              // TASK_STARTING was sent, its process isn't there yet
	running
	ended // its last update was made
)

// task is one task on the agent.
type task struct {
	executor  *executor
	info      *mesos.TaskInfo
	group     []*task // the tasks launched with it, itself included; nil for a command task
	container string
	sandbox   string

	phase   phase
	state   mesos.TaskState   // of the newest update
	last    *mesos.TaskStatus // the newest from the executor; nil before
	updates *stream[mesos.TaskStatus]

	process    Process            // nil before it runs
	cancel     context.CancelFunc // of fetching and probing
	killing    bool               // SIGTERM was sent, or will be as soon as there is a process
	killedAt   time.Time
	escalation *time.Timer  // to SIGKILL
	deadline   time.Time    // when that is due
	completion *time.Timer  // max_completion_time
	timedOut   bool         // max_completion_time has passed
	unhealthy  bool         // killed for failed health checks
	limitation resource.Set // that it exceeded; empty: none
	unheard    bool         // ended while the agent was away
	verdict    *verdict     // what becomes of it whatever its exit status; nil: the exit status decides

	told map[string]bool // uuids of the updates that a custom executor has made
}

// verdict is an end that the agent decided on.
type verdict struct {
	state   mesos.TaskState
	reason  mesos.TaskStatus_Reason
	message string
}

func (t *task) id() string { return t.info.TaskID.Value }

// containerText is the task's container as Mesos prints it.
func (t *task) containerText() string {
	if t.container == t.executor.container {
		return t.container
	}
	return t.executor.container + "." + t.container
}

func (t *task) view() TaskView {
	v := TaskView{
		Framework:  *clone(t.executor.framework.info),
		Info:       *clone(t.info),
		ExecutorID: mesos.ExecutorID{Value: t.executor.id},
		State:      t.state,
		Sandbox:    t.sandbox,
	}
	if t.executor.info != nil {
		v.Executor = clone(t.executor.info)
	}
	for i := range t.updates.pending {
		v.Unacknowledged = append(v.Unacknowledged, *clone(&t.updates.pending[i]))
	}
	return v
}

// stopTimers ends what would happen to the task later.
func (t *task) stopTimers() {
	for _, timer := range []*time.Timer{t.escalation, t.completion} {
		if timer != nil {
			timer.Stop()
		}
	}
	if t.cancel != nil {
		t.cancel()
	}
}
