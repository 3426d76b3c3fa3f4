package validate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Aborts is in the text of every refusal of a call that is valid to a real master, which then ends itself with a
// failed check. Nothing else tells of such a call: the master's answer would be a broken connection, or a 202.
const Aborts = "a real master would have aborted"

// aborts refuses such a call by one of the rules R1 to R6.
func aborts(rule, format string, args ...any) error {
	return fmt.Errorf("%s: %s (rule %s)", fmt.Sprintf(format, args...), Aborts, rule)
}

// valid is Validate of a list. To print a resource whose type is none of the three kills a master (R2); where it
// prints none, it answers.
func valid(s []mesos.Resource) error {
	err := resource.Set(s).Validate()
	var bad *resource.InvalidError
	if errors.As(err, &bad) {
		switch bad.Resource.Type {
		case mesos.SCALAR, mesos.RANGES, mesos.SET:
		default:
			return aborts("R2", "%v", err)
		}
	}
	return err
}

// Poison tells whether a master would end itself over an operation that it takes for valid, allowed and possible: by
// empty resources (R1), or a shared volume that is created twice (R3). reduced is what of the operation has to be
// possible.
func Poison(op *mesos.Offer_Operation) (reduced *mesos.Offer_Operation, err error) {
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		return op, allEmpty(op.Reserve.Resources)
	case mesos.Offer_Operation_UNRESERVE:
		return op, allEmpty(op.Unreserve.Resources)
	case mesos.Offer_Operation_CREATE:
		once := onlyOnce(op.Create.Volumes)
		reduced = &mesos.Offer_Operation{Type: op.Type, Create: &mesos.Offer_Operation_Create{Volumes: whole(once)}}
		if err := empty(op.Create.Volumes); err != nil {
			return reduced, err
		}
		if len(once) < len(op.Create.Volumes) {
			return reduced, aborts("R3", "A shared volume is created twice in one operation")
		}
	case mesos.Offer_Operation_DESTROY:
		reduced = &mesos.Offer_Operation{Type: op.Type, Destroy: &mesos.Offer_Operation_Destroy{Volumes: whole(op.Destroy.Volumes)}}
		return reduced, empty(op.Destroy.Volumes)
	}
	return op, nil
}

// empty refuses lists that hold nothing anywhere.
func empty(s []mesos.Resource) error {
	for i := range s {
		if resource.IsEmpty(&s[i]) {
			return aborts("R1", "Resource '%s' is empty", resource.String(&s[i]))
		}
	}
	return nil
}

// allEmpty refuses lists of which nothing is left when empty resources are dropped.
func allEmpty(s []mesos.Resource) error {
	if len(whole(s)) > 0 {
		return nil
	}
	return empty(s)
}

// whole returns the resources that are not empty.
func whole(s []mesos.Resource) []mesos.Resource {
	return slices.DeleteFunc(slices.Clone(s), func(r mesos.Resource) bool { return resource.IsEmpty(&r) })
}

// onlyOnce counts equal shared volumes once.
func onlyOnce(s []mesos.Resource) []mesos.Resource {
	var out []mesos.Resource
	for i := range s {
		twin := func(r mesos.Resource) bool { return r.Shared != nil && resource.Equal(&r, &s[i]) }
		if s[i].Shared == nil || !slices.ContainsFunc(out, twin) {
			out = append(out, s[i])
		}
	}
	return out
}

// PoisonousFilters refuses offer filters whose amounts a master takes, and aborts on when it first makes offers (R5).
func PoisonousFilters(f *mesos.FrameworkInfo) error {
	for role, filters := range f.OfferFilters {
		if name := allocator.Overflows(filters); name != "" {
			return aborts("R5", "The least amount of '%s' for role '%s' doesn't fit a master's numbers", name, role)
		}
	}
	return nil
}
