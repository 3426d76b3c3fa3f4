package ops_test

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// offer is what a master sent: an agent's free resources, to role "db".
func offer(text string) mesos.Offer {
	return mesos.Offer{
		ID: mesos.OfferID{Value: "offer-7"}, AgentID: mesos.AgentID{Value: "agent-1"}, FrameworkID: mesos.FrameworkID{Value: "framework-1"},
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new("db")},
		Resources:      resource.MustParse(text).Allocate("db"),
	}
}

// First launch of a stateful task: reserve, make a volume, use it.
func Example() {
	node := resource.Reservation{Role: "db", Principal: "moor", Labels: map[string]string{"instance": "node-0"}}
	data := resource.Volume{ID: "node-0-data", Path: "data", MiB: 1024}

	chain := ops.On(offer("cpus:4;mem:2048;disk:10240")).As("moor").
		Reserve(node, resource.MustParse("cpus:1;mem:512;disk:1024")).
		Create(node, data)
	chain.Launch(mesos.TaskInfo{
		Name: "node-0", TaskID: mesos.TaskID{Value: "node-0.1"},
		Command:   &mesos.CommandInfo{Value: new("exec ./node --data data")},
		Resources: chain.Left().ReservedAs(node), // cpus, mem and the volume
	})
	operations, err := chain.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range operations {
		fmt.Printf("%v %q\n", op.GetType(), op.ID.GetValue())
	}
	fmt.Println(chain.Left().Unallocate())
	// Output:
	// RESERVE "offer-7.1"
	// CREATE "offer-7.2"
	// LAUNCH ""
	// cpus:3; mem:1536; disk:9216
}

// The error says which step can't be sent, and why; errors.Is tells the rule.
func ExampleChain_Build() {
	node := resource.Reservation{Role: "db"}
	_, err := ops.On(offer("cpus:4;disk:10240")).
		Reserve(node, resource.MustParse("disk:1024")).
		Create(node, resource.Volume{ID: "node-0-data", Path: "var/data", MiB: 1024}).
		Build()
	fmt.Println(err)
	fmt.Println(errors.Is(err, ops.ErrContainerPath))
	// Output:
	// ops: step 2 (CREATE): create.volumes[0].disk.volume.container_path: "var/data" has a slash: the task would start without its volume; use one relative component such as "data"
	// true
}

// Giving up: the volume first, then the disk under it.
func ExampleChain_Unreserve() {
	node := resource.Reservation{Role: "db", Principal: "moor"}
	disk := resource.Push(resource.Scalar("disk", 1024), node.Info())
	o := offer("cpus:4")
	o.Resources = append(o.Resources, resource.Set{resource.Volume{ID: "node-0-data", Path: "data", MiB: 1024}.On(disk, "moor")}.Allocate("db")...)

	chain := ops.On(o)
	chain.Destroy(chain.Left().Volumes()...)
	chain.Unreserve(chain.Left().ReservedAs(node))
	fmt.Println(chain.Left().Unallocate(), chain.Err())
	// Output:
	// cpus:4; disk:1024 <nil>
}

// Volumes are resized for the next offer: this chain can't use them any more.
func ExampleChain_Grow() {
	node := resource.Reservation{Role: "db"}
	disk := resource.Push(resource.Scalar("disk", 1024), node.Info())
	volume := resource.Volume{ID: "v", Path: "data", MiB: 1024}.On(disk, "")
	o := offer("cpus:4")
	o.Resources = append(o.Resources, resource.Set{volume, disk}.Allocate("db")...)

	chain := ops.On(o).Grow(volume, disk)
	fmt.Println(chain.Left().Unallocate(), chain.Err())
	chain.Launch(mesos.TaskInfo{Name: "t", TaskID: mesos.TaskID{Value: "t"}, Command: &mesos.CommandInfo{}, Resources: []mesos.Resource{volume}})
	fmt.Println(chain.Err())
	// Output:
	// cpus:4 <nil>
	// ops: step 2 (LAUNCH): launch.task_infos[0].resources[0]: volume "v" of role "db" was resized by an earlier step; use it when the next offer has it
}

// A task group: the executor's type and the ids of framework and agent are filled in.
func ExampleChain_LaunchGroup() {
	operations, err := ops.On(offer("cpus:4;mem:1024;disk:100")).LaunchGroup(
		mesos.ExecutorInfo{ExecutorID: mesos.ExecutorID{Value: "pod"}, Resources: resource.MustParse("cpus:0.1;mem:32;disk:16")},
		mesos.TaskInfo{Name: "server", TaskID: mesos.TaskID{Value: "server-1"}, Command: &mesos.CommandInfo{Value: new("./server")}, Resources: resource.MustParse("cpus:1;mem:512")},
		mesos.TaskInfo{Name: "backup", TaskID: mesos.TaskID{Value: "backup-1"}, Command: &mesos.CommandInfo{Value: new("./backup")}, Resources: resource.MustParse("cpus:0.5;mem:128")},
	).Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	group := operations[0].LaunchGroup
	fmt.Println(group.Executor.GetType(), group.Executor.FrameworkID.GetValue(), group.TaskGroup.Tasks[1].AgentID.Value)
	// Output:
	// DEFAULT framework-1 agent-1
}
