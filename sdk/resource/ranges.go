package resource

import (
	"cmp"
	"math"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// canonical tells whether ranges are sorted, not inverted, and neither overlap nor touch.
func canonical(ranges []mesos.Value_Range) bool {
	for i := range ranges {
		if ranges[i].Begin > ranges[i].End {
			return false
		}
		if i > 0 && !apart(ranges[i-1], ranges[i]) {
			return false
		}
	}
	return true
}

// apart tells whether at least one number lies between a and b. It computes no End+1, which overflows at 2^64-1.
func apart(a, b mesos.Value_Range) bool {
	return b.Begin > a.End && b.Begin-a.End > 1
}

// coalesce returns ranges in canonical form: as they are if they have it, else a new slice. Inverted ranges hold
// nothing.
func coalesce(ranges []mesos.Value_Range) []mesos.Value_Range {
	if canonical(ranges) {
		return ranges
	}
	sorted := slices.DeleteFunc(slices.Clone(ranges), func(r mesos.Value_Range) bool { return r.Begin > r.End })
	slices.SortFunc(sorted, func(a, b mesos.Value_Range) int { return cmp.Compare(a.Begin, b.Begin) })
	merged := sorted[:0]
	for _, r := range sorted {
		if n := len(merged); n > 0 && !apart(merged[n-1], r) {
			merged[n-1].End = max(merged[n-1].End, r.End)
		} else {
			merged = append(merged, mesos.Value_Range{Begin: r.Begin, End: r.End})
		}
	}
	return merged
}

// addRanges returns the union in canonical form, in a slice of its own.
func addRanges(a, b []mesos.Value_Range) []mesos.Value_Range {
	return coalesce(slices.Concat(a, b))
}

// subtractRanges appends to left what a has and b has not, in canonical form.
func subtractRanges(left, a, b []mesos.Value_Range) []mesos.Value_Range {
	a, b = coalesce(a), coalesce(b)
	for i := range a {
		begin, end := a[i].Begin, a[i].End
		for len(b) > 0 && b[0].End < begin {
			b = b[1:]
		}
		whole := true
		for j := 0; whole && j < len(b) && b[j].Begin <= end; j++ {
			if b[j].Begin > begin {
				left = append(left, mesos.Value_Range{Begin: begin, End: b[j].Begin - 1})
			}
			if whole = b[j].End < end; whole {
				begin = b[j].End + 1
			}
		}
		if whole {
			left = append(left, mesos.Value_Range{Begin: begin, End: end})
		}
	}
	return left
}

// freshRanges returns a message with room for n ranges in one allocation, if n is small.
func freshRanges(n int) *mesos.Value_Ranges {
	if n > 3 {
		return &mesos.Value_Ranges{Range: make([]mesos.Value_Range, 0, n)}
	}
	var both struct {
		message mesos.Value_Ranges
		ranges  [3]mesos.Value_Range
	}
	both.message.Range = both.ranges[:0]
	return &both.message
}

// containsRanges tells whether every number of b is in a. It allocates only if a is not canonical.
func containsRanges(a, b []mesos.Value_Range) bool {
	a = coalesce(a)
	for i := range b {
		want := &b[i]
		at := 0
		if len(a) > fewRanges {
			at, _ = slices.BinarySearchFunc(a, want.Begin, func(r mesos.Value_Range, begin uint64) int {
				return cmp.Compare(r.End, begin)
			})
		} else {
			for at < len(a) && a[at].End < want.Begin {
				at++
			}
		}
		if want.Begin > want.End || at == len(a) || a[at].Begin > want.Begin || want.End > a[at].End {
			return false
		}
	}
	return true
}

// fewRanges is how many ranges are looked at one by one.
const fewRanges = 8

// equalRanges tells whether a and b hold the same numbers.
func equalRanges(a, b []mesos.Value_Range) bool {
	return slices.EqualFunc(coalesce(a), coalesce(b), func(x, y mesos.Value_Range) bool {
		return x.Begin == y.Begin && x.End == y.End
	})
}

// countRanges returns how many numbers ranges hold. As a float, since [0-18446744073709551615] has 2^64.
func countRanges(ranges []mesos.Value_Range) float64 {
	var n float64
	for _, r := range coalesce(ranges) {
		if size := r.End - r.Begin; size == math.MaxUint64 {
			n += math.MaxUint64 + 1
		} else {
			n += float64(size + 1)
		}
	}
	return n
}
