package minicluster_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func machineID(hostname, ip string) mesos.MachineID {
	return mesos.MachineID{Hostname: &hostname, IP: &ip}
}

// here is the machine of the first agent.
var here = machineID("127.0.0.1", "127.0.0.1")

// window is an hour that begins after a while.
func window(after time.Duration, ids ...mesos.MachineID) masterpb.Window {
	return masterpb.Window{MachineIDs: ids, Unavailability: mesos.Unavailability{
		Start: mesos.TimeInfo{Nanoseconds: time.Now().Add(after).UnixNano()}, Duration: &mesos.DurationInfo{Nanoseconds: int64(time.Hour)},
	}}
}

func schedule(windows ...masterpb.Window) *masterpb.Call {
	return &masterpb.Call{Type: masterpb.Call_UPDATE_MAINTENANCE_SCHEDULE.Enum(), UpdateMaintenanceSchedule: &masterpb.Call_UpdateMaintenanceSchedule{
		Schedule: masterpb.Schedule{Windows: windows},
	}}
}

func startMaintenance(ids ...mesos.MachineID) *masterpb.Call {
	return &masterpb.Call{Type: masterpb.Call_START_MAINTENANCE.Enum(), StartMaintenance: &masterpb.Call_StartMaintenance{Machines: ids}}
}

func stopMaintenance(ids ...mesos.MachineID) *masterpb.Call {
	return &masterpb.Call{Type: masterpb.Call_STOP_MAINTENANCE.Enum(), StopMaintenance: &masterpb.Call_StopMaintenance{Machines: ids}}
}

// plans shows the maintenance status in a few words.
func plans(t testing.TB, c *minicluster.Cluster) string {
	t.Helper()
	status := ordered(t, c, &masterpb.Call{Type: masterpb.Call_GET_MAINTENANCE_STATUS.Enum()}).GetMaintenanceStatus.Status
	var out []string
	for _, m := range status.DrainingMachines {
		out = append(out, "draining "+m.ID.GetHostname())
		for _, s := range m.Statuses {
			out = append(out, s.Status.String())
		}
	}
	for _, m := range status.DownMachines {
		out = append(out, "down "+m.GetHostname())
	}
	return strings.Join(out, " ")
}

func scheduled(t testing.TB, c *minicluster.Cluster) []masterpb.Window {
	t.Helper()
	return ordered(t, c, &masterpb.Call{Type: masterpb.Call_GET_MAINTENANCE_SCHEDULE.Enum()}).GetMaintenanceSchedule.Schedule.Windows
}

// asked waits for an inverse offer.
func (s *scheduler) asked() *mesos.InverseOffer {
	s.t.Helper()
	return &s.next(schedulerpb.Event_INVERSE_OFFERS).InverseOffers.InverseOffers[0]
}

func (s *scheduler) acceptInverse(seconds float64, o *mesos.InverseOffer) {
	s.t.Helper()
	s.must(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT_INVERSE_OFFERS.Enum(), AcceptInverseOffers: &schedulerpb.Call_AcceptInverseOffers{
		InverseOfferIDs: []mesos.OfferID{o.ID}, Filters: &mesos.Filters{RefuseSeconds: &seconds},
	}})
}

func (s *scheduler) declineInverse(seconds *float64, o *mesos.InverseOffer) {
	s.t.Helper()
	s.must(&schedulerpb.Call{Type: schedulerpb.Call_DECLINE_INVERSE_OFFERS.Enum(), DeclineInverseOffers: &schedulerpb.Call_DeclineInverseOffers{
		InverseOfferIDs: []mesos.OfferID{o.ID}, Filters: &mesos.Filters{RefuseSeconds: seconds},
	}})
}

