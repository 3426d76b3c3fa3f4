package resource

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A Set is a collection of resources: those of an offer, a task or an agent. The order of its entries has no meaning. A Set may
// hold several entries of one kind; every method counts them together.
type Set []mesos.Resource

// Scalar returns a resource with an amount: cpus, gpus, or mem and disk in MiB.
func Scalar(name string, amount float64) mesos.Resource {
	return mesos.Resource{Name: name, Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: amount}}
}

// Ranges returns a resource made of inclusive ranges of numbers, such as ports.
func Ranges(name string, r ...mesos.Value_Range) mesos.Resource {
	return mesos.Resource{Name: name, Type: mesos.RANGES, Ranges: &mesos.Value_Ranges{Range: append([]mesos.Value_Range(nil), r...)}}
}

// Items returns a resource made of named items.
func Items(name string, item ...string) mesos.Resource {
	return mesos.Resource{Name: name, Type: mesos.SET, Set: &mesos.Value_Set{Item: append([]string(nil), item...)}}
}

// IsEmpty tells whether r is nothing: a scalar that rounds to 0, no ranges, no items. Adding or taking such changes nothing
// (semantics 2.1). An empty resource in an operation kills the master, so never send one.
func IsEmpty(r *mesos.Resource) bool {
	switch r.Type {
	case mesos.SCALAR:
		return amount(r) == 0
	case mesos.RANGES:
		return len(r.Ranges.GetRange()) == 0
	case mesos.SET:
		return len(r.Set.GetItem()) == 0
	}
	return false
}

// Equal tells whether s and o contain each other (semantics 2.4).
func (s Set) Equal(o Set) bool { return s.Contains(o) && o.Contains(s) }

// Filter returns copies of the entries that keep accepts.
func (s Set) Filter(keep func(*mesos.Resource) bool) Set {
	var kept Set
	a := arena{entries: len(s)}
	for i := range s {
		if keep(&s[i]) {
			kept = a.append(kept, &s[i])
		}
	}
	return kept
}

// any tells whether is holds for an entry.
func (s Set) any(is func(*mesos.Resource) bool) bool {
	for i := range s {
		if is(&s[i]) {
			return true
		}
	}
	return false
}

// Allocate returns s marked as allocated to role (semantics 2.7).
func (s Set) Allocate(role string) Set {
	c := s.Clone()
	for i := range c {
		c[i].AllocationInfo = &mesos.Resource_AllocationInfo{Role: new(role)}
	}
	return c
}

// Unallocate returns s without marks of allocation, as an agent's totals are (semantics 2.7).
func (s Set) Unallocate() Set {
	c := s.Clone()
	for i := range c {
		c[i].AllocationInfo = nil
	}
	return c
}
