package session

import (
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// FuzzEvents gives a subscribed session any event that decodes, twice, and lets every callback succeed. It must neither panic
// nor want a callback or a tick for ever.
func FuzzEvents(f *testing.F) {
	for _, e := range []*schedulerpb.Event{
		{Type: schedulerpb.Event_OFFERS.Enum(), Offers: &schedulerpb.Event_Offers{Offers: []mesos.Offer{{ID: mesos.OfferID{Value: "o"}}, {}}}},
		{Type: schedulerpb.Event_UPDATE.Enum(), Update: &schedulerpb.Event_Update{Status: mesos.TaskStatus{UUID: []byte("x")}}},
		{Type: schedulerpb.Event_UPDATE_OPERATION_STATUS.Enum(), UpdateOperationStatus: &schedulerpb.Event_UpdateOperationStatus{}},
		{Type: schedulerpb.Event_INVERSE_OFFERS.Enum(), InverseOffers: &schedulerpb.Event_InverseOffers{InverseOffers: []mesos.InverseOffer{{}}}},
		{Type: schedulerpb.Event_FAILURE.Enum(), Failure: &schedulerpb.Event_Failure{}},
		{Type: schedulerpb.Event_SUBSCRIBED.Enum(), Subscribed: &schedulerpb.Event_Subscribed{FrameworkID: mesos.FrameworkID{Value: "fw"}}},
	} {
		b, err := e.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := New(Config{
			Masters: 1, Refuse: time.Second, SubscribeTimeout: time.Minute, ReconcileInterval: time.Hour, Record: true,
			Retry: newDoubling(time.Second, time.Minute), Repeat: func() Backoff { return newDoubling(time.Second, time.Minute) },
			Check: func(*schedulerpb.Call) error { return nil },
		})
		now := time.Unix(0, 0)
		settle := func(in Input) {
			s.Step(now, in)
			for n := 0; s.at != nil; n++ {
				if n > 1e6 {
					t.Fatalf("callbacks without end")
				}
				s.Step(now, Done{})
			}
		}
		settle(Start{})
		settle(Event{Conn: 1, At: now, Event: &schedulerpb.Event{
			Type: schedulerpb.Event_SUBSCRIBED.Enum(), Subscribed: &schedulerpb.Event_Subscribed{FrameworkID: mesos.FrameworkID{Value: "fw"}},
		}})
		for range 2 {
			e := new(schedulerpb.Event)
			if err := e.Unmarshal(b); err != nil {
				return
			}
			settle(Event{Conn: 1, Event: e, Size: len(b), At: now})
		}
		now = now.Add(time.Hour)
		for n := 0; !s.Wake().IsZero() && !s.Wake().After(now); n++ {
			if n > 100 {
				t.Fatalf("due at %v for ever", s.Wake())
			}
			settle(Tick{})
		}
		if _, bytes := s.Backlog(); bytes != 0 || s.Unacknowledged() != 0 {
			t.Fatalf("%d bytes and %d updates are left", bytes, s.Unacknowledged())
		}
	})
}
