package matcher

import (
	"fmt"
	"math"
)

// MaxPerHost allows at most n instances of the need's group on one host.
func MaxPerHost(n int) Rule { return MaxPerAttribute(Hostname, n) }

// MaxPerAttribute allows at most n instances of the need's group on agents with one value of the attribute;
// [Zone] for fault domains. An agent without the attribute is refused, one with several values counts for each.
func MaxPerAttribute(attribute string, n int) Rule { return maxPer{attribute, n} }

type maxPer struct {
	attribute string
	n         int
}

func (r maxPer) Name() string { return fmt.Sprintf("at most %d per %s", r.n, r.attribute) }

func (r maxPer) Check(need Need, agent Agent, placed Placements) error {
	values := agent.Values(r.attribute)
	if len(values) == 0 {
		return &MismatchError{Attribute: r.attribute, Want: "any value"}
	}
	for _, value := range values {
		if have := placed.Count(need.Group, r.attribute, value); have >= r.n {
			return &LimitError{Attribute: r.attribute, Value: value, Group: need.Group, Have: have, Limit: r.n}
		}
	}
	return nil
}

// SpreadBy keeps the instances of the need's group level over the values of an attribute: none gets one more
// while another has fewer. What counts as another are the values that have been seen, among the instances and
// the agents offered in the round. With distinct, the number of values that the cluster has, it is known as
// well that some haven't been seen yet: until all are, no value gets a second instance. distinct 0: not known.
func SpreadBy(attribute string, distinct int) Rule { return spread{attribute, distinct} }

type spread struct {
	attribute string
	distinct  int
}

func (r spread) Name() string { return "spread by " + r.attribute }

func (r spread) Check(need Need, agent Agent, placed Placements) error {
	values := agent.Values(r.attribute)
	if len(values) == 0 {
		return &MismatchError{Attribute: r.attribute, Want: "any value"}
	}
	counts := placed.Values(need.Group, r.attribute)
	least := math.MaxInt
	for _, n := range counts {
		least = min(least, n)
	}
	if len(counts) < r.distinct {
		least = 0
	}
	for _, value := range values {
		if have := counts[value]; have > least {
			return &LimitError{Attribute: r.attribute, Value: value, Group: need.Group, Have: have, Limit: least + 1}
		}
	}
	return nil
}
