package scheduler_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

// Each method becomes its call, in order, whether it was used before the subscription or after it.
func TestCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		dropped := make(chan scheduler.Dropped, 1)
		d := drive(t, config(m), scheduler.Callbacks{OnDropped: func(_ context.Context, d scheduler.Dropped) error { dropped <- d; return nil }})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		agent, executor := mesos.AgentID{Value: "a"}, mesos.ExecutorID{Value: "e"}
		must(d.Kill(mesos.TaskID{Value: "t1"}, agent, time.Second))
		must(d.Message(executor, agent, []byte("too early")))
		m.subscribed()
		if got := <-dropped; got.Call != "MESSAGE" || !errors.Is(got.Err, scheduler.ErrNotSubscribed) {
			t.Errorf("dropped %+v", got)
		}
		kill := m.next(schedulerpb.Call_KILL).Kill
		if kill.TaskID.Value != "t1" || kill.AgentID.GetValue() != "a" || kill.KillPolicy.GetGracePeriod().GetNanoseconds() != 1e9 {
			t.Errorf("kill %v", kill)
		}
		must(d.Suppress())
		must(d.Revive("r"))
		must(d.Reconcile(scheduler.KnownTask{ID: mesos.TaskID{Value: "t2"}, Agent: agent}))
		must(d.Reconcile())
		must(d.Message(executor, agent, []byte("hello")))
		must(d.Shutdown(executor, agent))
		must(d.Send(&schedulerpb.Call{Type: schedulerpb.Call_REQUEST.Enum(), Request: &schedulerpb.Call_Request{}}))
		must(d.Send(&schedulerpb.Call{Type: schedulerpb.Call_UPDATE_FRAMEWORK.Enum(), UpdateFramework: &schedulerpb.Call_UpdateFramework{
			FrameworkInfo: mesos.FrameworkInfo{Name: "new", User: "nobody", Roles: []string{"r", "r2"}},
		}}))
		must(d.Revive("r2"))
		m.next(schedulerpb.Call_SUPPRESS)
		m.next(schedulerpb.Call_REVIVE)
		if got := m.next(schedulerpb.Call_RECONCILE).Reconcile.Tasks; len(got) != 1 || got[0].TaskID.Value != "t2" {
			t.Errorf("reconcile %v", got)
		}
		if got := m.next(schedulerpb.Call_RECONCILE).Reconcile.Tasks; len(got) != 0 {
			t.Errorf("reconcile %v", got)
		}
		if got := m.next(schedulerpb.Call_MESSAGE).Message; string(got.Data) != "hello" || got.ExecutorID.Value != "e" || got.AgentID.Value != "a" {
			t.Errorf("message %v", got)
		}
		m.next(schedulerpb.Call_SHUTDOWN)
		m.next(schedulerpb.Call_REQUEST)
		update := m.next(schedulerpb.Call_UPDATE_FRAMEWORK)
		info := update.UpdateFramework.FrameworkInfo
		if update.FrameworkID.GetValue() != "fw-1" || info.ID.GetValue() != "fw-1" || !info.GetCheckpoint() || info.GetFailoverTimeout() != 604800 || len(info.Capabilities) != 4 {
			t.Errorf("update framework %v", update)
		}
		m.next(schedulerpb.Call_REVIVE)
		m.quiet()
		d.stop(t)
	})
}

// What isn't to be sent isn't even queued.
func TestCallsThatAreRefused(t *testing.T) {
	d, err := scheduler.New(config(&master{}), scheduler.Callbacks{})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ got, want error }{
		"role":           {d.Revive("r", "other"), scheduler.ErrRole},
		"role too":       {d.Suppress("other"), scheduler.ErrRole},
		"task id":        {d.Kill(mesos.TaskID{Value: "a/b"}, mesos.AgentID{}, 0), mesos.ErrInvalidID},
		"task id too":    {d.Reconcile(scheduler.KnownTask{}), mesos.ErrInvalidID},
		"no call":        {d.Send(nil), scheduler.ErrPoison},
		"by hand":        {d.Send(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum()}), scheduler.ErrNotByHand},
		"subscribe":      {d.Send(&schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum()}), scheduler.ErrNotByHand},
		"teardown":       {d.Send(&schedulerpb.Call{Type: schedulerpb.Call_TEARDOWN.Enum()}), scheduler.ErrNotByHand},
		"without body":   {d.Send(&schedulerpb.Call{Type: schedulerpb.Call_UPDATE_FRAMEWORK.Enum()}), scheduler.ErrRefused},
		"not a good one": {d.Send(&schedulerpb.Call{Type: schedulerpb.Call_UPDATE_FRAMEWORK.Enum(), UpdateFramework: &schedulerpb.Call_UpdateFramework{}}), scheduler.ErrConfig},
		"poison": {d.Send(&schedulerpb.Call{Type: schedulerpb.Call_REQUEST.Enum(), Request: &schedulerpb.Call_Request{Requests: []mesos.Request{{
			Resources: []mesos.Resource{{Name: "x", Type: mesos.TEXT}}}}}}), scheduler.ErrPoison},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%s: %v, want %v", name, test.got, test.want)
		}
	}
	// Nobody takes them up, so at some point there are too many.
	err = nil
	for calls := 0; err == nil && calls < 1e6; calls++ {
		err = d.Revive()
	}
	if !errors.Is(err, scheduler.ErrBusy) {
		t.Errorf("a million calls without a Run: %v", err)
	}
}

