package ops

import (
	"math"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// task makes the checks that tasks of LAUNCH and of task groups have in common, in the order of the master (semantics
// 3.10, rows 1 to 12).
func (c *Chain) task(t *mesos.TaskInfo) *Error {
	id := t.TaskID.Value
	if err := mesos.ValidateID(id); err != nil {
		return refuse(ErrTaskID, "task_id", "%v", err).because(err)
	}
	if _, twice := c.tasks[id]; twice {
		return refuse(ErrDuplicateTask, "task_id", "Task has duplicate ID: %s; give each task an id of its own", id)
	}
	c.tasks[id] = struct{}{}
	switch {
	case t.AgentID.Value != c.target.agent.Value:
		return refuse(ErrAgent, "agent_id", "Task uses invalid agent %s while agent %s is expected; leave it empty", t.AgentID.Value, c.target.agent.Value)
	case t.KillPolicy.GetGracePeriod().GetNanoseconds() < 0:
		return refuse(ErrDuration, "kill_policy.grace_period", "Task's 'kill_policy.grace_period' must be non-negative")
	case t.MaxCompletionTime.GetNanoseconds() < 0:
		return refuse(ErrDuration, "max_completion_time", "Task's `max_completion_time` must be non-negative")
	}
	if e := check(t.Check); e != nil {
		return e.in("check")
	}
	if e := healthCheck(t.HealthCheck); e != nil {
		return e.in("health_check")
	}
	if len(t.Resources) == 0 {
		return refuse(ErrNoResources, "resources", "Task uses no resources; name what it uses, cpus and mem at least")
	}
	if e := uses(resource.Set(t.Resources), "resources"); e != nil {
		return e
	}
	if e := command(t.Command); e != nil {
		return e.in("command")
	}
	if e := container(t.Container); e != nil {
		return e.in("container")
	}
	return limits(t)
}

// uses checks the resources of a task, an executor or both together: no volume twice, nothing both revocable and not.
func uses(s resource.Set, field string) *Error {
	volumes := map[volume]*mesos.Resource{}
	revocable := map[string]bool{}
	for i := range s {
		r := &s[i]
		if v, ok := volumeOf(r); ok {
			// Equal copies of a shared volume are counted, not refused.
			if other, twice := volumes[v]; twice && !(resource.IsShared(r) && resource.Equal(r, other)) {
				return refuse(ErrDuplicateVolume, "disk.persistence.id", "Persistence ID '%s' is not unique; name the volume once", v.id).at(field, i)
			}
			volumes[v] = r
		}
		if before, seen := revocable[r.Name]; seen && before != resource.IsRevocable(r) {
			return refuse(ErrRevocable, "revocable", "Cannot use both revocable and non-revocable '%s' at the same time", r.Name).at(field, i)
		}
		revocable[r.Name] = resource.IsRevocable(r)
	}
	return nil
}

// overlap finds ports or items that two of the users have. Amounts can't overlap, but volumes can: two tasks of a group can't
// have one shared volume (semantics 3.12).
func overlap(users ...resource.Set) bool {
	var total resource.Set
	sum := map[string]float64{}
	for _, s := range users {
		total = append(total, s...)
		for name, n := range s.Quantities() {
			sum[name] += n
		}
	}
	for name, n := range total.Quantities() {
		if resource.Fixed(sum[name]) != resource.Fixed(n) {
			return true
		}
	}
	return false
}

// limits checks a task's resource limits (semantics 3.10, row 12). Infinite ones mean none.
func limits(t *mesos.TaskInfo) *Error {
	for name := range t.Limits {
		if name != "cpus" && name != "mem" {
			return refuse(ErrLimits, "limits", "Only cpus and mem may be included in a task's resource limits; leave the others out")
		}
	}
	if e := limit(t, "cpus", "CPU", "cpu"); e != nil {
		return e
	}
	return limit(t, "mem", "memory", "memory")
}

func limit(t *mesos.TaskInfo, name, what, lower string) *Error {
	l, ok := t.Limits[name]
	if !ok {
		return nil
	}
	request := resource.Set(t.Resources).Scalar(name)
	switch {
	case request == 0:
		return refuse(ErrLimits, "limits["+name+"]", "When a %s limit is specified, a %s request must also be specified; add %s to the resources", what, what, name)
	case !math.IsInf(l.Value, 1) && resource.Fixed(l.Value) < resource.Fixed(request):
		return refuse(ErrLimits, "limits["+name+"]", "The %s limit must be greater than or equal to the %s request: %v is less than %v", lower, lower, l.Value, request)
	}
	return nil
}
