package matcher

import (
	"cmp"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A pool is all that one agent offers to one role: the offers that one ACCEPT may name together (semantics 3.2),
// and what is left of their resources in this round.
type pool struct {
	rank    int // order among the pools of the round
	agent   Agent
	role    string // the offers' role; empty: the framework isn't MULTI_ROLE, and has but one
	offers  []mesos.Offer
	entries []*entry
	byKey   map[string][]*entry  // what isn't a volume, by reservation; "": what isn't reserved
	static  []*entry             // what isn't a volume and is statically reserved
	volumes map[volumeKey]*entry // persistence ids in use, whoever's
	matched []Match
}

// volumeKey is what the master keeps unique on an agent (semantics 3.6).
type volumeKey struct{ role, id string }

// entry is one resource of a pool, with what is left of it. The resource itself is only read.
type entry struct {
	res    mesos.Resource // in the newer format; its members are the offer's own
	role   string         // of the last reservation
	key    string         // of the last reservation; empty: unreserved
	static bool
	whole  bool // is taken whole, or not at all
	left   int64
	ranges []mesos.Value_Range // sorted and apart
	items  []string            // sorted
}

// kind is what entries that merge have in common, among other things.
type kind struct {
	name, key string
	disk      resource.Disk
}

func (e *entry) volume() bool { return resource.IsVolume(&e.res) }

func newPool(offers []mesos.Offer) *pool {
	first := &offers[0]
	p := &pool{
		agent: Agent{ID: first.AgentID.Value, Hostname: first.Hostname, Attributes: first.Attributes,
			Domain: first.Domain, Unavailability: first.Unavailability},
		role:   roleOf(first),
		offers: offers,
	}
	kinds := map[kind][]*entry{}
	for i := range offers {
		if p.agent.Unavailability == nil {
			p.agent.Unavailability = offers[i].Unavailability
		}
		for j := range offers[i].Resources {
			p.add(&offers[i].Resources[j], kinds)
		}
	}
	slices.SortFunc(p.entries, compareEntries)
	p.index()
	return p
}

func (p *pool) index() {
	p.byKey, p.volumes = map[string][]*entry{}, map[volumeKey]*entry{}
	for _, e := range p.entries {
		if e.volume() {
			p.volumes[e.volumeKey()] = e
			continue
		}
		p.byKey[e.key] = append(p.byKey[e.key], e)
		if e.static {
			p.static = append(p.static, e)
		}
	}
}

// forNeed lists what k might use: the agent may have thousands of others' reservations, so they aren't gone through.
func (p *pool) forNeed(k *known) []*entry {
	lists := [][]*entry{p.byKey[""], p.static}
	if k.key != "" && !k.need.Reservation.Static {
		lists = append(lists, p.byKey[k.key])
	}
	for _, key := range k.refine {
		lists = append(lists, p.byKey[key])
	}
	return slices.Concat(lists...)
}

// add takes in a resource as offered. What is invalid, empty or revocable can't be used and is passed over.
func (p *pool) add(r *mesos.Resource, kinds map[kind][]*entry) {
	if r.Revocable != nil || resource.IsEmpty(r) || resource.Validate(r) != nil {
		return
	}
	e := &entry{res: *r}
	resource.Upgrade(&e.res)
	e.whole = resource.IsIndivisible(&e.res)
	e.left, e.ranges, e.items = quantity(&e.res)
	if n := len(e.res.Reservations); n > 0 {
		last := &e.res.Reservations[n-1]
		e.role, e.key = last.GetRole(), reservationKey(last)
		e.static = last.GetType() == mesos.Resource_ReservationInfo_STATIC
	}
	if !e.whole {
		of := kind{e.res.Name, e.key, resource.DiskOf(&e.res)}
		for _, other := range kinds[of] {
			if resource.SameMetadata(&other.res, &e.res) {
				other.merge(e)
				return
			}
		}
		kinds[of] = append(kinds[of], e)
	}
	p.entries = append(p.entries, e)
}

func (e *entry) merge(o *entry) {
	e.left = sum(e.left, o.left)
	e.ranges = normalise(append(e.ranges, o.ranges...))
	e.items = slices.Compact(slices.Sorted(slices.Values(append(e.items, o.items...))))
}

func (e *entry) volumeKey() volumeKey { return volumeKey{e.role, e.res.Disk.Persistence.ID} }

func quantity(r *mesos.Resource) (left int64, ranges []mesos.Value_Range, items []string) {
	switch {
	case r.Scalar != nil:
		return resource.Fixed(r.Scalar.Value), nil, nil
	case r.Ranges != nil:
		return 0, normalise(slices.Clone(r.Ranges.Range)), nil
	}
	return 0, nil, slices.Sorted(slices.Values(r.Set.GetItem()))
}

// compareEntries is an order that doesn't depend on the order of the offers or of what is in them.
func compareEntries(a, b *entry) int {
	if c := cmp.Or(cmp.Compare(a.res.Name, b.res.Name), cmp.Compare(a.key, b.key), cmp.Compare(a.left, b.left)); c != 0 {
		return c
	}
	return cmp.Compare(resource.String(&a.res), resource.String(&b.res))
}

// gather puts the offers of one agent and role together, in an order of their ids, and the pools in that of
// their hosts. An offer that comes twice counts once.
func gather(offers []mesos.Offer) []*pool {
	sorted := slices.Clone(offers)
	slices.SortFunc(sorted, compareOffers)
	sorted = slices.CompactFunc(sorted, func(a, b mesos.Offer) bool { return a.ID.Value == b.ID.Value })
	type owner struct{ framework, agent, role string }
	groups := make(map[owner][]mesos.Offer, len(sorted))
	var order []owner
	for _, o := range sorted {
		key := owner{o.FrameworkID.Value, o.AgentID.Value, roleOf(&o)}
		if _, ok := groups[key]; !ok {
			order = append(order, key)
		}
		groups[key] = append(groups[key], o)
	}
	pools := make([]*pool, len(order))
	for i, key := range order {
		pools[i] = newPool(groups[key])
	}
	slices.SortFunc(pools, func(a, b *pool) int {
		return cmp.Or(cmp.Compare(a.agent.Hostname, b.agent.Hostname), cmp.Compare(a.agent.ID, b.agent.ID), cmp.Compare(a.role, b.role),
			cmp.Compare(a.offers[0].ID.Value, b.offers[0].ID.Value))
	})
	for i, p := range pools {
		p.rank = i
	}
	return pools
}

// roleOf is the role that an offer is for; empty if the framework isn't MULTI_ROLE (semantics 2.7).
func roleOf(o *mesos.Offer) string {
	if o.AllocationInfo != nil {
		return o.AllocationInfo.GetRole()
	}
	for i := range o.Resources {
		if a := o.Resources[i].AllocationInfo; a != nil {
			return a.GetRole()
		}
	}
	return ""
}

// compareOffers orders by id. Two with one id don't come from a master; their bytes decide which is kept.
func compareOffers(a, b mesos.Offer) int {
	if c := cmp.Compare(a.ID.Value, b.ID.Value); c != 0 {
		return c
	}
	x, errX := a.Marshal()
	y, errY := b.Marshal()
	if errX != nil || errY != nil {
		return 0
	}
	return slices.Compare(x, y)
}

func sum(a, b int64) int64 {
	if a > maxAmount-b {
		return maxAmount
	}
	return a + b
}

// maxAmount is where sums of thousandths stop: no overflow, and still an amount that Mesos takes.
const maxAmount = 9_000_000_000_000_000_000
