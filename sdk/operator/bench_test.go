package operator_test

import (
	"fmt"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// BenchmarkInventory: 1,000 agents with ten reservations and volumes each, half of them in use.
func BenchmarkInventory(b *testing.B) {
	state := &masterpb.Response_GetState{GetTasks: &masterpb.Response_GetTasks{}, GetAgents: &masterpb.Response_GetAgents{}}
	for i := range 1000 {
		id := mesos.AgentID{Value: fmt.Sprint("S", i)}
		a := operator.Agent{AgentInfo: mesos.AgentInfo{ID: &id, Hostname: fmt.Sprint("h", i)}, TotalResources: resource.MustParse("cpus:8;mem:4096;disk:10000")}
		for j := range 10 {
			as := resource.Reservation{Role: "db", Labels: map[string]string{"node": fmt.Sprint(i, "-", j)}}.Info()
			v := resource.Volume{ID: fmt.Sprint(i, "-", j), Path: "data", MiB: 100}.On(resource.Push(resource.Scalar("disk", 200), as), "")
			a.TotalResources = append(a.TotalResources, v, resource.Push(resource.Scalar("disk", 100), as))
			if j%2 == 0 {
				held := resource.Set{v}.Allocate("db")
				a.AllocatedResources = append(a.AllocatedResources, held...)
				state.GetTasks.Tasks = append(state.GetTasks.Tasks, mesos.Task{AgentID: id, State: mesos.TASK_RUNNING, Resources: held})
			}
		}
		state.GetAgents.Agents = append(state.GetAgents.Agents, a)
	}
	b.ReportAllocs()
	for b.Loop() {
		if n, m := len(operator.Volumes(state)), len(operator.Reservations(state)); n != 10_000 || m != 10_000 {
			b.Fatal(n, m)
		}
	}
}
