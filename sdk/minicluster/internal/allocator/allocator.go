package allocator

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Config of an [Allocator].
type Config struct {
	Interval       time.Duration // shortest time of a refusal
	MinAllocatable []Quantities  // an offer holds at least one of these; none: anything goes
	Seed           uint64        // of the order in which agents are visited
	Logger         *slog.Logger  // required: told of broken books
}

// Framework is what the allocator is told about a framework.
type Framework struct {
	Roles          []string
	Suppressed     []string
	MinAllocatable map[string][]Quantities // by role; instead of the Config's
	Constraints    Constraints

	MultiRole, Refined, Shared, Revocable, GPU bool // capabilities
}

type framework struct {
	Framework
	active     bool
	suppressed map[string]bool
	refusals   map[place][]refusal
}

// An Offer is what one run picked for a framework in one role on one agent.
type Offer struct {
	FrameworkID, Role, AgentID string
	Resources                  resource.Set // allocated to the role
}

// Allocator is the state of allocation. Make one with [New].
type Allocator struct {
	config     Config
	agents     map[string]*agent
	frameworks map[string]*framework
	total      map[string]int64   // the cluster's scalars, shared with the sorters
	roles      *sorter            // of roles that a framework has
	clients    map[string]*sorter // by role: of its frameworks
	quotas     map[string]Quota   // by role; none of them the default
}

// New returns an Allocator without agents and frameworks.
func New(c Config) *Allocator {
	total := map[string]int64{}
	return &Allocator{
		config:     c,
		agents:     map[string]*agent{},
		frameworks: map[string]*framework{},
		total:      total,
		roles:      newSorter(total),
		clients:    map[string]*sorter{},
		quotas:     map[string]Quota{},
	}
}

// AddAgent takes an agent in, active, with nothing held of it.
func (a *Allocator) AddAgent(id string, info Info, total resource.Set) {
	g := &agent{id: id, info: info, active: true, total: total, held: map[string]resource.Set{}}
	a.agents[id] = g
	a.count(total, 1)
}

// UpdateAgent replaces an agent's total. It tells whether that changed anything.
func (a *Allocator) UpdateAgent(id string, total resource.Set) bool {
	g := a.agents[id]
	if g == nil || g.total.Equal(total) {
		return false
	}
	a.setTotal(g, total)
	return true
}

// DescribeAgent replaces what is known of an agent besides its resources. Other attributes end all refusals of it.
func (a *Allocator) DescribeAgent(id string, info Info) {
	g := a.agents[id]
	if g == nil {
		return
	}
	same := slices.EqualFunc(g.info.Attributes, info.Attributes, func(x, y mesos.Attribute) bool { return proto.Equal(&x, &y) })
	if g.info = info; same {
		return
	}
	for _, f := range a.frameworks {
		maps.DeleteFunc(f.refusals, func(p place, _ []refusal) bool { return p.agent == id })
	}
}

// SetAgentActive says whether an agent's resources are offered.
func (a *Allocator) SetAgentActive(id string, active bool) {
	if g := a.agents[id]; g != nil {
		g.active = active
	}
}

// RemoveAgent forgets an agent, and refusals of it.
func (a *Allocator) RemoveAgent(id string) {
	g := a.agents[id]
	if g == nil {
		return
	}
	for frameworkID, s := range g.held {
		a.charge(frameworkID, s, -1)
	}
	a.count(g.total, -1)
	delete(a.agents, id)
	for _, f := range a.frameworks {
		maps.DeleteFunc(f.refusals, func(p place, _ []refusal) bool { return p.agent == id })
	}
}

// SetFramework takes a framework in, inactive at first, or replaces what is known of it. Refusals of roles
// that it no longer suppresses are cleared; those of other roles stay (semantics 5.4).
func (a *Allocator) SetFramework(id string, f Framework) {
	old := a.frameworks[id]
	now := &framework{Framework: f, suppressed: map[string]bool{}, refusals: map[place][]refusal{}}
	var dropped []string
	if old != nil {
		now.active, now.refusals = old.active, old.refusals
		dropped = slices.DeleteFunc(slices.Clone(old.Roles), func(r string) bool { return slices.Contains(f.Roles, r) })
	}
	for _, role := range dropped {
		a.untrack(id, role)
	}
	a.frameworks[id] = now
	for _, role := range f.Roles {
		if old == nil || !slices.Contains(old.Roles, role) {
			a.track(id, role)
		}
		now.suppressed[role] = slices.Contains(f.Suppressed, role)
		if old != nil && old.suppressed[role] && !now.suppressed[role] {
			now.clear(role)
		}
		a.clients[role].setActive(id, now.active && !now.suppressed[role])
	}
}

