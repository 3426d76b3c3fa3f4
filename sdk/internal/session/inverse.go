package session

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// inverseOffered takes in an INVERSE_OFFERS event.
func (s *Session) inverseOffered(in Event) {
	for _, o := range in.Event.InverseOffers.InverseOffers {
		s.offers.inverse[o.ID.Value] = true
	}
	s.push(InverseOffers{in.Event.InverseOffers.InverseOffers}, in)
}

// freshInverse leaves out those that were rescinded while they waited.
func (s *Session) freshInverse(list []mesos.InverseOffer) []mesos.InverseOffer {
	return slices.DeleteFunc(list, func(o mesos.InverseOffer) bool { return !s.offers.inverse[o.ID.Value] })
}

// answerInverse agrees to some inverse offers and declines the others. Either is but a word to the operator
// (semantics 5.10); left unanswered they would say that the framework isn't there.
func (s *Session) answerInverse(ids, agreed []mesos.OfferID) {
	var yes, no []mesos.OfferID
	for _, id := range ids {
		if !s.offers.inverse[id.Value] {
			continue // rescinded or lost meanwhile
		}
		delete(s.offers.inverse, id.Value)
		if slices.ContainsFunc(agreed, func(a mesos.OfferID) bool { return a.Value == id.Value }) {
			yes = append(yes, id)
		} else {
			no = append(no, id)
		}
	}
	refuse := inverseRefuse
	if len(yes) > 0 {
		s.send(&schedulerpb.Call{
			Type:                schedulerpb.Call_ACCEPT_INVERSE_OFFERS.Enum(),
			AcceptInverseOffers: &schedulerpb.Call_AcceptInverseOffers{InverseOfferIDs: yes, Filters: s.filters(&refuse)},
		})
	}
	if len(no) > 0 {
		s.send(&schedulerpb.Call{
			Type:                 schedulerpb.Call_DECLINE_INVERSE_OFFERS.Enum(),
			DeclineInverseOffers: &schedulerpb.Call_DeclineInverseOffers{InverseOfferIDs: no, Filters: s.filters(&refuse)},
		})
	}
}
