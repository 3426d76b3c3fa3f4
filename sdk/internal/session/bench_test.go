package session

import (
	"fmt"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// BenchmarkOffers is what the state machine alone makes of 10 offers: shown, one held back and accepted, nine declined.
func BenchmarkOffers(b *testing.B) {
	s := New(Config{
		Framework: mesos.FrameworkInfo{Roles: []string{"r"}}, Masters: 1, Refuse: time.Second, SubscribeTimeout: time.Minute, ReconcileInterval: time.Hour,
		Retry: newDoubling(1, 1), Repeat: func() Backoff { return newDoubling(1, 1) }, Check: func(*schedulerpb.Call) error { return nil },
	})
	now := time.Unix(0, 0)
	s.Step(now, Start{})
	s.Step(now, Event{Conn: 1, Event: &schedulerpb.Event{
		Type: schedulerpb.Event_SUBSCRIBED.Enum(), Subscribed: &schedulerpb.Event_Subscribed{FrameworkID: mesos.FrameworkID{Value: "fw"}},
	}})
	s.Step(now, Done{}) // OnSubscribed
	if s.Step(now, Known{}); s.at == nil {
		b.Fatal("not reconciled")
	}
	s.Step(now, Done{}) // OnReconciled
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		offers := make([]mesos.Offer, 10)
		for i := range offers {
			n++
			offers[i].ID.Value = fmt.Sprintf("O%d", n)
		}
		e := &schedulerpb.Event{Type: schedulerpb.Event_OFFERS.Enum(), Offers: &schedulerpb.Event_Offers{Offers: offers}}
		s.Step(now, Event{Conn: 1, Event: e, At: now})
		accept := Decision{Kind: Accept, Offers: []mesos.OfferID{offers[0].ID}, Operations: make([]mesos.Offer_Operation, 1)}
		s.Step(now, Done{Decisions: []Decision{accept}})
		s.Step(now, Sent{ID: s.lastSend - 1})
		s.Step(now, Sent{ID: s.lastSend})
	}
	if len(s.sending) != 0 || len(s.offers.open) != 0 || s.lastSend < 2*n/10 {
		b.Errorf("%d calls under way, %d offers open, %d calls for %d offers", len(s.sending), len(s.offers.open), s.lastSend, n)
	}
}
