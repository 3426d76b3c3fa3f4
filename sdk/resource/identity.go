package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// SameMetadata tells whether a and b are of one kind: everything but their amounts is equal, as far as it is part
// of a resource's identity (semantics 2.4). Not part of it: a volume's container path, mode and other mount details, and
// the principal that created it. The reservations may be in either wire format.
func SameMetadata(a, b *mesos.Resource) bool {
	return a.Type == b.Type && sameName(a.Name, b.Name) && sameRest(a, b)
}

// sameName tells most names apart by one letter, without the call that comparing strings is.
func sameName(a, b string) bool {
	return len(a) == len(b) && (len(a) == 0 || a[0] == b[0]) && a == b
}

// sameRest is SameMetadata for resources of one name and type.
func sameRest(a, b *mesos.Resource) bool { return samePlain(a, b) && sameReservations(a, b) }

// samePlain is sameRest without a look into the reservations. Cheap and telling members come first.
func samePlain(a, b *mesos.Resource) bool {
	if (a.Disk == nil) != (b.Disk == nil) || (a.Shared == nil) != (b.Shared == nil) || (a.Revocable == nil) != (b.Revocable == nil) ||
		len(a.Reservations) != len(b.Reservations) && a.Role == nil && b.Role == nil {
		return false
	}
	if a.Disk != b.Disk && !sameDisk(a.Disk, b.Disk) {
		return false
	}
	if a.AllocationInfo != b.AllocationInfo && !sameAllocation(a.AllocationInfo, b.AllocationInfo) {
		return false
	}
	if a.ProviderID != b.ProviderID && !sameProvider(a.ProviderID, b.ProviderID) {
		return false
	}
	return true
}

func sameReservations(a, b *mesos.Resource) bool {
	if a.Role != nil || b.Role != nil {
		return sameStack(Reservations(a), Reservations(b))
	}
	return sameStack(a.Reservations, b.Reservations)
}

// Equal tells whether a and b are the same resource: of one kind ([SameMetadata]), with equal amounts. Ranges and sets are
// compared by what they hold, in any order. Resources of an unknown type equal none (semantics 2.4).
func Equal(a, b *mesos.Resource) bool {
	return SameMetadata(a, b) && sameAmount(a, b)
}

func sameAmount(a, b *mesos.Resource) bool {
	switch a.Type {
	case mesos.SCALAR:
		return a.Scalar != nil && b.Scalar != nil && a.Scalar.Value == b.Scalar.Value || amount(a) == amount(b)
	case mesos.RANGES:
		return equalRanges(a.Ranges.GetRange(), b.Ranges.GetRange())
	case mesos.SET:
		return equalItems(a.Set.GetItem(), b.Set.GetItem())
	}
	return false
}

// amount returns a scalar in thousandths; 0 without one.
func amount(r *mesos.Resource) int64 {
	if r.Scalar == nil {
		return 0
	}
	return Fixed(r.Scalar.Value)
}

// whole tells whether r can only be taken in one piece, and never merges with another entry: a persistent volume,
// a MOUNT or BLOCK disk, a RAW disk with an id (semantics 2.4).
func whole(r *mesos.Resource) bool {
	if r.Disk == nil {
		return false
	}
	if r.Disk.Persistence != nil {
		return true
	}
	source := r.Disk.Source
	if source == nil {
		return false
	}
	switch source.Type {
	case mesos.Resource_DiskInfo_Source_PATH:
		return false
	case mesos.Resource_DiskInfo_Source_RAW:
		return source.ID != nil
	}
	return true
}

func sameStack(a, b []mesos.Resource_ReservationInfo) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if x, y := &a[i], &b[i]; x != y && !sameReservation(x, y) {
			return false
		}
	}
	return true
}

func sameReservation(a, b *mesos.Resource_ReservationInfo) bool {
	return a.GetType() == b.GetType() && (a.Role == b.Role || a.GetRole() == b.GetRole()) &&
		sameText(a.Principal, b.Principal) && (a.Labels == b.Labels || sameLabels(a.Labels, b.Labels))
}

func sameAllocation(a, b *mesos.Resource_AllocationInfo) bool {
	return a != nil && b != nil && sameText(a.Role, b.Role)
}

func sameProvider(a, b *mesos.ResourceProviderID) bool {
	return a != nil && b != nil && a.Value == b.Value
}

func sameDisk(a, b *mesos.Resource_DiskInfo) bool {
	if a == nil || b == nil || (a.Persistence == nil) != (b.Persistence == nil) {
		return false
	}
	return (a.Persistence == nil || a.Persistence.ID == b.Persistence.ID) && sameSource(a.Source, b.Source)
}

func sameSource(a, b *mesos.Resource_DiskInfo_Source) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || (a.Path == nil) != (b.Path == nil) || (a.Mount == nil) != (b.Mount == nil) {
		return false
	}
	return a.Type == b.Type &&
		(a.Path == nil || sameText(a.Path.Root, b.Path.Root)) &&
		(a.Mount == nil || sameText(a.Mount.Root, b.Mount.Root)) &&
		sameText(a.Vendor, b.Vendor) && sameText(a.ID, b.ID) && sameText(a.Profile, b.Profile) &&
		sameLabels(a.Metadata, b.Metadata)
}

// sameText compares optional texts: absent and empty differ.
func sameText(a, b *string) bool {
	return a == b || a != nil && b != nil && *a == *b
}
