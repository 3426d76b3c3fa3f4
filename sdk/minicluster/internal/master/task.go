package master

import (
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// task is what the master knows of a task: its newest state, and the last one that was forwarded to the
// framework (semantics 6.2).
type task struct {
	mesos.Task
	held     resource.Set // Resources as they are booked: without what is empty
	released bool         // held is free again
	shares   bool         // the executor's cgroups
}

// newTask returns a task that has been accepted. executor is nil for a command task.
func newTask(frameworkID string, t *mesos.TaskInfo, executor *mesos.ExecutorInfo) *task {
	out := &task{Task: mesos.Task{
		Name:        t.Name,
		TaskID:      t.TaskID,
		FrameworkID: mesos.FrameworkID{Value: frameworkID},
		AgentID:     t.AgentID,
		State:       mesos.TASK_STAGING,
		Resources:   resource.Set(t.Resources).Clone(),
		Labels:      t.Labels,
		Discovery:   t.Discovery,
		Container:   t.Container,
		HealthCheck: t.HealthCheck,
		KillPolicy:  t.KillPolicy,
		Limits:      t.Limits,
	}}
	if linux := t.Container.GetLinuxInfo(); linux == nil || linux.GetShareCgroups() || linux.ShareCgroups == nil {
		out.shares = true
	}
	out.held = out.held.Plus(out.Resources)
	command := t.Command
	if executor != nil {
		out.ExecutorID = &mesos.ExecutorID{Value: executor.ExecutorID.Value}
		if command == nil {
			command = executor.Command
		}
	}
	if command != nil && command.User != nil {
		out.User = new(*command.User)
	}
	return out
}

// addTask books a task, and its executor if that is new on the agent.
func (m *Master) addTask(f *framework, a *agent, t *task, executor *mesos.ExecutorInfo) {
	f.tasks[t.TaskID.Value] = t
	a.use(f.id, t.held)
	if executor != nil && f.executor(a.id, executor.ExecutorID.Value) == nil {
		f.setExecutor(a.id, executor)
		a.use(f.id, executor.Resources)
	}
	m.announceTask(f, t)
}

// release frees a task's resources, once.
func (m *Master) release(f *framework, t *task) {
	if t.released {
		return
	}
	t.released = true
	if a := m.agents[t.AgentID.Value]; a != nil {
		a.unuse(f.id, t.held)
		m.alloc.Give(a.id, f.id, t.held)
	}
}

// removeExecutor frees an executor's resources and forgets it.
func (m *Master) removeExecutor(f *framework, a *agent, id string) {
	e := f.executor(a.id, id)
	if e == nil {
		return
	}
	f.dropExecutor(a.id, id)
	held := resource.Set(nil).Plus(e.Resources)
	a.unuse(f.id, held)
	m.alloc.Give(a.id, f.id, held)
}

// complete moves a task to those that have ended.
func (m *Master) complete(f *framework, t *task) {
	m.release(f, t)
	delete(f.tasks, t.TaskID.Value)
	f.done.add(t.TaskID.Value, t)
}

// sortedTasks returns the framework's tasks that have not ended for it, by id.
func (f *framework) sortedTasks() []*task {
	out := make([]*task, 0, len(f.tasks))
	for _, id := range slices.Sorted(maps.Keys(f.tasks)) {
		out = append(out, f.tasks[id])
	}
	return out
}

// tasksOn returns the framework's tasks on an agent, by id.
func (f *framework) tasksOn(agentID string) []*task {
	return slices.DeleteFunc(f.sortedTasks(), func(t *task) bool { return t.AgentID.Value != agentID })
}

// record keeps a status in a task's history, one for each change of state.
func (t *task) record(s mesos.TaskStatus) {
	if n := len(t.Statuses); n > 0 && t.Statuses[n-1].State == s.State {
		t.Statuses = t.Statuses[:n-1]
	}
	s.Data = nil
	t.Statuses = append(t.Statuses, s)
}

// latest returns the newest status that was recorded, nil if there is none.
func (t *task) latest() *mesos.TaskStatus {
	if len(t.Statuses) == 0 {
		return nil
	}
	return &t.Statuses[len(t.Statuses)-1]
}

// verdict is a task status that the master makes itself: without a uuid, not to be acknowledged.
type verdict struct {
	task     mesos.TaskID
	agent    *mesos.AgentID
	executor *mesos.ExecutorID
	state    mesos.TaskState
	reason   mesos.TaskStatus_Reason
	message  string
	since    *mesos.TimeInfo   // unreachable_time
	from     *mesos.TaskStatus // what is told of the task's health and container
}

func (v *verdict) status() mesos.TaskStatus {
	s := mesos.TaskStatus{
		TaskID:          v.task,
		State:           v.state,
		Source:          mesos.SOURCE_MASTER.Enum(),
		Reason:          v.reason.Enum(),
		Message:         new(v.message),
		AgentID:         v.agent,
		ExecutorID:      v.executor,
		Timestamp:       new(seconds(time.Now())),
		UnreachableTime: v.since,
	}
	if v.from != nil {
		s.Healthy, s.CheckStatus, s.ContainerStatus = v.from.Healthy, v.from.CheckStatus, v.from.ContainerStatus
	}
	return s
}

// tell sends a framework a status of the master's own making.
func (m *Master) tell(f *framework, v verdict) { m.sendStatus(f, v.status()) }

func (m *Master) sendStatus(f *framework, s mesos.TaskStatus) {
	m.send(f, &schedulerpb.Event{
		Type:   schedulerpb.Event_UPDATE.Enum(),
		Update: &schedulerpb.Event_Update{Status: s},
	})
}

// aware returns state for a framework that knows of partitions, and TASK_LOST for others (semantics 6.2).
func (f *framework) aware(state mesos.TaskState) mesos.TaskState {
	switch state {
	case mesos.TASK_DROPPED, mesos.TASK_UNREACHABLE, mesos.TASK_GONE, mesos.TASK_GONE_BY_OPERATOR, mesos.TASK_UNKNOWN:
		if !f.partitionAware() {
			return mesos.TASK_LOST
		}
	}
	return state
}
