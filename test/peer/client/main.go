// Command client is a framework written on github.com/mesos/mesos-go alone: it subscribes at the master named by its argument, runs
// one task on each of the first three offers, acknowledges their updates, and ends when all three are finished.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	mesos "github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/extras/scheduler/callrules"
	"github.com/mesos/mesos-go/api/v1/lib/extras/scheduler/controller"
	"github.com/mesos/mesos-go/api/v1/lib/extras/store"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli/httpsched"
	"github.com/mesos/mesos-go/api/v1/lib/resources"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler/calls"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler/events"
)

const tasks = 3

func main() {
	ctx, end := context.WithCancel(context.Background())
	id := store.NewInMemorySingleton()
	master := callrules.New(callrules.WithFrameworkID(store.GetIgnoreErrors(id))).Caller(
		httpsched.NewCaller(httpcli.New(httpcli.Endpoint("http://" + os.Args[1] + "/api/v1/scheduler"))))
	launched, finished := 0, 0
	handlers := events.Handlers{
		scheduler.Event_SUBSCRIBED: controller.TrackSubscription(id, 0),
		scheduler.Event_OFFERS: events.HandlerFunc(func(ctx context.Context, e *scheduler.Event) error {
			for _, offer := range e.GetOffers().GetOffers() {
				answer := calls.Decline(offer.ID)
				if launched < tasks {
					launched++
					task := mesos.TaskInfo{Name: "task", TaskID: mesos.TaskID{Value: fmt.Sprint(launched)}, AgentID: offer.AgentID, Command: &mesos.CommandInfo{Value: new("echo done")}}
					task.Resources = []mesos.Resource{
						resources.NewCPUs(0.1).Resource, resources.NewMemory(32).Resource,
					}
					answer = calls.Accept(calls.OfferOperations{calls.OpLaunch(task)}.WithOffers(offer.ID)).With(calls.RefuseSeconds(0))
				}
				if err := calls.CallNoData(ctx, master, answer); err != nil {
					return err
				}
			}
			return nil
		}),
		scheduler.Event_UPDATE: controller.AckStatusUpdates(master).AndThen().HandleF(func(_ context.Context, e *scheduler.Event) error {
			status := e.GetUpdate().GetStatus()
			fmt.Println(status.TaskID.Value, status.GetState())
			if status.GetState() == mesos.TASK_FINISHED {
				if finished++; finished == tasks {
					end()
				}
			}
			return nil
		}),
	}
	framework := &mesos.FrameworkInfo{User: "root", Name: "a client of mesos-go"}
	if err := controller.Run(ctx, framework, master, controller.WithEventHandler(handlers), controller.WithFrameworkID(store.GetIgnoreErrors(id))); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
	if finished != tasks {
		log.Fatalf("%d of %d tasks finished", finished, tasks)
	}
}
