package minicluster_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

func reviveCall() *schedulerpb.Call {
	return &schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()}
}

// TestCallFaults: what a scheduler sees of its calls, and what the master does.
func TestCallFaults(t *testing.T) {
	kills := minicluster.OfType(schedulerpb.Call_KILL)
	kill := func() *schedulerpb.Call {
		return &schedulerpb.Call{Type: schedulerpb.Call_KILL.Enum(), Kill: &schedulerpb.Call_Kill{TaskID: mesos.TaskID{Value: "t"}}}
	}
	for _, tt := range []struct {
		name   string
		begin  func(c *minicluster.Cluster) (stop func())
		status int
		text   string
		killed bool
	}{
		{"dropped", func(c *minicluster.Cluster) func() { return c.DropCalls(kills) }, 0, "", false},
		{"answer lost", func(c *minicluster.Cluster) func() { return c.LoseAnswers(kills) }, 0, "", true},
		{"answered", func(c *minicluster.Cluster) func() {
			return c.AnswerCalls(kills, http.StatusTooManyRequests, "later")
		}, http.StatusTooManyRequests, "later", false},
		{"others", func(c *minicluster.Cluster) func() { return c.DropCalls(minicluster.OfType(schedulerpb.Call_REVIVE)) }, http.StatusAccepted, "", true},
		{"first two", func(c *minicluster.Cluster) func() { return c.DropCalls(minicluster.First(2, kills)) }, 0, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
				s := subscribe(t, c, info(timeout(600)))
				launched(s, "t")
				stop := tt.begin(c)
				for range 2 {
					code, body := s.call(kill())
					if code != tt.status || code != 0 && body != tt.text {
						t.Errorf("KILL = %d %q", code, body)
					}
				}
				killed := s.await(time.Minute, func(e *schedulerpb.Event) bool { return e.GetType() == schedulerpb.Event_UPDATE }) != nil
				if killed != tt.killed {
					t.Errorf("killed: %v", killed)
				}
				var noted []minicluster.Call
				for _, call := range c.Calls() {
					if call.Call.GetType() == schedulerpb.Call_KILL {
						noted = append(noted, call)
					}
				}
				if len(noted) != 2 || noted[0].FrameworkID != s.id.Value || noted[0].Status != tt.status || noted[0].Answer != tt.text || noted[0].At.IsZero() {
					t.Errorf("noted %+v", noted)
				}
				if tt.name != "first two" { // which are through
					stop()
				}
				if code, _ := s.call(kill()); code != http.StatusAccepted {
					t.Errorf("KILL afterwards = %d", code)
				}
			})
		})
	}
}

func TestDelayedCalls(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(600)))
		stop := c.DelayCalls(minicluster.OfType(schedulerpb.Call_REVIVE), time.Minute)
		start := time.Now()
		if code, _ := s.call(reviveCall()); code != http.StatusAccepted {
			t.Errorf("REVIVE = %d", code)
		}
		closeTo(t, "answer", time.Since(start), time.Minute, time.Second)
		s.reconcile("", "x")
		closeTo(t, "another call's answer", time.Since(start), time.Minute, time.Second)
		stop()
		s.must(reviveCall())
		closeTo(t, "answer afterwards", time.Since(start), time.Minute, time.Second)
		// A cluster that is closed doesn't wait.
		c.DelayCalls(nil, 24*time.Hour)
		var wait sync.WaitGroup
		wait.Go(func() { s.call(reviveCall()) })
		synctest.Wait()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		wait.Wait()
		closeTo(t, "the end", time.Since(start), time.Minute, time.Second)
	})
}

// TestLostAnswerToSubscribe: the framework is registered, and its stream breaks at once.
func TestLostAnswerToSubscribe(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		c.LoseAnswers(minicluster.First(1, minicluster.OfType(schedulerpb.Call_SUBSCRIBE)))
		f := info(timeout(600))
		s := open(t, c, &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: f}})
		<-s.ended
		synctest.Wait()
		if all := c.State().Frameworks; len(all) != 1 || all[0].Connected {
			t.Errorf("frameworks %+v", all)
		}
		subscribe(t, c, f)
		if calls := c.Calls(); len(calls) != 2 || calls[1].Status != http.StatusOK || calls[1].FrameworkID != "" || calls[1].Call.Subscribe == nil {
			t.Errorf("calls %+v", calls)
		}
	})
}

func TestStalledStreams(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(600)))
		o := s.offer()
		s.next(schedulerpb.Event_HEARTBEAT)
		for range 2 { // twice is once
			if err := c.StallStreams(); err != nil {
				t.Fatal(err)
			}
		}
		s.accept(o, launch(task("t", o, "run")))
		later := open(t, c, &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: info()}})
		for _, one := range []*scheduler{s, later} {
			if e := one.await(time.Hour, func(*schedulerpb.Event) bool { return true }); e != nil {
				t.Errorf("told %v", e)
			}
			select {
			case <-one.ended:
				t.Error("a stream has ended")
			default:
			}
		}
		for range 2 {
			if err := c.ResumeStreams(); err != nil {
				t.Fatal(err)
			}
		}
		s.running("t")
		later.next(schedulerpb.Event_SUBSCRIBED)
		s.next(schedulerpb.Event_HEARTBEAT)
		if err := errors.Join(c.StallStreams(), c.BreakStreams()); err != nil {
			t.Fatal(err)
		}
		<-s.ended
		<-later.ended
	})
}
