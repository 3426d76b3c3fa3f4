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

// Contains tells whether all of o can be taken from s at once (semantics 2.4). Entries of one kind are added up on both sides.
// A persistent volume must be there as often as o has it, with the same size; a disk that is only taken whole must be there in the
// same size. Empty entries of o are always contained, those with an invalid amount never.
func (s Set) Contains(o Set) bool {
	for i := range o {
		if !IsEmpty(&o[i]) && !s.containsEntry(o, i) {
			return false
		}
	}
	return true
}

// ContainsOne tells whether s contains r. An invalid resource is never contained, and an empty one only if s has some of
// its kind (semantics 2.4).
func (s Set) ContainsOne(r *mesos.Resource) bool {
	return Validate(r) == nil && s.containsEntry(Set{*r}, 0)
}

// containsEntry tells whether s has o[i], counted together with the other entries of o of its kind.
func (s Set) containsEntry(o Set, i int) bool {
	r := &o[i]
	switch {
	case !validAmount(r):
		return false
	case IsVolume(r):
		return s.count(r) >= o.count(r)
	case whole(r):
		return s.count(r) > 0
	case r.Type == mesos.SCALAR:
		have, found := s.sum(r)
		want, _ := o.sum(r)
		return found && want <= have
	case r.Type == mesos.RANGES:
		return s.containsRanges(r)
	}
	return s.containsItems(r)
}

// count returns how many entries equal r.
func (s Set) count(r *mesos.Resource) int {
	n := 0
	for i := range s {
		if Equal(&s[i], r) {
			n++
		}
	}
	return n
}

// sum adds up the scalars of r's kind.
func (s Set) sum(r *mesos.Resource) (total int64, found bool) {
	for i := range s {
		if SameMetadata(&s[i], r) {
			found = true
			total = addFixed(total, max(0, amount(&s[i])))
		}
	}
	return total, found
}

func (s Set) containsRanges(r *mesos.Resource) bool {
	var have []mesos.Value_Range
	found := 0
	for i := range s {
		if !SameMetadata(&s[i], r) {
			continue
		}
		if found++; found == 1 {
			have = s[i].Ranges.GetRange()
		} else {
			have = addRanges(have, s[i].Ranges.GetRange())
		}
	}
	return found > 0 && containsRanges(have, r.Ranges.GetRange())
}

func (s Set) containsItems(r *mesos.Resource) bool {
	var have []string
	found := 0
	for i := range s {
		if !SameMetadata(&s[i], r) {
			continue
		}
		if found++; found == 1 {
			have = s[i].Set.GetItem()
		} else {
			have = addItems(have, s[i].Set.GetItem())
		}
	}
	return found > 0 && containsItems(have, r.Set.GetItem())
}

// Plus returns s and o together: amounts of one kind added up, what can't merge side by side. Empty and invalid entries of both
// are dropped, as Mesos does (semantics 2.4); see [Set.Validate].
func (s Set) Plus(o Set) Set {
	sum := make(Set, 0, len(s)+len(o))
	for i := range s {
		sum = sum.add(&s[i])
	}
	for i := range o {
		sum = sum.add(&o[i])
	}
	return sum
}

// add appends a copy of r, or merges it into the entry of its kind.
func (s Set) add(r *mesos.Resource) Set {
	if IsEmpty(r) || Validate(r) != nil {
		return s
	}
	if whole(r) {
		return append(s, clone(r))
	}
	for i := range s {
		if SameMetadata(&s[i], r) {
			merge(&s[i], r)
			return s
		}
	}
	return append(s, clone(r))
}

// Minus returns what is left of s without o, and whether s contained o. Where it didn't, as much as there is is taken away, as Mesos
// does; nothing gets negative (semantics 2.4). Invalid entries of o are passed over.
func (s Set) Minus(o Set) (Set, bool) {
	contained := s.Contains(o)
	left := s.Clone()
	for i := range o {
		if r := &o[i]; !IsEmpty(r) && Validate(r) == nil {
			left = left.subtract(r)
		}
	}
	return left, contained
}

// Equal tells whether s and o contain each other (semantics 2.4).
func (s Set) Equal(o Set) bool { return s.Contains(o) && o.Contains(s) }

// Filter returns copies of the entries that keep accepts.
func (s Set) Filter(keep func(*mesos.Resource) bool) Set {
	var kept Set
	for i := range s {
		if keep(&s[i]) {
			kept = append(kept, clone(&s[i]))
		}
	}
	return kept
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