// track makes a framework a client of a role, charged with what it holds already.
func (a *Allocator) track(id, role string) {
	if a.clients[role] == nil {
		a.clients[role] = newSorter(a.total)
		a.roles.add(role)
		a.roles.setActive(role, true)
	}
	a.clients[role].add(id)
	a.chargeRole(id, role, 1)
}

// untrack ends what track began. The framework's refusals for the role end too.
func (a *Allocator) untrack(id, role string) {
	a.chargeRole(id, role, -1)
	a.clients[role].remove(id)
	if len(a.clients[role].root.children) == 0 {
		delete(a.clients, role)
		a.roles.remove(role)
	}
	if f := a.frameworks[id]; f != nil {
		f.clear(role)
	}
}

func (a *Allocator) chargeRole(id, role string, sign int64) {
	for _, g := range a.agents {
		amounts := scalars(g.held[id].Filter(func(r *mesos.Resource) bool { return r.AllocationInfo.GetRole() == role }))
		a.roles.charge(role, amounts, sign)
		a.clients[role].charge(id, amounts, sign)
	}
}

func (f *framework) clear(role string) {
	maps.DeleteFunc(f.refusals, func(p place, _ []refusal) bool { return p.role == role })
}

// Activate lets a framework have offers, or no more. Without them it loses all its refusals.
func (a *Allocator) Activate(id string, active bool) {
	f := a.frameworks[id]
	if f == nil {
		return
	}
	f.active = active
	if !active {
		clear(f.refusals)
	}
	for _, role := range f.Roles {
		a.clients[role].setActive(id, active && !f.suppressed[role])
	}
}

// RemoveFramework forgets a framework. What it holds must have been given back.
func (a *Allocator) RemoveFramework(id string) {
	f := a.frameworks[id]
	if f == nil {
		return
	}
	for _, role := range f.Roles {
		a.untrack(id, role)
	}
	delete(a.frameworks, id)
}

// Suppress stops offers to a framework in roles of its own.
func (a *Allocator) Suppress(id string, roles []string) { a.suppress(id, roles, true) }

// Revive starts them again, and forgets what the framework refused in those roles.
func (a *Allocator) Revive(id string, roles []string) {
	a.suppress(id, roles, false)
	if f := a.frameworks[id]; f != nil {
		for _, role := range roles {
			f.clear(role)
		}
	}
}

func (a *Allocator) suppress(id string, roles []string, suppressed bool) {
	f := a.frameworks[id]
	if f == nil {
		return
	}
	for _, role := range roles {
		if clients := a.clients[role]; clients != nil && slices.Contains(f.Roles, role) {
			f.suppressed[role] = suppressed
			clients.setActive(id, f.active && !suppressed)
		}
	}
}

// Suppressed returns the roles in which a framework gets no offers, sorted.
func (a *Allocator) Suppressed(id string) []string {
	var out []string
	if f := a.frameworks[id]; f != nil {
		for role, is := range f.suppressed {
			if is {
				out = append(out, role)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Refuse keeps offers of no more than these resources away from a framework in their role for a while.
func (a *Allocator) Refuse(now time.Time, id, agentID string, s resource.Set, seconds *float64) {
	f, d, ok := a.frameworks[id], time.Duration(0), false
	if f == nil || len(s) == 0 {
		return
	}
	if d, ok = RefusalTime(seconds, a.config.Interval); !ok {
		return
	}
	at := place{role: s[0].AllocationInfo.GetRole(), agent: agentID}
	f.refusals[at] = append(f.refusals[at], refusal{resources: s.Unallocate(), until: now.Add(d)})
}

// hierarchical tells whether a role has a parent.
func hierarchical(role string) bool { return strings.Contains(role, "/") }
