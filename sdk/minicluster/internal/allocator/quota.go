package allocator

// Quota (semantics 5.9): limits cap what a role is offered of unreserved scalars, guarantees hold such resources
// back from others. Reservations count as consumed, and are offered whatever the quota. Only roles at the top have
// quota; what roles below one hold counts as its consumption, but they are not capped themselves, as in a real master.

import (
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Quota of a role. Absent limits are none; absent guarantees nothing.
type Quota struct {
	Guarantees, Limits Amounts
}

// IsDefault tells whether a quota says nothing.
func (q Quota) IsDefault() bool { return len(q.Guarantees) == 0 && len(q.Limits) == 0 }

// SetQuota replaces a role's quota. It acts from the next Run on.
func (a *Allocator) SetQuota(role string, q Quota) {
	if q.IsDefault() {
		delete(a.quotas, role)
		return
	}
	a.quotas[role] = q
}

// SetWeight makes shares of a role count for less, if the weight is above 1.
func (a *Allocator) SetWeight(role string, weight float64) {
	a.roles.weights[role] = weight
	a.roles.order = nil
}

// headroom is what a run knows of quotas. Nil: there are none.
type headroom struct {
	quotas    map[string]Quota
	consumed  map[string]Amounts // by top-level role with quota
	required  Amounts            // has to stay free for guarantees
	available Amounts            // unreserved scalars that are free
}

// measure takes stock before a run.
func (a *Allocator) measure() *headroom {
	if len(a.quotas) == 0 {
		return nil
	}
	h := &headroom{quotas: a.quotas, consumed: map[string]Amounts{}, required: Amounts{}, available: Amounts{}}
	for role := range a.quotas {
		h.consumed[role] = Amounts{}
	}
	for _, g := range a.agents {
		h.count(g)
	}
	for role, q := range a.quotas {
		h.required = h.required.Plus(q.Guarantees.Minus(h.consumed[role]))
	}
	h.required = h.required.Positive()
	return h
}

func (h *headroom) count(g *agent) {
	consume := func(role string, r *mesos.Resource) {
		if sum, ok := h.consumed[top(role)]; ok && r.Scalar != nil {
			sum.add(r.Name, resource.Fixed(r.Scalar.Value))
		}
	}
	for i := range g.total {
		if r := &g.total[i]; resource.IsReserved(r) {
			consume(resource.ReservationRole(r), r)
		}
	}
	for _, s := range g.held {
		for i := range s {
			if r := &s[i]; capped(r) {
				consume(r.AllocationInfo.GetRole(), r)
			}
		}
	}
	for _, r := range g.available() {
		if capped(&r) {
			h.available.add(r.Name, resource.Fixed(r.Scalar.Value))
		}
	}
}

// top is the outermost of the roles that one is below.
func top(role string) string {
	first, _, _ := strings.Cut(role, "/")
	return first
}

// capped tells whether quota is about a resource.
func capped(r *mesos.Resource) bool {
	return r.Type == mesos.SCALAR && r.Scalar != nil && !resource.IsReserved(r) && !resource.IsRevocable(r)
}

// guaranteed curbs a pick in the first stage, in which only roles are served that have less than they are
// guaranteed, where they get something of that: the guaranteed part whatever the headroom, more as it allows.
func (h *headroom) guaranteed(role string, pick resource.Set) resource.Set {
	q := h.quotas[role]
	missing := q.Guarantees.Minus(h.consumed[role]).Positive()
	if len(missing) == 0 {
		return nil
	}
	unreserved := sift(pick, capped)
	share := shrink(unreserved, missing, true)
	if len(share) == 0 {
		return nil
	}
	more, _ := unreserved.Minus(share)
	given := Amounts(scalars(share))
	more = shrink(more, q.Limits.Minus(h.consumed[role]).Minus(given), false)
	more = h.spare(more)
	return share.Plus(more).Plus(sift(pick, func(r *mesos.Resource) bool {
		return !capped(r) && (!resource.IsReserved(r) || resource.ReservationRole(r) == role)
	}))
}

// curbed is a pick in the second stage: reservations and what isn't scalar as it is, the rest up to the role's limits,
// and as far as it isn't held back.
func (h *headroom) curbed(role string, pick resource.Set) resource.Set {
	unreserved := sift(pick, capped)
	left := unreserved
	if q, ok := h.quotas[role]; ok {
		left = shrink(left, q.Limits.Minus(h.consumed[role]), false)
	}
	left = h.spare(left)
	if len(left) == len(unreserved) && resource.Set(left).Equal(unreserved) {
		return pick
	}
	return sift(pick, func(r *mesos.Resource) bool { return !capped(r) }).Plus(left)
}

// spare leaves out what has to stay free for guarantees.
func (h *headroom) spare(s resource.Set) resource.Set {
	if len(h.required) == 0 || len(s) == 0 {
		return s
	}
	return shrink(s, h.available.Minus(h.required).Positive(), true)
}

// took books an offer. In the first stage what is offered of a guarantee needn't be held back any more.
func (h *headroom) took(role string, offered resource.Set, guarantee bool) {
	amounts := Amounts(scalars(sift(offered, capped)))
	if sum, ok := h.consumed[top(role)]; ok {
		if guarantee {
			missing := h.quotas[role].Guarantees.Minus(sum).Positive()
			for name, v := range amounts {
				if missing[name] < v {
					v = missing[name]
				}
				h.required = h.required.Minus(Amounts{name: v})
			}
			h.required = h.required.Positive()
		}
		if guarantee || !h.quotas[role].IsDefault() {
			h.consumed[top(role)] = sum.Plus(amounts)
		}
	}
	h.available = h.available.Minus(amounts)
}

// shrink cuts scalars down to amounts. What isn't named is left out if strict, and kept as it is otherwise. Volumes
// and disks that are only taken whole are left out where they are too large.
func shrink(s resource.Set, target Amounts, strict bool) resource.Set {
	if len(target) == 0 && !strict {
		return s
	}
	out := make(resource.Set, 0, len(s))
	left := Amounts{}.Plus(target)
	for i := range s {
		r := s[i]
		limit, named := left[r.Name]
		if !named && !strict {
			out = append(out, r)
			continue
		}
		has := resource.Fixed(r.Scalar.Value)
		if has > limit {
			if limit <= 0 || indivisible(&r) {
				continue
			}
			r.Scalar = &mesos.Value_Scalar{Value: resource.Float(limit)}
			has = limit
		}
		left[r.Name] = limit - has
		out = append(out, r)
	}
	return out
}

func indivisible(r *mesos.Resource) bool {
	if resource.IsVolume(r) {
		return true
	}
	switch source := r.Disk.GetSource(); source.GetType() {
	case mesos.Resource_DiskInfo_Source_MOUNT, mesos.Resource_DiskInfo_Source_BLOCK:
		return true
	case mesos.Resource_DiskInfo_Source_RAW:
		return source.GetID() != ""
	}
	return false
}
