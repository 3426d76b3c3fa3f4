package matcher

import (
	"cmp"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// refused collects why one need, or all of a shape, were refused: so much as is told, and how often in all.
type refused struct {
	list  []refusal
	total int
}

type refusal struct {
	pool *pool // nil: not about an agent
	err  error
}

func (f *refused) add(p *pool, err error) {
	f.total++
	if len(f.list) < maxRefusals {
		f.list = append(f.list, refusal{p, err})
	}
}

func (f *refused) addAll(o *refused) {
	f.total += o.total - len(o.list)
	for _, one := range o.list {
		f.add(one.pool, one.err)
	}
}

// of turns what was collected into the refusals of a need, ordered by host.
func (f *refused) of(need string) []Refusal {
	list := slices.Clone(f.list)
	slices.SortStableFunc(list, func(a, b refusal) int { return cmp.Compare(rankOf(a.pool), rankOf(b.pool)) })
	refusals := make([]Refusal, len(list))
	for i, one := range list {
		refusals[i] = Refusal{Need: need, Reason: one.err}
		if one.pool != nil {
			refusals[i].AgentID, refusals[i].Hostname = one.pool.agent.ID, one.pool.agent.Hostname
			refusals[i].Offers = one.pool.offerIDs()
		}
	}
	if n := len(refusals); n > 0 {
		refusals[n-1].Others = f.total - len(f.list)
	}
	return refusals
}

func rankOf(p *pool) int {
	if p == nil {
		return -1
	}
	return p.rank
}

func (p *pool) offerIDs() []mesos.OfferID {
	ids := make([]mesos.OfferID, len(p.offers))
	for i := range p.offers {
		ids[i] = p.offers[i].ID
	}
	return ids
}

// refuse notes why k was refused: on an agent, or with p nil at all.
func (r *round) refuse(k *known, p *pool, err error) {
	f := r.refusals[k.need.ID]
	if f == nil {
		f = &refused{}
		r.refusals[k.need.ID] = f
	}
	f.add(p, err)
}
