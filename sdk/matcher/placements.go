package matcher

import "slices"

// Placements is what a [Rule] sees of the instances placed already and those matched so far in this round.
// The need that is being placed isn't counted, should it be among them (one that is replaced, say).
// Lookups don't grow dearer with the number of instances.
type Placements struct {
	self   string
	before *tally
	round  *tally
	pools  []*pool
}

// PlacementsOf returns Placements of these instances, for tests of an author's own rules. Its zero value, which has
// none, works too.
func PlacementsOf(placed ...Placed) Placements {
	t := newTally()
	for _, p := range placed {
		t.add(p)
	}
	return Placements{before: t}
}

// Count returns how many instances of the group are on agents whose attribute has the value.
func (p Placements) Count(group, attribute, value string) int {
	n := p.before.of(group, attribute)[value] + p.round.of(group, attribute)[value]
	if p.before == nil {
		return n
	}
	for _, own := range p.before.byID[p.self] {
		if own.Group == group && slices.Contains(own.agent().Values(attribute), value) {
			n--
		}
	}
	return n
}

// Values returns the values of the attribute among the group's instances, with their number; it grows with
// the number of values, not of instances. Agents offered in this round are in it too, with zero if no
// instance of the group is there.
func (p Placements) Values(group, attribute string) map[string]int {
	counts := map[string]int{}
	for _, t := range []*tally{p.before, p.round} {
		for value := range t.of(group, attribute) {
			counts[value] = p.Count(group, attribute, value)
		}
	}
	for _, pool := range p.pools {
		for _, value := range pool.agent.Values(attribute) {
			if _, ok := counts[value]; !ok {
				counts[value] = 0
			}
		}
	}
	return counts
}

// Find returns where the instance is: none if it isn't placed, several if there is an old one and one that
// replaces it, ordered by agent id.
func (p Placements) Find(id string) []Placed {
	var found []Placed
	for _, t := range []*tally{p.before, p.round} {
		if t != nil {
			found = append(found, t.byID[id]...)
		}
	}
	return found
}
