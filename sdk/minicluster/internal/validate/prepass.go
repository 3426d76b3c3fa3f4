package validate

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Upgrade checks that an operation has the member that its type says, checks each of its resources alone, and
// brings them, in place, to the format of reservation stacks (semantics 3.3).
func Upgrade(op *mesos.Offer_Operation) error {
	if err := operationMember(op); err != nil {
		return err
	}
	lists, singles := operationResources(op)
	for _, s := range lists {
		if err := valid(*s); err != nil {
			return err
		}
	}
	for _, r := range singles {
		if err := resource.Validate(r); err != nil {
			return err
		}
	}
	for _, s := range lists {
		for i := range *s {
			resource.Upgrade(&(*s)[i])
		}
	}
	for _, r := range singles {
		resource.Upgrade(r)
	}
	return nil
}

func operationMember(op *mesos.Offer_Operation) error {
	var article, field string
	var present bool
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		article, field, present = "A", "reserve", op.Reserve != nil
	case mesos.Offer_Operation_UNRESERVE:
		article, field, present = "An", "unreserve", op.Unreserve != nil
	case mesos.Offer_Operation_CREATE:
		article, field, present = "A", "create", op.Create != nil
	case mesos.Offer_Operation_DESTROY:
		article, field, present = "A", "destroy", op.Destroy != nil
	case mesos.Offer_Operation_GROW_VOLUME:
		if op.GrowVolume == nil {
			return errors.New("A GROW_VOLUME operation must have the Offer.Operation.grow_volume field set")
		}
		return nil
	case mesos.Offer_Operation_SHRINK_VOLUME:
		article, field, present = "A", "shrink_volume", op.ShrinkVolume != nil
	case mesos.Offer_Operation_LAUNCH:
		article, field, present = "A", "launch", op.Launch != nil
	case mesos.Offer_Operation_LAUNCH_GROUP:
		article, field, present = "A", "launch_group", op.LaunchGroup != nil
	case mesos.Offer_Operation_CREATE_DISK:
		article, field, present = "A", "create_disk", op.CreateDisk != nil
	case mesos.Offer_Operation_DESTROY_DISK:
		article, field, present = "A", "destroy_disk", op.DestroyDisk != nil
	default:
		return errors.New("Unknown offer operation")
	}
	if !present {
		return fmt.Errorf("%s %s offer operation must have the Offer.Operation.%s field set.", article, op.GetType(), field)
	}
	return nil
}

// operationResources returns all resources of an operation: those that stand in lists, and those alone in a
// field, whose errors are told without naming the resource.
func operationResources(op *mesos.Offer_Operation) (lists []*[]mesos.Resource, singles []*mesos.Resource) {
	tasks := func(list []mesos.TaskInfo) {
		for i := range list {
			lists = append(lists, &list[i].Resources)
			if list[i].Executor != nil {
				lists = append(lists, &list[i].Executor.Resources)
			}
		}
	}
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		lists = append(lists, &op.Reserve.Source, &op.Reserve.Resources)
	case mesos.Offer_Operation_UNRESERVE:
		lists = append(lists, &op.Unreserve.Resources)
	case mesos.Offer_Operation_CREATE:
		lists = append(lists, &op.Create.Volumes)
	case mesos.Offer_Operation_DESTROY:
		lists = append(lists, &op.Destroy.Volumes)
	case mesos.Offer_Operation_GROW_VOLUME:
		singles = append(singles, &op.GrowVolume.Volume, &op.GrowVolume.Addition)
	case mesos.Offer_Operation_SHRINK_VOLUME:
		singles = append(singles, &op.ShrinkVolume.Volume)
	case mesos.Offer_Operation_LAUNCH:
		tasks(op.Launch.TaskInfos)
	case mesos.Offer_Operation_LAUNCH_GROUP:
		lists = append(lists, &op.LaunchGroup.Executor.Resources)
		tasks(op.LaunchGroup.TaskGroup.Tasks)
	case mesos.Offer_Operation_CREATE_DISK:
		singles = append(singles, &op.CreateDisk.Source)
	case mesos.Offer_Operation_DESTROY_DISK:
		singles = append(singles, &op.DestroyDisk.Source)
	}
	return lists, singles
}

// Allocate puts a role in every resource of an operation that is allocated to none (semantics 2.7).
func Allocate(op *mesos.Offer_Operation, role string) {
	eachResource(op, func(r *mesos.Resource) {
		if r.AllocationInfo == nil {
			r.AllocationInfo = &mesos.Resource_AllocationInfo{Role: &role}
		}
	})
}

// Unallocate takes the roles that an operation's resources are allocated to out of them.
func Unallocate(op *mesos.Offer_Operation) {
	eachResource(op, func(r *mesos.Resource) { r.AllocationInfo = nil })
}

func eachResource(op *mesos.Offer_Operation, do func(*mesos.Resource)) {
	lists, singles := operationResources(op)
	for _, s := range lists {
		for i := range *s {
			do(&(*s)[i])
		}
	}
	for _, r := range singles {
		do(r)
	}
}
