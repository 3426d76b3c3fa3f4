package scheduler_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
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

// A rescind that arrives while OnOffer is busy takes the offer out of its decision, which is told as dropped.
func TestRescindWhileDeciding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		dropped := make(chan scheduler.Dropped, 1)
		shown := make(chan struct{})
		decide := make(chan struct{})
		drive(t, config(m), scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				shown <- struct{}{}
				<-decide
				return []scheduler.Decision{scheduler.Accept(offers, launch("t1", "agent-1"))}, nil
			},
			OnDropped: func(_ context.Context, d scheduler.Dropped) error {
				dropped <- d
				return nil
			},
		})
		s := m.subscribed()
		s.send(offersEvent(offer("o1", "agent-1"), offer("o2", "agent-1")))
		<-shown
		s.send(rescindEvent("o1"))
		synctest.Wait()
		close(decide)
		d := <-dropped
		if !errors.Is(d.Err, scheduler.ErrRescinded) || d.Call != "ACCEPT" || len(d.Offers) != 2 || len(d.Tasks) != 1 {
			t.Errorf("dropped %+v", d)
		}
		decline := m.next(schedulerpb.Call_DECLINE).Decline
		if len(decline.OfferIDs) != 1 || decline.OfferIDs[0].Value != "o2" || decline.Filters.GetRefuseSeconds() != 0 {
			t.Errorf("declined %v", decline)
		}
		m.quiet()
	})
}

// A held offer is declined when its time is over, unless it is answered before.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		held := make(chan []mesos.Offer, 1)
		d := drive(t, config(m), scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				held <- offers
				return []scheduler.Decision{scheduler.Hold(10*time.Second, offers...)}, nil
			},
		})
		s := m.subscribed()
		began := time.Now()
		s.send(offersEvent(offer("o1", "agent-1"), offer("o2", "agent-2")))
		offers := <-held
		if err := d.Answer(scheduler.Accept(offers[:1], launch("t1", "agent-1"))); err != nil {
			t.Fatal(err)
		}
		m.next(schedulerpb.Call_ACCEPT)
		m.quiet()
		decline := m.next(schedulerpb.Call_DECLINE).Decline
		if len(decline.OfferIDs) != 1 || decline.OfferIDs[0].Value != "o2" || time.Since(began) != 10*time.Second {
			t.Errorf("declined %v after %v", decline, time.Since(began))
		}
	})
}

// An update is acknowledged after its callback, and not if that fails: then Run ends, and the next Run sees it again.
func TestAcknowledge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		const uuid = "0123456789abcdef"
		fail := errors.New("disk full")
		var failing bool
		var handled []mesos.TaskState
		cfg := config(m)
		cfg.Store = state.NewMemory()
		callbacks := scheduler.Callbacks{
			OnStatus: func(_ context.Context, status mesos.TaskStatus) error {
				if failing {
					return fail
				}
				handled = append(handled, status.State)
				return nil
			},
		}
		d := drive(t, cfg, callbacks)
		s := m.subscribed()
		s.send(updateEvent("t1", mesos.TASK_RUNNING, uuid), updateEvent("t1", mesos.TASK_RUNNING, uuid), updateEvent("t1", mesos.TASK_RUNNING, ""))
		for range 2 {
			ack := m.next(schedulerpb.Call_ACKNOWLEDGE).Acknowledge
			if string(ack.UUID) != uuid || ack.TaskID.Value != "t1" || ack.AgentID.Value != "agent-1" {
				t.Errorf("acknowledged %v", ack)
			}
		}
		m.quiet()
		if len(handled) != 2 {
			t.Errorf("handled %v, want one of the reliable ones and the other", handled)
		}

		failing = true
		s.send(updateEvent("t1", mesos.TASK_FAILED, "fedcba9876543210"))
		err := <-d.result
		var failed *scheduler.CallbackError
		if !errors.Is(err, fail) || !errors.Is(err, scheduler.ErrCallback) || !errors.As(err, &failed) || failed.Callback != "OnStatus" || failed.Subject != "t1" {
			t.Errorf("Run returned %v", err)
		}
		m.quiet()

		failing = false
		d = drive(t, cfg, callbacks)
		s = m.subscribed()
		m.next(schedulerpb.Call_RECONCILE) // t1 is on record
		s.send(updateEvent("t1", mesos.TASK_FAILED, "fedcba9876543210"))
		m.next(schedulerpb.Call_ACKNOWLEDGE)
		if !slices.Equal(handled, []mesos.TaskState{mesos.TASK_RUNNING, mesos.TASK_RUNNING, mesos.TASK_FAILED}) {
			t.Errorf("handled %v", handled)
		}
		d.stop(t)
	})
}

