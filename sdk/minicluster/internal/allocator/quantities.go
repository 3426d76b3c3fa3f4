package allocator

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Quantities are amounts by resource name: a scalar's value, the number of elements of ranges and sets.
type Quantities map[string]float64

// ParseMinAllocatable reads the master's flag --min_allocatable_resources, such as "cpus:0.01|mem:32":
// alternatives separated by bars, each a list of names and amounts. An empty text asks for nothing.
func ParseMinAllocatable(text string) ([]Quantities, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var out []Quantities
	for alternative := range strings.SplitSeq(text, "|") {
		q := Quantities{}
		for item := range strings.SplitSeq(alternative, ";") {
			name, amount, ok := strings.Cut(item, ":")
			name = strings.TrimSpace(name)
			if !ok || name == "" {
				return nil, fmt.Errorf("%q is not name:amount", item)
			}
			v, err := strconv.ParseFloat(strings.TrimSpace(amount), 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
				return nil, fmt.Errorf("%q is no amount of %s", amount, name)
			}
			q[name] = v
		}
		out = append(out, q)
	}
	return out, nil
}

// Overflows names a resource of which a framework's own minimum doesn't fit the thousandths that quantities are
// counted in; empty: there is none.
func Overflows(f mesos.OfferFilters) string {
	for _, alternative := range f.GetMinAllocatableResources().GetQuantities() {
		for _, name := range slices.Sorted(maps.Keys(alternative.Quantities)) {
			if alternative.Quantities[name].Value*1000 >= math.MaxInt64 {
				return name
			}
		}
	}
	return ""
}

// MinAllocatable reads a framework's own minimum for a role, which replaces the master's. The result is nil
// where the framework sets none, and empty where it is content with anything. The texts are the master's
// (semantics 1.5).
func MinAllocatable(f mesos.OfferFilters) ([]Quantities, error) {
	if f.MinAllocatableResources == nil {
		return nil, nil
	}
	out := []Quantities{}
	for _, alternative := range f.MinAllocatableResources.Quantities {
		if len(alternative.Quantities) == 0 {
			return nil, fmt.Errorf("Resource quantities must contain at least one quantity")
		}
		q := Quantities{}
		for _, name := range slices.Sorted(maps.Keys(alternative.Quantities)) {
			v := alternative.Quantities[name].Value
			if why := BadQuantity(v); why != "" {
				return nil, fmt.Errorf("Invalid resource quantity for '%s': %s", name, why)
			}
			q[name] = v
		}
		out = append(out, q)
	}
	return out, nil
}

// BadQuantity says why a number is no quantity; empty: it is one.
func BadQuantity(v float64) string {
	const smallestNormal = 0x1p-1022
	switch {
	case math.IsNaN(v):
		return "NaN not supported"
	case math.IsInf(v, 0):
		return "Infinite values not supported"
	case v != 0 && math.Abs(v) < smallestNormal:
		return "Subnormal values not supported"
	case v < 0:
		return "Negative values not supported"
	}
	return ""
}

// scalars sums what a fair share is counted in, in thousandths by name.
func scalars(s resource.Set) map[string]int64 {
	out := map[string]int64{}
	for i := range s {
		if r := &s[i]; r.Scalar != nil && r.Type == mesos.SCALAR {
			out[r.Name] += resource.Fixed(r.Scalar.Value)
		}
	}
	return out
}
