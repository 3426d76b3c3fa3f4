package ops

import (
	"errors"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// validate checks every resource of op by itself, in whichever wire format it came (semantics 2.2, 2.3).
func validate(op *mesos.Offer_Operation) *Error {
	return lists(op, validList, func(r *mesos.Resource) *Error { return validOne(r) })
}

// validList is the master's check of a list of resources (semantics 2.3).
func validList(list []mesos.Resource, field string) *Error {
	for i := range list {
		r := &list[i]
		if e := validOne(r); e != nil {
			return e.at(field, i)
		}
		if e := validDiskInfo(r); e != nil {
			return e.at(field, i)
		}
		if resource.IsDynamic(r) && resource.IsRevocable(r) {
			return refuse(ErrRevocable, "revocable", "Dynamically reserved resource %s cannot be created from revocable resources; leave revocable resources unreserved",
				resource.String(r)).at(field, i)
		}
	}
	return under(field, validGPUs(list))
}

// validGPUs refuses parts of gpus (semantics 2.1).
func validGPUs(list resource.Set) *Error {
	if resource.Fixed(list.Scalar("gpus"))%1000 != 0 {
		return refuse(ErrResource, "", "The 'gpus' resource must be an unsigned integer; ask for whole ones")
	}
	return nil
}

// validOne is the check of a single resource (semantics 2.2).
func validOne(r *mesos.Resource) *Error {
	err := resource.Validate(r)
	if err == nil {
		return nil
	}
	rule, field := ErrResource, ""
	if errors.Is(err, mesos.ErrInvalidRole) || badStack(r) {
		rule, field = ErrRole, "reservations"
	}
	return refuse(rule, field, "%v", err).because(err)
}

// badStack tells whether r's reservations are not for roles each below the one before it.
func badStack(r *mesos.Resource) bool {
	stack := resource.Reservations(r)
	for i := range stack {
		role := stack[i].GetRole()
		if role == resource.Unreserved || i > 0 && !mesos.IsSubrole(role, stack[i-1].GetRole()) {
			return true
		}
	}
	return r.GetRole() == resource.Unreserved && r.Reservation != nil
}

func validDiskInfo(r *mesos.Resource) *Error {
	switch d := r.Disk; {
	case d == nil:
		return nil
	case d.Persistence != nil:
		return validPersistence(r)
	case d.Volume != nil:
		return refuse(ErrVolume, "disk.volume", "Non-persistent volume not supported; give it a persistence id")
	case d.Source == nil:
		return refuse(ErrResource, "disk", "DiskInfo is set but empty; leave it out")
	}
	return nil
}

func validPersistence(r *mesos.Resource) *Error {
	switch d := r.Disk; {
	case resource.IsRevocable(r):
		return refuse(ErrRevocable, "revocable", "Persistent volumes cannot be created from revocable resources; use other disk")
	case !resource.IsReserved(r):
		return refuse(ErrVolume, "reservations", "Persistent volumes cannot be created from unreserved resources; reserve the disk first")
	case d.Volume == nil:
		return refuse(ErrVolume, "disk.volume", "Expecting 'volume' to be set for persistent volume; give container path and mode")
	case d.Volume.HostPath != nil:
		return refuse(ErrVolume, "disk.volume.host_path", "Expecting 'host_path' to be unset for persistent volume; the agent chooses it")
	}
	if r.Disk.Volume.Mode == nil {
		return refuse(ErrVolume, "disk.volume.mode", "the mode is required; set RW, or RO where a task only reads")
	}
	if err := mesos.ValidateID(r.Disk.Persistence.ID); err != nil {
		return refuse(ErrVolume, "disk.persistence.id", "Invalid persistence ID for persistent volume: %v", err).because(err)
	}
	return nil
}

// provided checks that the resources of an operation are the agent's own, or of one resource provider. An empty list
// fails this check of the master too (semantics 3.4).
func provided(list []mesos.Resource, field string) *Error {
	if len(list) == 0 {
		return refuse(ErrNothing, field, "the step names no resources; leave it out")
	}
	first := list[0].ProviderID
	for i := range list {
		id := list[i].ProviderID
		switch {
		case (id == nil) != (first == nil):
			return refuse(ErrProvider, "provider_id", "Some resources have a resource provider and some do not; use an operation for each").at(field, i)
		case id != nil && id.Value != first.Value:
			return refuse(ErrProvider, "provider_id", "The resources have multiple resource providers: %s, %s; use an operation for each", first.Value, id.Value).at(field, i)
		}
	}
	return nil
}
