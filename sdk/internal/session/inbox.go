package session

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// An inbox is what waits for its callback, in order of arrival.
type inbox struct {
	items   []item
	at      *item // the one whose callback is under way
	bytes   int   // of all records, that of at included
	unacked int   // updates with uuid that were neither acknowledged nor ignored
}

// An item is one delivery to be made.
type item struct {
	what Delivery
	size int
	at   time.Time
	ids  []mesos.OfferID // of the offers shown; callbacks may do with the list itself what they like
}

// push puts a delivery last. An event is what it came with, if it did.
func (s *Session) push(what Delivery, e Event) {
	s.items = append(s.items, item{what: what, size: e.Size, at: e.At})
	s.bytes += e.Size
}

// Backlog is how many deliveries wait or are under way, and the bytes of the events they came with.
func (s *Session) Backlog() (items, bytes int) {
	items = len(s.items)
	if s.at != nil {
		items++
	}
	return items, s.bytes
}

// Unacknowledged is how many updates with a uuid have arrived and were not yet acknowledged.
func (s *Session) Unacknowledged() int { return s.unacked }

// event takes in an event: what it changes at once, and the delivery for later.
func (s *Session) event(in Event) {
	if !s.current(in.Conn) {
		return
	}
	s.alive(Alive{in.Conn, in.At})
	e := in.Event
	if e.GetType() == schedulerpb.Event_SUBSCRIBED && e.Subscribed != nil {
		s.begin(in)
		return
	}
	if s.phase != subscribed {
		// It would be handled before the framework's id is stored.
		s.emit(Note{"an event before SUBSCRIBED", e.GetType().String()})
		return
	}
	switch t := e.GetType(); {
	case t == schedulerpb.Event_OFFERS && e.Offers != nil:
		s.offered(in)
	case t == schedulerpb.Event_RESCIND && e.Rescind != nil:
		s.rescinded(in)
	case t == schedulerpb.Event_INVERSE_OFFERS && e.InverseOffers != nil:
		s.inverseOffered(in)
	case t == schedulerpb.Event_RESCIND_INVERSE_OFFER && e.RescindInverseOffer != nil:
		delete(s.offers.inverse, e.RescindInverseOffer.InverseOfferID.Value)
		s.push(InverseRescinded{e.RescindInverseOffer.InverseOfferID}, in)
	case t == schedulerpb.Event_UPDATE && e.Update != nil:
		s.unacked += reliable(e.Update.Status.UUID)
		s.push(Status{e.Update.Status}, in)
	case t == schedulerpb.Event_UPDATE_OPERATION_STATUS && e.UpdateOperationStatus != nil:
		s.unacked += reliable(uuidOf(&e.UpdateOperationStatus.Status))
		s.push(OperationStatus{e.UpdateOperationStatus.Status}, in)
	case t == schedulerpb.Event_MESSAGE && e.Message != nil:
		s.push(Message{e.Message}, in)
	case t == schedulerpb.Event_FAILURE && e.Failure != nil:
		s.push(Failure{e.Failure}, in)
	case t == schedulerpb.Event_HEARTBEAT:
	default:
		// Masters are upgraded before frameworks: what isn't known is left alone (semantics 9, rule 13).
		s.emit(Note{"an event of an unknown type, or without its content", t.String()})
	}
}

// reliable is 1 for an update that has a uuid, and so is to be acknowledged.
func reliable(uuid []byte) int {
	if len(uuid) > 0 {
		return 1
	}
	return 0
}

// next starts the next callback, unless one is under way, or so many calls wait to be sent that callbacks would
// only make it worse: then what waits here pushes back on the master.
func (s *Session) next() {
	for s.at == nil && len(s.items) > 0 && len(s.sending) < congested {
		it := s.items[0]
		s.items[0] = item{}
		s.items = s.items[1:]
		if what := s.worth(it.what); what != nil {
			it.what, it.ids = what, idsOf(what)
			s.at = &it
			s.emit(Deliver{it.what, it.at})
			return
		}
		s.bytes -= it.size
	}
	if len(s.items) == 0 {
		s.items = nil // let go of the array, whose beginning is used up
	}
}

// worth is what is left to be delivered of something that has waited; nil: nothing.
func (s *Session) worth(what Delivery) Delivery {
	switch d := what.(type) {
	case Offers:
		if d.Offers = s.fresh(d.Offers); len(d.Offers) > 0 {
			return d
		}
		return nil
	case InverseOffers:
		if d.Offers = s.freshInverse(d.Offers); len(d.Offers) > 0 {
			return d
		}
		return nil
	case Status:
		if s.handledBefore(&d.Status) {
			return nil
		}
	case OperationStatus:
		if s.operationHandledBefore(&d.Status) {
			return nil
		}
	}
	return what
}

// idsOf lists the offers, or inverse offers, of a delivery.
func idsOf(what Delivery) (ids []mesos.OfferID) {
	switch d := what.(type) {
	case Offers:
		ids = make([]mesos.OfferID, len(d.Offers))
		for i := range d.Offers {
			ids[i] = d.Offers[i].ID
		}
	case InverseOffers:
		for i := range d.Offers {
			ids = append(ids, d.Offers[i].ID)
		}
	}
	return ids
}

// done takes in that the callback under way has succeeded.
func (s *Session) done(in Done) {
	if s.at == nil {
		return
	}
	it := s.at
	s.at = nil
	s.bytes -= it.size
	switch d := it.what.(type) {
	case Subscribed:
		s.goAhead(d.Conn)
	case Offers:
		s.answer(in.Decisions)
		s.declineRest(it.ids)
	case InverseOffers:
		s.answerInverse(it.ids, in.Agreed)
	case Status:
		s.handled(&d.Status)
	case OperationStatus:
		s.operationHandled(&d.Status)
	}
}

// purge removes from what waits whatever void says is void.
func (s *Session) purge(void func(Delivery) bool) {
	kept := s.items[:0]
	for _, it := range s.items {
		if void(it.what) {
			s.bytes -= it.size
			continue
		}
		kept = append(kept, it)
	}
	clear(s.items[len(kept):])
	s.items = kept
}
