package matcher

import (
	"cmp"
	"slices"
)

// tally counts instances by group, attribute and value, so that a rule's question is a lookup.
type tally struct {
	byID   map[string][]Placed // ordered by agent id
	values map[facet]map[string]int
}

type facet struct{ group, attribute string }

func newTally() *tally {
	return &tally{byID: map[string][]Placed{}, values: map[facet]map[string]int{}}
}

// add counts p, in place of what had the same instance and agent id.
func (t *tally) add(p Placed) {
	p.Attributes = slices.Clone(p.Attributes)
	list := t.byID[p.ID]
	at, found := slices.BinarySearchFunc(list, p.AgentID, byAgentID)
	if found {
		t.count(list[at], -1)
		list[at] = p
	} else {
		t.byID[p.ID] = slices.Insert(list, at, p)
	}
	t.count(p, 1)
}

// remove forgets the instance, wherever it is.
func (t *tally) remove(id string) {
	for _, p := range t.byID[id] {
		t.count(p, -1)
	}
	delete(t.byID, id)
}

func (t *tally) count(p Placed, by int) {
	agent := p.agent()
	for _, name := range agent.attributes() {
		for _, value := range agent.Values(name) {
			t.bump(facet{p.Group, name}, value, by)
		}
	}
}

// of is how many instances of the group there are by value of the attribute.
func (t *tally) of(group, attribute string) map[string]int {
	if t == nil {
		return nil
	}
	return t.values[facet{group, attribute}]
}

// bump drops what falls to zero: a value that nobody has any more must not look like one to be filled.
func (t *tally) bump(f facet, value string, by int) {
	counts := t.values[f]
	if counts == nil {
		counts = map[string]int{}
		t.values[f] = counts
	}
	counts[value] += by
	if counts[value] == 0 {
		delete(counts, value)
	}
	if len(counts) == 0 {
		delete(t.values, f)
	}
}

func byAgentID(p Placed, agent string) int { return cmp.Compare(p.AgentID, agent) }

func comparePlaced(a, b Placed) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.AgentID, b.AgentID), cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.Group, b.Group))
}
