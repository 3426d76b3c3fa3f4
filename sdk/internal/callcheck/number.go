package callcheck

import (
	"maps"
	"math"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

const (
	// maxNumber keeps a thousandfold within an int64, with room for sums over a cluster.
	maxNumber = 1e12
	// maxWeight is far above what tells roles apart.
	maxWeight = 1e6
)

// number refuses what does not fit the master's fixed point, whatever it counts.
func number(v float64, field string) *Error {
	if math.IsNaN(v) || math.Abs(v) > maxNumber {
		return refuse(Number, field, "%v is not a number that a master can hold; give a finite one of at most 1e12", v)
	}
	return nil
}

// optional is number for an optional field.
func optional(v *float64, field string) *Error {
	if v == nil {
		return nil
	}
	return number(*v, field)
}

// scalars applies number to the values of a map of scalars, in order of their names.
func scalars(m map[string]mesos.Value_Scalar, field string) *Error {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if e := number(m[name].Value, ""); e != nil {
			return e.in(field + "[" + name + "].value")
		}
	}
	return nil
}

// amount refuses what is nothing in thousandths, the form that every comparison in a master uses
// (semantics 2.1): half a thousandth is rounded up and counts.
func amount(v float64, rule Rule, field string) *Error {
	if e := number(v, field); e != nil {
		return e
	}
	if math.Round(v*1000) < 1 {
		return refuse(rule, field, "%v is no amount; leave the resource out or give at least 0.001", v)
	}
	return nil
}
