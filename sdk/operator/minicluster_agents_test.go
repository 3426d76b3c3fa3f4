package operator_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// An agent with a task and a volume is drained and comes back with the volume.
func TestDrain(t *testing.T) {
	inCluster(t, minicluster.Config{}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		agent := cluster.AgentID(0)
		if _, err := client.Reserve(t.Context(), agent, resource.Set{disk}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.CreateVolumes(t.Context(), agent, resource.Set{volume}); err != nil {
			t.Fatal(err)
		}
		runOnVolume(t, cluster)
		if err := client.Reactivate(t.Context(), agent); !errors.Is(err, operator.ErrAgentState) {
			t.Errorf("reactivate an active agent: %v", err)
		}
		if err := client.Drain(t.Context(), agent, operator.Drain{MaxGrace: time.Second}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := client.WaitForAgent(ctx, agent, operator.Drained); err != nil {
			t.Fatal(err)
		}
		state, err := client.State(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if found := operator.Volumes(state); len(found) != 1 || found[0].InUse {
			t.Errorf("after draining the volumes are %v", found)
		}
		destroyed, err := client.DestroyVolumes(ctx, agent, resource.Set{volume})
		if err != nil {
			t.Fatal(err)
		}
		if err := destroyed.Wait(ctx); err != nil {
			t.Errorf("a change of a drained agent: %v", err)
		}
		if err := client.Reactivate(ctx, agent); err != nil {
			t.Error(err)
		}
		if err := client.Deactivate(ctx, agent); err != nil {
			t.Error(err)
		}
		nobody := mesos.AgentID{Value: "nobody"}
		for name, err := range map[string]error{
			"Drain": client.Drain(ctx, nobody, operator.Drain{}), "Deactivate": client.Deactivate(ctx, nobody), "MarkGone": client.MarkGone(ctx, nobody),
		} {
			if !errors.Is(err, operator.ErrNoAgent) {
				t.Errorf("%s of nobody: %v", name, err)
			}
		}
	})
}

// What is said of an agent that is gone: nothing, and Wait for it ends with the context alone.
func TestMarkGone(t *testing.T) {
	inCluster(t, minicluster.Config{}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		agent := cluster.AgentID(0)
		change, err := client.Reserve(t.Context(), agent, resource.Set{disk})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.MarkGone(t.Context(), agent); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := client.WaitForAgent(ctx, agent, func(a *operator.Agent) bool { return a == nil }); err != nil {
			t.Error(err)
		}
		if err := change.Wait(ctx); !errors.Is(err, operator.ErrNotDone) || !errors.Is(err, operator.ErrNoAgent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a change of an agent that is gone: %v", err)
		}
	})
}

func TestMaintenance(t *testing.T) {
	inCluster(t, minicluster.Config{Agents: []minicluster.Agent{{Hostname: "a"}}}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		ctx := t.Context()
		agent, err := client.Agent(ctx, cluster.AgentID(0))
		if err != nil {
			t.Fatal(err)
		}
		machine, err := operator.MachineOf(agent)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.StartMaintenance(ctx, machine); !errors.Is(err, operator.ErrRefused) {
			t.Errorf("down without a schedule: %v", err)
		}
		want := masterpb.Schedule{Windows: []masterpb.Window{{
			MachineIDs:     []mesos.MachineID{machine},
			Unavailability: mesos.Unavailability{Start: mesos.TimeInfo{Nanoseconds: time.Now().Add(time.Hour).UnixNano()}},
		}}}
		if err := client.UpdateMaintenanceSchedule(ctx, want); err != nil {
			t.Fatal(err)
		}
		if got, err := client.MaintenanceSchedule(ctx); err != nil || got.String() != want.String() {
			t.Errorf("the schedule is %v, %v, want %v", got, err, want)
		}
		if err := client.Drain(ctx, *agent.AgentInfo.ID, operator.Drain{}); !errors.Is(err, operator.ErrAgentState) {
			t.Errorf("drain a machine in the schedule: %v", err)
		}
		if err := client.StartMaintenance(ctx, machine); err != nil {
			t.Fatal(err)
		}
		if status, err := client.MaintenanceStatus(ctx); err != nil || len(status.DownMachines) != 1 {
			t.Errorf("the status is %v, %v", status, err)
		}
		if err := client.StopMaintenance(ctx, machine); err != nil {
			t.Error(err)
		}
		if got, err := client.MaintenanceSchedule(ctx); err != nil || len(got.Windows) != 0 {
			t.Errorf("afterwards the schedule is %v, %v", got, err)
		}
	})
}

// A machine is where an agent listens.
func TestMachineOf(t *testing.T) {
	for pid, want := range map[string]string{
		"slave(1)@10.0.0.7:5051": "10.0.0.7", "slave(1)@[::1]:5051": "::1", "": "", "slave(1)@nowhere": "", "slave(1)@host:5051": "",
	} {
		m, err := operator.MachineOf(&operator.Agent{AgentInfo: mesos.AgentInfo{Hostname: "h"}, Pid: &pid})
		if m.GetIP() != want || (err == nil) != (want != "") || err == nil && m.GetHostname() != "h" {
			t.Errorf("%q: %v, %v, want the address %q", pid, m, err, want)
		}
	}
}

// Access control lists: who may reserve for a role may still not make volumes.
func TestForbidden(t *testing.T) {
	acls := `{"permissive": true, "create_volumes": [{"principals": {"values": ["ops"]}, "roles": {"type": "NONE"}}]}`
	inCluster(t, minicluster.Config{ACLs: acls, Credentials: map[string]string{"ops": secret}},
		func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
			if _, err := client.Reserve(t.Context(), cluster.AgentID(0), resource.Set{disk}); err != nil {
				t.Fatal(err)
			}
			_, err := client.CreateVolumes(t.Context(), cluster.AgentID(0), resource.Set{volume})
			var e *operator.Error
			if !errors.Is(err, operator.ErrForbidden) || !errors.As(err, &e) || e.Text != "403 Forbidden." {
				t.Errorf("create a volume: %v", err)
			}
		})
}

// Standbys lead to the leader, and while nobody leads that is what the error says; Wait outlives an election.
func TestSeveralMasters(t *testing.T) {
	inCluster(t, minicluster.Config{Masters: 3}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		for _, master := range cluster.Masters() {
			c := newClient(t, operator.Config{Masters: []string{master}, Dial: cluster.Dial})
			if agents, err := c.Agents(t.Context()); err != nil || len(agents.Agents) != 1 {
				t.Errorf("by way of %s: %v, %v", master, agents, err)
			}
		}
		change, err := client.Reserve(t.Context(), cluster.AgentID(0), resource.Set{disk})
		if err != nil {
			t.Fatal(err)
		}
		if err := cluster.KillMaster(cluster.Leader()); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Agents(t.Context()); err != nil && !errors.Is(err, operator.ErrNotLeader) && !errors.Is(err, operator.ErrUnavailable) && !errors.Is(err, operator.ErrUnreachable) {
			t.Errorf("during an election: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		if err := change.Wait(ctx); err != nil {
			t.Errorf("after an election: %v", err)
		}
	})
}