func TestMaintenanceSchedule(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		launched(s, "t")
		before := s.offer()
		w := window(20*time.Second, here)
		ordered(t, c, schedule(w))
		if e := s.next(schedulerpb.Event_RESCIND); e.Rescind.OfferID.Value != before.ID.Value {
			t.Errorf("rescind = %v", e)
		}
		after := s.offer()
		if after.Unavailability.GetStart().Nanoseconds != w.Unavailability.Start.Nanoseconds || !resource.Set(after.Resources).Equal(before.Resources) {
			t.Errorf("offer = %v", after)
		}
		o := s.asked()
		if numberOf(t, o.ID) != numberOf(t, after.ID)+1 {
			t.Errorf("the inverse offer %s doesn't follow the offer %s", o.ID.Value, after.ID.Value)
		}
		if o.FrameworkID.Value != s.id.Value || o.AgentID.Value != before.AgentID.Value || o.Unavailability.Duration.GetNanoseconds() != 3600e9 || len(o.Resources) != 0 || o.URL.GetScheme() != "http" {
			t.Errorf("inverse offer = %v", o)
		}
		if got := plans(t, c); got != "draining 127.0.0.1" {
			t.Errorf("status = %q", got)
		}
		if got := scheduled(t, c); len(got) != 1 || got[0].Unavailability.Start.Nanoseconds != w.Unavailability.Start.Nanoseconds || got[0].MachineIDs[0].GetHostname() != "127.0.0.1" {
			t.Errorf("schedule = %v", got)
		}
		frameworks := ordered(t, c, &masterpb.Call{Type: masterpb.Call_GET_FRAMEWORKS.Enum()}).GetFrameworks.Frameworks
		if len(frameworks[0].InverseOffers) != 1 || frameworks[0].InverseOffers[0].ID.Value != o.ID.Value {
			t.Errorf("inverse offers shown = %v", frameworks[0].InverseOffers)
		}
		s.hears(time.Hour) // nothing happens when the window begins, nor to who doesn't answer
		ordered(t, c, schedule())
		s.hears(time.Second, "RESCIND", "RESCIND_INVERSE_OFFER", "OFFERS")
		if got := plans(t, c) + strings.Repeat("x", len(scheduled(t, c))); got != "" {
			t.Errorf("status = %q", got)
		}
	})
}

// numberOf is the number at the end of an offer's id.
func numberOf(t *testing.T, id mesos.OfferID) int {
	t.Helper()
	n, err := strconv.Atoi(id.Value[strings.LastIndex(id.Value, "-O")+2:])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnswersToInverseOffers(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		launched(s, "t")
		ordered(t, c, schedule(window(time.Hour, here)))
		o := s.asked()
		start := time.Now()
		s.acceptInverse(2, o)
		synctest.Wait()
		if got := plans(t, c); got != "draining 127.0.0.1 ACCEPT" {
			t.Errorf("status = %q", got)
		}
		s.heard(0)
		o = s.asked()
		closeTo(t, "asked again", time.Since(start), 2*time.Second, 250*time.Millisecond)
		s.acceptInverse(0, o) // no filter
		start = time.Now()
		o = s.asked()
		closeTo(t, "asked again", time.Since(start), 0, 250*time.Millisecond)
		start = time.Now()
		s.declineInverse(nil, o)
		synctest.Wait()
		if got := plans(t, c); got != "draining 127.0.0.1 DECLINE" {
			t.Errorf("status = %q", got)
		}
		o = s.asked()
		closeTo(t, "asked again", time.Since(start), 5*time.Second, 250*time.Millisecond)
		s.declineInverse(new(3600.0), o)
		s.declineInverse(new(0.0), o) // it is no longer valid
		s.must(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT_INVERSE_OFFERS.Enum(), AcceptInverseOffers: &schedulerpb.Call_AcceptInverseOffers{}})
		s.none(time.Minute, schedulerpb.Event_INVERSE_OFFERS)
		s.must(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()}) // forgets what was refused
		s.declineInverse(new(-1.0), s.asked())
		start = time.Now()
		o = s.asked()
		closeTo(t, "asked again", time.Since(start), 5*time.Second, 250*time.Millisecond)
		// A change of the schedule forgets it too, and all answers.
		s.declineInverse(new(3600.0), o)
		ordered(t, c, schedule(window(2*time.Hour, here)))
		if again := s.asked(); again.Unavailability.Start.Nanoseconds == o.Unavailability.Start.Nanoseconds {
			t.Errorf("inverse offer = %v", again)
		}
		if got := plans(t, c); got != "draining 127.0.0.1" {
			t.Errorf("status = %q", got)
		}
	})
}

