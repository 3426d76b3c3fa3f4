package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// Scalar returns the amount of what is called name, over all reservations, disks and roles; 0 if there is none. The size of a
// shared volume counts once, however many copies s has of it.
func (s Set) Scalar(name string) float64 {
	copies := s.copies()
	var total int64
	for i := range s {
		r := &s[i]
		if r.Name == name && r.Type == mesos.SCALAR && (copies == nil || copies[i] > 0) {
			total = addFixed(total, max(0, amount(r)))
		}
	}
	return Float(total)
}

// Quantities returns how much s has of each name, over all reservations, disks and roles: scalars as [Set.Scalar], ranges and
// sets by the number of their items. Names of which there is nothing are left out.
func (s Set) Quantities() map[string]float64 {
	merged := s.Plus(nil)
	copies := merged.copies()
	scalars := make(map[string]int64)
	quantities := make(map[string]float64)
	for i := range merged {
		switch r := &merged[i]; r.Type {
		case mesos.SCALAR:
			if copies == nil || copies[i] > 0 {
				scalars[r.Name] = addFixed(scalars[r.Name], amount(r))
			}
		case mesos.RANGES:
			quantities[r.Name] += countRanges(r.Ranges.Range)
		case mesos.SET:
			quantities[r.Name] += float64(len(r.Set.Item))
		}
	}
	for name, amount := range scalars {
		quantities[name] += Float(amount)
	}
	return quantities
}

// HasQuantities tells whether s has at least the amounts that quantities name, over all reservations, ranges and sets
// by the number of their items (semantics 10.2, row 65).
func (s Set) HasQuantities(quantities map[string]float64) bool {
	have := s.Quantities()
	for name, want := range quantities {
		if want <= have[name] {
			continue
		}
		if want > plain || Fixed(want) > Fixed(have[name]) {
			return false
		}
	}
	return true
}
