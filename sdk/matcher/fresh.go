package matcher

import (
	"errors"
	"math"
	"slices"
)

// state is what a round knows of needs of one shape: which pools may still have room for them. What is left of
// a pool only shrinks, so one that was too small for one need is too small for all of the shape.
type state struct {
	open   []*pool
	shut   map[*pool]bool // those of open that no longer are
	closed refused        // why the others aren't open
}

// unclaimed looks for a first place for the needs that have none, in order of their ids.
func (r *round) unclaimed() {
	for i, k := range r.m.fresh {
		if r.exhausted() {
			r.untried = i
			return
		}
		r.steps++
		if !r.handled[k] && r.m.usable(k) {
			r.place(k)
		}
	}
}

// exhausted tells whether no pool is open for any shape that waits.
func (r *round) exhausted() bool {
	if len(r.leftovers) > 0 || len(r.states) < len(r.m.shapes) {
		return false
	}
	for _, s := range r.states {
		r.steps++
		if len(s.open) > 0 {
			return false
		}
	}
	return true
}

// place tries the pools that have something reserved for k already, then the others.
func (r *round) place(k *known) {
	states := []*state{r.state(k.shape, func() []*pool { return r.poolsFor(k) })}
	if mine := r.leftovers[k.key]; len(mine) > 0 {
		states = slices.Insert(states, 0, r.state(k.key+k.shape, func() []*pool {
			return slices.DeleteFunc(slices.Clone(mine), func(p *pool) bool { return p.role != "" && p.role != k.need.Reservation.Role })
		}))
	}
	why := &refused{}
	for i, s := range states {
		for _, p := range r.order(k, s.open) {
			if last := i == len(states)-1; last && i > 0 && slices.Contains(r.leftovers[k.key], p) {
				continue
			}
			if r.offered(k, p, s, why) {
				s.sweep()
				return
			}
		}
		s.sweep()
	}
	for _, s := range states {
		why.addAll(&s.closed)
	}
	if len(why.list) == 0 {
		why.add(nil, &RoleError{Want: k.need.Reservation.Role})
	}
	r.refusals[k.need.ID] = why
}

// offered asks k's rules and then tries to match k with p.
func (r *round) offered(k *known, p *pool, s *state, why *refused) bool {
	if r.m.limit > 0 && len(p.matched) >= r.m.limit {
		s.close(p, ErrOfferUsed)
		return false
	}
	placements := Placements{self: k.need.ID, before: r.m.placed, round: r.tally, pools: r.pools}
	for _, rule := range k.need.Rules {
		r.steps++
		if err := ask(rule, k.need, p.agent, placements); err != nil {
			why.add(p, err)
			return false
		}
	}
	err := r.try(k, p, nil)
	switch {
	case err == nil:
		return true
	case errors.Is(err, ErrShort):
		s.close(p, err)
	default:
		why.add(p, err)
	}
	return false
}

func (s *state) close(p *pool, err error) {
	s.shut[p] = true
	s.closed.add(p, err)
}

// sweep takes out of open what was closed.
func (s *state) sweep() {
	if len(s.shut) > 0 {
		s.open = slices.DeleteFunc(s.open, func(p *pool) bool { return s.shut[p] })
		clear(s.shut)
	}
}

func (r *round) state(key string, open func() []*pool) *state {
	s := r.states[key]
	if s == nil {
		s = &state{open: slices.Clone(open()), shut: map[*pool]bool{}}
		r.states[key] = s
	}
	return s
}

// poolsFor are the pools for k's role; a need that reserves nothing takes any.
func (r *round) poolsFor(k *known) []*pool {
	if !k.reserves() {
		return r.pools
	}
	if len(r.byRole[""]) == 0 {
		return r.byRole[k.need.Reservation.Role]
	}
	pools := slices.Concat(r.byRole[k.need.Reservation.Role], r.byRole[""])
	slices.SortFunc(pools, func(a, b *pool) int { return a.rank - b.rank })
	return pools
}

// order puts hosts with the fewest instances of k's group first, so that instances are spread where no rule
// says otherwise; open is in the order of ranks.
func (r *round) order(k *known, open []*pool) []*pool {
	before, now := r.m.placed.of(k.need.Group, Hostname), r.tally.of(k.need.Group, Hostname)
	keys := make([]int64, len(open))
	for i, p := range open {
		r.steps++
		keys[i] = int64(before[p.agent.Hostname]+now[p.agent.Hostname])<<32 | int64(i)
	}
	slices.Sort(keys)
	ordered := make([]*pool, len(open))
	for i, key := range keys {
		ordered[i] = open[key&math.MaxUint32]
	}
	return ordered
}
