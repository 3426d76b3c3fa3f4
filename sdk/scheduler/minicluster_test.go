package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

// clustered is the config of a driver on a minicluster.
func clustered(c *minicluster.Cluster) scheduler.Config {
	return scheduler.Config{
		Masters:   c.Masters(),
		Framework: mesos.FrameworkInfo{Name: "test", User: "nobody", Roles: []string{"r"}},
		Dial:      c.Dial,
		Store:     state.NewMemory(),
	}
}

// A framework wants one task at a time, on reserved resources, and writes down what it is told.
type framework struct {
	t          *testing.T
	wanted     chan string // tasks to launch
	reserve    bool
	statuses   chan mesos.TaskStatus
	operations chan mesos.OperationStatus
	subscribed chan scheduler.Subscription
	reconciled chan scheduler.Reconciliation
	lost       chan error
	dropped    chan scheduler.Dropped
}

func newFramework(t *testing.T) *framework {
	return &framework{
		t: t, wanted: make(chan string, 64), statuses: make(chan mesos.TaskStatus, 4096), operations: make(chan mesos.OperationStatus, 64), subscribed: make(chan scheduler.Subscription, 64),
		reconciled: make(chan scheduler.Reconciliation, 64), lost: make(chan error, 1024), dropped: make(chan scheduler.Dropped, 64),
	}
}

func (f *framework) callbacks() scheduler.Callbacks {
	return scheduler.Callbacks{
		OnSubscribed: func(_ context.Context, s scheduler.Subscription) error { f.subscribed <- s; return nil },
		OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			var task string
			select {
			case task = <-f.wanted:
			default:
				return nil, nil
			}
			operations := launchOn(task, offers[0])
			if f.reserve {
				operations = append([]mesos.Offer_Operation{reserveOf(task, offers[0])}, operations...)
			}
			return []scheduler.Decision{scheduler.Accept(offers[:1], operations)}, nil
		},
		OnStatus:     func(_ context.Context, s mesos.TaskStatus) error { f.statuses <- s; return nil },
		OnOperation:  func(_ context.Context, s mesos.OperationStatus) error { f.operations <- s; return nil },
		OnReconciled: func(_ context.Context, r scheduler.Reconciliation) error { f.reconciled <- r; return nil },
		OnLost:       func(_ context.Context, err error) error { f.lost <- err; return nil },
		OnDropped:    func(_ context.Context, d scheduler.Dropped) error { f.dropped <- d; return nil },
	}
}

func launchOn(task string, o mesos.Offer) []mesos.Offer_Operation {
	return []mesos.Offer_Operation{{
		Type: mesos.Offer_Operation_LAUNCH.Enum(),
		Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{{
			Name: task, TaskID: mesos.TaskID{Value: task}, AgentID: o.AgentID,
			Resources: resource.MustParse("cpus:0.1;mem:32").Allocate("r"),
			Command:   &mesos.CommandInfo{Value: new("sleep 1000")},
		}}},
	}}
}

func reserveOf(task string, o mesos.Offer) mesos.Offer_Operation {
	disk := resource.MustParse("disk:64").Allocate("r")[0]
	disk = resource.Push(disk, resource.Reservation{Role: "r", Principal: "me"}.Info())
	return mesos.Offer_Operation{
		Type: mesos.Offer_Operation_RESERVE.Enum(), ID: &mesos.OperationID{Value: "reserve-" + task},
		Reserve: &mesos.Offer_Operation_Reserve{Resources: []mesos.Resource{disk}},
	}
}

// until waits for an update of a state.
func (f *framework) until(want mesos.TaskState) mesos.TaskStatus {
	f.t.Helper()
	for {
		select {
		case s := <-f.statuses:
			if s.State == want {
				return s
			}
		case <-time.After(time.Hour):
			f.t.Fatalf("no %v within an hour", want)
		}
	}
}