// TestInverseOffersGoToThoseOnTheAgent: who holds or is offered something there is asked, once it is connected.
func TestInverseOffersGoToThoseOnTheAgent(t *testing.T) {
	bubble(t, minicluster.Config{Agents: []minicluster.Agent{{}, {}}}, func(t *testing.T, c *minicluster.Cluster) {
		a := subscribe(t, c, info(timeout(3600), checkpointing))
		onFirst := func(o *mesos.Offer) bool { return o.AgentID.Value == c.AgentID(0).Value }
		o := a.offer(onFirst)
		a.accept(o, launch(task("t", o, "run")))
		a.running("t")
		b := subscribe(t, c, info(timeout(3600), inRoles("other"))) // is offered nothing: a has it all
		a.must(&schedulerpb.Call{Type: schedulerpb.Call_SUPPRESS.Enum()})
		ordered(t, c, schedule(window(time.Hour, here)))
		a.asked()
		if !onFirst(&mesos.Offer{AgentID: *b.asked().AgentID}) {
			t.Error("b is asked to leave the other agent") // it is offered what a had to give back
		}
		// One that comes back is asked again.
		back := subscribe(t, c, info(timeout(3600), checkpointing, as(a.id)))
		<-a.ended
		back.asked()
		back.hangUp()
		time.Sleep(time.Minute)
		again := subscribe(t, c, info(timeout(3600), checkpointing, as(a.id)))
		again.asked()
		// The next master reads the schedule from the registry, and asks anew.
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		subscribe(t, c, info(timeout(3600), checkpointing, as(a.id))).asked()
		if got := plans(t, c); got != "draining 127.0.0.1" {
			t.Errorf("status = %q", got)
		}
	})
}

// TestAgentThatRestartsBeforeItsMaintenance: a real master asks nobody again then.
func TestAgentThatRestartsBeforeItsMaintenance(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		launched(s, "t")
		ordered(t, c, schedule(window(time.Hour, here)))
		s.heard(time.Second)
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		s.hears(2*time.Second, "RESCIND", "RESCIND_INVERSE_OFFER")
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		s.hears(time.Minute, "OFFERS with unavailability")
		ordered(t, c, schedule(window(time.Hour, here)))
		s.hears(time.Second, "RESCIND", "OFFERS with unavailability", "INVERSE_OFFERS")
	})
}

func TestOfferTimeoutTakesInverseOffersBack(t *testing.T) {
	bubble(t, minicluster.Config{OfferTimeout: time.Minute}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		launched(s, "t")
		ordered(t, c, schedule(window(time.Hour, here)))
		o := s.asked()
		start := time.Now()
		if e := s.await(2*time.Minute, func(e *schedulerpb.Event) bool { return e.RescindInverseOffer != nil }); e == nil || e.RescindInverseOffer.InverseOfferID.Value != o.ID.Value {
			t.Fatalf("event = %v", e)
		}
		closeTo(t, "rescinded", time.Since(start), time.Minute, time.Second)
		s.asked()
	})
}

func TestStartMaintenance(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		ordered(t, c, schedule(window(time.Hour, here)))
		s.heard(time.Second)
		refusedCall(t, c, drain(o.AgentID, -1, false), 400, "Agent "+o.AgentID.Value+" is part of a maintenance schedule under Machine 127.0.0.1 (127.0.0.1)")
		ordered(t, c, startMaintenance(machineID("127.0.0.1", "127.0.0.1"))) // before its time
		s.hears(
			0, "UPDATE t TASK_LOST REASON_AGENT_REMOVED SOURCE_MASTER Agent 127.0.0.1 removed: Operator initiated 'Machine DOWN'",
			"RESCIND", "RESCIND_INVERSE_OFFER", "FAILURE",
		)
		s.reconcile(o.AgentID.Value, "t")
		s.hears(10*time.Second, "UPDATE t TASK_UNKNOWN REASON_RECONCILIATION SOURCE_MASTER Reconciliation: Task is unknown")
		if got := plans(t, c); got != "down 127.0.0.1" {
			t.Errorf("status = %q", got)
		}
		started := func() {
			t.Helper()
			if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) || !strings.Contains(err.Error(), "Machine is `DOWN`") {
				t.Errorf("started on a machine that is down: %v", err)
			}
		}
		started()
		refusedCall(t, c, schedule(), 400, "Machine 'hostname: \"127.0.0.1\"\nip: \"127.0.0.1\"\n' is deactivated and cannot be removed from the schedule")
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		if got := plans(t, c); got != "down 127.0.0.1" || len(scheduled(t, c)) != 1 {
			t.Errorf("the next master's status = %q", got)
		}
		started()
		back := subscribe(t, c, info(timeout(3600), checkpointing, as(s.id)))
		ordered(t, c, stopMaintenance(here))
		if got := plans(t, c); got != "" || len(scheduled(t, c)) != 0 {
			t.Errorf("status = %q, schedule = %v", got, scheduled(t, c))
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		again := back.offer(hasVolume("v1"))
		if again.AgentID.Value != o.AgentID.Value || again.Unavailability != nil {
			t.Errorf("offer = %v", again)
		}
		back.reconcile(o.AgentID.Value, "t")
		if got := back.status("t", mesos.TASK_GONE); got.GetMessage() != "Reconciliation: Task is unknown to the agent" {
			t.Errorf("status = %v", got)
		}
	})
}

