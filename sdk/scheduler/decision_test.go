package scheduler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

// What a decision says can be read, so that an OnOffer can be tested without a driver.
func TestDecisionsCanBeRead(t *testing.T) {
	o := offer("o1", "a")
	for want, d := range map[string]scheduler.Decision{
		"ACCEPT":  scheduler.Accept([]mesos.Offer{o}, launch("t1", "a")),
		"DECLINE": scheduler.Decline(time.Second, o),
		"HOLD":    scheduler.Hold(time.Second, o),
	} {
		if d.Verb() != want || len(d.Offers()) != 1 || d.Offers()[0].Value != "o1" || (len(d.Operations()) == 1) != (want == "ACCEPT") {
			t.Errorf("%s: %s %v %v", want, d.Verb(), d.Offers(), d.Operations())
		}
	}
	if got := (scheduler.Decision{}).Verb(); got != "" {
		t.Errorf("the zero decision is %q", got)
	}
}

// The filter of what goes back: the decision's own, none, or the configuration's.
func TestRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		cfg.Refuse = time.Minute
		decide := func(o mesos.Offer) []scheduler.Decision {
			all := []mesos.Offer{o}
			switch o.ID.Value {
			case "default":
				return []scheduler.Decision{scheduler.Decline(-1, o)}
			case "none":
				return []scheduler.Decision{scheduler.Decline(0, o)}
			case "hour":
				return []scheduler.Decision{scheduler.Decline(time.Hour, o)}
			case "rest":
				return []scheduler.Decision{scheduler.Accept(all, launch("t1", "a"))}
			case "no rest":
				return []scheduler.Decision{scheduler.Accept(all, launch("t2", "a")).WithRefuse(0)}
			case "expired":
				return []scheduler.Decision{scheduler.Hold(time.Second, o).WithRefuse(time.Hour)}
			}
			return nil
		}
		d := drive(t, cfg, scheduler.Callbacks{OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			return decide(offers[0]), nil
		}})
		s := m.subscribed()
		for _, test := range []struct {
			id   string
			want float64
		}{{"default", 60}, {"none", 0}, {"hour", 3600}, {"rest", 60}, {"no rest", 0}, {"expired", 60}, {"not named", 60}} {
			s.send(offersEvent(offer(test.id, "a")))
			call := <-m.calls
			filters := call.GetDecline().GetFilters()
			if call.GetType() == schedulerpb.Call_ACCEPT {
				filters = call.Accept.Filters
			}
			if filters.RefuseSeconds == nil || *filters.RefuseSeconds != test.want {
				t.Errorf("%s: %v, want %v", test.id, call, test.want)
			}
		}
		d.stop(t)
	})
}
