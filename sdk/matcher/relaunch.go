package matcher

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/resource"
)

// relaunch matches a need where its volumes are, or says why not. Nothing else is done with it in the round:
// a need of which something has been found never gets a second set.
func (r *round) relaunch(k *known) {
	for _, s := range r.foreign[k] {
		r.refuse(k, s.pool, &ForeignError{Volume: k.volumes[s.volume].ID, Want: k.reservation, Have: *lastOf(s.entry)})
	}
	sights := single(r.found[k])
	r.handled[k] = true
	p, err := r.locate(k, sights)
	if err != nil {
		r.refuse(k, nil, err)
		return
	}
	if p == nil {
		r.missing(k, sights)
		return
	}
	here := slices.DeleteFunc(slices.Clone(sights), func(s sight) bool { return s.pool != p })
	if err := r.try(k, p, here); err != nil {
		r.refuse(k, p, err)
	}
}

// single drops further copies of a shared volume on one agent: they are one volume (semantics 4.10).
func single(sights []sight) []sight {
	var kept []sight
	for _, s := range sights {
		copied := resource.IsShared(&s.entry.res) && slices.ContainsFunc(kept, func(o sight) bool {
			return o.volume == s.volume && o.pool.agent.ID == s.pool.agent.ID
		})
		if !copied {
			kept = append(kept, s)
		}
	}
	return kept
}

// locate returns the pool that has what is to be used of k's volumes; nil: a claimed need's are nowhere complete.
func (r *round) locate(k *known, sights []sight) (*pool, error) {
	places, twice := placesOf(sights)
	full := slices.DeleteFunc(slices.Clone(places), func(p *pool) bool { return !complete(k, p, sights) })
	switch {
	case !k.proven() && len(places) == 1 && !twice:
		return places[0], nil
	case !k.proven() && len(places) == 0:
		return r.intention(k), nil
	case k.need.Claim == nil:
		return nil, &AmbiguousError{Found: sightings(k, sights)}
	case len(full) == 0 && !twice:
		return nil, nil
	case len(full) == 1 && !twice && len(places) == 1:
		return full[0], nil
	}
	claim := k.need.Claim
	for _, hint := range []func(*pool) bool{
		func(p *pool) bool { return claim.AgentID != "" && p.agent.ID == claim.AgentID },
		func(p *pool) bool { return claim.Hostname != "" && p.agent.Hostname == claim.Hostname },
	} {
		hinted := slices.DeleteFunc(slices.Clone(full), func(p *pool) bool { return !hint(p) })
		if len(hinted) == 1 {
			return hinted[0], nil
		}
	}
	return nil, &AmbiguousError{Found: sightings(k, sights)}
}

// intention returns where a need with an intent is to be served if no volume was found: where something is reserved as
// its, or on the agent it was meant for; nil: neither is offered.
func (r *round) intention(k *known) *pool {
	if lonely := r.lonely[k]; len(lonely) == 1 {
		return lonely[0]
	}
	return r.intended[k]
}

// placesOf lists the pools of the sights, and tells whether a volume was seen twice.
func placesOf(sights []sight) (places []*pool, twice bool) {
	seen := map[int]bool{}
	for _, s := range sights {
		twice = twice || seen[s.volume]
		seen[s.volume] = true
		if !slices.Contains(places, s.pool) {
			places = append(places, s.pool)
		}
	}
	return places, twice
}

// complete tells whether p has each of k's volumes, and none twice.
func complete(k *known, p *pool, sights []sight) bool {
	counts := make([]int, len(k.volumes))
	for _, s := range sights {
		if s.pool == p {
			counts[s.volume]++
		}
	}
	return !slices.ContainsFunc(counts, func(n int) bool { return n != 1 })
}

// missing refuses a claimed need on each agent that has some of what it owns.
func (r *round) missing(k *known, sights []sight) {
	places, _ := placesOf(sights)
	for _, p := range r.lonely[k] {
		if !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	for _, p := range places {
		err := &MissingError{Claim: *k.need.Claim, AgentOffered: r.offersOf(k.need.Claim.AgentID), ReservedDisk: reservedDisk(k, p)}
		for i := range k.volumes {
			if !slices.ContainsFunc(sights, func(s sight) bool { return s.pool == p && s.volume == i }) {
				err.Missing = append(err.Missing, k.volumes[i].ID)
			}
		}
		err.Found = sightings(k, sights)
		r.refuse(k, p, err)
	}
}

// offersOf tells whether the agent is offered.
func (r *round) offersOf(agent string) bool {
	if r.agents == nil {
		r.agents = make(map[string]bool, len(r.pools))
		for _, p := range r.pools {
			r.agents[p.agent.ID] = true
		}
	}
	return r.agents[agent]
}

func sightings(k *known, sights []sight) []Sighting {
	list := make([]Sighting, len(sights))
	for i, s := range sights {
		list[i] = Sighting{Volume: k.volumes[s.volume].ID, AgentID: s.pool.agent.ID, Hostname: s.pool.agent.Hostname}
	}
	return list
}

func reservedDisk(k *known, p *pool) float64 {
	var total int64
	for _, e := range p.byKey[k.key] {
		if e.res.Name == "disk" {
			total = sum(total, e.left)
		}
	}
	return resource.Float(total)
}
