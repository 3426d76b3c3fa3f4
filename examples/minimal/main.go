// Command minimal runs a task three times on one persistent volume; it exits with the number of lines it has written there.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

func main() {
	master := flag.String("master", "", "host:port of a master; default: a cluster in this process")
	flag.Parse()
	ctx, done := context.WithCancel(context.Background())
	if *master == "" {
		cluster, err := minicluster.Start(ctx, minicluster.Config{})
		if err != nil {
			log.Fatal(err)
		}
		defer cluster.Close()
		*master = cluster.Masters()[0]
	}
	counter := matcher.Need{ID: "counter", Reservation: resource.Reservation{Role: "minimal"}, Resources: resource.MustParse("cpus:0.1;mem:32"),
		Volumes: []resource.Volume{{ID: "minimal.counter", Path: "data", MiB: 32}}}
	launches, needs := 0, []matcher.Need{counter}
	driver, err := scheduler.New(scheduler.Config{Masters: []string{*master},
		Framework: mesos.FrameworkInfo{Name: "minimal", User: "root", Roles: []string{"minimal"}}}, scheduler.Callbacks{
		OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			matches := matcher.Assign(needs, offers, nil).Matches
			if len(matches) == 0 {
				return nil, nil // offers that no decision names are declined
			}
			m := matches[0] // there is one need at most
			launches, needs, counter.Claim = launches+1, nil, new(m.Claim())
			operations, err := m.Chain().Launch(mesos.TaskInfo{Name: "counter", TaskID: mesos.TaskID{Value: fmt.Sprint("counter.", launches)},
				AgentID: m.AgentID(), Resources: m.Resources, Command: &mesos.CommandInfo{Value: new("echo >> data/log; exit $(wc -l < data/log)")}}).Build()
			return []scheduler.Decision{scheduler.Accept(m.Offers, operations)}, err
		},
		OnStatus: func(_ context.Context, s mesos.TaskStatus) error {
			if fmt.Println(s.TaskID.Value, s.State, s.GetMessage()); s.State.Terminal() {
				needs = []matcher.Need{counter} // with its Claim: on its volume, or not at all
			}
			if launches == 3 && s.State.Terminal() {
				done()
			}
			return nil
		}})
	if err == nil {
		err = driver.Run(ctx) // until done, or an error that a person has to look at
	}
	if ctx.Err() == nil {
		log.Fatal(err)
	}
}
