package master

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	agents "github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Agent is an agent as the master reaches it. None of the methods waits for the master.
type Agent interface {
	Info() mesos.AgentInfo
	Registered(id mesos.AgentID) error
	Total() resource.Set
	Tasks() []agents.TaskView
	Operations() []mesos.Operation
	Apply(framework *mesos.FrameworkID, uuid string, op mesos.Offer_Operation)
	Launch(framework mesos.FrameworkInfo, task mesos.TaskInfo)
	LaunchGroup(framework mesos.FrameworkInfo, executor mesos.ExecutorInfo, tasks []mesos.TaskInfo)
	Kill(framework mesos.FrameworkID, task mesos.TaskID, grace *time.Duration)
	Acknowledge(framework mesos.FrameworkID, task mesos.TaskID, uuid []byte)
	AcknowledgeOperation(uuid []byte, operation string)
	Unknown(framework mesos.FrameworkInfo, tasks []mesos.TaskID)
	Message(framework mesos.FrameworkID, executor mesos.ExecutorID, data []byte)
	ShutdownFramework(framework mesos.FrameworkID)
	ShutdownExecutor(framework mesos.FrameworkID, executor mesos.ExecutorID)
	ResendUpdates(framework mesos.FrameworkID)
	Drain(config mesos.DrainConfig)
	Shutdown(message string)
}

var _ Agent = (*agents.Agent)(nil)

// Member is an agent that joins a master.
type Member struct {
	Handle       Agent
	IP           string // its address: nothing listens there, but offers and texts show it
	Capabilities []mesos.AgentInfo_Capability_Type
}
