package agent

import "github.com/stateful-mesos/moor/sdk/mesos"

// Upstream is the master as an agent sees it. Calls come from the agent's goroutine, so they must return at
// once (queue), and may arrive after the agent was closed.
type Upstream interface {
	// TaskUpdate reports a task's status. It carries a uuid and is sent again, after 10 s, 20 s, and so on up
	// to every 10 minutes, until [Agent.Acknowledge] is called with that uuid; the next status of the task
	// follows only then (semantics 6.2). latest is the newest state that the agent knows of the task.
	TaskUpdate(agent mesos.AgentID, framework mesos.FrameworkID, status mesos.TaskStatus, latest mesos.TaskState)

	// OperationUpdate reports the outcome of an operation given to [Agent.Apply] under the same uuid. It is
	// sent again, as task updates are, until [Agent.AcknowledgeOperation] is called. framework is nil for an
	// operator's operation.
	OperationUpdate(agent mesos.AgentID, framework *mesos.FrameworkID, operation string, status mesos.OperationStatus)

	// ExecutorExited reports that a default or custom executor has ended, with its wait status; -1: it never
	// ran. The executors of command tasks are not reported.
	ExecutorExited(agent mesos.AgentID, framework mesos.FrameworkID, executor mesos.ExecutorID, status int32)

	// ExecutorMessage passes on what a custom executor has to say to its framework.
	ExecutorMessage(agent mesos.AgentID, framework mesos.FrameworkID, executor mesos.ExecutorID, data []byte)
}
