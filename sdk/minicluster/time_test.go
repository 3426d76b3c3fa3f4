package minicluster_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// bubble runs a test against a cluster of simulated tasks on a clock of its own.
func bubble(t *testing.T, cfg minicluster.Config, test func(t *testing.T, c *minicluster.Cluster)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cfg.Network = minicluster.Pipes
		cfg.WorkDir = dir
		if cfg.Simulate == nil {
			cfg.Simulate = minicluster.Idle
		}
		test(t, minicluster.New(t, cfg))
	})
}

// closeTo checks a time that passed.
func closeTo(t *testing.T, what string, got, want, slack time.Duration) {
	t.Helper()
	if got < want || got > want+slack {
		t.Errorf("%s after %v, want %v to %v", what, got, want, want+slack)
	}
}

func TestHeartbeats(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		start := time.Now()
		s := subscribe(t, c, info())
		s.next(schedulerpb.Event_HEARTBEAT)
		closeTo(t, "first heartbeat", time.Since(start), 0, time.Millisecond)
		for i := range 5 {
			s.next(schedulerpb.Event_HEARTBEAT)
			closeTo(t, "heartbeat", time.Since(start), time.Duration(i+1)*15*time.Second, time.Millisecond)
		}
	})
}

func TestDeclinedOfferComesBackAfterItsFilter(t *testing.T) {
	for _, tt := range []struct {
		name     string
		seconds  *float64
		min, max time.Duration
	}{
		{"no filters", nil, 5 * time.Second, 5*time.Second + 250*time.Millisecond},
		{"zero", new(0.0), 0, 250 * time.Millisecond},
		{"an hour", new(3600.0), time.Hour, time.Hour + 250*time.Millisecond},
		{"negative", new(-1.0), 5 * time.Second, 5*time.Second + 250*time.Millisecond},
		{"less than the interval", new(0.001), 250 * time.Millisecond, 500 * time.Millisecond},
		{"ten years", new(10 * 365 * 86400.0), 365 * 24 * time.Hour, 365*24*time.Hour + 250*time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, minicluster.Config{Heartbeat: 24 * time.Hour}, func(t *testing.T, c *minicluster.Cluster) {
				s := subscribe(t, c, info(timeout(1e9)))
				o := s.offer()
				call := &schedulerpb.Call_Decline{OfferIDs: []mesos.OfferID{o.ID}}
				if tt.seconds != nil {
					call.Filters = &mesos.Filters{RefuseSeconds: tt.seconds}
				}
				start := time.Now()
				s.must(&schedulerpb.Call{Type: schedulerpb.Call_DECLINE.Enum(), Decline: call})
				if e := s.await(tt.max+time.Second, isOffers); e == nil {
					t.Fatalf("no offer within %v", tt.max)
				}
				closeTo(t, "offer", time.Since(start), tt.min, tt.max-tt.min)
			})
		})
	}
}

func isOffers(e *schedulerpb.Event) bool { return e.GetType() == schedulerpb.Event_OFFERS }

func TestRefusedOfferComesAtOnceWithMoreInIt(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		o := s.offer()
		s.must(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{
			OfferIDs:   []mesos.OfferID{o.ID},
			Operations: []mesos.Offer_Operation{reserve(reserved("disk:64"))},
			Filters:    &mesos.Filters{RefuseSeconds: new(3600.0)},
		}})
		start := time.Now()
		s.offer(holds(reserved("disk:64")))
		closeTo(t, "offer with what is new", time.Since(start), 0, 250*time.Millisecond)
	})
}

func TestOfferTimesOut(t *testing.T) {
	bubble(t, minicluster.Config{OfferTimeout: time.Minute}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		start := time.Now()
		o := s.offer()
		e := s.await(2*time.Minute, func(e *schedulerpb.Event) bool { return e.GetType() == schedulerpb.Event_RESCIND })
		if e == nil || e.Rescind.OfferID.Value != o.ID.Value {
			t.Fatalf("rescind = %v, want of %s", e, o.ID.Value)
		}
		closeTo(t, "rescind", time.Since(start), time.Minute, 250*time.Millisecond)
		if again := s.offer(); again.ID.Value == o.ID.Value {
			t.Error("the same offer came again")
		}
	})
}

func TestFrameworkIsRemovedAfterItsFailoverTimeout(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600)))
		o := s.offer()
		s.accept(o, launch(task("t", o, "run")))
		s.running("t")
		s.hangUp()
		time.Sleep(time.Hour - time.Second)
		back := subscribe(t, c, info(timeout(3600), as(s.id)))
		back.reconcile("", "t")
		if got := back.status("t", mesos.TASK_RUNNING); got.GetReason() != mesos.REASON_RECONCILIATION {
			t.Errorf("status = %v", got)
		}
		back.hangUp()
		time.Sleep(time.Hour + time.Second)
		if _, ok := c.State().Framework(s.id.Value); ok {
			t.Fatal("the framework is still there")
		}
		removed := c.State().Completed[0]
		if len(removed.Completed) != 1 || removed.Completed[0].State != mesos.TASK_KILLED {
			t.Errorf("completed tasks = %v, want t killed", removed.Completed)
		}
		again := open(t, c, &schedulerpb.Call{FrameworkID: s.id, Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: info(as(s.id))}})
		if e := again.next(schedulerpb.Event_ERROR); e.Error.Message != "Framework has been removed" {
			t.Errorf("error = %q", e.Error.Message)
		}
	})
}

func TestFrameworkWithoutFailoverTimeoutIsRemovedAtOnce(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		s.offer()
		s.hangUp()
		synctest.Wait()
		if st := c.State(); len(st.Frameworks) != 0 || len(st.Completed) != 1 {
			t.Errorf("frameworks = %v, completed = %v", st.Frameworks, st.Completed)
		}
	})
}

func TestIdleClusterIsIdle(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(1e9)))
		s.decline(30*86400, s.offer())
		time.Sleep(29 * 24 * time.Hour)
		s.none(time.Second, schedulerpb.Event_OFFERS)
		time.Sleep(24 * time.Hour)
		s.offer(holds(resource.MustParse("cpus:4")))
	})
}
