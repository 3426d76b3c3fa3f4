package resource

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Minus returns what is left of s without o, and whether s contained o. Where it didn't, as much as there is is taken away, as Mesos
// does; nothing gets negative (semantics 2.4). Entries of o with an invalid amount are passed over.
//
// It is made for being called for every task on every offer: the amounts in the result are its own, but descriptions
// (reservations, disk, allocation) are those of s. To change such, [Set.Clone] the result.
func (s Set) Minus(o Set) (Set, bool) {
	if !manyPairs(s, o) {
		var places [fewPlaces]int
		if at, all, _ := s.places(o, places[:0]); all {
			return s.minusAt(o, at), true
		}
	}
	return s.minusMany(o)
}

// Take takes o out of s, which is the caller's own (see [Set.Clone]), if s contains it, and tells whether it does; else s stays as it
// is. It is [Set.Minus] without the copy, for taking one task after the other out of an offer. Entries that were copied from s
// before keep their amounts.
func (s *Set) Take(o Set) bool {
	if !manyPairs(*s, o) {
		var places [fewPlaces]int
		at, all, sure := s.places(o, places[:0])
		if all {
			for _, place := range at {
				if place != nowhere {
					(*s)[place].Scalar = copied((*s)[place].Scalar)
				}
			}
			*s = s.takeAt(o, at)
		}
		if sure {
			return all
		}
	}
	left, contained := s.minusMany(o)
	if contained {
		*s = left
	}
	return contained
}

// minusAt takes each entry of o from its own place in s, which covers it.
func (s Set) minusAt(o Set, at []int) Set {
	return s.ownAmounts(at).takeAt(o, at)
}

// takeAt is minusAt in place, for entries whose scalars nobody else has. It uses up at.
func (s Set) takeAt(o Set, at []int) Set {
	for i, place := range at {
		if place == nowhere {
			continue
		}
		if whole(&o[i]) || !subtractAmount(&s[place], &o[i]) {
			s = s.drop(place, at[i+1:])
		}
	}
	return s
}

// ownAmounts returns a copy of s in the newer wire format that shares descriptions with s, but no amounts apart from the ranges
// and sets in the places that except names, which are about to get new ones.
func (s Set) ownAmounts(except []int) Set {
	c := make(Set, len(s))
	copy(c, s)
	scalars := make([]mesos.Value_Scalar, len(s))
	for i := range c {
		e := &c[i]
		if e.Scalar != nil {
			scalars[i].Value = e.Scalar.Value
			if e.Scalar.XXX_unrecognized != nil {
				scalars[i].XXX_unrecognized = e.Scalar.XXX_unrecognized
			}
			e.Scalar = &scalars[i]
		}
		if (e.Ranges != nil || e.Set != nil) && !slices.Contains(except, i) {
			ownRanges(e)
		}
		if e.Role != nil {
			Upgrade(e)
		}
	}
	return c
}

// drop removes an entry as Mesos does, by putting the last in its place, and keeps later places right.
func (s Set) drop(at int, later []int) Set {
	last := len(s) - 1
	s[at] = s[last]
	s[last] = mesos.Resource{}
	for i := range later {
		if later[i] == last {
			later[i] = at
		}
	}
	return s[:last]
}
