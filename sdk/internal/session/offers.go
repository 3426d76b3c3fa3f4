package session

import (
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// offers are those that the master waits for an answer to, and a few that it doesn't any more.
type offers struct {
	open    map[string]*offer // by id: all that are unanswered
	held    map[string]*offer // those of open that are on hold
	inverse map[string]bool   // inverse offers that are unanswered
	gone    *memory[error]    // why an offer is not open any more
}

// An offer is what has to be known of one to answer it.
type offer struct {
	agent, role string
	shown       bool      // OnOffer has seen it
	until       time.Time // end of the hold; zero: not on hold
}

// offered takes in an OFFERS event.
func (s *Session) offered(in Event) {
	list := in.Event.Offers.Offers
	fresh := list[:0]
	for i := range list {
		id := list[i].ID.Value
		if _, twice := s.offers.open[id]; twice || id == "" {
			s.emit(Note{"an offer that is out already, or without id", id})
			continue
		}
		s.offers.open[id] = &offer{agent: list[i].AgentID.Value, role: list[i].GetAllocationInfo().GetRole()}
		fresh = append(fresh, list[i])
	}
	if len(fresh) > 0 {
		s.push(Offers{fresh}, in)
	}
}

// fresh marks the offers that are still open as shown, and returns them. Those that were rescinded while they waited
// for OnOffer are never shown.
func (s *Session) fresh(list []mesos.Offer) []mesos.Offer {
	return slices.DeleteFunc(list, func(o mesos.Offer) bool {
		open, ok := s.offers.open[o.ID.Value]
		if ok {
			open.shown = true
		}
		return !ok
	})
}

// rescinded takes in a RESCIND at once, ahead of the events that wait: a decision that is being made must not use the
// offer. For an unknown or answered offer it means nothing (semantics 5.7).
func (s *Session) rescinded(in Event) {
	id := in.Event.Rescind.OfferID
	o, ok := s.offers.open[id.Value]
	if !ok {
		return
	}
	held := !o.until.IsZero()
	s.close(id.Value, ErrRescinded)
	if held {
		s.push(Rescinded{id}, in)
	}
}

// close forgets an offer, but for why.
func (s *Session) close(id string, why error) {
	delete(s.offers.open, id)
	delete(s.offers.held, id)
	s.offers.gone.put(id, why)
}

// missing is why an offer can't be answered; nil: it can.
func (s *Session) missing(id string) error {
	if o, ok := s.offers.open[id]; ok && o.shown {
		return nil
	}
	if why, ok := s.offers.gone.get(id); ok {
		return why
	}
	return ErrUnknownOffer
}

// expire declines offers whose hold is over.
func (s *Session) expire() {
	var over []mesos.OfferID
	for id, o := range s.offers.held {
		if !s.now.Before(o.until) {
			over = append(over, mesos.OfferID{Value: id})
		}
	}
	slices.SortFunc(over, func(a, b mesos.OfferID) int { return compare(a.Value, b.Value) })
	s.decline(over, nil, ErrExpired)
}

// declineRest declines those offers of a callback that are neither answered nor on hold.
func (s *Session) declineRest(ids []mesos.OfferID) {
	s.decline(slices.DeleteFunc(ids, func(id mesos.OfferID) bool {
		o, ok := s.offers.open[id.Value]
		return !ok || !o.until.IsZero()
	}), nil, ErrAnswered)
}

// loseOffers forgets all offers, since they were of a subscription that is over.
func (s *Session) loseOffers() {
	for id := range s.offers.open {
		s.offers.gone.put(id, ErrOfferLost)
	}
	clear(s.offers.open)
	clear(s.offers.held)
	clear(s.offers.inverse)
	s.purge(func(d Delivery) bool {
		switch d.(type) {
		case Offers, Rescinded, InverseOffers, InverseRescinded:
			return true
		}
		return false
	})
}
