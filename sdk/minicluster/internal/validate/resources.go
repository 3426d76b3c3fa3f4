package validate

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// wrap puts a text before an error's, if there is one.
func wrap(before string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s%w", before, err)
}

// first returns the first error of checks done one after another.
func first(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// resources are the checks that all resources of operations, tasks and executors undergo (semantics 2.3).
func resources(s []mesos.Resource) error {
	return first(
		func() error { return wrap("Invalid resources: ", valid(s)) },
		func() error { return wrap("Invalid 'gpus' resource: ", gpus(s)) },
		func() error { return wrap("Invalid DiskInfo: ", disks(s)) },
		func() error { return wrap("Invalid ReservationInfo: ", revocables(s)) },
	)
}

func gpus(s []mesos.Resource) error {
	for i := range s {
		if s[i].Name == "gpus" && s[i].Scalar != nil && s[i].Scalar.Value != math.Trunc(s[i].Scalar.Value) {
			return errors.New("The 'gpus' resource must be an unsigned integer")
		}
	}
	return nil
}

func disks(s []mesos.Resource) error {
	for i := range s {
		if err := disk(&s[i]); err != nil {
			return err
		}
	}
	return nil
}

func disk(r *mesos.Resource) error {
	d := r.Disk
	switch {
	case d == nil:
		return nil
	case d.Persistence == nil && d.Volume != nil:
		return errors.New("Non-persistent volume not supported")
	case d.Persistence == nil && d.Source == nil:
		return errors.New("DiskInfo is set but empty")
	case d.Persistence == nil:
		return nil
	case r.Revocable != nil:
		return errors.New("Persistent volumes cannot be created from revocable resources")
	case !resource.IsReserved(r):
		return errors.New("Persistent volumes cannot be created from unreserved resources")
	case d.Volume == nil:
		return errors.New("Expecting 'volume' to be set for persistent volume")
	case d.Volume.HostPath != nil:
		return errors.New("Expecting 'host_path' to be unset for persistent volume")
	}
	return wrap("Invalid persistence ID for persistent volume: ", mesos.ValidateID(d.Persistence.ID))
}

func revocables(s []mesos.Resource) error {
	for i := range s {
		if resource.IsDynamic(&s[i]) && s[i].Revocable != nil {
			return fmt.Errorf("Dynamically reserved resource %s cannot be created from revocable resources", resource.String(&s[i]))
		}
	}
	return nil
}

// provider checks that resources are of one provider, or all of the agent itself. No resources are of none.
func provider(s []mesos.Resource) error {
	seen := map[string]bool{}
	var ids []string
	local := false
	for i := range s {
		if s[i].ProviderID == nil {
			local = true
		} else if id := s[i].ProviderID.Value; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	switch {
	case local && len(ids) == 0, !local && len(ids) == 1:
		return nil
	case local:
		return errors.New("Invalid resources: Some resources have a resource provider and some do not")
	}
	return errors.New("Invalid resources: The resources have multiple resource providers: " + strings.Join(ids, ", "))
}

// singleRole checks that resources are allocated, and to one role.
func singleRole(s []mesos.Resource) error {
	var role *string
	for i := range s {
		if resource.IsEmpty(&s[i]) {
			continue
		}
		own := s[i].AllocationInfo.GetRole()
		switch {
		case s[i].AllocationInfo == nil || s[i].AllocationInfo.Role == nil:
			return errors.New("The resources are not allocated to a role")
		case role == nil:
			role = &own
		case *role != own:
			return fmt.Errorf("The resources have multiple allocation roles ('%s' and '%s') but only one allocation role is allowed", *role, own)
		}
	}
	return nil
}

// persistentVolume checks that resources are volumes that can be created or destroyed.
func persistentVolume(s ...mesos.Resource) error {
	for i := range s {
		d := s[i].Disk
		switch {
		case d == nil:
			return fmt.Errorf("Resource %s does not have DiskInfo", resource.String(&s[i]))
		case d.Persistence == nil:
			return errors.New("'persistence' is not set in DiskInfo")
		case d.Volume == nil:
			return errors.New("Expecting 'volume' to be set for persistent volume")
		case d.Volume.Mode != nil && *d.Volume.Mode == mesos.RO:
			return errors.New("Read-only persistent volume not supported")
		}
	}
	return nil
}

// volumeKey is what is unique on an agent.
type volumeKey struct{ role, id string }

// uniqueVolumes checks that no persistence id turns up twice in a role.
func uniqueVolumes(s []mesos.Resource) error {
	seen := map[volumeKey]bool{}
	for i := range s {
		if !resource.IsVolume(&s[i]) {
			continue
		}
		key := volumeKey{resource.ReservationRole(&s[i]), s[i].Disk.Persistence.ID}
		if seen[key] {
			return fmt.Errorf("Persistence ID '%s' is not unique", key.id)
		}
		seen[key] = true
	}
	return nil
}

// mixedRevocable checks that no resource is both revocable and not.
func mixedRevocable(s []mesos.Resource) error {
	kinds := map[string]bool{}
	for i := range s {
		revocable := s[i].Revocable != nil
		if was, seen := kinds[s[i].Name]; seen && was != revocable {
			return fmt.Errorf("Cannot use both revocable and non-revocable '%s' at the same time", s[i].Name)
		}
		kinds[s[i].Name] = revocable
	}
	return nil
}

// merged returns resources as the master adds them up: empty ones gone, equal shared volumes counted once.
func merged(lists ...[]mesos.Resource) resource.Set {
	var out resource.Set
	for _, s := range lists {
		for i := range s {
			one := resource.Set{s[i]}
			if resource.IsEmpty(&s[i]) || resource.IsShared(&s[i]) && out.ContainsOne(&s[i]) {
				continue
			}
			out = out.Plus(one)
		}
	}
	return out
}

// sum adds up lists of resources.
func sum(lists ...[]mesos.Resource) resource.Set {
	var out resource.Set
	for _, s := range lists {
		out = out.Plus(resource.Set(s))
	}
	return out
}

// overlap tells whether two lists share elements of ranges or sets: those add up to less than their numbers.
func overlap(lists ...[]mesos.Resource) bool {
	counts := map[string]float64{}
	var all resource.Set
	for _, s := range lists {
		all = all.Plus(nonScalar(s))
		for name, n := range nonScalar(s).Quantities() {
			counts[name] += n
		}
	}
	for name, n := range all.Quantities() {
		if n != counts[name] {
			return true
		}
	}
	return false
}

func nonScalar(s []mesos.Resource) resource.Set {
	return resource.Set(s).Filter(func(r *mesos.Resource) bool { return r.Type != mesos.SCALAR })
}
