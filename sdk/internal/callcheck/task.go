package callcheck

import (
	"maps"
	"math"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

func launches(op *mesos.Offer_Operation) *Error {
	if m := op.Launch; m != nil {
		if e := tasks(m.TaskInfos, "task_infos"); e != nil {
			return e.in("launch")
		}
	}
	if m := op.LaunchGroup; m != nil {
		if e := used(m.Executor.Resources); e != nil {
			return e.in("executor").in("launch_group")
		}
		if e := tasks(m.TaskGroup.Tasks, "tasks"); e != nil {
			return e.in("task_group").in("launch_group")
		}
		if e := groupDisks(m); e != nil {
			return e.in("launch_group")
		}
	}
	return nil
}

func tasks(list []mesos.TaskInfo, field string) *Error {
	for i := range list {
		if e := task(&list[i]); e != nil {
			return e.at(field, i)
		}
	}
	return nil
}

// groupDisks checks a group as a whole, for that is how its resources are taken (semantics 3.12).
func groupDisks(m *mesos.Offer_Operation_LaunchGroup) *Error {
	var whole disks
	if e := whole.add(m.Executor.Resources, "resources"); e != nil {
		return e.in("executor")
	}
	for i := range m.TaskGroup.Tasks {
		if e := whole.add(m.TaskGroup.Tasks[i].Resources, "resources"); e != nil {
			return e.at("tasks", i).in("task_group")
		}
	}
	return nil
}

func task(t *mesos.TaskInfo) *Error {
	var whole disks
	e := used(t.Resources)
	if e == nil {
		e = whole.add(t.Resources, "resources")
	}
	if e != nil {
		return e
	}
	if t.Executor != nil {
		if e = used(t.Executor.Resources); e == nil {
			e = whole.add(t.Executor.Resources, "resources")
		}
		if e != nil {
			return e.in("executor")
		}
	}
	if e := limits(t.Limits); e != nil {
		return e
	}
	if c := t.Check; c != nil {
		if e := seconds(c.DelaySeconds, c.IntervalSeconds, c.TimeoutSeconds, nil); e != nil {
			return e.in("check")
		}
	}
	if c := t.HealthCheck; c != nil {
		if e := seconds(c.DelaySeconds, c.IntervalSeconds, c.TimeoutSeconds, c.GracePeriodSeconds); e != nil {
			return e.in("health_check")
		}
	}
	return nil
}

// limits lets positive infinity pass: it means "no limit" (semantics 3.10).
func limits(m map[string]mesos.Value_Scalar) *Error {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if v := m[name].Value; !math.IsInf(v, 1) {
			if e := number(v, ""); e != nil {
				return e.in("limits[" + name + "].value")
			}
		}
	}
	return nil
}

// seconds checks the durations of a check. Whatever does not fit a duration ends the executor that runs it.
func seconds(delay, interval, timeout, grace *float64) *Error {
	if e := optional(delay, "delay_seconds"); e != nil {
		return e
	}
	if e := optional(interval, "interval_seconds"); e != nil {
		return e
	}
	if e := optional(timeout, "timeout_seconds"); e != nil {
		return e
	}
	return optional(grace, "grace_period_seconds")
}
