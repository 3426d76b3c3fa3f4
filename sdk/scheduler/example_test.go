package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

// A whole framework: it launches one task, waits until it runs, and stops. The cluster is one inside of the process.
func Example() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	cluster, err := minicluster.Start(ctx, minicluster.Config{Simulate: minicluster.Idle})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()

	launched := false
	driver, err := scheduler.New(scheduler.Config{
		Masters:   cluster.Masters(),
		Framework: mesos.FrameworkInfo{Name: "hello", User: "nobody", Roles: []string{"hello"}},
	}, scheduler.Callbacks{
		OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			if launched {
				return nil, nil // all are declined
			}
			launched = true
			task := mesos.TaskInfo{
				Name: "hello", TaskID: mesos.TaskID{Value: "hello-1"}, AgentID: offers[0].AgentID,
				Resources: resource.MustParse("cpus:0.1;mem:32").Allocate("hello"),
				Command:   &mesos.CommandInfo{Value: new("sleep 1000")},
			}
			return []scheduler.Decision{scheduler.Accept(offers[:1], []mesos.Offer_Operation{{
				Type:   mesos.Offer_Operation_LAUNCH.Enum(),
				Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{task}},
			}})}, nil
		},
		OnStatus: func(_ context.Context, status mesos.TaskStatus) error {
			fmt.Println(status.TaskID.Value, status.State)
			if status.State == mesos.TASK_RUNNING {
				stop()
			}
			return nil // acknowledged
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := driver.Run(ctx); !errors.Is(err, context.Canceled) {
		fmt.Println(err)
	}
	// Output:
	// hello-1 TASK_STARTING
	// hello-1 TASK_RUNNING
}

// What Run returns says who has to act.
func ExampleDriver_Run() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := func(driver *scheduler.Driver) int {
		err := driver.Run(ctx)
		switch {
		case err == nil:
			return 0 // torn down
		case ctx.Err() != nil:
			return 0 // asked to stop; the tasks go on, and the next Run finds them
		case errors.Is(err, scheduler.ErrFailedOver):
			slog.Error("another instance has taken over", "err", err)
			return 0
		case errors.Is(err, scheduler.ErrFrameworkRemoved):
			slog.Error("the tasks are gone; decide about the data, then Forget the id", "err", err)
			return 2
		default:
			slog.Error("stopped", "err", err) // it is safe to start again
			return 1
		}
	}
	_ = run
}

// Offers can be kept for a while, to be used together with others that may come.
func ExampleHold() {
	var waiting []mesos.Offer
	callbacks := scheduler.Callbacks{
		OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			waiting = append(waiting, offers...)
			if len(waiting) < 3 {
				return []scheduler.Decision{scheduler.Hold(10*time.Second, offers...)}, nil
			}
			var decisions []scheduler.Decision
			for _, offer := range waiting {
				decisions = append(decisions, scheduler.Accept([]mesos.Offer{offer}, tasksFor(offer)))
			}
			waiting = nil
			return decisions, nil
		},
		OnRescind: func(_ context.Context, id mesos.OfferID) error {
			for i, offer := range waiting {
				if offer.ID.Value == id.Value {
					waiting = append(waiting[:i], waiting[i+1:]...)
					break
				}
			}
			return nil
		},
		OnLost: func(context.Context, error) error {
			waiting = nil // offers go with their subscription
			return nil
		},
	}
	_ = callbacks
}

func tasksFor(mesos.Offer) []mesos.Offer_Operation { return nil }

// A framework that has nothing to do says so, and asks for offers when it has.
func ExampleCalls() {
	var calls scheduler.Calls // a *Driver, or a mock
	idle := func() error { return calls.Suppress() }
	work := func() error { return calls.Revive() }
	stop := func(task mesos.TaskID, agent mesos.AgentID) error { return calls.Kill(task, agent, 30*time.Second) }
	_, _, _ = idle, work, stop
}

// To give a removed framework's id up is a decision that the driver leaves to a person.
func ExampleForget() {
	ctx := context.Background()
	store := state.NewMemory() // boltstate.Open in a program that means it
	if err := store.Commit(ctx, state.Write{Key: "scheduler/framework-id", Value: []byte("0f5a-0001")}); err != nil {
		fmt.Println(err)
		return
	}
	if err := scheduler.Forget(ctx, store); err != nil {
		fmt.Println(err)
		return
	}
	_, _, err := store.Get(ctx, "scheduler/framework-id")
	fmt.Println(errors.Is(err, state.ErrNotFound))
	// Output: true
}
