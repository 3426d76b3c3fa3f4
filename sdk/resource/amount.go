package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// merge adds the amount of r to into, which is of its kind and owned by the caller.
func merge(into, r *mesos.Resource) {
	switch r.Type {
	case mesos.SCALAR:
		into.Scalar.Value = Float(addFixed(amount(into), amount(r)))
	case mesos.RANGES:
		into.Ranges.Range = addRanges(into.Ranges.Range, r.Ranges.Range)
	case mesos.SET:
		into.Set.Item = addItems(into.Set.Item, r.Set.Item)
	}
}

// subtract takes the amount of r away from s, which the caller owns. The order changes as in Mesos: the last entry takes the
// place of one that is used up.
func (s Set) subtract(r *mesos.Resource) Set {
	if whole(r) {
		for i := range s {
			if Equal(&s[i], r) {
				return s.drop(i)
			}
		}
		return s
	}
	want := amount(r)
	for i := 0; i < len(s); {
		if !SameMetadata(&s[i], r) {
			i++
			continue
		}
		used := false
		switch e := &s[i]; r.Type {
		case mesos.SCALAR:
			have := max(0, amount(e))
			taken := min(have, want)
			if want -= taken; have > taken {
				e.Scalar.Value = Float(have - taken)
			}
			if used = have == taken; !used && want == 0 {
				return s
			}
		case mesos.RANGES:
			e.Ranges = &mesos.Value_Ranges{Range: subtractRanges(e.Ranges.GetRange(), r.Ranges.Range)}
			used = IsEmpty(e)
		case mesos.SET:
			e.Set = &mesos.Value_Set{Item: subtractItems(e.Set.GetItem(), r.Set.Item)}
			used = IsEmpty(e)
		}
		if used {
			s = s.drop(i)
		} else {
			i++
		}
	}
	return s
}

func (s Set) drop(i int) Set {
	last := len(s) - 1
	s[i] = s[last]
	s[last] = mesos.Resource{}
	return s[:last]
}
