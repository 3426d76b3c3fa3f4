package matcher

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A round is one Assign: the pools, and what has been matched so far. Who owns something goes first, ordered
// by id, then who waits for a first place.
type round struct {
	m         *Matcher
	pools     []*pool
	byRole    map[string][]*pool
	leftovers map[string][]*pool // by reservation that a fresh need has: pools with something reserved so
	found     map[*known][]sight // what the offers have of the needs' volumes
	foreign   map[*known][]sight // the same persistence ids under other reservations
	bound     map[string][]*pool // by reservation of claimed needs without volumes
	lonely    map[*known][]*pool // claimed needs: pools with resources reserved as theirs
	intended  map[*known]*pool   // needs with an intent: their agent
	tally     *tally
	states    map[string]*state
	unbound   map[string]*refused // why claimed needs without volumes were refused, by reservation and shape
	handled   map[*known]bool
	untried   int // index in m.fresh from which on nobody could fit any more
	refusals  map[string]*refused
	agents    map[string]bool // offered, by id; made when asked for
	steps     int             // lookups and visits, to show that rounds don't grow with what is known
}

// sight is a volume of a need, where the offers have it.
type sight struct {
	pool   *pool
	entry  *entry
	volume int // index in the need's volumes
}

func newRound(m *Matcher, offers []mesos.Offer) *round {
	r := &round{
		m: m, pools: gather(offers), byRole: map[string][]*pool{}, leftovers: map[string][]*pool{},
		found: map[*known][]sight{}, foreign: map[*known][]sight{}, bound: map[string][]*pool{},
		lonely: map[*known][]*pool{}, intended: map[*known]*pool{}, tally: newTally(), states: map[string]*state{}, unbound: map[string]*refused{},
		handled: map[*known]bool{}, untried: len(m.fresh), refusals: map[string]*refused{},
	}
	for _, p := range r.pools {
		r.byRole[p.role] = append(r.byRole[p.role], p)
		for k := range r.m.intents[p.agent.ID] {
			r.steps++
			if p.role == "" || p.role == k.need.Reservation.Role {
				r.intended[k] = p
			}
		}
		for _, e := range p.entries {
			r.steps++
			switch {
			case e.volume():
				r.sight(p, e)
			case e.key != "":
				r.reserved(p, e.key)
			}
		}
	}
	return r
}

// sight looks up whose volume e is.
func (r *round) sight(p *pool, e *entry) {
	key := e.volumeKey()
	for _, k := range r.m.volumes[key] {
		r.steps++
		i := slices.IndexFunc(k.volumes, func(v wanted) bool { return v.ID == key.id })
		if e.key == k.key {
			r.found[k] = append(r.found[k], sight{p, e, i})
		} else {
			r.foreign[k] = append(r.foreign[k], sight{p, e, i})
		}
	}
}

// reserved looks up for whom something that isn't a volume is reserved. The owner of several needs' reservation isn't
// known, and doesn't matter: then only their volumes tell the claimed ones apart.
func (r *round) reserved(p *pool, key string) {
	r.steps++
	add := func(in map[string][]*pool) {
		if list := in[key]; len(list) == 0 || list[len(list)-1] != p {
			in[key] = append(list, p)
		}
	}
	if r.m.freshKey[key] > 0 {
		add(r.leftovers)
	}
	if len(r.m.bound[key]) > 0 {
		add(r.bound)
	}
	if owners := r.m.claimed[key]; len(owners) == 1 {
		for k := range owners {
			if list := r.lonely[k]; len(list) == 0 || list[len(list)-1] != p {
				r.lonely[k] = append(list, p)
			}
		}
	}
}

// faulty refuses what can't be matched in any round.
func (r *round) faulty() {
	for k := range r.m.faulty {
		r.refuse(k, nil, k.err)
	}
	for id := range r.m.doubles {
		r.refuse(r.m.needs[id][0], nil, ErrDuplicateNeed)
	}
	for key := range r.m.clashes {
		ids := map[string]bool{}
		for _, k := range r.m.volumes[key] {
			ids[k.need.ID] = true
		}
		err := &ConflictError{Role: key.role, Volume: key.id, Needs: slices.Sorted(maps.Keys(ids))}
		for _, id := range err.Needs {
			r.refuse(r.m.needs[id][0], nil, err)
		}
	}
}

// owned matches the needs that own something which is offered: those with a claim first, as they can run
// nowhere else.
func (r *round) owned() {
	for _, k := range r.touched(func(k *known) bool { return k.need.Claim != nil }) {
		r.relaunch(k)
	}
	r.bind()
	for _, k := range r.touched(func(k *known) bool { return k.need.Claim == nil }) {
		r.relaunch(k)
	}
}

// touched are the usable needs of whose things the offers have some.
func (r *round) touched(which func(*known) bool) []*known {
	seen := map[*known]bool{}
	add := func(k *known) {
		if which(k) && r.m.usable(k) {
			seen[k] = true
		}
	}
	for k := range r.found {
		add(k)
	}
	for k := range r.lonely {
		add(k)
	}
	for k := range r.intended {
		add(k)
	}
	for k := range r.foreign {
		if k.need.Claim != nil {
			add(k)
		}
	}
	list := slices.Collect(maps.Keys(seen))
	slices.SortFunc(list, func(a, b *known) int { return cmp.Compare(a.need.ID, b.need.ID) })
	r.steps += len(list)
	return list
}

// bind matches claimed needs without volumes where something is reserved as theirs. Those with one
// reservation and one shape are interchangeable: once one of them doesn't fit, none does.
func (r *round) bind() {
	for _, key := range slices.Sorted(maps.Keys(r.bound)) {
		waiting := map[string][]*known{}
		maps.Copy(waiting, r.m.bound[key])
		for _, p := range r.bound[key] {
			open := slices.Sorted(maps.Keys(waiting))
			for len(open) > 0 {
				r.steps++
				at := firstOf(open, waiting)
				k := waiting[open[at]][0]
				if r.m.usable(k) {
					if err := r.try(k, p, nil); err != nil {
						r.refuse(k, p, err)
						r.boundTo(k).add(p, err)
						open = slices.Delete(open, at, at+1)
						continue
					}
				}
				if waiting[k.shape] = waiting[k.shape][1:]; len(waiting[k.shape]) == 0 {
					delete(waiting, k.shape)
					open = slices.Delete(open, at, at+1)
				}
			}
		}
	}
}

// boundTo collects why claimed needs without volumes of k's reservation and shape were refused.
func (r *round) boundTo(k *known) *refused {
	key := k.key + k.shape
	if r.unbound[key] == nil {
		r.unbound[key] = &refused{}
	}
	return r.unbound[key]
}

// firstOf returns the index of the shape whose next need has the lowest id.
func firstOf(open []string, waiting map[string][]*known) int {
	first := 0
	for i := range open {
		if waiting[open[i]][0].need.ID < waiting[open[first]][0].need.ID {
			first = i
		}
	}
	return first
}

// try matches k with p, if it fits: sights are the volumes that k has there.
func (r *round) try(k *known, p *pool, sights []sight) error {
	r.steps++
	if r.m.limit > 0 && len(p.matched) >= r.m.limit {
		return ErrOfferUsed
	}
	d := &draft{k: k, p: p, usable: p.forNeed(k)}
	if err := d.plan(sights); err != nil {
		d.undo(0)
		return err
	}
	match := d.match()
	p.matched = append(p.matched, match)
	r.tally.add(match.Placed())
	return nil
}
