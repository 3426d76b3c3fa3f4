package ops

import "github.com/stateful-mesos/moor/sdk/mesos"

// each calls visit for every resource of op and completes the path of the first error.
func each(op *mesos.Offer_Operation, visit func(*mesos.Resource) *Error) *Error {
	return lists(op, func(list []mesos.Resource, field string) *Error {
		for i := range list {
			if e := visit(&list[i]); e != nil {
				return e.at(field, i)
			}
		}
		return nil
	}, visit)
}

// lists calls many for every list of resources in op and one for every single one, in the order of the message.
func lists(op *mesos.Offer_Operation, many func([]mesos.Resource, string) *Error, one func(*mesos.Resource) *Error) *Error {
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		if e := many(op.Reserve.Source, "source"); e != nil {
			return e.in("reserve")
		}
		return under("reserve", many(op.Reserve.Resources, "resources"))
	case mesos.Offer_Operation_UNRESERVE:
		return under("unreserve", many(op.Unreserve.Resources, "resources"))
	case mesos.Offer_Operation_CREATE:
		return under("create", many(op.Create.Volumes, "volumes"))
	case mesos.Offer_Operation_DESTROY:
		return under("destroy", many(op.Destroy.Volumes, "volumes"))
	case mesos.Offer_Operation_GROW_VOLUME:
		if e := one(&op.GrowVolume.Volume); e != nil {
			return e.in("grow_volume.volume")
		}
		return under("grow_volume.addition", one(&op.GrowVolume.Addition))
	case mesos.Offer_Operation_SHRINK_VOLUME:
		return under("shrink_volume.volume", one(&op.ShrinkVolume.Volume))
	case mesos.Offer_Operation_CREATE_DISK:
		return under("create_disk.source", one(&op.CreateDisk.Source))
	case mesos.Offer_Operation_DESTROY_DISK:
		return under("destroy_disk.source", one(&op.DestroyDisk.Source))
	case mesos.Offer_Operation_LAUNCH:
		return under("launch", taskLists(op.Launch.TaskInfos, "task_infos", many))
	case mesos.Offer_Operation_LAUNCH_GROUP:
		if e := many(op.LaunchGroup.Executor.Resources, "resources"); e != nil {
			return e.in("launch_group.executor")
		}
		return under("launch_group.task_group", taskLists(op.LaunchGroup.TaskGroup.Tasks, "tasks", many))
	}
	return nil
}

func taskLists(tasks []mesos.TaskInfo, field string, many func([]mesos.Resource, string) *Error) *Error {
	for i := range tasks {
		if e := many(tasks[i].Resources, "resources"); e != nil {
			return e.at(field, i)
		}
		if executor := tasks[i].Executor; executor != nil {
			if e := many(executor.Resources, "resources"); e != nil {
				return e.in("executor").at(field, i)
			}
		}
	}
	return nil
}

// under is in for an error that may be nil.
func under(step string, e *Error) *Error {
	if e == nil {
		return nil
	}
	return e.in(step)
}
