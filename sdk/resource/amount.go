package resource

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// mergeAmount adds the amount of r to e, which is of its kind and has an amount of its own.
func mergeAmount(e, r *mesos.Resource) {
	switch r.Type {
	case mesos.SCALAR:
		e.Scalar.Value = Float(addFixed(amount(e), amount(r)))
	case mesos.RANGES:
		e.Ranges.Range = addRanges(e.Ranges.Range, r.Ranges.Range)
	case mesos.SET:
		e.Set.Item = addItems(e.Set.Item, r.Set.Item)
	}
}

// tidy brings ranges and items that were strung together into order.
func tidy(e *mesos.Resource) {
	if e.Type == mesos.RANGES {
		e.Ranges.Range = coalesce(e.Ranges.Range)
	} else {
		e.Set.Item = uniqueItems(e.Set.Item)
	}
}

// subtractAmount makes the amount of e less by that of r, which is of its kind, and tells whether anything is left. The amount
// that e had isn't written to: others may have it too.
func subtractAmount(e, r *mesos.Resource) bool {
	switch r.Type {
	case mesos.SCALAR:
		left := max(0, amount(e)-amount(r))
		e.Scalar = &mesos.Value_Scalar{Value: Float(left), XXX_unrecognized: e.Scalar.XXX_unrecognized}
		return left > 0
	case mesos.RANGES:
		left := freshRanges(len(e.Ranges.Range) + len(r.Ranges.Range))
		left.Range = subtractRanges(left.Range, e.Ranges.Range, r.Ranges.Range)
		left.XXX_unrecognized = e.Ranges.XXX_unrecognized
		e.Ranges = left
		return len(left.Range) > 0
	case mesos.SET:
		e.Set = &mesos.Value_Set{Item: subtractItems(e.Set.Item, r.Set.Item), XXX_unrecognized: e.Set.XXX_unrecognized}
		return len(e.Set.Item) > 0
	}
	return true
}
