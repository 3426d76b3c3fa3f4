package matcher

import (
	"cmp"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// normalise sorts ranges and joins those that overlap or touch; it owns its argument.
func normalise(ranges []mesos.Value_Range) []mesos.Value_Range {
	slices.SortFunc(ranges, func(a, b mesos.Value_Range) int { return cmp.Compare(a.Begin, b.Begin) })
	joined := ranges[:0]
	for _, r := range ranges {
		if n := len(joined); n > 0 && (r.Begin <= joined[n-1].End || r.Begin-1 == joined[n-1].End) {
			joined[n-1].End = max(joined[n-1].End, r.End)
			continue
		}
		joined = append(joined, mesos.Value_Range{Begin: r.Begin, End: r.End})
	}
	return joined
}

// common returns the numbers that are in both a and b, which are in normal form.
func common(a, b []mesos.Value_Range) []mesos.Value_Range {
	var both []mesos.Value_Range
	for len(a) > 0 && len(b) > 0 {
		begin, end := max(a[0].Begin, b[0].Begin), min(a[0].End, b[0].End)
		if begin <= end {
			both = append(both, mesos.Value_Range{Begin: begin, End: end})
		}
		if a[0].End < b[0].End {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return both
}

// without returns the numbers of a that are not in b; both are in normal form.
func without(a, b []mesos.Value_Range) []mesos.Value_Range {
	var left []mesos.Value_Range
	for _, r := range a {
		for len(b) > 0 && b[0].End < r.Begin {
			b = b[1:]
		}
		rest := true
		for _, cut := range b {
			if cut.Begin > r.End {
				break
			}
			if cut.Begin > r.Begin {
				left = append(left, mesos.Value_Range{Begin: r.Begin, End: cut.Begin - 1})
			}
			if cut.End >= r.End {
				rest = false
				break
			}
			r.Begin = cut.End + 1
		}
		if rest {
			left = append(left, mesos.Value_Range{Begin: r.Begin, End: r.End})
		}
	}
	return left
}

// count returns how many numbers ranges in normal form hold, as a float since it may be 2^64.
func count(ranges []mesos.Value_Range) float64 {
	var n float64
	for _, r := range ranges {
		n += float64(r.End-r.Begin) + 1
	}
	return n
}