// Heartbeats count while a callback runs, however long; and when the master has really gone, that shows after the callback.
func TestLongCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		busy := make(chan struct{})
		lost := make(chan error, 1)
		drive(t, config(m), scheduler.Callbacks{
			OnFailure: func(context.Context, scheduler.Failure) error { <-busy; return nil },
			OnLost:    func(_ context.Context, err error) error { lost <- err; return nil },
		})
		s := m.subscribed()
		s.send(&schedulerpb.Event{Type: schedulerpb.Event_FAILURE.Enum(), Failure: &schedulerpb.Event_Failure{AgentID: &mesos.AgentID{Value: "a"}}})
		for range 100 { // 25 minutes
			time.Sleep(15 * time.Second)
			s.send(&schedulerpb.Event{Type: schedulerpb.Event_HEARTBEAT.Enum()})
		}
		busy <- struct{}{}
		synctest.Wait()
		select {
		case err := <-lost:
			t.Errorf("lost: %v", err)
		default:
		}
		began := time.Now()
		if err := <-lost; !errors.Is(err, scheduler.ErrHeartbeat) || time.Since(began) != 75*time.Second {
			t.Errorf("lost after %v: %v", time.Since(began), err)
		}
	})
}

// A day with a master that is there for an hour in two, and frozen or away otherwise.
func TestDayOfReconnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		var up atomic.Bool
		var dials atomic.Int64
		up.Store(true)
		cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			dials.Add(1)
			if !up.Load() {
				return nil, errors.New("connection refused")
			}
			return m.Dial(ctx, network, address)
		}
		var subscriptions, losses int
		d := drive(t, cfg, scheduler.Callbacks{
			OnSubscribed: func(_ context.Context, s scheduler.Subscription) error {
				if s.First != (subscriptions == 0) || s.FrameworkID.Value != "fw-1" || s.Address != "master:5050" {
					t.Errorf("subscription %d: %+v", subscriptions, s)
				}
				subscriptions++
				return nil
			},
			OnLost: func(context.Context, error) error { losses++; return nil },
		})
		began := time.Now()
		for hour := range 12 {
			s := m.subscribed()
			for range 240 {
				time.Sleep(15 * time.Second)
				s.send(&schedulerpb.Event{Type: schedulerpb.Event_HEARTBEAT.Enum()})
			}
			up.Store(false)
			if hour%2 == 0 {
				s.close() // dies; else it freezes
			}
			time.Sleep(time.Hour)
			up.Store(true)
		}
		m.subscribed()
		if took := time.Since(began); took < 24*time.Hour || took > 24*time.Hour+12*scheduler.DefaultRetryMax {
			t.Errorf("took %v", took)
		}
		synctest.Wait()
		// An hour of attempts, 15 s apart on the average once they have slowed down.
		if perHour := losses / 12; subscriptions != 13 || perHour < 180 || perHour > 450 || int(dials.Load()) < losses/2 {
			t.Errorf("%d subscriptions, %d losses, %d dials", subscriptions, losses, dials.Load())
		}
		d.stop(t)
	})
}

// The context's end leaves the framework as it is: no TEARDOWN, ever.
func TestStopTearsNothingDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		cfg.Store = state.NewMemory()
		d := drive(t, cfg, scheduler.Callbacks{})
		s := m.subscribed()
		synctest.Wait()
		if err := d.Run(t.Context()); !errors.Is(err, scheduler.ErrRunning) {
			t.Errorf("a second Run: %v", err)
		}
		d.stop(t)
		<-s.gone
		m.quiet()
		if id, _, err := cfg.Store.Get(t.Context(), "scheduler/framework-id"); err != nil || string(id) != "fw-1" {
			t.Errorf("the store has the id %q, %v", id, err)
		}
	})
}

func TestTeardown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		cfg.Store = state.NewMemory()
		d := drive(t, cfg, scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				return []scheduler.Decision{scheduler.Accept(offers, launch("t1", "agent-1"))}, nil
			},
		})
		s := m.subscribed()
		s.send(offersEvent(offer("o1", "agent-1")))
		m.next(schedulerpb.Call_ACCEPT)
		if err := d.Teardown(); err != nil {
			t.Fatal(err)
		}
		m.next(schedulerpb.Call_TEARDOWN)
		if err := <-d.result; err != nil {
			t.Errorf("Run returned %v", err)
		}
		if keys, err := cfg.Store.List(t.Context(), ""); err != nil || len(keys) != 0 {
			t.Errorf("left in the store: %v, %v", keys, err)
		}
	})
}

