package resource

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// ValidateOperation does the first check that the master makes of an operation: that the member its type names is set, and that
// every resource in it is valid, in either wire format (semantics 2.2, 2.6). Its texts are the master's.
func ValidateOperation(op *mesos.Offer_Operation) error {
	if missing := missingMember(op); missing != "" {
		return invalid(missing)
	}
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		return validateSets(op.Reserve.Resources, op.Reserve.Source)
	case mesos.Offer_Operation_UNRESERVE:
		return validateSets(op.Unreserve.Resources)
	case mesos.Offer_Operation_CREATE:
		return validateSets(op.Create.Volumes)
	case mesos.Offer_Operation_DESTROY:
		return validateSets(op.Destroy.Volumes)
	case mesos.Offer_Operation_GROW_VOLUME:
		if err := Validate(&op.GrowVolume.Volume); err != nil {
			return err
		}
		return Validate(&op.GrowVolume.Addition)
	case mesos.Offer_Operation_SHRINK_VOLUME:
		return Validate(&op.ShrinkVolume.Volume)
	case mesos.Offer_Operation_CREATE_DISK:
		return Validate(&op.CreateDisk.Source)
	case mesos.Offer_Operation_DESTROY_DISK:
		return Validate(&op.DestroyDisk.Source)
	case mesos.Offer_Operation_LAUNCH:
		return validateTasks(op.Launch.TaskInfos)
	case mesos.Offer_Operation_LAUNCH_GROUP:
		if err := Set(op.LaunchGroup.Executor.Resources).Validate(); err != nil {
			return err
		}
		return validateTasks(op.LaunchGroup.TaskGroup.Tasks)
	}
	return ErrUnknown
}

func validateSets(sets ...[]mesos.Resource) error {
	for _, s := range sets {
		if err := Set(s).Validate(); err != nil {
			return err
		}
	}
	return nil
}

func validateTasks(tasks []mesos.TaskInfo) error {
	for i := range tasks {
		if err := validateSets(tasks[i].Resources, tasks[i].Executor.GetResources()); err != nil {
			return err
		}
	}
	return nil
}

// missingMember returns the master's text if the member that op's type names isn't set. The texts differ in their articles and full
// stops because the master's do.
func missingMember(op *mesos.Offer_Operation) string {
	var missing bool
	var text string
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		missing, text = op.Reserve == nil, "A RESERVE offer operation must have the Offer.Operation.reserve field set."
	case mesos.Offer_Operation_UNRESERVE:
		missing, text = op.Unreserve == nil, "An UNRESERVE offer operation must have the Offer.Operation.unreserve field set."
	case mesos.Offer_Operation_CREATE:
		missing, text = op.Create == nil, "A CREATE offer operation must have the Offer.Operation.create field set."
	case mesos.Offer_Operation_DESTROY:
		missing, text = op.Destroy == nil, "A DESTROY offer operation must have the Offer.Operation.destroy field set."
	case mesos.Offer_Operation_GROW_VOLUME:
		missing, text = op.GrowVolume == nil, "A GROW_VOLUME operation must have the Offer.Operation.grow_volume field set"
	case mesos.Offer_Operation_SHRINK_VOLUME:
		missing, text = op.ShrinkVolume == nil, "A SHRINK_VOLUME offer operation must have the Offer.Operation.shrink_volume field set"
	case mesos.Offer_Operation_CREATE_DISK:
		missing, text = op.CreateDisk == nil, "A CREATE_DISK offer operation must have the Offer.Operation.create_disk field set."
	case mesos.Offer_Operation_DESTROY_DISK:
		missing, text = op.DestroyDisk == nil, "A DESTROY_DISK offer operation must have the Offer.Operation.destroy_disk field set."
	case mesos.Offer_Operation_LAUNCH:
		missing, text = op.Launch == nil, "A LAUNCH offer operation must have the Offer.Operation.launch field set."
	case mesos.Offer_Operation_LAUNCH_GROUP:
		missing, text = op.LaunchGroup == nil, "A LAUNCH_GROUP offer operation must have the Offer.Operation.launch_group field set."
	}
	if missing {
		return text
	}
	return ""
}

// UpgradeOperation turns every resource in op, in place, into the newer wire format, as the master does after [ValidateOperation].
// Slices of resources are replaced, not written to.
func UpgradeOperation(op *mesos.Offer_Operation) {
	for _, s := range operationSets(op) {
		*s = slices.Clone(*s)
		for i := range *s {
			Upgrade(&(*s)[i])
		}
	}
	if op.GrowVolume != nil {
		Upgrade(&op.GrowVolume.Volume)
		Upgrade(&op.GrowVolume.Addition)
	}
	if op.ShrinkVolume != nil {
		Upgrade(&op.ShrinkVolume.Volume)
	}
	if op.CreateDisk != nil {
		Upgrade(&op.CreateDisk.Source)
	}
	if op.DestroyDisk != nil {
		Upgrade(&op.DestroyDisk.Source)
	}
}

// operationSets returns every list of resources in op.
func operationSets(op *mesos.Offer_Operation) []*[]mesos.Resource {
	var sets []*[]mesos.Resource
	if op.Reserve != nil {
		sets = append(sets, &op.Reserve.Resources, &op.Reserve.Source)
	}
	if op.Unreserve != nil {
		sets = append(sets, &op.Unreserve.Resources)
	}
	if op.Create != nil {
		sets = append(sets, &op.Create.Volumes)
	}
	if op.Destroy != nil {
		sets = append(sets, &op.Destroy.Volumes)
	}
	if op.Launch != nil {
		sets = append(sets, taskSets(op.Launch.TaskInfos)...)
	}
	if op.LaunchGroup != nil {
		sets = append(sets, &op.LaunchGroup.Executor.Resources)
		sets = append(sets, taskSets(op.LaunchGroup.TaskGroup.Tasks)...)
	}
	return sets
}

func taskSets(tasks []mesos.TaskInfo) []*[]mesos.Resource {
	var sets []*[]mesos.Resource
	for i := range tasks {
		sets = append(sets, &tasks[i].Resources)
		if tasks[i].Executor != nil {
			sets = append(sets, &tasks[i].Executor.Resources)
		}
	}
	return sets
}
