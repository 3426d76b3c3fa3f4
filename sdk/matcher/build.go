package matcher

import (
	"cmp"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// match turns a draft that worked out into what its author gets.
func (d *draft) match() Match {
	m := Match{
		Need: d.k.need, Agent: d.p.agent, Offers: slices.Clone(d.p.offers), principal: d.k.principal(),
		Found: len(d.found) == len(d.k.volumes) && (len(d.k.volumes) > 0 || d.usesOwn()),
	}
	// A static reservation is the same for everybody: there, only volumes tell whose something is.
	m.Adopted = !d.k.proven() && (len(d.found) > 0 || !d.k.need.Reservation.Static && d.usesOwn())
	volumes, created := d.volumes()
	m.Volumes = volumes
	slices.SortFunc(d.made, func(a, b made) int { return cmp.Compare(a.volume, b.volume) })
	for _, v := range d.made {
		m.Created = append(m.Created, d.k.volumes[v.volume].ID)
	}
	m.operations = append(d.reserve(), creates(created)...)
	m.Resources = resource.Set(volumes).Plus(d.others())
	if len(d.ports) > 0 {
		m.Ports = make(map[string]uint64, len(d.ports))
		for _, p := range d.ports {
			m.Ports[p.name] = p.number
		}
	}
	return m
}

// usesOwn tells whether the draft uses something that was reserved as the need's before.
func (d *draft) usesOwn() bool {
	return d.k.key != "" && (slices.ContainsFunc(d.taken, func(p piece) bool { return p.entry.key == d.k.key }) ||
		slices.ContainsFunc(d.made, func(m made) bool { return m.ownPart > 0 }))
}

// volumes returns the need's volumes as the task gets them, in its order, and those of them to be created.
func (d *draft) volumes() (all, created []mesos.Resource) {
	byIndex := make([]mesos.Resource, len(d.k.volumes))
	for _, f := range d.found {
		r := clone(&f.entry.res)
		// As offered but for the path (semantics 9, rule 29). Whoever made it may have used another.
		r.Disk.Volume = &mesos.Volume{Mode: mesos.RW.Enum(), ContainerPath: d.k.volumes[f.volume].Path}
		byIndex[f.volume] = r
	}
	for _, m := range d.made {
		v := d.k.volumes[m.volume].Volume
		byIndex[m.volume] = v.On(d.disk(m), d.k.principal())
	}
	for i, r := range byIndex {
		all = append(all, r)
		if slices.ContainsFunc(d.made, func(m made) bool { return m.volume == i }) {
			created = append(created, clone(&r))
		}
	}
	return all, created
}

// disk is the reserved disk that a volume is made on, of the volume's size.
func (d *draft) disk(m made) mesos.Resource {
	if m.own != nil {
		return portion(m.own, m.ownPart+m.freePart)
	}
	return resource.Push(portion(m.free, m.freePart), d.k.reservation)
}

// others is what the task gets besides the volumes, as it is after the reservation.
func (d *draft) others() resource.Set {
	var set resource.Set
	for _, p := range d.taken {
		set = append(set, d.part(p))
	}
	return set
}

func (d *draft) part(p piece) mesos.Resource {
	switch {
	case p.entry.res.Ranges != nil:
		r := bare(p.entry)
		r.Ranges = &mesos.Value_Ranges{Range: p.ranges}
		return r
	case p.entry.res.Set != nil:
		r := bare(p.entry)
		r.Set = &mesos.Value_Set{Item: p.items}
		return r
	case p.reserve:
		return resource.Push(portion(p.entry, p.amount), d.k.reservation)
	}
	return portion(p.entry, p.amount)
}

// reserve returns the RESERVE operations: one of what the agent has itself, and one of each resource
// provider's, because a master refuses to mix them (semantics 3.4). A single one is all or nothing.
func (d *draft) reserve() []mesos.Offer_Operation {
	amounts := map[*entry]int64{}
	var order []*entry
	add := func(e *entry, amount int64) {
		if _, ok := amounts[e]; !ok {
			order = append(order, e)
		}
		amounts[e] += amount
	}
	for _, m := range d.made {
		if m.freePart > 0 {
			add(m.free, m.freePart)
		}
	}
	for _, p := range d.taken {
		if p.reserve {
			add(p.entry, p.amount)
		}
	}
	slices.SortStableFunc(order, compareEntries)
	var list []mesos.Resource
	for _, e := range order {
		list = append(list, resource.Push(portion(e, amounts[e]), d.k.reservation))
	}
	var operations []mesos.Offer_Operation
	for _, group := range byProvider(list) {
		operations = append(operations, mesos.Offer_Operation{
			Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: group},
		})
	}
	return operations
}

// creates returns the CREATE operations, again one for each resource provider.
func creates(volumes []mesos.Resource) []mesos.Offer_Operation {
	var operations []mesos.Offer_Operation
	for _, group := range byProvider(volumes) {
		operations = append(operations, mesos.Offer_Operation{
			Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: group},
		})
	}
	return operations
}

func byProvider(list []mesos.Resource) [][]mesos.Resource {
	groups := map[string][]mesos.Resource{}
	var order []string
	for _, r := range list {
		provider := r.ProviderID.GetValue()
		if _, ok := groups[provider]; !ok {
			order = append(order, provider)
		}
		groups[provider] = append(groups[provider], r)
	}
	slices.Sort(order)
	var sorted [][]mesos.Resource
	for _, provider := range order {
		sorted = append(sorted, groups[provider])
	}
	return sorted
}

// portion is a copy of the entry with another amount.
func portion(e *entry, amount int64) mesos.Resource {
	r := bare(e)
	r.Scalar = &mesos.Value_Scalar{Value: resource.Float(amount)}
	return r
}

// bare is a copy of the entry that shares nothing with the offer.
func bare(e *entry) mesos.Resource { return clone(&e.res) }

func clone(r *mesos.Resource) mesos.Resource { return resource.Set{*r}.Clone()[0] }
