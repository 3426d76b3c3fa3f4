package master

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// offer is an outstanding offer, in the format of reservation stacks and allocated to a role, whatever its
// framework sees.
type offer struct {
	mesos.Offer
	framework *framework
	agent     *agent
	made      time.Time
	timeout   *time.Timer // nil: none
}

func (o *offer) role() string            { return o.AllocationInfo.GetRole() }
func (o *offer) resources() resource.Set { return o.Resources }

func (o *offer) stop() {
	if o.timeout != nil {
		o.timeout.Stop()
	}
}

// makeOffers turns what the allocator picked into offers, one event for each framework.
func (m *Master) makeOffers(picked []allocator.Offer) {
	var order []string
	shown := map[string][]mesos.Offer{}
	for _, p := range picked {
		f, a := m.frameworks[p.FrameworkID], m.agents[p.AgentID]
		if f == nil || f.stream == nil || a == nil || !m.active(a) {
			m.alloc.Give(p.AgentID, p.FrameworkID, p.Resources)
			continue
		}
		o := m.addOffer(f, a, p)
		seen, err := f.view(o)
		if err != nil {
			m.log.Error("offer can't be shown", "framework", f.id, "agent", a.id, "error", err)
			m.discard(o, false)
			continue
		}
		if shown[f.id] == nil {
			order = append(order, f.id)
		}
		shown[f.id] = append(shown[f.id], seen)
	}
	for _, id := range order {
		m.send(m.frameworks[id], &schedulerpb.Event{
			Type:   schedulerpb.Event_OFFERS.Enum(),
			Offers: &schedulerpb.Event_Offers{Offers: shown[id]},
		})
	}
}

func (m *Master) addOffer(f *framework, a *agent, p allocator.Offer) *offer {
	id := fmt.Sprintf("%s-O%d", m.id, m.next.offer)
	m.next.offer++
	o := &offer{framework: f, agent: a, made: time.Now(), Offer: mesos.Offer{
		ID:             mesos.OfferID{Value: id},
		FrameworkID:    mesos.FrameworkID{Value: f.id},
		AgentID:        mesos.AgentID{Value: a.id},
		Hostname:       a.info.Hostname,
		URL:            a.url(),
		Domain:         a.info.Domain,
		Resources:      p.Resources,
		Attributes:     a.info.Attributes,
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new(p.Role)},
	}}
	if a.plan != nil {
		o.Unavailability = a.plan.when
	}
	for _, e := range slices.Sorted(maps.Keys(f.executors[a.id])) {
		o.ExecutorIDs = append(o.ExecutorIDs, mesos.ExecutorID{Value: e})
	}
	m.offers[id], f.offers[id], a.offers[id] = o, o, o
	if d := m.config.OfferTimeout; d > 0 {
		o.timeout = m.after(d, func() {
			if m.offers[id] == o {
				m.discard(o, true)
			}
		})
	}
	return o
}

// url is where an agent's own endpoints would be.
func (a *agent) url() *mesos.URL {
	return &mesos.URL{
		Scheme:  "http",
		Address: mesos.Address{Hostname: new(a.info.Hostname), IP: new(a.ip), Port: a.info.GetPort()},
		Path:    new("/slave(1)"),
	}
}

// view returns an offer as its framework sees it (semantics 1.15, 5.3).
func (f *framework) view(o *offer) (mesos.Offer, error) {
	seen := o.Offer
	s := o.resources().Filter(func(r *mesos.Resource) bool { return r.Name != "ephemeral_ports" }).Clone()
	if !f.has(mesos.FrameworkInfo_Capability_MULTI_ROLE) {
		s = s.Unallocate()
		seen.AllocationInfo = nil
	}
	if !f.has(mesos.FrameworkInfo_Capability_RESERVATION_REFINEMENT) {
		var err error
		if s, err = s.Downgrade(); err != nil {
			return seen, err
		}
	}
	seen.Resources = s
	return seen, nil
}

// discard takes an offer back; its resources are free. With rescind the framework is told.
func (m *Master) discard(o *offer, rescind bool) {
	m.removeOffer(o)
	m.alloc.Give(o.agent.id, o.framework.id, o.resources())
	if rescind {
		m.send(o.framework, &schedulerpb.Event{
			Type:    schedulerpb.Event_RESCIND.Enum(),
			Rescind: &schedulerpb.Event_Rescind{OfferID: o.ID},
		})
	}
}

// removeOffer forgets an offer; its framework still holds the resources in the books.
func (m *Master) removeOffer(o *offer) {
	o.stop()
	delete(m.offers, o.ID.Value)
	delete(o.framework.offers, o.ID.Value)
	delete(o.agent.offers, o.ID.Value)
}

func (f *framework) sortedOffers() []*offer { return sortedOffers(f.offers) }
func (a *agent) sortedOffers() []*offer     { return sortedOffers(a.offers) }

func sortedOffers(all map[string]*offer) []*offer {
	out := make([]*offer, 0, len(all))
	for _, id := range slices.SortedFunc(maps.Keys(all), compareIDs) {
		out = append(out, all[id])
	}
	return out
}
