package allocator

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Amounts are quantities in thousandths by resource name, as a master counts with them.
type Amounts map[string]int64

// AmountsOf sums resources up: scalars by their values, ranges and sets by the number of their items.
func AmountsOf(s resource.Set) Amounts {
	out := Amounts{}
	for name, v := range s.Quantities() {
		out.add(name, resource.Fixed(v))
	}
	return out
}

// AmountsFrom reads amounts of a message.
func AmountsFrom(m map[string]mesos.Value_Scalar) Amounts {
	out := Amounts{}
	for name, v := range m {
		out[name] = resource.Fixed(v.Value)
	}
	return out
}

// Positive leaves out what is nothing.
func (a Amounts) Positive() Amounts {
	out := maps.Clone(a)
	maps.DeleteFunc(out, func(_ string, v int64) bool { return v <= 0 })
	return out
}

func (a Amounts) add(name string, v int64) {
	sum := a[name] + v
	if v > 0 && sum < a[name] {
		sum = math.MaxInt64
	}
	a[name] = sum
}

// Plus returns the sum.
func (a Amounts) Plus(b Amounts) Amounts {
	out := maps.Clone(a)
	if out == nil {
		out = Amounts{}
	}
	for name, v := range b {
		out.add(name, v)
	}
	return out
}

// Minus returns what is left, nothing of it below 0.
func (a Amounts) Minus(b Amounts) Amounts {
	out := maps.Clone(a)
	for name, v := range b {
		if had, ok := out[name]; ok {
			out[name] = max(0, had-v)
		}
	}
	return out
}

// Contains tells whether there is as much of everything as in b.
func (a Amounts) Contains(b Amounts) bool {
	for name, v := range b {
		if v > a[name] {
			return false
		}
	}
	return true
}

// Bounds tells whether b keeps to the limits a: what isn't named is unlimited.
func (a Amounts) Bounds(b Amounts) bool {
	for name, limit := range a {
		if b[name] > limit {
			return false
		}
	}
	return true
}

// Scalars returns amounts as messages have them.
func (a Amounts) Scalars() map[string]mesos.Value_Scalar {
	out := make(map[string]mesos.Value_Scalar, len(a))
	for name, v := range a {
		out[name] = mesos.Value_Scalar{Value: resource.Float(v)}
	}
	return out
}

// String prints amounts as a master does: "cpus:1; mem:512", or "{}" for none.
func (a Amounts) String() string {
	if len(a) == 0 {
		return "{}"
	}
	parts := make([]string, 0, len(a))
	for _, name := range slices.Sorted(maps.Keys(a)) {
		parts = append(parts, name+":"+strconv.FormatFloat(resource.Float(a[name]), 'f', -1, 64))
	}
	return strings.Join(parts, "; ")
}
