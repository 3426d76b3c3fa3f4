package agent

import (
	"bytes"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Apply does an operation on the agent's resources, which must not be allocated in it: RESERVE, UNRESERVE,
// CREATE, DESTROY, GROW_VOLUME or SHRINK_VOLUME. The change is checkpointed, directories are made or deleted,
// and OPERATION_FINISHED is reported under uuid, any text that is unique, until it is acknowledged (semantics
// 3.14). An operation that doesn't fit the agent's resources is answered by OPERATION_FAILED: a master that
// checked it never sees that. framework is nil for an operator's operation.
func (a *Agent) Apply(framework *mesos.FrameworkID, uuid string, op mesos.Offer_Operation) {
	if framework != nil {
		framework = clone(framework)
	}
	copied := clone(&op)
	a.line.hear(func() { a.apply(framework, uuid, *copied) })
}

// Launch runs a command task (semantics 6.7, 6.10, 6.11), or hands a task to its custom executor, which is
// started if it doesn't run (semantics 6.9). A task id that is running is ignored; the master refuses it before.
func (a *Agent) Launch(framework mesos.FrameworkInfo, task mesos.TaskInfo) {
	f, t := clone(&framework), clone(&task)
	a.line.hear(func() { a.launch(f, t) })
}

// LaunchGroup runs tasks together under a default executor (semantics 6.8): the executor's sandbox holds
// the volumes and the sandboxes of the tasks, and when one task fails or is killed the others of the group
// are killed. The executor may be one that runs already.
func (a *Agent) LaunchGroup(framework mesos.FrameworkInfo, executor mesos.ExecutorInfo, tasks []mesos.TaskInfo) {
	f, e := clone(&framework), clone(&executor)
	group := make([]*mesos.TaskInfo, len(tasks))
	for i := range tasks {
		group[i] = clone(&tasks[i])
	}
	a.line.hear(func() {
		if e.GetType() == mesos.ExecutorInfo_CUSTOM && a.cfg.Runner.Probes() {
			a.launchCustom(f, e, group, true)
			return
		}
		a.launchGroup(f, e, group)
	})
}

// Message passes data on to a custom executor. It is lost if that isn't connected.
func (a *Agent) Message(framework mesos.FrameworkID, executor mesos.ExecutorID, data []byte) {
	data = bytes.Clone(data)
	a.line.hear(func() { a.message(framework.Value, executor.Value, data) })
}

// Kill ends a task: SIGTERM to everything it runs, SIGKILL after the grace period (semantics 6.6). grace is
// that of the call, nil where it names none: then the task's own kill policy decides, then 3 s. A task that
// doesn't run yet is killed on the spot, with its group. A second call can only shorten the grace period.
func (a *Agent) Kill(framework mesos.FrameworkID, task mesos.TaskID, grace *time.Duration) {
	if grace != nil {
		grace = new(*grace)
	}
	a.line.hear(func() { a.kill(framework.Value, task.Value, grace) })
}

// Acknowledge tells that the framework has a task's update. What isn't the update in flight is ignored.
func (a *Agent) Acknowledge(framework mesos.FrameworkID, task mesos.TaskID, uuid []byte) {
	id := string(uuid)
	a.line.hear(func() { a.acknowledge(framework.Value, task.Value, id) })
}

// AcknowledgeOperation tells that an operation's outcome is known; uuid is that of the status, operation
// the one given to Apply.
func (a *Agent) AcknowledgeOperation(uuid []byte, operation string) {
	id := string(uuid)
	a.line.hear(func() { a.acknowledgeOperation(id, operation) })
}

// ShutdownFramework ends all tasks of a framework, with the executors' grace period, and forgets them: no
// update is sent any more.
func (a *Agent) ShutdownFramework(framework mesos.FrameworkID) {
	a.line.hear(func() { a.shutdownFramework(framework.Value) })
}

// ShutdownExecutor ends an executor with its tasks, which become TASK_KILLED, within the executor's
// shutdown grace period (semantics 6.6).
func (a *Agent) ShutdownExecutor(framework mesos.FrameworkID, executor mesos.ExecutorID) {
	a.line.hear(func() { a.shutdownExecutor(framework.Value, executor.Value) })
}

// ResendUpdates sends a framework's updates that are not acknowledged, as is done when the framework has
// subscribed again (semantics 6.2).
func (a *Agent) ResendUpdates(framework mesos.FrameworkID) {
	a.line.hear(func() { a.resend(framework.Value) })
}

// TaskView is what an agent knows of a task.
type TaskView struct {
	Framework      mesos.FrameworkInfo
	Info           mesos.TaskInfo
	ExecutorID     mesos.ExecutorID    // the task's own id for a command task
	Executor       *mesos.ExecutorInfo // nil for a command task
	State          mesos.TaskState     // the newest
	Unacknowledged []mesos.TaskStatus  // oldest first; the first is in flight
	Sandbox        string              // its folder
}

// Tasks are those that run or whose last update is not acknowledged, by framework and id.
func (a *Agent) Tasks() []TaskView {
	var all []TaskView
	a.ask(func() {
		for _, t := range a.sortedTasks() {
			all = append(all, t.view())
		}
	})
	return all
}
