package session

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func compare(a, b string) int { return strings.Compare(a, b) }

// answer carries decisions out, each as far as its offers are still there.
func (s *Session) answer(decisions []Decision) {
	for _, d := range decisions {
		live, err := s.live(d)
		switch {
		case d.Kind == Accept && err == nil && len(d.Operations) > 0:
			s.accept(d)
		case d.Kind == Accept && err != nil:
			s.giveBack(live)
		case d.Kind == Accept, d.Kind == Decline:
			s.decline(live, d.Refuse, ErrAnswered)
		case d.Kind == Hold:
			s.hold(live, d.Until)
		}
		if err != nil {
			s.discardDecision(d, err)
		}
	}
}

// live lists the offers of a decision that can still be answered; the error says why others can't.
func (s *Session) live(d Decision) (live []mesos.OfferID, err error) {
	switch {
	case d.Kind < Accept || d.Kind > Hold:
		return nil, ErrNoDecision
	case len(d.Offers) == 0:
		return nil, ErrNoOffers
	}
	for _, id := range d.Offers {
		why := s.missing(id.Value)
		if why == nil && slices.ContainsFunc(live, func(o mesos.OfferID) bool { return o.Value == id.Value }) {
			why = ErrAnswered
		}
		if why == nil {
			live = append(live, id)
		} else if err == nil {
			err = fmt.Errorf("offer %q: %w", id.Value, why)
		}
	}
	return live, err
}

// accept sends an ACCEPT, once what it launches is on record.
func (s *Session) accept(d Decision) {
	first := s.offers.open[d.Offers[0].Value]
	for _, id := range d.Offers[1:] {
		// The master would refuse the whole call, and tell only those operations that have an id (semantics 3.2).
		if o := s.offers.open[id.Value]; o.agent != first.agent || o.role != first.role {
			s.discardDecision(d, fmt.Errorf("offers %q and %q: %w", d.Offers[0].Value, id.Value, ErrMixedOffers))
			return
		}
	}
	call := &schedulerpb.Call{
		Type: schedulerpb.Call_ACCEPT.Enum(),
		Accept: &schedulerpb.Call_Accept{
			OfferIDs:   d.Offers,
			Operations: d.Operations,
			Filters:    s.filters(d.Refuse),
		},
	}
	if err := s.cfg.Check(call); err != nil {
		s.discardDecision(d, err)
		return
	}
	for _, id := range d.Offers {
		s.close(id.Value, ErrAnswered)
	}
	s.launch(call.Accept, first.agent)
	s.transmit(call)
}

// giveBack returns offers whose ACCEPT fell through because of another one. They are wanted, so without a filter; those on
// hold stay there.
func (s *Session) giveBack(live []mesos.OfferID) {
	live = slices.DeleteFunc(live, func(id mesos.OfferID) bool { return !s.offers.open[id.Value].until.IsZero() })
	s.decline(live, new(time.Duration), ErrAnswered)
}

// decline sends a DECLINE for open offers, if there are any.
func (s *Session) decline(ids []mesos.OfferID, refuse *time.Duration, why error) {
	for _, id := range ids {
		s.close(id.Value, why)
	}
	s.sendDecline(ids, refuse)
}

func (s *Session) sendDecline(ids []mesos.OfferID, refuse *time.Duration) {
	if len(ids) == 0 {
		return
	}
	s.send(&schedulerpb.Call{
		Type:    schedulerpb.Call_DECLINE.Enum(),
		Decline: &schedulerpb.Call_Decline{OfferIDs: ids, Filters: s.filters(refuse)},
	})
}

// hold puts offers on hold, or sets their deadline anew.
func (s *Session) hold(ids []mesos.OfferID, until time.Duration) {
	for _, id := range ids {
		o := s.offers.open[id.Value]
		o.until = s.now.Add(until)
		s.offers.held[id.Value] = o
	}
	s.expire()
}

// filters says for how long not to offer the same again; nil: the default.
func (s *Session) filters(refuse *time.Duration) *mesos.Filters {
	if refuse == nil {
		refuse = &s.cfg.Refuse
	}
	return &mesos.Filters{RefuseSeconds: new(refuse.Seconds())}
}

func (s *Session) discardDecision(d Decision, err error) {
	tasks, operations := contents(d.Operations)
	s.push(Discarded{Call: d.Kind.String(), Offers: d.Offers, Tasks: tasks, Operations: operations, Err: err}, Event{})
}
