package operator_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

var (
	wanted = resource.Reservation{Role: "db", Principal: "ops", Labels: map[string]string{"node": "0"}}
	disk   = reservedDisk(1024)
	volume = resource.Volume{ID: "v1", Path: "data", MiB: 512}.On(disk, "ops")
)

func reservedDisk(mib float64) mesos.Resource {
	return resource.Push(resource.Scalar("disk", mib), wanted.Info())
}

// inCluster runs a test in a bubble with a cluster and a client of it.
func inCluster(t *testing.T, cfg minicluster.Config, test func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client)) {
	t.Helper()
	cfg.Network = minicluster.Pipes
	if cfg.Simulate == nil {
		cfg.Simulate = minicluster.Idle
	}
	synctest.Test(t, func(t *testing.T) {
		cluster := minicluster.New(t, cfg)
		client := newClient(t, operator.Config{Masters: cluster.Masters(), Dial: cluster.Dial, Principal: "ops", Secret: secret})
		test(t, cluster, client)
	})
}

// A volume's whole life, each change waited for, and the agent's resources as they were in the end.
func TestLifeOfAVolume(t *testing.T) {
	inCluster(t, minicluster.Config{}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		agent := cluster.AgentID(0)
		before, err := client.Agent(t.Context(), agent)
		if err != nil {
			t.Fatal(err)
		}
		done := func(change *operator.Change, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := change.Wait(ctx); err != nil {
				t.Fatal(err)
			}
		}
		grown, rest := volume, reservedDisk(256)
		grown.Scalar = &mesos.Value_Scalar{Value: 768}
		done(client.Reserve(t.Context(), agent, resource.Set{disk}))
		done(client.CreateVolumes(t.Context(), agent, resource.Set{volume}))
		done(client.GrowVolume(t.Context(), agent, volume, rest))
		done(client.ShrinkVolume(t.Context(), agent, grown, 256))
		if _, err := client.CreateVolumes(t.Context(), agent, resource.Set{volume}); !errors.Is(err, operator.ErrExists) {
			t.Errorf("the same volume twice: %v", err)
		}
		if _, err := client.Unreserve(t.Context(), agent, resource.Set{volume}); !errors.Is(err, operator.ErrInUse) {
			t.Errorf("unreserve a volume: %v", err)
		}
		if _, err := client.Unreserve(t.Context(), agent, resource.Set{disk}); !errors.Is(err, operator.ErrConflict) {
			t.Errorf("unreserve more than is free: %v", err)
		}
		done(client.DestroyVolumes(t.Context(), agent, resource.Set{volume}))
		if _, err := client.DestroyVolumes(t.Context(), agent, resource.Set{volume}); !errors.Is(err, operator.ErrNoVolume) {
			t.Errorf("destroy what isn't there: %v", err)
		}
		moved := resource.Push(resource.Scalar("disk", 1024), resource.Reservation{Role: "other", Principal: "ops"}.Info())
		done(client.ReserveFrom(t.Context(), agent, resource.Set{disk}, resource.Set{moved}))
		done(client.Unreserve(t.Context(), agent, resource.Set{moved}))
		after, err := client.Agent(t.Context(), agent)
		if err != nil || !resource.Set(after.TotalResources).Equal(before.TotalResources) {
			t.Errorf("%v, %v is left of %v", err, after.TotalResources, before.TotalResources)
		}
		if _, err := client.Reserve(t.Context(), mesos.AgentID{Value: "nobody"}, resource.Set{disk}); !errors.Is(err, operator.ErrNoAgent) {
			t.Errorf("no such agent: %v", err)
		}
	})
}

// The master asks for credentials, and who reserves has to say who it is.
func TestCredentials(t *testing.T) {
	inCluster(t, minicluster.Config{Credentials: map[string]string{"ops": secret}}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		if _, err := client.Reserve(t.Context(), cluster.AgentID(0), resource.Set{disk}); err != nil {
			t.Error(err)
		}
		anonymous := resource.Push(resource.Scalar("cpus", 1), resource.Reservation{Role: "db"}.Info())
		if _, err := client.Reserve(t.Context(), cluster.AgentID(0), resource.Set{anonymous}); !errors.Is(err, operator.ErrPrincipal) {
			t.Errorf("without a principal: %v", err)
		}
		for _, cfg := range []operator.Config{{}, {Principal: "ops", Secret: "wrong"}} {
			cfg.Masters, cfg.Dial = cluster.Masters(), cluster.Dial
			if _, err := newClient(t, cfg).Agents(t.Context()); !errors.Is(err, operator.ErrUnauthorized) {
				t.Errorf("%q: %v", cfg.Principal, err)
			}
		}
	})
}

