package resource

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// ErrInvalid is what the errors of [Validate] and [Set.Validate] wrap, except those about a role's name, which wrap
// mesos.ErrInvalidRole.
var ErrInvalid = errors.New("invalid resource")

// invalid is an error with Mesos's own text.
type invalid string

func (e invalid) Error() string { return string(e) }

// Is makes errors.Is find ErrInvalid.
func (e invalid) Is(target error) bool { return target == ErrInvalid }

// An InvalidError says which entry of a Set is invalid. Its text is the master's own.
type InvalidError struct {
	Index    int            // in the Set
	Resource mesos.Resource // a copy, in the wire format that it has there
	Err      error          // what [Validate] says
}

func (e *InvalidError) Error() string {
	return "Resource '" + String(&e.Resource) + "' is invalid: " + e.Err.Error()
}

// Unwrap returns what is wrong with the resource.
func (e *InvalidError) Unwrap() error { return e.Err }

// Is makes errors.Is find ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// Validate tells whether the master takes every entry of s as a resource. The error is an [*InvalidError] for the first
// that it doesn't (semantics 2.2).
func (s Set) Validate() error {
	for i := range s {
		if err := Validate(&s[i]); err != nil {
			return &InvalidError{Index: i, Resource: *proto.Clone(&s[i]).(*mesos.Resource), Err: err}
		}
	}
	return nil
}

// Validate tells whether the master takes r as a resource, in the order of its checks and with its texts (semantics
// 2.2). Amounts of 0 are valid, though empty; see [IsEmpty].
func Validate(r *mesos.Resource) error {
	if r.Name == "" {
		return invalid("Empty resource name")
	}
	if err := validateAmount(r); err != nil {
		return err
	}
	if err := validateDisk(r); err != nil {
		return err
	}
	if err := validateReservations(r); err != nil {
		return err
	}
	if r.Shared != nil && r.Name != "disk" {
		return invalid("Resource " + r.Name + " cannot be shared")
	}
	if r.Shared != nil && !IsVolume(r) {
		return invalid("Only persistent volumes can be shared")
	}
	return nil
}

func validateAmount(r *mesos.Resource) error {
	scalar, ranges, set := r.Scalar != nil, r.Ranges != nil, r.Set != nil
	switch r.Type {
	case mesos.SCALAR:
		if !scalar || ranges || set {
			return invalid("Invalid scalar resource")
		}
		if r.Scalar.Value != 0 && Fixed(r.Scalar.Value) <= 0 {
			return invalid("Invalid scalar resource: value <= 0")
		}
	case mesos.RANGES:
		if scalar || !ranges || set {
			return invalid("Invalid ranges resource")
		}
		return validateRanges(r.Ranges.Range)
	case mesos.SET:
		if scalar || ranges || !set {
			return invalid("Invalid set resource")
		}
		if duplicated(r.Set.Item) {
			return invalid("Invalid set resource: duplicated elements")
		}
	case mesos.TEXT:
		return invalid("Unsupported resource type")
	default:
		return invalid("Invalid resource type")
	}
	return nil
}

// validateRanges refuses any overlap. Mesos overlooks one if the range that begins first comes second.
func validateRanges(ranges []mesos.Value_Range) error {
	if canonical(ranges) {
		return nil
	}
	for _, r := range ranges {
		if r.Begin > r.End {
			return invalid("Invalid ranges resource: begin > end")
		}
	}
	sorted := slices.SortedFunc(slices.Values(ranges), func(a, b mesos.Value_Range) int { return cmp.Compare(a.Begin, b.Begin) })
	for i := range sorted {
		if i > 0 && sorted[i].Begin <= sorted[i-1].End {
			return invalid("Invalid ranges resource: overlapping ranges")
		}
	}
	return nil
}

func validateDisk(r *mesos.Resource) error {
	if r.Disk == nil {
		return nil
	}
	if r.Name != "disk" {
		return invalid("DiskInfo should not be set for " + r.Name + " resource")
	}
	source := r.Disk.Source
	if source == nil {
		return nil
	}
	switch source.Type {
	case mesos.Resource_DiskInfo_Source_PATH, mesos.Resource_DiskInfo_Source_MOUNT:
	case mesos.Resource_DiskInfo_Source_BLOCK, mesos.Resource_DiskInfo_Source_RAW:
		if source.Mount != nil {
			return invalid("Mount should not be set for " + source.Type.String() + " disk source")
		}
		if source.Path != nil {
			return invalid("Path should not be set for " + source.Type.String() + " disk source")
		}
	default:
		var b strings.Builder
		printSource(&b, source)
		return invalid("Unsupported 'DiskInfo.Source.Type' in '" + b.String() + "'")
	}
	return nil
}
