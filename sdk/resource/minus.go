package resource

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Minus returns what is left of s without o, and whether s contained o. Where it didn't, as much as there is is taken away, as Mesos
// does; nothing gets negative (semantics 2.4). Entries of o with an invalid amount are passed over.
//
// It is made for being called for every task on every offer: the result shares with s all that nothing was taken from. To write to
// what its entries point to, [Set.Clone] it first.
func (s Set) Minus(o Set) (Set, bool) {
	if !manyPairs(s, o) {
		var places [fewPlaces]int
		if at, all, _ := s.places(o, places[:0]); all {
			return s.upgraded().takeAt(o, at), true
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

// upgraded returns a copy of s in the newer wire format that shares everything with s.
func (s Set) upgraded() Set {
	c := slices.Clone(s)
	for i := range c {
		if c[i].Role != nil {
			Upgrade(&c[i])
		}
	}
	return c
}

// takeAt takes each entry of o from its own place in s, which covers it. It uses up at.
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