// What a life has launched is asked for in the next one, by the record in the store.
func TestReconcileAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		cfg.Store = state.NewMemory()
		reconciled := make(chan scheduler.Reconciliation, 1)
		callbacks := scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				operations := append(launch("t1", "agent-1"), mesos.Offer_Operation{
					Type: mesos.Offer_Operation_RESERVE.Enum(), ID: &mesos.OperationID{Value: "op1"},
					Reserve: &mesos.Offer_Operation_Reserve{Resources: offers[0].Resources},
				})
				return []scheduler.Decision{scheduler.Accept(offers, operations)}, nil
			},
			OnReconciled: func(_ context.Context, r scheduler.Reconciliation) error { reconciled <- r; return nil },
		}
		d := drive(t, cfg, callbacks)
		s := m.subscribed()
		<-reconciled
		s.send(offersEvent(offer("o1", "agent-1")))
		m.next(schedulerpb.Call_ACCEPT)
		d.stop(t)

		drive(t, cfg, callbacks)
		s = m.subscribed()
		if s.call.FrameworkID.GetValue() != "fw-1" || s.call.Subscribe.FrameworkInfo.ID.GetValue() != "fw-1" {
			t.Errorf("subscribed with %v", s.call)
		}
		asked := m.next(schedulerpb.Call_RECONCILE).Reconcile.Tasks
		if len(asked) != 1 || asked[0].TaskID.Value != "t1" || asked[0].AgentID.GetValue() != "agent-1" {
			t.Errorf("asked for %v", asked)
		}
		operations := m.next(schedulerpb.Call_RECONCILE_OPERATIONS).ReconcileOperations.Operations
		if len(operations) != 1 || operations[0].OperationID.Value != "op1" || operations[0].AgentID.GetValue() != "agent-1" {
			t.Errorf("asked for %v", operations)
		}
		// No answer: asked again, with jitter between 5 and 15 seconds later.
		began := time.Now()
		m.next(schedulerpb.Call_RECONCILE)
		if took := time.Since(began); took < 5*time.Second || took > 15*time.Second {
			t.Errorf("asked again after %v", took)
		}
		m.next(schedulerpb.Call_RECONCILE_OPERATIONS)
		s.send(updateEvent("t1", mesos.TASK_RUNNING, ""), operationEvent("op1", mesos.OPERATION_UNKNOWN))
		if r := <-reconciled; r.Tasks != 1 {
			t.Errorf("reconciled %+v", r)
		}
	})
}

// The framework may name its tasks itself.
func TestKnownTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		store := state.NewMemory()
		cfg.Store = store
		fail := errors.New("no list")
		rounds := 0
		cfg.Tasks = func(context.Context) ([]scheduler.KnownTask, error) {
			if rounds++; rounds > 1 {
				return nil, fail
			}
			return []scheduler.KnownTask{{ID: mesos.TaskID{Value: "mine"}, Agent: mesos.AgentID{Value: "a"}}}, nil
		}
		cfg.Operations = func(context.Context) ([]scheduler.KnownOperation, error) {
			return []scheduler.KnownOperation{{ID: mesos.OperationID{Value: "op"}, Provider: mesos.ResourceProviderID{Value: "p"}}}, nil
		}
		d := drive(t, cfg, scheduler.Callbacks{})
		s := m.subscribed()
		if got := m.next(schedulerpb.Call_RECONCILE).Reconcile.Tasks; len(got) != 1 || got[0].TaskID.Value != "mine" {
			t.Errorf("asked for %v", got)
		}
		if got := m.next(schedulerpb.Call_RECONCILE_OPERATIONS).ReconcileOperations.Operations; len(got) != 1 || got[0].ResourceProviderID.GetValue() != "p" {
			t.Errorf("asked for %v", got)
		}
		s.send(updateEvent("mine", mesos.TASK_RUNNING, ""), operationEvent("op", mesos.OPERATION_FINISHED))
		synctest.Wait()
		if keys, err := store.List(t.Context(), "scheduler/tasks/"); err != nil || len(keys) != 0 {
			t.Errorf("the driver keeps tasks of its own: %v, %v", keys, err)
		}
		for range 61 { // a quarter of an hour, and then the next round
			time.Sleep(15 * time.Second)
			select {
			case s.events <- heartbeat:
			case <-s.gone:
			}
		}
		if err := <-d.result; !errors.Is(err, fail) || !errors.Is(err, scheduler.ErrCallback) {
			t.Errorf("Run returned %v", err)
		}
	})
}

// Callbacks may do with the list of offers what they like.
func TestOffersListIsTheCallbacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		d := drive(t, config(m), scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				clear(offers)
				return nil, nil
			},
		})
		m.subscribed().send(offersEvent(offer("o1", "a"), offer("o2", "a")))
		if got := m.next(schedulerpb.Call_DECLINE).Decline.OfferIDs; len(got) != 2 || got[0].Value != "o1" || got[1].Value != "o2" {
			t.Errorf("declined %v", got)
		}
		d.stop(t)
	})
}