// A task's life across a master's failover, in protobuf and in JSON: launched once, found again, killed.
func TestLifeOfATask(t *testing.T) {
	for _, json := range []bool{false, true} {
		t.Run(fmt.Sprintf("json=%v", json), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := minicluster.New(t, minicluster.Config{Network: minicluster.Pipes, Simulate: minicluster.Idle, Credentials: map[string]string{"me": "hunter2"}})
				cfg := clustered(c)
				cfg.JSON, cfg.Principal, cfg.Secret = json, "me", "hunter2"
				f := newFramework(t)
				f.wanted <- "t1"
				f.reserve = true
				d := drive(t, cfg, f.callbacks())
				f.until(mesos.TASK_RUNNING)
				if o := <-f.operations; o.State != mesos.OPERATION_FINISHED || o.GetOperationID().GetValue() != "reserve-t1" {
					t.Errorf("operation %v", o)
				}
				first := <-f.subscribed
				<-f.reconciled

				if err := c.FailoverMaster(); err != nil {
					t.Fatal(err)
				}
				second := <-f.subscribed
				if second.FrameworkID.Value != first.FrameworkID.Value || second.First {
					t.Errorf("first %+v, second %+v", first, second)
				}
				if s := f.until(mesos.TASK_RUNNING); s.GetReason() != mesos.REASON_RECONCILIATION {
					t.Errorf("after the failover: %v", s)
				}
				if r := <-f.reconciled; r.Tasks != 1 {
					t.Errorf("reconciled %+v", r)
				}
				if err := d.Kill(mesos.TaskID{Value: "t1"}, mesos.AgentID{}, time.Second); err != nil {
					t.Fatal(err)
				}
				f.until(mesos.TASK_KILLED)
				time.Sleep(time.Minute)
				fw, ok := c.State().Framework(first.FrameworkID.Value)
				if !ok || len(fw.Tasks) != 0 || len(fw.Completed) != 1 {
					t.Errorf("the master has the tasks %v, and unacknowledged %v", fw.Completed, fw.Tasks)
				}
				d.stop(t)
				if keys, err := cfg.Store.List(t.Context(), ""); err != nil || len(keys) != 1 {
					t.Errorf("the store has %v, %v", keys, err)
				}
			})
		})
	}
}

// Wrong credentials end Run with advice.
func TestUnauthorized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := minicluster.New(t, minicluster.Config{Network: minicluster.Pipes, Simulate: minicluster.Idle, Credentials: map[string]string{"me": "hunter2"}})
		cfg := clustered(c)
		cfg.Principal, cfg.Secret = "me", "hunter3"
		d := drive(t, cfg, scheduler.Callbacks{})
		if err := <-d.result; !errors.Is(err, scheduler.ErrUnauthorized) {
			t.Errorf("Run returned %v", err)
		}
	})
}

// Streams that break all the time, calls that are lost, agents that come and go: afterwards no offer is left unanswered, and of
// every task that was launched, or that was to be, the framework knows what the master knows.
func TestTroubledTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := minicluster.New(t, minicluster.Config{Network: minicluster.Pipes, Simulate: minicluster.Idle, Agents: make([]minicluster.Agent, 3)})
		var calls atomic.Int64
		c.Intercept(func(call *schedulerpb.Call) (bool, error) {
			if call.GetType() == schedulerpb.Call_SUBSCRIBE || calls.Add(1)%5 != 0 {
				return false, nil
			}
			return true, minicluster.ErrCut
		})
		const rounds = 30
		f := newFramework(t)
		d := drive(t, clustered(c), f.callbacks())
		id := (<-f.subscribed).FrameworkID.Value
		for i := range rounds {
			f.wanted <- fmt.Sprintf("t%d", i)
			time.Sleep(7 * time.Second)
			var err error
			switch {
			case i%10 == 5:
				err = errors.Join(c.StopAgent(i/10), c.FailoverMaster(), c.StartAgent(i/10))
			case i%3 == 0:
				err = c.BreakStreams()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		c.Intercept(nil)
		time.Sleep(20 * time.Minute) // another round of reconciliation
		synctest.Wait()
		fw, ok := c.State().Framework(id)
		if !ok || !fw.Connected || len(fw.Offers) != 0 {
			t.Errorf("framework %v: connected %v, offers %v", ok, fw.Connected, fw.Offers)
		}
		d.stop(t)

		latest := map[string]mesos.TaskState{}
		for len(f.statuses) > 0 {
			s := <-f.statuses
			latest[s.TaskID.Value] = s.State
		}
		running := map[string]bool{}
		for _, task := range fw.Tasks {
			running[task.TaskID.Value] = true
			if latest[task.TaskID.Value] != task.State {
				t.Errorf("task %s is %v, but the framework thinks %v", task.TaskID.Value, task.State, latest[task.TaskID.Value])
			}
		}
		for task, state := range latest {
			if !running[task] && !state.Terminal() {
				t.Errorf("task %s is gone, but the framework thinks %v", task, state)
			}
		}
		if len(latest) != rounds || len(running) == 0 {
			t.Errorf("of %d tasks the framework heard of %d, and %d run", rounds, len(latest), len(running))
		}
	})
}

