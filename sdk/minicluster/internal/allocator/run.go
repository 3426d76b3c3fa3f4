package allocator

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Run picks offers from all that is free, and books them as held. next is when a later Run may pick more
// though nothing else has happened, because a refusal ends then; zero if there is no such time.
//
// Agents are visited in random order; each goes, whole, to the first framework in fair-share order that may
// have it, role by role. Where there are quotas, roles that have less than they are guaranteed are served in a
// round before (semantics 5.2).
func (a *Allocator) Run(now time.Time) (offers []Offer, next time.Time) {
	ids := slices.Sorted(maps.Keys(a.agents))
	v := &visit{now: now, quota: a.measure()}
	// Of the time and not of how many runs there were: that several things which happen at once come in one run or in
	// two must not make another history of what follows.
	random := rand.New(rand.NewPCG(a.config.Seed, uint64(now.UnixNano())))
	if v.quota != nil {
		random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		a.visitAll(v, ids, v.quota.guaranteed)
		v.second = true
	}
	random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	a.visitAll(v, ids, v.curbed)
	return v.merged(), a.nextExpiry(now)
}

// visit is a run's way through the agents.
type visit struct {
	now    time.Time
	quota  *headroom               // nil: nobody has a quota
	second bool                    // there was a round for guarantees before
	lent   map[string]resource.Set // by agent: shared volumes offered in this run; once is enough
	offers []Offer
}

func (v *visit) curbed(role string, pick resource.Set) resource.Set {
	if v.quota == nil {
		return pick
	}
	return v.quota.curbed(role, pick)
}

func (a *Allocator) visitAll(v *visit, ids []string, curb func(role string, pick resource.Set) resource.Set) {
	for _, id := range ids {
		if g := a.agents[id]; g.active && len(g.available()) > 0 {
			a.visit(v, g, curb)
		}
	}
}

// visit serves the frameworks from one agent.
func (a *Allocator) visit(v *visit, g *agent, curb func(role string, pick resource.Set) resource.Set) {
	// The order is that before the visit: what one is given changes only what is left for the next.
	for _, role := range a.roles.sort() {
		for _, id := range a.clients[role].sort() {
			f := a.frameworks[id]
			if !f.may(role, g) {
				continue
			}
			pick := curb(role, f.pick(role, g, v.lent[g.id]))
			if !a.enough(f, role, pick) || f.refused(v.now, place{role, g.id}, pick) {
				continue
			}
			if shared := sift(pick, resource.IsShared); len(shared) > 0 {
				if v.lent == nil {
					v.lent = map[string]resource.Set{}
				}
				v.lent[g.id] = v.lent[g.id].Plus(shared)
			}
			pick = pick.Allocate(role)
			a.Take(g.id, id, pick)
			a.roles.picked(role)
			a.clients[role].picked(id)
			if v.quota != nil {
				v.quota.took(role, pick, !v.second)
			}
			v.offers = append(v.offers, Offer{FrameworkID: id, Role: role, AgentID: g.id, Resources: pick})
			if len(g.available()) == 0 {
				return
			}
		}
	}
}

// merged makes one offer of what a framework was given of an agent, in a role, in both rounds.
func (v *visit) merged() []Offer {
	if !v.second {
		return v.offers
	}
	type key struct{ framework, role, agent string }
	at := map[key]int{}
	var out []Offer
	for _, o := range v.offers {
		k := key{o.FrameworkID, o.Role, o.AgentID}
		if i, again := at[k]; again {
			out[i].Resources = out[i].Resources.Plus(o.Resources)
			continue
		}
		at[k] = len(out)
		out = append(out, o)
	}
	return out
}

// may tells whether a framework can be offered anything of an agent in a role.
func (f *framework) may(role string, g *agent) bool {
	if !f.Constraints.pass(role, &g.info) {
		return false
	}
	if !f.GPU && g.total.Scalar("gpus") > 0 {
		return false
	}
	return (!f.MultiRole || g.info.MultiRole) && (!hierarchical(role) || g.info.Hierarchical)
}

// pick returns what is free for a role on an agent, without what the framework lacks the capability for.
func (f *framework) pick(role string, g *agent, lent resource.Set) resource.Set {
	return sift(g.available(), func(r *mesos.Resource) bool {
		switch {
		case !resource.AllocatableTo(r, role):
			return false
		case resource.IsShared(r):
			return f.Shared && !lent.ContainsOne(r)
		case resource.IsRevocable(r):
			return f.Revocable
		}
		return f.Refined || len(r.Reservations) < 2
	})
}

// enough tells whether an offer would hold the least that its framework or the master wants it to.
func (a *Allocator) enough(f *framework, role string, s resource.Set) bool {
	if len(s) == 0 {
		return false
	}
	least, own := f.MinAllocatable[role]
	if !own {
		least = a.config.MinAllocatable
	}
	if len(least) == 0 {
		return true
	}
	return slices.ContainsFunc(least, func(q Quantities) bool { return holds(s, q) })
}

// holds tells whether s has at least the quantities q.
func holds(s resource.Set, q Quantities) bool {
	for name, want := range q {
		if s.Scalar(name) < want && s.Quantities()[name] < want { // the latter, which costs more, counts ranges and sets too
			return false
		}
	}
	return true
}
