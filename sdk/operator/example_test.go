package operator_test

import (
	"context"
	"fmt"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Reserve disk, make a volume on it, and see who has it.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cluster, err := minicluster.Start(ctx, minicluster.Config{Simulate: minicluster.Idle})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()

	client, err := operator.New(operator.Config{Masters: cluster.Masters()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	agents, err := client.Agents(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	agent := *agents.Agents[0].AgentInfo.ID
	disk := resource.Push(resource.Scalar("disk", 1024), resource.Reservation{Role: "db"}.Info())
	reserved, err := client.Reserve(ctx, agent, resource.Set{disk})
	if err == nil {
		err = reserved.Wait(ctx) // accepted so far; now done
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	volume := resource.Volume{ID: "db-0", Path: "data", MiB: 512}.On(disk, "")
	if _, err := client.CreateVolumes(ctx, agent, resource.Set{volume}); err != nil {
		fmt.Println(err)
		return
	}
	state, err := client.State(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range operator.Volumes(state) {
		fmt.Printf("%s of role %s on %s: %v MiB, in use: %v\n", v.ID(), v.Role(), v.Hostname, v.Resource.Scalar.Value, v.InUse)
	}
	// Output:
	// db-0 of role db on 127.0.0.1: 512 MiB, in use: false
}

// An agent is emptied before its machine is repaired, and used again afterwards.
func ExampleClient_Drain() {
	repair := func(ctx context.Context, client *operator.Client, agent *operator.Agent, mend func() error) error {
		id := *agent.AgentInfo.ID
		if err := client.Drain(ctx, id, operator.Drain{MaxGrace: 10 * time.Minute}); err != nil {
			return err
		}
		if err := client.WaitForAgent(ctx, id, operator.Drained); err != nil {
			return err
		}
		if err := mend(); err != nil {
			return err
		}
		return client.Reactivate(ctx, id)
	}
	_ = repair
}
