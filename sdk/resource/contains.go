package resource

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Contains tells whether all of o can be taken from s at once (semantics 2.4). Entries of one kind are added up on both sides.
// A persistent volume must be there as often as o has it, with the same size; a disk that is only taken whole must be there in the
// same size. Empty entries of o are always contained, those with an invalid amount never.
//
// It allocates nothing unless entries of one kind have to be added up; [Set.Plus] with nil does that once.
func (s Set) Contains(o Set) bool {
	if !manyPairs(s, o) {
		var places [fewPlaces]int
		if _, all, sure := s.places(o, places[:0]); sure {
			return all
		}
	}
	return s.containsMany(o)
}

// ContainsOne tells whether s contains r. An invalid resource is never contained, and an empty one only if s has some of
// its kind (semantics 2.4).
func (s Set) ContainsOne(r *mesos.Resource) bool {
	if Validate(r) != nil {
		return false
	}
	at, n := s.place(r, new(stacks))
	return at != nowhere || n > 1 && s.containsMany(Set{*r})
}

const (
	// fewPairs is how many comparisons of entries are made one by one. Beyond it entries are looked up by their kind, so that time
	// doesn't grow with the square of what a master or a file sends.
	fewPairs = 4096

	// fewPlaces is how many entries o may have for its places to be found without allocating.
	fewPlaces = 16

	// nowhere is not a place.
	nowhere = -1
)

func manyPairs(s, o Set) bool { return max(len(s), len(o))*len(o) > fewPairs }

// places appends where in s each entry of o is found; nowhere for an empty one. It is sure if each is covered in a place of its own,
// or one of them can't be covered. That is nearly always so, and spares adding up what is of one kind.
func (s Set) places(o Set, at []int) (places []int, all, sure bool) {
	var known stacks
	for i := range o {
		switch quality(&o[i]) {
		case bad:
			return nil, false, true
		case empty:
			at = append(at, nowhere)
			continue
		}
		place, n := s.place(&o[i], &known)
		if place == nowhere {
			return nil, false, n <= 1
		}
		if n > 1 || slices.Contains(at, place) {
			return nil, false, false
		}
		at = append(at, place)
	}
	return at, true, true
}

// place returns the first entry that alone covers r, or nowhere, and how many of r's kind were seen. Of what is only taken whole,
// an entry is of r's kind if it is equal. The search ends with the entry found, but goes on for ranges and sets: what one entry of
// a kind holds another may hold too, and then it has to be taken from both.
func (s Set) place(r *mesos.Resource, known *stacks) (at, n int) {
	one := whole(r)
	name, kind := r.Name, r.Type
	at = nowhere
	for i := range s {
		e := &s[i]
		if e.Type != kind || !sameName(e.Name, name) || !samePlain(e, r) || !known.same(e, r) || one && !sameAmount(e, r) {
			continue
		}
		if n++; at == nowhere && (one || covers(e, r)) {
			if at = i; one || kind == mesos.SCALAR {
				return at, 1
			}
		}
	}
	return at, n
}

// stacks are two reservation stacks that have been found the same. Resources that were decoded together share theirs, so the next
// two are often the same ones.
type stacks struct {
	a, b *mesos.Resource_ReservationInfo
}

// same is sameReservations.
func (k *stacks) same(a, b *mesos.Resource) bool {
	if a.Role != nil || b.Role != nil || len(a.Reservations) != 1 || len(b.Reservations) != 1 {
		return sameReservations(a, b)
	}
	x, y := &a.Reservations[0], &b.Reservations[0]
	if k.a == x && k.b == y {
		return true
	}
	if !sameReservation(x, y) {
		return false
	}
	k.a, k.b = x, y
	return true
}

// covers tells whether e, which is of r's kind, has the amount of r.
func covers(e, r *mesos.Resource) bool {
	switch r.Type {
	case mesos.SCALAR:
		if r.Scalar != nil && e.Scalar != nil && r.Scalar.Value <= e.Scalar.Value && e.Scalar.Value <= plain {
			return true // rounding keeps the order
		}
		return amount(r) <= amount(e)
	case mesos.RANGES:
		return containsRanges(e.Ranges.GetRange(), r.Ranges.GetRange())
	case mesos.SET:
		return containsItems(e.Set.GetItem(), r.Set.GetItem())
	}
	return false
}

// The qualities of an amount.
const (
	good = iota
	empty
	bad
)

// quality judges the amount of r alone: its description counts only where it is compared.
func quality(r *mesos.Resource) int {
	if r.Type == mesos.SCALAR && r.Scalar != nil && r.Ranges == nil && r.Set == nil {
		if v := r.Scalar.Value; v >= 0.001 && v <= plain {
			return good // the quick way for most
		}
	}
	switch {
	case validateAmount(r) != nil:
		return bad
	case IsEmpty(r):
		return empty
	}
	return good
}
