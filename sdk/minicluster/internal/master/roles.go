package master

// What GET_ROLES and the page /roles show (semantics 7.3).

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// knownRoles returns the whitelist, or else all roles that somebody has, holds, or has settled something for, and
// those above them; sorted.
func (m *Master) knownRoles() []string {
	roles := map[string]bool{}
	add := func(role string) {
		for !roles[role] {
			roles[role] = true
			if i := strings.LastIndex(role, "/"); i >= 0 {
				role = role[:i]
			}
		}
	}
	if len(m.config.Roles) > 0 {
		add("*")
		for _, role := range m.config.Roles {
			add(role)
		}
		return slices.Sorted(maps.Keys(roles))
	}
	for _, f := range m.frameworks {
		for _, role := range f.roles() {
			add(role)
		}
	}
	for _, a := range m.agents {
		for _, r := range m.alloc.Total(a.id) {
			if resource.IsReserved(&r) {
				add(resource.ReservationRole(&r))
			}
		}
	}
	for role := range m.weights {
		add(role)
	}
	for role := range m.quotas {
		add(role)
	}
	return slices.Sorted(maps.Keys(roles))
}

// members returns the frameworks that have a role.
func (m *Master) members(role string) []string {
	out := []string{}
	for _, f := range m.sortedFrameworks() {
		if slices.Contains(f.roles(), role) {
			out = append(out, f.id)
		}
	}
	return out
}

func (m *Master) showRoles() *masterpb.Response_GetRoles {
	out := &masterpb.Response_GetRoles{}
	for _, name := range m.knownRoles() {
		r := mesos.Role{Name: name, Weight: m.weight(name)}
		for _, id := range m.members(name) {
			r.Frameworks = append(r.Frameworks, mesos.FrameworkID{Value: id})
		}
		c := m.consumption(name)
		sum := c.allocated.Plus(c.offered)
		for _, scalar := range []string{"cpus", "disk", "gpus", "mem"} {
			if v, ok := sum[scalar]; ok {
				r.Resources = append(r.Resources, resource.Scalar(scalar, resource.Float(v)))
			}
		}
		out.Roles = append(out.Roles, r)
	}
	return out
}

func rolesPage(m *Master, _ url.Values) any {
	out := []any{}
	for _, name := range m.knownRoles() {
		c, q := m.consumption(name), m.quotas[name]
		out = append(out, object{
			"name": name, "weight": finite(m.weight(name)), "frameworks": m.members(name),
			"quota": object{
				"role": name, "guarantee": amounts(q.Guarantees), "limit": amounts(q.Limits), "consumed": amounts(c.consumed.Positive()),
			},
			"resources": amounts(c.allocated.Plus(c.offered)), "allocated": amounts(c.allocated), "offered": amounts(c.offered),
			"reserved": amounts(c.reserved),
		})
	}
	return object{"roles": out}
}

// amounts shows quantities by name.
func amounts(a allocator.Amounts) object {
	out := object{}
	for name, v := range a {
		out[name] = resource.Float(v)
	}
	return out
}
