package matcher

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Result is what came of one Assign. Whatever order needs and offers came in, it is the same.
type Result struct {
	// Matches are the needs matched, ordered by ID.
	Matches []Match
	// Placements are the same by agent and role: each is answered by one ACCEPT. Ordered by host name.
	Placements []Placement
	// Refusals say why needs were not matched, ordered by need: at most 16 of one need.
	Refusals []Refusal
	// Unused are the offers that no match has, ordered by id.
	Unused []mesos.Offer

	round *round
}

func (r *round) result() Result {
	result := Result{round: r}
	matched := map[string]bool{}
	for _, p := range r.pools {
		if len(p.matched) == 0 {
			result.Unused = append(result.Unused, p.offers...)
			continue
		}
		placement := Placement{Agent: p.agent, Role: p.role, Offers: slices.Clone(p.offers), Matches: p.matched}
		slices.SortFunc(placement.Matches, compareMatches)
		result.Placements = append(result.Placements, placement)
		result.Matches = append(result.Matches, placement.Matches...)
		for i := range placement.Matches {
			matched[placement.Matches[i].Need.ID] = true
		}
	}
	slices.SortFunc(result.Matches, compareMatches)
	slices.SortFunc(result.Unused, func(a, b mesos.Offer) int { return cmp.Compare(a.ID.Value, b.ID.Value) })
	for _, id := range slices.Sorted(maps.Keys(r.refusals)) {
		if !matched[id] {
			result.Refusals = append(result.Refusals, r.refusals[id].of(id)...)
		}
	}
	return result
}

func compareMatches(a, b Match) int { return cmp.Compare(a.Need.ID, b.Need.ID) }

// Waiting returns a refusal of every need that is neither matched nor in Refusals: claimed needs of which
// nothing was offered, and those that came when nothing was left. It takes time in proportion to all needs,
// which is why it isn't part of every round. Call it before the Matcher is changed.
func (r Result) Waiting() []Refusal {
	if r.round == nil {
		return nil
	}
	told := map[string]bool{}
	for i := range r.Matches {
		told[r.Matches[i].Need.ID] = true
	}
	for i := range r.Refusals {
		told[r.Refusals[i].Need] = true
	}
	var waiting []Refusal
	for _, id := range slices.Sorted(maps.Keys(r.round.m.needs)) {
		if !told[id] {
			waiting = append(waiting, r.round.waiting(r.round.m.needs[id][0])...)
		}
	}
	return waiting
}

// waiting says why a need wasn't even tried.
func (r *round) waiting(k *known) []Refusal {
	var why refused
	s, bound := r.states[k.shape], r.unbound[k.key+k.shape]
	switch {
	case k.proven() && bound != nil:
		why.addAll(bound)
	case k.need.Claim != nil:
		err := &MissingError{Claim: *k.need.Claim, AgentOffered: r.offersOf(k.need.Claim.AgentID)}
		for _, v := range k.volumes {
			err.Missing = append(err.Missing, v.ID)
		}
		why.add(nil, err)
	case s != nil && s.closed.total > 0:
		why.addAll(&s.closed)
	default:
		why.add(nil, &RoleError{Want: k.need.Reservation.Role})
	}
	return why.of(k.need.ID)
}
