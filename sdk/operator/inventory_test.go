package operator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// crowded is a state in which one volume is shared, offered and used, and one is held by an executor alone.
func crowded() *masterpb.Response_GetState {
	shared := resource.Volume{ID: "shared", Path: "data", MiB: 10, Shared: true}.On(disk, "")
	id := mesos.AgentID{Value: "S0"}
	task := func(name string, state mesos.TaskState) mesos.Task {
		return mesos.Task{Name: name, TaskID: mesos.TaskID{Value: name}, State: state, AgentID: id, Resources: resource.Set{shared}.Allocate("db")}
	}
	framework := func(name string) masterpb.Response_GetFrameworks_Framework {
		offer := mesos.Offer{ID: mesos.OfferID{Value: name}, AgentID: id, Hostname: "h", Resources: resource.Set{shared}.Allocate("db")}
		return masterpb.Response_GetFrameworks_Framework{
			FrameworkInfo: mesos.FrameworkInfo{Name: name, ID: &mesos.FrameworkID{Value: name}}, Offers: []mesos.Offer{offer, offer},
		}
	}
	return &masterpb.Response_GetState{
		GetTasks:      &masterpb.Response_GetTasks{Tasks: []mesos.Task{task("t2", mesos.TASK_RUNNING), task("t1", mesos.TASK_STAGING), task("t0", mesos.TASK_FAILED)}},
		GetFrameworks: &masterpb.Response_GetFrameworks{Frameworks: []masterpb.Response_GetFrameworks_Framework{framework("f1"), framework("f2")}},
		GetAgents: &masterpb.Response_GetAgents{Agents: []operator.Agent{{
			AgentInfo:          mesos.AgentInfo{Hostname: "h", ID: &id},
			TotalResources:     resource.Set{shared, shared, volume, resource.Scalar("cpus", 1), reservedDisk(3)},
			AllocatedResources: resource.Set{shared, volume, reservedDisk(1)}.Allocate("db"),
		}}},
	}
}

func TestWhoHoldsAVolume(t *testing.T) {
	found := operator.Volumes(crowded())
	if len(found) != 2 {
		t.Fatalf("%d volumes, want 2: a shared one counts once", len(found))
	}
	shared, held := found[0], found[1]
	if !shared.InUse || !held.InUse || len(held.Users) != 0 || len(held.OfferedTo) != 0 {
		t.Errorf("%+v is not held by an executor alone", held)
	}
	var users []string
	for _, task := range shared.Users {
		users = append(users, task.Name)
	}
	if diff := cmp.Diff([]string{"t1", "t2"}, users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]mesos.FrameworkID{{Value: "f1"}, {Value: "f2"}}, shared.OfferedTo); diff != "" {
		t.Errorf("offered to (-want +got):\n%s", diff)
	}
	reservations := operator.Reservations(crowded())
	if len(reservations) != 1 || reservations[0].Free().Scalar("disk") != 2 {
		t.Errorf("%v is not one reservation with 2 MiB free", reservations)
	}
}

// FuzzInventory: nothing that a master sends panics.
func FuzzInventory(f *testing.F) {
	seed, err := crowded().Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, body []byte) {
		state := new(masterpb.Response_GetState)
		if err := state.Unmarshal(body); err != nil {
			return
		}
		for _, v := range operator.Volumes(state) {
			if v.ID() == "" && v.Role() == "" {
				t.Log("a volume without a name")
			}
		}
		for _, r := range operator.Reservations(state) {
			if r.Role() == "*" || len(r.Stack) == 0 {
				t.Errorf("%+v is no reservation", r)
			}
			r.Free()
		}
	})
}
