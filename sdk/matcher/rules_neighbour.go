package matcher

import (
	"slices"
	"strings"
)

// NotWith keeps the need off the hosts where any of the instances is, by their needs' IDs.
func NotWith(ids ...string) Rule { return notWith{slices.Clone(ids)} }

type notWith struct{ ids []string }

func (r notWith) Name() string { return "not with " + strings.Join(r.ids, ", ") }

func (r notWith) Check(need Need, agent Agent, placed Placements) error {
	for _, id := range r.ids {
		if id == need.ID {
			continue
		}
		if hosts := hostsOf(placed, id); slices.Contains(hosts, agent.Hostname) {
			return &NeighbourError{Neighbour: id, Hosts: hosts}
		}
	}
	return nil
}

// With puts the need on a host where all the instances are, by their needs' IDs: nowhere until they are
// placed. Needs are matched in the order of their IDs, so who follows another is matched in the same round
// only if its ID comes later.
func With(ids ...string) Rule { return with{slices.Clone(ids)} }

type with struct{ ids []string }

func (r with) Name() string { return "with " + strings.Join(r.ids, ", ") }

func (r with) Check(_ Need, agent Agent, placed Placements) error {
	for _, id := range r.ids {
		if hosts := hostsOf(placed, id); !slices.Contains(hosts, agent.Hostname) {
			return &NeighbourError{Neighbour: id, Hosts: hosts, Wanted: true}
		}
	}
	return nil
}

// NotWithGroup keeps the need off hosts where an instance of any of the groups is.
func NotWithGroup(groups ...string) Rule { return notWithGroup{slices.Clone(groups)} }

type notWithGroup struct{ groups []string }

func (r notWithGroup) Name() string { return "not with group " + strings.Join(r.groups, ", ") }

func (r notWithGroup) Check(_ Need, agent Agent, placed Placements) error {
	for _, group := range r.groups {
		if placed.Count(group, Hostname, agent.Hostname) > 0 {
			return &NeighbourError{Neighbour: group, Hosts: []string{agent.Hostname}}
		}
	}
	return nil
}

// WithGroup puts the need on a host where there is an instance of each of the groups.
func WithGroup(groups ...string) Rule { return withGroup{slices.Clone(groups)} }

type withGroup struct{ groups []string }

func (r withGroup) Name() string { return "with group " + strings.Join(r.groups, ", ") }

func (r withGroup) Check(_ Need, agent Agent, placed Placements) error {
	for _, group := range r.groups {
		if placed.Count(group, Hostname, agent.Hostname) == 0 {
			return &NeighbourError{Neighbour: group, Wanted: true}
		}
	}
	return nil
}

func hostsOf(placed Placements, id string) []string {
	var hosts []string
	for _, p := range placed.Find(id) {
		hosts = append(hosts, p.Hostname)
	}
	return hosts
}
