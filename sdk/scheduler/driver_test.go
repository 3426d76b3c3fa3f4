package scheduler_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

func TestOffersAreAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		d := drive(t, config(m), scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				return []scheduler.Decision{scheduler.Accept(offers[:1], launch("t1", "agent-1"))}, nil
			},
		})
		s := m.subscribed()
		s.send(offersEvent(offer("o1", "agent-1"), offer("o2", "agent-2")))
		accept := m.next(schedulerpb.Call_ACCEPT)
		if got := accept.Accept.OfferIDs[0].Value; got != "o1" {
			t.Errorf("accepted %q", got)
		}
		decline := m.next(schedulerpb.Call_DECLINE)
		if got := decline.Decline; len(got.OfferIDs) != 1 || got.OfferIDs[0].Value != "o2" || got.Filters.GetRefuseSeconds() != 5 {
			t.Errorf("declined %v", got)
		}
		m.quiet()
		d.stop(t)
	})
}