// TestStartOnAWorkDirWhoseMachineIsDown: the cluster runs, and its agent doesn't.
func TestStartOnAWorkDirWhoseMachineIsDown(t *testing.T) {
	cfg := minicluster.Config{WorkDir: t.TempDir(), Agents: []minicluster.Agent{{}, {}}}
	c, err := minicluster.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ids := []mesos.AgentID{c.AgentID(0), c.AgentID(1)}
	ordered(t, c, schedule(window(time.Hour, here)))
	ordered(t, c, startMaintenance(here))
	eventually(t, "the agent has gone", func() bool { return len(c.State().Agents) == 1 })
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	again := minicluster.New(t, cfg)
	if s := again.State(); len(s.Agents) != 1 || s.Agents[0].ID.Value != ids[1].Value {
		t.Errorf("agents = %v", s.Agents)
	}
	ordered(t, again, stopMaintenance(here))
	if err := again.StartAgent(0); err != nil || again.AgentID(0).Value != ids[0].Value {
		t.Errorf("agent %v started: %v", again.AgentID(0), err)
	}
}

// TestScheduleTakesAllOffersBack: also those of agents that it isn't about, as a real master does.
func TestScheduleTakesAllOffersBack(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		s.heard(time.Second)
		ordered(t, c, schedule(window(time.Hour, machineID("elsewhere", "10.0.0.1"))))
		s.hears(time.Second, "RESCIND", "OFFERS")
	})
}

func TestMaintenanceRefusals(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		there := machineID("there", "10.0.0.1")
		negative := window(0, there)
		negative.Unavailability.Duration.Nanoseconds = -1
		for _, tt := range []struct {
			call *masterpb.Call
			want string
		}{
			{schedule(window(0)), "List of machines in the maintenance window is empty"},
			{schedule(negative), "Unavailability 'duration' is negative"},
			{schedule(window(0, mesos.MachineID{})), "Both 'hostname' and 'ip' for a machine are empty"},
			{schedule(window(0, machineID("", ""))), "Both 'hostname' and 'ip' for a machine are empty"},
			{schedule(window(0, machineID("h", "nonsense"))), "Failed to parse IPv4: nonsense"},
			{schedule(window(0, machineID("h", "::1"))), "Failed to parse IPv4: ::1"},
			{schedule(window(0, there, machineID("THERE", "10.0.0.1"))), "Machine 'hostname: \"THERE\"\nip: \"10.0.0.1\"\n' appears more than once in the schedule"},
			{schedule(window(0, there), window(0, there)), "Machine 'hostname: \"there\"\nip: \"10.0.0.1\"\n' appears more than once in the schedule"},
			{startMaintenance(), "List of machines is empty"},
			{startMaintenance(mesos.MachineID{}), "Both 'hostname' and 'ip' for a machine are empty"},
			{startMaintenance(there, there), "Machine 'hostname: \"there\"\nip: \"10.0.0.1\"\n' appears more than once in the schedule"},
			{startMaintenance(there), `Machine '{"hostname":"there","ip":"10.0.0.1"}' is not part of a maintenance schedule`},
			{startMaintenance(mesos.MachineID{Hostname: new("127.0.0.1")}), `Machine '{"hostname":"127.0.0.1"}' is not part of a maintenance schedule`},
			{startMaintenance(here), `Machine '{"hostname":"127.0.0.1","ip":"127.0.0.1"}' is not in DRAINING mode and cannot be brought down`},
			{stopMaintenance(), "List of machines is empty"},
			{stopMaintenance(there), `Machine '{"hostname":"there","ip":"10.0.0.1"}' is not part of a maintenance schedule`},
			{stopMaintenance(here), `Machine '{"hostname":"127.0.0.1","ip":"127.0.0.1"}' is not in DOWN mode and cannot be brought up`},
		} {
			refusedCall(t, c, tt.call, http.StatusBadRequest, tt.want)
		}
		ordered(t, c, schedule(window(0, there, mesos.MachineID{Hostname: new("there")}))) // these are two
		ordered(t, c, startMaintenance(there))
		refusedCall(t, c, startMaintenance(there), 400, `Machine '{"hostname":"there","ip":"10.0.0.1"}' is not in DRAINING mode and cannot be brought down`)
		ordered(t, c, stopMaintenance(there))
		if got := scheduled(t, c); len(got) != 1 || len(got[0].MachineIDs) != 1 {
			t.Errorf("schedule = %v", got)
		}
		// It was there once, which is not forgotten.
		refusedCall(t, c, stopMaintenance(there), 400, `Machine '{"hostname":"there","ip":"10.0.0.1"}' is not in DOWN mode and cannot be brought up`)
	})
}

