package callcheck

import "github.com/stateful-mesos/moor/sdk/mesos"

// accepted is what the operations of one ACCEPT have named so far.
type accepted struct {
	tasks   map[string]struct{}
	volumes map[volume]bool // true: created last; false: destroyed last
}

// add refuses what an earlier operation of the same ACCEPT did already: launch a task of this id, create or
// destroy this volume. The master refuses the second one, but its answer names the same task or volume as
// the first, or there is no answer.
func (a *accepted) add(op *mesos.Offer_Operation) *Error {
	if m := op.Launch; m != nil {
		if e := a.addTasks(m.TaskInfos, "task_infos"); e != nil {
			return e.in("launch")
		}
	}
	if m := op.LaunchGroup; m != nil {
		if e := a.addTasks(m.TaskGroup.Tasks, "tasks"); e != nil {
			return e.in("task_group").in("launch_group")
		}
	}
	if m := op.Create; m != nil {
		if e := a.addVolumes(m.Volumes, true); e != nil {
			return e.in("create")
		}
	}
	if m := op.Destroy; m != nil {
		if e := a.addVolumes(m.Volumes, false); e != nil {
			return e.in("destroy")
		}
	}
	return nil
}

func (a *accepted) addTasks(list []mesos.TaskInfo, field string) *Error {
	if a.tasks == nil {
		a.tasks = make(map[string]struct{}, len(list))
	}
	for i := range list {
		id := list[i].TaskID.Value
		if _, twice := a.tasks[id]; twice {
			return refuse(DuplicateTask, "task_id", "the task %q is launched twice; give each task an id of its own", id).at(field, i)
		}
		a.tasks[id] = struct{}{}
	}
	return nil
}

func (a *accepted) addVolumes(list []mesos.Resource, created bool) *Error {
	for i := range list {
		v, ok := volumeOf(&list[i])
		if !ok {
			continue
		}
		if last, seen := a.volumes[v]; seen && last == created {
			return v.twice("one ACCEPT").in("disk.persistence.id").at("volumes", i)
		}
		if a.volumes == nil {
			a.volumes = make(map[volume]bool, len(list))
		}
		a.volumes[v] = created
	}
	return nil
}