// What would kill a master isn't sent even if a decision asks for it; the offer is declined.
func TestPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		dropped := make(chan scheduler.Dropped, 1)
		drive(t, config(m), scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				zero := mesos.Resource{Name: "cpus", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{}}
				return []scheduler.Decision{scheduler.Accept(offers, []mesos.Offer_Operation{{
					Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: []mesos.Resource{zero}},
				}})}, nil
			},
			OnDropped: func(_ context.Context, d scheduler.Dropped) error { dropped <- d; return nil },
		})
		m.subscribed().send(offersEvent(offer("o1", "a")))
		if d := <-dropped; !errors.Is(d.Err, scheduler.ErrPoison) || d.Offers[0].Value != "o1" {
			t.Errorf("dropped %+v", d)
		}
		m.next(schedulerpb.Call_DECLINE)
		m.quiet()
	})
}

// A call that the master finds wrong is told, and is no reason to lose the subscription. An ACCEPT's offers go back.
func TestRefusedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		m.answer = func(w http.ResponseWriter, _ *http.Request, call *schedulerpb.Call) bool {
			if call.GetType() == schedulerpb.Call_ACCEPT {
				http.Error(w, "Failed to validate scheduler::Call: Expecting 'accept' to be present", 400)
				return true
			}
			return false
		}
		dropped := make(chan scheduler.Dropped, 1)
		d := drive(t, config(m), scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				return []scheduler.Decision{scheduler.Accept(offers, launch("t1", "a")).WithRefuse(time.Hour)}, nil
			},
			OnDropped: func(_ context.Context, d scheduler.Dropped) error { dropped <- d; return nil },
			OnLost:    func(_ context.Context, err error) error { return err },
		})
		m.subscribed().send(offersEvent(offer("o1", "a")))
		if d := <-dropped; !errors.Is(d.Err, scheduler.ErrRefused) || d.Call != "ACCEPT" || d.Tasks[0].Value != "t1" {
			t.Errorf("dropped %+v", d)
		}
		m.next(schedulerpb.Call_DECLINE)
		m.quiet()
		d.stop(t)
	})
}

// Every other event reaches its callback.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		got := make(chan any, 16)
		d := drive(t, config(m), scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				return []scheduler.Decision{scheduler.Hold(time.Hour, offers...)}, nil
			},
			OnRescind:        func(_ context.Context, id mesos.OfferID) error { got <- id.Value; return nil },
			OnInverseRescind: func(_ context.Context, id mesos.OfferID) error { got <- id.Value; return nil },
			OnInverseOffer: func(_ context.Context, offers []mesos.InverseOffer) ([]mesos.OfferID, error) {
				return []mesos.OfferID{offers[0].ID}, nil
			},
			OnMessage:   func(_ context.Context, m scheduler.Message) error { got <- string(m.Data); return nil },
			OnFailure:   func(_ context.Context, f scheduler.Failure) error { got <- f.AgentLost(); return nil },
			OnOperation: func(_ context.Context, s mesos.OperationStatus) error { got <- s.State; return nil },
		})
		inverse := mesos.OfferID{Value: "i1"}
		finished := operationEvent("op1", mesos.OPERATION_FINISHED)
		finished.UpdateOperationStatus.Status.UUID = &mesos.UUID{Value: []byte("0123456789abcdef")}
		finished.UpdateOperationStatus.Status.AgentID = &mesos.AgentID{Value: "a"}
		s := m.subscribed()
		s.send(
			offersEvent(offer("o1", "a")),
			&schedulerpb.Event{Type: schedulerpb.Event_INVERSE_OFFERS.Enum(), InverseOffers: &schedulerpb.Event_InverseOffers{
				InverseOffers: []mesos.InverseOffer{{ID: inverse}, {ID: mesos.OfferID{Value: "i2"}}},
			}},
		)
		synctest.Wait()
		s.send(
			rescindEvent("o1"),
			&schedulerpb.Event{Type: schedulerpb.Event_RESCIND_INVERSE_OFFER.Enum(), RescindInverseOffer: &schedulerpb.Event_RescindInverseOffer{InverseOfferID: inverse}},
			&schedulerpb.Event{Type: schedulerpb.Event_MESSAGE.Enum(), Message: &schedulerpb.Event_Message{Data: []byte("hello")}},
			&schedulerpb.Event{Type: schedulerpb.Event_FAILURE.Enum(), Failure: &schedulerpb.Event_Failure{AgentID: &mesos.AgentID{Value: "a"}}},
			&schedulerpb.Event{Type: schedulerpb.Event_FAILURE.Enum(), Failure: &schedulerpb.Event_Failure{
				AgentID: &mesos.AgentID{Value: "a"}, ExecutorID: &mesos.ExecutorID{Value: "e"}, Status: new(int32(9)),
			}},
			finished,
		)
		for _, want := range []any{"o1", "i1", "hello", true, false, mesos.OPERATION_FINISHED} {
			if g := <-got; g != want {
				t.Errorf("got %v, want %v", g, want)
			}
		}
		m.next(schedulerpb.Call_ACCEPT_INVERSE_OFFERS)
		m.next(schedulerpb.Call_DECLINE_INVERSE_OFFERS)
		ack := m.next(schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS).AcknowledgeOperationStatus
		if ack.AgentID.GetValue() != "a" || ack.OperationID.Value != "op1" || string(ack.UUID) != "0123456789abcdef" {
			t.Errorf("acknowledged %v", ack)
		}
		d.stop(t)
	})
}