func TestMaintenanceEndpoints(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		const mine = `{"hostname":"127.0.0.1","ip":"127.0.0.1"}`
		const plan = `{"windows":[{"machine_ids":[` + mine + `],"unavailability":{"start":{"nanoseconds":1},"duration":{"nanoseconds":2}}}]}`
		for _, tt := range []struct {
			method, path, body string
			code               int
			want               string
		}{
			{"PUT", "/maintenance/schedule", "", 405, "405 Method Not Allowed. Expecting one of { 'GET', 'POST' }, but received 'PUT'."},
			{"POST", "/maintenance/status", "", 405, "405 Method Not Allowed. Expecting one of { 'GET' }, but received 'POST'."},
			{"GET", "/machine/down", "", 405, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."},
			{"GET", "/machine/up", "", 405, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."},
			{"GET", "/maintenance/schedule", "", 200, "{}"},
			{"GET", "/maintenance/status", "", 200, "{}"},
			{"POST", "/maintenance/schedule", `{"windows":[{}]}`, 400, "Missing required fields: windows[0].unavailability"},
			{"POST", "/maintenance/schedule", `{"windows":[{"machine_ids":[{}],"unavailability":{"start":{"nanoseconds":1}}}]}`, 400, "Both 'hostname' and 'ip' for a machine are empty"},
			{"POST", "/machine/down", "[]", 400, "List of machines is empty"},
			{"POST", "/machine/down", "[" + mine + "]", 400, "Machine '" + mine + "' is not in DRAINING mode and cannot be brought down"},
			{"POST", "/maintenance/schedule", plan, 200, ""},
			{"GET", "/master/maintenance/schedule", "", 200, plan},
			{"GET", "/maintenance/status", "", 200, `{"draining_machines":[{"id":` + mine + `}]}`},
			{"POST", "/machine/down", "[" + mine + "]", 200, ""},
			{"GET", "/maintenance/status", "", 200, `{"down_machines":[` + mine + `]}`},
			{"POST", "/machine/up", "[" + mine + "]", 200, ""},
			{"GET", "/maintenance/schedule", "", 200, "{}"},
		} {
			if code, body, _ := do(t, c, tt.method, tt.path, tt.body); code != tt.code || body != tt.want {
				t.Errorf("%s %s %s: %d %q, want %d %q", tt.method, tt.path, tt.body, code, body, tt.code, tt.want)
			}
		}
		for _, body := range []string{"", "x", "[]"} {
			if code, _, _ := do(t, c, "POST", "/maintenance/schedule", body); code != http.StatusBadRequest {
				t.Errorf("schedule %q: %d", body, code)
			}
		}
		for _, body := range []string{"", "x", "{}", "[1]"} {
			if code, _, _ := do(t, c, "POST", "/machine/up", body); code != http.StatusBadRequest {
				t.Errorf("machines %q: %d", body, code)
			}
		}
	})
}