// A second driver with the same id takes over; the first one stops.
func TestFailedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := minicluster.New(t, minicluster.Config{Network: minicluster.Pipes, Simulate: minicluster.Idle})
		cfg := clustered(c)
		f := newFramework(t)
		first := drive(t, cfg, f.callbacks())
		<-f.subscribed
		second := drive(t, cfg, f.callbacks())
		<-f.subscribed
		if err := <-first.result; !errors.Is(err, scheduler.ErrFailedOver) {
			t.Errorf("the first one returned %v", err)
		}
		time.Sleep(time.Hour)
		second.stop(t)
	})
}

// After TEARDOWN the id is gone; without it a framework that was away for too long is told so.
func TestRemovedFramework(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := minicluster.New(t, minicluster.Config{Network: minicluster.Pipes, Simulate: minicluster.Idle})
		cfg := clustered(c)
		cfg.Framework.FailoverTimeout = new(60.0)
		f := newFramework(t)
		d := drive(t, cfg, f.callbacks())
		<-f.subscribed
		d.stop(t)
		time.Sleep(2 * time.Minute)
		d = drive(t, cfg, f.callbacks())
		if err := <-d.result; !errors.Is(err, scheduler.ErrFrameworkRemoved) {
			t.Errorf("Run returned %v", err)
		}
		if err := scheduler.Forget(t.Context(), cfg.Store); err != nil {
			t.Fatal(err)
		}
		d = drive(t, cfg, f.callbacks())
		<-f.subscribed
		if err := d.Teardown(); err != nil {
			t.Fatal(err)
		}
		if err := <-d.result; err != nil {
			t.Errorf("Run returned %v after Teardown", err)
		}
		if got := len(c.State().Completed); got != 2 {
			t.Errorf("%d frameworks were removed", got)
		}
	})
}

// Suppressed roles get no offers, over subscriptions too; a revived one does, at once.
func TestSuppressAndRevive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := minicluster.New(t, minicluster.Config{Network: minicluster.Pipes, Simulate: minicluster.Idle})
		cfg := clustered(c)
		cfg.SuppressedRoles = []string{"r"}
		f := newFramework(t)
		f.wanted <- "t1"
		d := drive(t, cfg, f.callbacks())
		<-f.subscribed
		time.Sleep(time.Hour)
		if err := c.BreakStreams(); err != nil {
			t.Fatal(err)
		}
		<-f.subscribed
		time.Sleep(time.Hour)
		if len(f.statuses) > 0 {
			t.Errorf("launched while suppressed: %v", <-f.statuses)
		}
		if err := d.Revive(); err != nil {
			t.Fatal(err)
		}
		f.until(mesos.TASK_RUNNING)
		d.stop(t)
	})
}

// Over a real network, with real sockets.
func TestLoopback(t *testing.T) {
	c := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle})
	cfg := clustered(c)
	cfg.Dial = nil
	f := newFramework(t)
	f.wanted <- "t1"
	d := drive(t, cfg, f.callbacks())
	f.until(mesos.TASK_RUNNING)
	if err := c.FailoverMaster(); err != nil {
		t.Fatal(err)
	}
	f.until(mesos.TASK_RUNNING)
	d.stop(t)
}
