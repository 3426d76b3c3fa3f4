package master

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
)

// inverseOffer asks a framework to leave an agent before its machine's maintenance (semantics 5.10).
type inverseOffer struct {
	mesos.InverseOffer
	framework *framework
	agent     *agent
	timeout   *time.Timer // nil: none
}

// plan is when an agent will be unavailable, and what the frameworks on it have answered.
type plan struct {
	when        *mesos.Unavailability
	outstanding map[string]bool // frameworks that have been asked
	answers     map[string]masterpb.InverseOfferStatus
}

// plan replaces an agent's plan; nil: it stays available. What frameworks refused is forgotten.
func (m *Master) plan(a *agent, when *mesos.Unavailability) {
	a.plan = nil
	for _, f := range m.frameworks {
		delete(f.inverseRefused, a.id)
	}
	if when != nil {
		a.plan = &plan{when: when, outstanding: map[string]bool{}, answers: map[string]masterpb.InverseOfferStatus{}}
	}
}

// makeInverseOffers asks every framework that holds something of an agent with a plan, unless it has been asked or
// doesn't want to be for now. It returns when the next of these refusals ends, zero: none does.
//
// A framework whose agent isn't active counts as asked, though it is not: so does a real master, and it isn't asked
// again before the schedule changes.
func (m *Master) makeInverseOffers(now time.Time) (next time.Time) {
	var planned []*agent
	for _, a := range m.sortedAgents() {
		if a.plan != nil {
			planned = append(planned, a)
		}
	}
	if len(planned) == 0 {
		return next
	}
	for _, f := range m.sortedFrameworks() {
		if f.stream == nil {
			continue
		}
		var shown []mesos.InverseOffer
		for _, a := range planned {
			if a.plan.outstanding[f.id] || len(m.alloc.Held(a.id, f.id)) == 0 {
				continue
			}
			if until := f.inverseRefused[a.id]; now.Before(until) {
				if next.IsZero() || until.Before(next) {
					next = until
				}
				continue
			}
			a.plan.outstanding[f.id] = true
			if m.active(a) {
				shown = append(shown, m.addInverse(f, a))
			}
		}
		if len(shown) > 0 {
			m.send(f, &schedulerpb.Event{
				Type:          schedulerpb.Event_INVERSE_OFFERS.Enum(),
				InverseOffers: &schedulerpb.Event_InverseOffers{InverseOffers: shown},
			})
		}
	}
	return next
}

// addInverse makes an inverse offer, numbered as offers are.
func (m *Master) addInverse(f *framework, a *agent) mesos.InverseOffer {
	id := fmt.Sprintf("%s-O%d", m.id, m.next.offer)
	m.next.offer++
	o := &inverseOffer{framework: f, agent: a, InverseOffer: mesos.InverseOffer{
		ID: mesos.OfferID{Value: id}, URL: a.url(), FrameworkID: mesos.FrameworkID{Value: f.id},
		AgentID: &mesos.AgentID{Value: a.id}, Unavailability: *a.plan.when,
	}}
	m.inverse[id], f.inverse[id], a.inverse[id] = o, o, o
	if d := m.config.OfferTimeout; d > 0 {
		o.timeout = m.after(d, func() {
			if m.inverse[id] == o {
				m.discardInverse([]*inverseOffer{o}, true)
			}
		})
	}
	return o.InverseOffer
}

// discardInverse forgets inverse offers, so that new ones can be made. With rescind the frameworks are told.
func (m *Master) discardInverse(all []*inverseOffer, rescind bool) {
	for _, o := range all {
		m.removeInverse(o)
		if rescind {
			m.send(o.framework, &schedulerpb.Event{
				Type:                schedulerpb.Event_RESCIND_INVERSE_OFFER.Enum(),
				RescindInverseOffer: &schedulerpb.Event_RescindInverseOffer{InverseOfferID: o.ID},
			})
		}
	}
}

func (m *Master) removeInverse(o *inverseOffer) {
	o.stop()
	delete(m.inverse, o.ID.Value)
	delete(o.framework.inverse, o.ID.Value)
	delete(o.agent.inverse, o.ID.Value)
	if o.agent.plan != nil {
		delete(o.agent.plan.outstanding, o.framework.id)
	}
}

func (o *inverseOffer) stop() {
	if o.timeout != nil {
		o.timeout.Stop()
	}
}

// refuseInverse keeps inverse offers of an agent away from a framework for a while; nil seconds are the default.
func (f *framework) refuseInverse(agentID string, now time.Time, seconds *float64) {
	d, ok := allocator.RefusalTime(seconds, 0)
	if !ok {
		return
	}
	if until := now.Add(d); until.After(f.inverseRefused[agentID]) {
		f.inverseRefused[agentID] = until
	}
}

func (f *framework) sortedInverse() []*inverseOffer { return sortedInverse(f.inverse) }
func (a *agent) sortedInverse() []*inverseOffer     { return sortedInverse(a.inverse) }

func sortedInverse(all map[string]*inverseOffer) []*inverseOffer {
	out := make([]*inverseOffer, 0, len(all))
	for _, id := range slices.SortedFunc(maps.Keys(all), compareIDs) {
		out = append(out, all[id])
	}
	return out
}
