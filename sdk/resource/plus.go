package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// Plus returns s and o together: amounts of one kind added up, what can't merge side by side. Empty and invalid entries of both
// are dropped, as Mesos does (semantics 2.4); see [Set.Validate]. A sum that no amount could hold stays at the largest that one can.
func (s Set) Plus(o Set) Set {
	n := len(s) + len(o)
	if n*n > fewPairs {
		return ledgerOf(isAddable, s, o).set
	}
	sum := make(Set, 0, n)
	a := arena{entries: n}
	for _, part := range []Set{s, o} {
		for i := range part {
			if isAddable(&part[i]) {
				sum = sum.add(&part[i], &a)
			}
		}
	}
	return sum
}

func isAddable(r *mesos.Resource) bool { return !IsEmpty(r) && Validate(r) == nil }

// add merges r into the entry of its kind, or appends a copy.
func (s Set) add(r *mesos.Resource, a *arena) Set {
	if !whole(r) {
		for i := range s {
			if SameMetadata(&s[i], r) {
				mergeAmount(&s[i], r)
				return s
			}
		}
	}
	return a.append(s, r)
}