// A change that a disconnected agent can't have done isn't done until the agent is back with it.
func TestWaitForAnAgentThatIsAway(t *testing.T) {
	inCluster(t, minicluster.Config{}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		agent := cluster.AgentID(0)
		change, err := client.Reserve(t.Context(), agent, resource.Set{disk})
		if err != nil {
			t.Fatal(err)
		}
		if err := cluster.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, errors.New("five seconds are over"))
		defer cancel()
		if err := change.Wait(ctx); !errors.Is(err, operator.ErrNotDone) || !errors.Is(err, context.Cause(ctx)) {
			t.Errorf("while it is away: %v", err)
		}
		waited := make(chan error, 1)
		go func() { waited <- change.Wait(t.Context()) }()
		time.Sleep(10 * time.Second)
		select {
		case err := <-waited:
			t.Errorf("while it is away: %v", err)
		default:
		}
		if err := cluster.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := <-waited; err != nil {
			t.Error(err)
		}
	})
}

// runOnVolume keeps a task on the volume, and waits until it runs.
func runOnVolume(t *testing.T, cluster *minicluster.Cluster) {
	t.Helper()
	running := make(chan struct{}, 1)
	driver, err := scheduler.New(scheduler.Config{
		Masters: cluster.Masters(), Dial: cluster.Dial, Framework: mesos.FrameworkInfo{Name: "store", User: "nobody", Roles: []string{"db"}},
	}, scheduler.Callbacks{
		OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			for i := range offers {
				found := resource.Set(offers[i].Resources).Volumes()
				if len(found) == 0 {
					continue
				}
				return []scheduler.Decision{scheduler.Accept(offers[i:i+1], []mesos.Offer_Operation{{
					Type: mesos.Offer_Operation_LAUNCH.Enum(),
					Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{{
						Name: "store-0", TaskID: mesos.TaskID{Value: "store-0.1"}, AgentID: offers[i].AgentID,
						Resources: resource.MustParse("cpus:0.1;mem:32").Allocate("db").Plus(found),
						Command:   &mesos.CommandInfo{Value: new("sleep 1000")},
					}}},
				}})}, nil
			}
			return nil, nil
		},
		OnStatus: func(_ context.Context, s mesos.TaskStatus) error {
			if s.State == mesos.TASK_RUNNING {
				running <- struct{}{}
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- driver.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	<-running
}

func TestInventory(t *testing.T) {
	inCluster(t, minicluster.Config{Agents: []minicluster.Agent{{Hostname: "a"}, {Hostname: "b", Resources: "cpus:1;mem:512;disk(db):100;disk:2048"}}},
		func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
			other := resource.Volume{ID: "v0", Path: "data", MiB: 100}.On(disk, "ops")
			for i, volumes := range []resource.Set{{volume}, {other}} {
				agent := cluster.AgentID(i)
				if _, err := client.Reserve(t.Context(), agent, resource.Set{disk}); err != nil {
					t.Fatal(err)
				}
				if _, err := client.CreateVolumes(t.Context(), agent, volumes); err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					runOnVolume(t, cluster)
				}
			}
			state, err := client.State(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			type line struct {
				Role, ID, Host string
				InUse          bool
				Tasks          []string
			}
			var got []line
			for _, v := range operator.Volumes(state) {
				l := line{v.Role(), v.ID(), v.Hostname, v.InUse, nil}
				for _, task := range v.Users {
					l.Tasks = append(l.Tasks, task.TaskID.Value)
				}
				got = append(got, l)
			}
			if diff := cmp.Diff([]line{{"db", "v0", "b", false, nil}, {"db", "v1", "a", true, []string{"store-0.1"}}}, got); diff != "" {
				t.Errorf("volumes (-want +got):\n%s", diff)
			}
			var reservations []string
			for _, r := range operator.Reservations(state) {
				kind := "static"
				if r.Dynamic() {
					kind = "dynamic"
				}
				reservations = append(reservations, r.Role()+" "+r.Hostname+" "+kind+" free "+r.Free().ToUnreserved().String())
			}
			slices.Sort(reservations)
			want := []string{"db a dynamic free disk:512", "db b dynamic free disk:924", "db b static free disk:100"}
			if diff := cmp.Diff(want, reservations); diff != "" {
				t.Errorf("reservations (-want +got):\n%s", diff)
			}
			if _, err := client.DestroyVolumes(t.Context(), cluster.AgentID(0), resource.Set{volume}); !errors.Is(err, operator.ErrInUse) {
				t.Errorf("destroy a volume in use: %v", err)
			}
		})
}

// Everything that can be looked at, and a framework that is removed.
func TestLooking(t *testing.T) {
	inCluster(t, minicluster.Config{}, func(t *testing.T, cluster *minicluster.Cluster, client *operator.Client) {
		ctx := t.Context()
		if ok, err := client.Healthy(ctx); !ok || err != nil {
			t.Errorf("Healthy: %v, %v", ok, err)
		}
		if v, err := client.Version(ctx); err != nil || v.Version == "" {
			t.Errorf("Version: %v, %v", v, err)
		}
		if _, err := client.Tasks(ctx); err != nil {
			t.Error(err)
		}
		if _, err := client.Executors(ctx); err != nil {
			t.Error(err)
		}
		if ops, err := client.Operations(ctx); err != nil || len(ops) != 0 {
			t.Errorf("Operations: %v, %v", ops, err)
		}
		for i, call := range []func(mesos.AgentID) error{
			func(mesos.AgentID) error {
				_, err := client.Reserve(ctx, cluster.AgentID(0), resource.Set{disk})
				return err
			},
			func(id mesos.AgentID) error {
				_, err := client.CreateVolumes(ctx, id, resource.Set{volume})
				return err
			},
		} {
			if err := call(cluster.AgentID(0)); err != nil {
				t.Fatal(i, err)
			}
		}
		runOnVolume(t, cluster)
		roles, err := client.Roles(ctx)
		if err != nil || !slices.ContainsFunc(roles, func(r mesos.Role) bool { return r.Name == "db" }) {
			t.Errorf("Roles: %v, %v", roles, err)
		}
		if err := client.Teardown(ctx, mesos.FrameworkID{Value: "nobody"}); !errors.Is(err, operator.ErrNoFramework) {
			t.Errorf("Teardown of nobody: %v", err)
		}
		frameworks, err := client.Frameworks(ctx)
		if err != nil || len(frameworks.Frameworks) != 1 || frameworks.Frameworks[0].FrameworkInfo.Name != "store" {
			t.Errorf("Frameworks: %v, %v", frameworks, err)
		}
	})
}

// Each call says what it should, whatever the master makes of it.
func TestCallsAsSent(t *testing.T) {
	calls := make(chan *masterpb.Call, 1)
	s := newRecorder(t, calls)
	c := newClient(t, operator.Config{Masters: []string{s}})
	ctx, machine := t.Context(), mesos.MachineID{Hostname: new("h")}
	schedule := masterpb.Schedule{Windows: []masterpb.Window{{MachineIDs: []mesos.MachineID{machine}, Unavailability: mesos.Unavailability{Start: mesos.TimeInfo{Nanoseconds: 1}}}}}
	quota := masterpb.QuotaConfig{Role: "r", Limits: map[string]mesos.Value_Scalar{"cpus": {Value: 1}}}
	for _, test := range []struct {
		name string
		call func() error
		want string
	}{
		{"Drain", func() error {
			return c.Drain(ctx, agentID, operator.Drain{MaxGrace: 1500 * time.Millisecond, MarkGone: true})
		},
			`type:DRAIN_AGENT drain_agent:<agent_id:<value:"agent-7" > max_grace_period:<seconds:1 nanos:500000000 > mark_gone:true > `},
		{"Drain, as tasks say", func() error { return c.Drain(ctx, agentID, operator.Drain{}) }, `type:DRAIN_AGENT drain_agent:<agent_id:<value:"agent-7" > > `},
		{"Deactivate", func() error { return c.Deactivate(ctx, agentID) }, `type:DEACTIVATE_AGENT deactivate_agent:<agent_id:<value:"agent-7" > > `},
		{"Reactivate", func() error { return c.Reactivate(ctx, agentID) }, `type:REACTIVATE_AGENT reactivate_agent:<agent_id:<value:"agent-7" > > `},
		{"MarkGone", func() error { return c.MarkGone(ctx, agentID) }, `type:MARK_AGENT_GONE mark_agent_gone:<agent_id:<value:"agent-7" > > `},
		{"Teardown", func() error { return c.Teardown(ctx, mesos.FrameworkID{Value: "f"}) }, `type:TEARDOWN teardown:<framework_id:<value:"f" > > `},
		{"UpdateMaintenanceSchedule", func() error { return c.UpdateMaintenanceSchedule(ctx, schedule) },
			`type:UPDATE_MAINTENANCE_SCHEDULE update_maintenance_schedule:<schedule:<windows:<machine_ids:<hostname:"h" > unavailability:<start:<nanoseconds:1 > > > > > `},
		{"StartMaintenance", func() error { return c.StartMaintenance(ctx, machine) }, `type:START_MAINTENANCE start_maintenance:<machines:<hostname:"h" > > `},
		{"StopMaintenance", func() error { return c.StopMaintenance(ctx, machine) }, `type:STOP_MAINTENANCE stop_maintenance:<machines:<hostname:"h" > > `},
		{"UpdateQuota", func() error { return c.UpdateQuota(ctx, true, quota) },
			`type:UPDATE_QUOTA update_quota:<force:true quota_configs:<role:"r" limits:<key:"cpus" value:<value:1 > > > > `},
		{"UpdateWeights", func() error { return c.UpdateWeights(ctx, mesos.WeightInfo{Role: new("r"), Weight: 2}) },
			`type:UPDATE_WEIGHTS update_weights:<weight_infos:<weight:2 role:"r" > > `},
	} {
		if err := test.call(); err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := (<-calls).String(); got != test.want {
			t.Errorf("%s sends %s, want %s", test.name, got, test.want)
		}
	}
}
