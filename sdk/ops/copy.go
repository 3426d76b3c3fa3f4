package ops

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// operation returns a copy of op whose resources are the chain's own, completed as the master would (semantics
// 3.1). What isn't a resource stays shared with op, and isn't changed.
func (t *target) operation(op *mesos.Offer_Operation) mesos.Offer_Operation {
	own := *op
	if m := op.Reserve; m != nil {
		own.Reserve = &mesos.Offer_Operation_Reserve{Source: t.own(m.Source), Resources: t.own(m.Resources), XXX_unrecognized: m.XXX_unrecognized}
	}
	if m := op.Unreserve; m != nil {
		own.Unreserve = &mesos.Offer_Operation_Unreserve{Resources: t.own(m.Resources), XXX_unrecognized: m.XXX_unrecognized}
	}
	if m := op.Create; m != nil {
		own.Create = &mesos.Offer_Operation_Create{Volumes: t.own(m.Volumes), XXX_unrecognized: m.XXX_unrecognized}
	}
	if m := op.Destroy; m != nil {
		own.Destroy = &mesos.Offer_Operation_Destroy{Volumes: t.own(m.Volumes), XXX_unrecognized: m.XXX_unrecognized}
	}
	t.operationOnOne(&own)
	if m := op.Launch; m != nil {
		own.Launch = &mesos.Offer_Operation_Launch{TaskInfos: t.tasks(m.TaskInfos), XXX_unrecognized: m.XXX_unrecognized}
	}
	if m := op.LaunchGroup; m != nil {
		own.LaunchGroup = t.group(m)
	}
	return own
}

// operationOnOne copies the members that hold single resources.
func (t *target) operationOnOne(own *mesos.Offer_Operation) {
	if own.GrowVolume != nil {
		m := *own.GrowVolume
		m.Volume, m.Addition = t.ownOne(&m.Volume), t.ownOne(&m.Addition)
		own.GrowVolume = &m
	}
	if own.ShrinkVolume != nil {
		m := *own.ShrinkVolume
		m.Volume = t.ownOne(&m.Volume)
		own.ShrinkVolume = &m
	}
	if own.CreateDisk != nil {
		m := *own.CreateDisk
		m.Source = t.ownOne(&m.Source)
		own.CreateDisk = &m
	}
	if own.DestroyDisk != nil {
		m := *own.DestroyDisk
		m.Source = t.ownOne(&m.Source)
		own.DestroyDisk = &m
	}
}

// tasks copies tasks, each with the agent's id if it has none, the framework's id in its executor, and the type of its health check.
func (t *target) tasks(list []mesos.TaskInfo) []mesos.TaskInfo {
	copied := slices.Clone(list)
	for i := range copied {
		task := &copied[i]
		if task.AgentID.Value == "" {
			task.AgentID = t.agent
		}
		task.Resources = t.own(task.Resources)
		if task.Executor != nil {
			own := t.executor(task.Executor)
			task.Executor = &own
		}
		if task.HealthCheck != nil {
			task.HealthCheck = typed(task.HealthCheck)
		}
	}
	return copied
}

// typed returns h with a type, if what it has leaves no choice. The master infers it too, but not in task groups (semantics 3.1).
func typed(h *mesos.HealthCheck) *mesos.HealthCheck {
	own := *h
	switch {
	case h.Type != nil:
	case h.Command != nil && h.HTTP == nil && h.TCP == nil:
		own.Type = mesos.HealthCheck_COMMAND.Enum()
	case h.HTTP != nil && h.Command == nil && h.TCP == nil:
		own.Type = mesos.HealthCheck_HTTP.Enum()
	}
	return &own
}

func (t *target) executor(e *mesos.ExecutorInfo) mesos.ExecutorInfo {
	own := *e
	own.Resources = t.own(e.Resources)
	if own.FrameworkID == nil {
		own.FrameworkID = &mesos.FrameworkID{Value: t.framework.Value}
	}
	return own
}

// group copies a task group. Unlike in LAUNCH, the master does not complete the executor of a group (semantics 3.12).
func (t *target) group(m *mesos.Offer_Operation_LaunchGroup) *mesos.Offer_Operation_LaunchGroup {
	own := *m
	own.Executor = t.groupExecutor(&m.Executor)
	own.TaskGroup.Tasks = t.tasks(m.TaskGroup.Tasks)
	for i := range own.TaskGroup.Tasks {
		if e := own.TaskGroup.Tasks[i].Executor; e != nil {
			*e = t.groupExecutor(m.TaskGroup.Tasks[i].Executor)
		}
	}
	return &own
}

func (t *target) groupExecutor(e *mesos.ExecutorInfo) mesos.ExecutorInfo {
	own := t.executor(e)
	if own.Type == nil {
		own.Type = mesos.ExecutorInfo_DEFAULT.Enum()
	}
	return own
}

// allocation refuses resources that are allocated to another role than the offers. The master finds them not
// contained, or says that there are several roles (semantics 2.7).
func (t *target) allocation(op *mesos.Offer_Operation) *Error {
	if t.allocated == nil {
		return nil
	}
	return each(op, func(r *mesos.Resource) *Error {
		if r.AllocationInfo.GetRole() == t.role {
			return nil
		}
		return refuse(ErrRole, "allocation_info.role", "the resource is allocated to role %q, but the offers are to %q; leave allocation_info out", r.AllocationInfo.GetRole(), t.role)
	})
}
