package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang/mock/gomock"
	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/mocks"
	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

var testOptions = options{role: "db", principal: "me", nodes: 3, keys: 10, spreadMode: "auto", timeout: time.Minute}

// testRing is a scheduler without a driver: its callbacks are called by hand.
func testRing(t *testing.T, store state.Store, calls scheduler.Calls) *ring {
	t.Helper()
	r, _, err := newRing(t.Context(), testOptions, []string{"127.0.0.1:1"}, "/bin/it's here", store, &timeline{out: io.Discard, start: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	r.calls = calls
	return r
}

// quiet are calls that may be made at any time.
func quiet(t *testing.T) *mocks.MockCalls {
	calls := mocks.NewMockCalls(gomock.NewController(t))
	calls.EXPECT().Revive().AnyTimes()
	return calls
}

var offers int

// offer makes an offer of an agent on a host with free resources, and the given ones besides.
func offer(agent, host string, more ...mesos.Resource) mesos.Offer {
	offers++
	free := resource.MustParse("cpus:4;mem:4096;disk:4096;ports:[31000-31009]")
	return mesos.Offer{
		ID: mesos.OfferID{Value: fmt.Sprintf("o%d", offers)}, AgentID: mesos.AgentID{Value: agent}, Hostname: host,
		Resources:      free.Plus(more).Allocate("db"),
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new("db")},
	}
}

// owned is what an instance has on its agent once it was launched there: the volume, reserved cpus and mem.
func owned(t *testing.T, r *ring, name string) (set resource.Set) {
	t.Helper()
	reservation := resource.Reservation{Role: "db", Principal: "me", Labels: map[string]string{"service": service, "instance": name}}
	for _, res := range resource.MustParse(fmt.Sprintf("cpus:0.2;mem:64;disk:%d", volumeMiB)) {
		reserved := resource.Push(res, reservation.Info())
		if res.Name == "disk" {
			reserved = resource.Volume{ID: volumeID(name), Path: "data", MiB: volumeMiB}.On(reserved, "me")
		}
		set = append(set, reserved)
	}
	return set
}

func (r *ring) mustOffer(t *testing.T, offers ...mesos.Offer) []scheduler.Decision {
	t.Helper()
	decisions, err := r.onOffer(t.Context(), offers)
	if err != nil {
		t.Fatal(err)
	}
	return decisions
}

func (r *ring) mustStatus(t *testing.T, task string, state mesos.TaskState) {
	t.Helper()
	if err := r.onStatus(t.Context(), mesos.TaskStatus{TaskID: mesos.TaskID{Value: task}, State: state}); err != nil {
		t.Fatal(err)
	}
}

func operationsOf(d scheduler.Decision) (types []mesos.Offer_Operation_Type) {
	for _, op := range d.Operations() {
		types = append(types, op.GetType())
	}
	return types
}

func stored(t *testing.T, store state.Store, name string) instance {
	t.Helper()
	all, err := load(t.Context(), store, []string{name})
	if err != nil {
		t.Fatal(err)
	}
	return *all[0]
}

// deployed is a ring with its three nodes running on three hosts.
func deployed(t *testing.T, store state.Store) *ring {
	t.Helper()
	r := testRing(t, store, quiet(t))
	r.mustOffer(t, offer("a1", "h1"), offer("a2", "h2"), offer("a3", "h3"))
	for _, name := range []string{"node-0", "node-1", "node-2"} {
		r.mustStatus(t, name+".1", mesos.TASK_RUNNING)
	}
	return r
}

func TestFreshRing(t *testing.T) {
	store := state.NewMemory()
	r := testRing(t, store, quiet(t))
	decisions := r.mustOffer(t, offer("a1", "h1"), offer("a2", "h2"), offer("b2", "h2"), offer("a3", "h3"))
	if len(decisions) != 3 {
		t.Fatalf("%d decisions, want 3", len(decisions))
	}
	hosts := map[string]bool{}
	for _, d := range decisions {
		if want := []mesos.Offer_Operation_Type{mesos.Offer_Operation_RESERVE, mesos.Offer_Operation_CREATE, mesos.Offer_Operation_LAUNCH}; !slices.Equal(operationsOf(d), want) {
			t.Errorf("operations are %v, want %v", operationsOf(d), want)
		}
		task := d.Operations()[2].Launch.TaskInfos[0]
		i := stored(t, store, task.Name)
		if i.Task != task.TaskID.Value || i.Agent != task.AgentID.Value || i.Claim == nil || i.Create != d.Operations()[1].ID.Value {
			t.Errorf("stored before the decision: %+v", i)
		}
		if command := task.Command.GetValue(); command != `exec '/bin/it'\''s here' node` {
			t.Errorf("command is %s", command)
		}
		hosts[i.Hostname] = true
	}
	if len(hosts) != 3 {
		t.Errorf("nodes are on %v, want three hosts", hosts)
	}
	// Nothing more is launched while the outcome isn't known.
	if more := r.mustOffer(t, offer("a4", "h4")); len(more) != 0 {
		t.Errorf("decided on %v", more)
	}
}

// TestNoSecondVolume: whatever is said of a task, its instance waits for its volume and takes no other disk; and it takes
// the volume wherever it turns up.
func TestNoSecondVolume(t *testing.T) {
	for _, after := range []mesos.TaskState{
		mesos.TASK_FAILED, mesos.TASK_LOST, mesos.TASK_UNREACHABLE, mesos.TASK_GONE, mesos.TASK_GONE_BY_OPERATOR,
		mesos.TASK_UNKNOWN, mesos.TASK_KILLED, mesos.TASK_FINISHED, mesos.TASK_ERROR, mesos.TASK_DROPPED,
	} {
		store := state.NewMemory()
		r := deployed(t, store)
		r.mustStatus(t, "node-1.1", after)
		before := stored(t, store, "node-1")
		if decisions := r.mustOffer(t, offer("a4", "h4"), offer(before.Agent, before.Hostname)); len(decisions) != 0 {
			t.Fatalf("%v: launched without its volume: %v of %v", after, decisions[0].Operations(), stored(t, store, "node-1"))
		}
		// The agent is back under another id; another node's volume is of no interest.
		decisions := r.mustOffer(t, offer("a5", "h5", owned(t, r, "node-0")...), offer("new", before.Hostname, owned(t, r, "node-1")...))
		if len(decisions) != 1 || !slices.Equal(operationsOf(decisions[0]), []mesos.Offer_Operation_Type{mesos.Offer_Operation_LAUNCH}) {
			t.Fatalf("%v: with its volume on offer: %v", after, decisions)
		}
		i := stored(t, store, "node-1")
		if i.Task != "node-1.2" || i.Agent != "new" || i.Claim.AgentID != "new" || i.Create != "" {
			t.Errorf("%v: stored %+v", after, i)
		}
	}
}

func TestRunningTasksAreLeftAlone(t *testing.T) {
	store := state.NewMemory()
	r := deployed(t, store)
	for _, now := range []mesos.TaskState{mesos.TASK_RUNNING, mesos.TASK_STARTING, mesos.TASK_STAGING, mesos.TASK_KILLING} {
		r.mustStatus(t, "node-1.1", now)
		if decisions := r.mustOffer(t, offer("a4", "h4", owned(t, r, "node-1")...)); len(decisions) != 0 {
			t.Errorf("%v: launched a second time", now)
		}
	}
}

func TestVolumeThatWasNotMade(t *testing.T) {
	for name, fail := range map[string]func(r *ring, d scheduler.Decision) error{
		"the CREATE failed": func(r *ring, d scheduler.Decision) error {
			return r.onOperation(t.Context(), mesos.OperationStatus{OperationID: d.Operations()[1].ID, State: mesos.OPERATION_ERROR, Message: new("no")})
		},
		"the ACCEPT was not sent": func(r *ring, d scheduler.Decision) error {
			return r.onDropped(t.Context(), scheduler.Dropped{Call: "ACCEPT", Offers: d.Offers(), Operations: []mesos.OperationID{*d.Operations()[1].ID}, Err: scheduler.ErrRescinded})
		},
	} {
		store := state.NewMemory()
		r := testRing(t, store, quiet(t))
		d := r.mustOffer(t, offer("a1", "h1"))[0]
		i := stored(t, store, "node-0")
		if err := fail(r, d); err != nil {
			t.Fatal(err)
		}
		r.mustStatus(t, i.Task, mesos.TASK_DROPPED)
		if i := stored(t, store, "node-0"); i.Claim != nil || i.Create != "" {
			t.Errorf("%s: stored %+v, want no claim", name, i)
		}
		if decisions := r.mustOffer(t, offer("a9", "h9")); len(decisions) != 1 || len(decisions[0].Operations()) != 3 {
			t.Errorf("%s: not placed anew: %v", name, decisions)
		}
	}
}

func TestVolumeThatWasMade(t *testing.T) {
	store := state.NewMemory()
	r := testRing(t, store, quiet(t))
	d := r.mustOffer(t, offer("a1", "h1"))[0]
	create := d.Operations()[1].ID
	for _, s := range []mesos.OperationStatus{
		{OperationID: create, State: mesos.OPERATION_UNREACHABLE},
		{OperationID: create, State: mesos.OPERATION_UNKNOWN},
		{State: mesos.OPERATION_ERROR},
		{OperationID: &mesos.OperationID{Value: "another"}, State: mesos.OPERATION_ERROR},
	} {
		if err := r.onOperation(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if i := stored(t, store, "node-0"); i.Claim == nil || i.Create != create.Value {
		t.Errorf("the claim was given up for nothing: %+v", i)
	}
	if known, err := r.operations(t.Context()); err != nil || len(known) != 1 || known[0].ID.Value != create.Value {
		t.Errorf("operations to ask for: %v, %v", known, err)
	}
	if err := r.onOperation(t.Context(), mesos.OperationStatus{OperationID: create, State: mesos.OPERATION_FINISHED}); err != nil {
		t.Fatal(err)
	}
	r.mustStatus(t, "node-0.1", mesos.TASK_DROPPED)
	if i := stored(t, store, "node-0"); i.Claim == nil || i.Create != "" {
		t.Errorf("stored %+v, want a certain claim", i)
	}
	if decisions := r.mustOffer(t, offer("a1", "h1")); slices.ContainsFunc(decisions, func(d scheduler.Decision) bool {
		return d.Operations()[len(d.Operations())-1].Launch.TaskInfos[0].Name == "node-0"
	}) {
		t.Error("a second volume was made")
	}
}

// TestCrashBeforeAccept: the scheduler died after it had stored what it was about to do. The next one asks, and learns that
// there is no such task; the agent's next offer tells whether there is a volume.
func TestCrashBeforeAccept(t *testing.T) {
	for _, made := range []bool{false, true} {
		store := state.NewMemory()
		dead := testRing(t, store, quiet(t))
		dead.mustOffer(t, offer("a1", "h1"))
		r := testRing(t, store, quiet(t))
		known, err := r.tasks(t.Context())
		if diff := cmp.Diff([]scheduler.KnownTask{{ID: mesos.TaskID{Value: "node-0.1"}, Agent: mesos.AgentID{Value: "a1"}}}, known); err != nil || diff != "" {
			t.Fatalf("tasks to ask for: %v, -want +got:\n%s", err, diff)
		}
		isFirst := func(d scheduler.Decision) bool {
			ops := d.Operations()
			return ops[len(ops)-1].Launch.TaskInfos[0].Name == "node-0"
		}
		if slices.ContainsFunc(r.mustOffer(t, offer("a2", "h2")), isFirst) {
			t.Fatal("launched again before anything was known")
		}
		r.mustStatus(t, "node-0.1", mesos.TASK_GONE)
		if slices.ContainsFunc(r.mustOffer(t, offer("a3", "h3")), isFirst) {
			t.Fatal("launched elsewhere, though the volume may exist")
		}
		var has []mesos.Resource
		if made {
			has = owned(t, r, "node-0")
		}
		decisions := r.mustOffer(t, offer("a1", "h1", has...))
		if len(decisions) != 1 || !isFirst(decisions[0]) {
			t.Fatalf("made %v: not launched: %v, stored %+v", made, decisions, stored(t, store, "node-0"))
		}
		if creates := slices.Contains(operationsOf(decisions[0]), mesos.Offer_Operation_CREATE); creates == made {
			t.Errorf("made %v: operations are %v", made, operationsOf(decisions[0]))
		}
	}
}

// TestStoreThatFails: what could not be stored is not done.
func TestStoreThatFails(t *testing.T) {
	store := mocks.NewMockStore(gomock.NewController(t))
	full := errors.New("the disk is full")
	store.EXPECT().Get(gomock.Any(), gomock.Any()).Return(nil, int64(0), state.ErrNotFound).AnyTimes()
	store.EXPECT().Commit(gomock.Any(), gomock.Any()).Return(full).Times(2)
	r := testRing(t, store, quiet(t))
	if decisions, err := r.onOffer(t.Context(), []mesos.Offer{offer("a1", "h1")}); !errors.Is(err, full) || len(decisions) != 0 {
		t.Errorf("decided %v, %v", decisions, err)
	}
	r.instances[0].Launches, r.instances[0].Task, r.instances[0].State = 1, "node-0.1", mesos.TASK_RUNNING
	if err := r.onStatus(t.Context(), mesos.TaskStatus{TaskID: mesos.TaskID{Value: "node-0.1"}, State: mesos.TASK_FAILED}); !errors.Is(err, full) {
		t.Errorf("an update that wasn't stored would be acknowledged: %v", err)
	}
	if r.instances[0].State != mesos.TASK_RUNNING {
		t.Error("the instance has a state that isn't stored")
	}
}

func TestOldTasks(t *testing.T) {
	calls := mocks.NewMockCalls(gomock.NewController(t))
	r := testRing(t, state.NewMemory(), calls)
	r.instances[0].Launches, r.instances[0].Task, r.instances[0].State = 2, "node-0.2", mesos.TASK_RUNNING
	calls.EXPECT().Kill(mesos.TaskID{Value: "node-0.1"}, mesos.AgentID{}, time.Duration(0)).Times(1)
	for _, s := range []mesos.TaskState{mesos.TASK_LOST, mesos.TASK_UNKNOWN, mesos.TASK_UNREACHABLE, mesos.TASK_RUNNING} {
		r.mustStatus(t, "node-0.1", s) // only the one that runs is killed
	}
	if r.instances[0].State != mesos.TASK_RUNNING || r.instances[0].Task != "node-0.2" {
		t.Errorf("an old task changed the instance: %+v", r.instances[0])
	}
}

func TestPorts(t *testing.T) {
	store := state.NewMemory()
	r := testRing(t, store, quiet(t))
	r.spread.mode = "none"
	one := func() mesos.Offer {
		o := offer("a1", "h1")
		o.URL = &mesos.URL{Address: mesos.Address{IP: new("127.0.0.1")}}
		return o
	}
	var ports []string
	for range 3 { // agents on one machine may all offer the same ports
		r.mustOffer(t, one())
	}
	for _, i := range r.snapshotForTest() {
		ports = append(ports, i.Address)
	}
	if want := []string{"127.0.0.1:31000", "127.0.0.1:31001", "127.0.0.1:31002"}; !slices.Equal(ports, want) {
		t.Errorf("addresses are %v, want %v", ports, want)
	}
	r.mustStatus(t, "node-1.1", mesos.TASK_FAILED) // its port may be another program's
	back := one()
	back.Resources = append(back.Resources, owned(t, r, "node-1").Allocate("db")...)
	r.mustOffer(t, back)
	if i := stored(t, store, "node-1"); i.Address != "127.0.0.1:31003" {
		t.Errorf("after a failure on port 31001 the address is %s", i.Address)
	}
}

func (r *ring) snapshotForTest() []instance { return (&life{ring: r}).snapshot() }

func TestFailuresSlowDown(t *testing.T) {
	store := state.NewMemory()
	r := deployed(t, store)
	launches := 0
	for range 5 {
		i := stored(t, store, "node-1")
		if i.State == mesos.TASK_RUNNING || i.State == mesos.TASK_STAGING {
			r.mustStatus(t, i.Task, mesos.TASK_FAILED)
		}
		launches += len(r.mustOffer(t, offer(i.Agent, i.Hostname, owned(t, r, "node-1")...)))
	}
	if launches != 1 {
		t.Errorf("%d launches in a row, want one at once and then a pause", launches)
	}
}

func TestSpread(t *testing.T) {
	var said strings.Builder
	line := &timeline{out: &said, start: time.Now()}
	refusals := []matcher.Refusal{{Need: "node-1", Reason: matcher.ErrRule}}
	begin := time.Now()
	auto := spread{mode: "auto"}
	auto.watch(refusals, begin, line)
	auto.watch([]matcher.Refusal{{Need: "node-1", Reason: matcher.ErrShort}}, begin.Add(time.Hour), line)
	if auto.relaxed || len(auto.rules()) != 1 {
		t.Error("relaxed too early")
	}
	auto.watch(refusals, begin.Add(patience+1), line)
	if !auto.relaxed || len(auto.rules()) != 0 || !strings.Contains(said.String(), "note: ") {
		t.Errorf("not relaxed, or not said: %q", &said)
	}
	host := spread{mode: "host"}
	host.watch(refusals, begin, line)
	host.watch(refusals, begin.Add(time.Hour), line)
	if host.relaxed || len(host.rules()) != 1 {
		t.Error("-spread=host was relaxed")
	}
}

func TestPromise(t *testing.T) {
	// 10 keys of round 3, of which 4 were written again in round 4, while round 5 has been begun.
	p := promise{Keys: 10, Round: 3, Some: 4, SomeRound: 4, Next: 5}
	for _, c := range []struct {
		key, of, round int
		want           bool
	}{
		{0, 0, 3, false}, {0, 0, 4, true}, {0, 0, 5, true}, {0, 0, 6, false},
		{4, 4, 2, false}, {4, 4, 3, true}, {4, 4, 5, true}, {4, 5, 3, false},
	} {
		if got := p.allows(c.key, value(c.of, c.round)); got != c.want {
			t.Errorf("key %d with the value of key %d and round %d: %v", c.key, c.of, c.round, got)
		}
	}
}
