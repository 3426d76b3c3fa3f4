package allocator

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var anyAgent = Info{Hostname: "h", MultiRole: true, Hierarchical: true}

func newAllocator(t testing.TB) *Allocator {
	t.Helper()
	least, err := ParseMinAllocatable("cpus:0.01|mem:32")
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Interval: time.Second, MinAllocatable: least, Logger: slog.New(slog.NewTextHandler(testLog{t}, nil))})
}

// testLog fails the test: all that the allocator logs is that its books are broken.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Errorf("logged: %s", b)
	return len(b), nil
}

// join adds a framework that gets offers.
func (a *Allocator) join(id string, f Framework) {
	a.SetFramework(id, f)
	a.Activate(id, true)
}

func capable(roles ...string) Framework {
	return Framework{Roles: roles, MultiRole: true, Refined: true, Shared: true}
}

// dynamically reserves resources for a role.
func reservedFor(role, text string) resource.Set {
	var out resource.Set
	for _, r := range resource.MustParse(text) {
		out = append(out, resource.Push(r, resource.Reservation{Role: role}.Info()))
	}
	return out
}

func volumeFor(role, id string, mib float64, shared bool) mesos.Resource {
	v := resource.Volume{ID: id, Path: "data", MiB: mib, Shared: shared}
	return v.On(reservedFor(role, fmt.Sprintf("disk:%v", mib))[0], "p")
}

// picked prints offers, one a line.
func picked(offers []Offer) string {
	var lines []string
	for _, o := range offers {
		lines = append(lines, o.FrameworkID+" "+o.Role+" "+o.AgentID+" "+o.Resources.Unallocate().String())
	}
	return strings.Join(lines, "\n")
}

func run(t *testing.T, a *Allocator, at time.Time, want string) []Offer {
	t.Helper()
	offers, _ := a.Run(at)
	if got := picked(offers); got != want {
		t.Errorf("picked\n%s\nwant\n%s", got, want)
	}
	return offers
}

// giveBack returns offers.
func (a *Allocator) giveBack(offers []Offer) {
	for _, o := range offers {
		a.Give(o.AgentID, o.FrameworkID, o.Resources)
	}
}

func TestEqualsTakeTurns(t *testing.T) {
	a := newAllocator(t)
	a.join("f1", capable("r"))
	a.join("f2", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	a.giveBack(run(t, a, start, "f1 r a cpus:4"))
	a.giveBack(run(t, a, start, "f2 r a cpus:4"))
	a.giveBack(run(t, a, start, "f1 r a cpus:4"))
}

func TestLeastDominantShareFirst(t *testing.T) {
	a := newAllocator(t)
	a.join("f1", capable("r"))
	a.join("f2", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:10;mem:100"))
	a.Take("a", "f1", resource.MustParse("cpus:1;mem:50").Allocate("r")) // half of the memory
	a.Take("a", "f2", resource.MustParse("cpus:4;mem:1").Allocate("r"))  // 40 % of the cpus
	run(t, a, start, "f2 r a cpus:5; mem:49")
}

func TestRolesCompeteBeforeFrameworks(t *testing.T) {
	a := newAllocator(t)
	a.join("f1", capable("crowd"))
	a.join("f2", capable("crowd"))
	a.join("f3", capable("few"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:10"))
	a.Take("a", "f1", resource.MustParse("cpus:2").Allocate("crowd"))
	a.Take("a", "f3", resource.MustParse("cpus:1").Allocate("few"))
	run(t, a, start, "f3 few a cpus:7")
}

func TestBranchesOfRolesCompete(t *testing.T) {
	a := newAllocator(t)
	a.join("f1", capable("eng/db"))
	a.join("f2", capable("eng/web"))
	a.join("f3", capable("ops"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:10"))
	a.Take("a", "f1", resource.MustParse("cpus:2").Allocate("eng/db"))
	a.Take("a", "f3", resource.MustParse("cpus:1").Allocate("ops"))
	// eng/web has nothing, but its branch has more than ops.
	run(t, a, start, "f3 ops a cpus:7")
}

func TestReservedGoesToItsRoleAndBelow(t *testing.T) {
	a := newAllocator(t)
	a.join("child", capable("eng/db"))
	a.join("other", capable("ops"))
	a.AddAgent("a", anyAgent, reservedFor("eng", "cpus:1").Plus(reservedFor("eng/db", "cpus:2")).Plus(reservedFor("ops", "cpus:3")))
	run(t, a, start, "child eng/db a cpus(reservations: [(DYNAMIC,eng)]):1; cpus(reservations: [(DYNAMIC,eng/db)]):2\nother ops a cpus(reservations: [(DYNAMIC,ops)]):3")
}

func TestParentSeesNothingOfItsChildren(t *testing.T) {
	a := newAllocator(t)
	a.join("parent", capable("eng"))
	a.AddAgent("a", anyAgent, reservedFor("eng/db", "cpus:2"))
	run(t, a, start, "")
}

func TestMinAllocatable(t *testing.T) {
	disk := reservedFor("r", "disk:100")
	for _, tt := range []struct {
		name string
		own  map[string][]Quantities
		want string
	}{
		{"the master's", nil, ""},
		{"anything goes", map[string][]Quantities{"r": {}}, "f r a disk(reservations: [(DYNAMIC,r)]):100"},
		{"enough disk", map[string][]Quantities{"r": {{"disk": 100}}}, "f r a disk(reservations: [(DYNAMIC,r)]):100"},
		{"too much disk", map[string][]Quantities{"r": {{"disk": 101}}}, ""},
		{"of another role", map[string][]Quantities{"q": {}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAllocator(t)
			f := capable("r")
			f.MinAllocatable = tt.own
			a.join("f", f)
			a.AddAgent("a", anyAgent, disk)
			run(t, a, start, tt.want)
		})
	}
}

func TestCapabilities(t *testing.T) {
	refined := resource.Set{resource.Push(reservedFor("eng", "cpus:1")[0], resource.Reservation{Role: "eng/db"}.Info())}
	revocable := resource.MustParse("cpus:7")
	revocable[0].Revocable = &mesos.Resource_RevocableInfo{}
	total := resource.MustParse("cpus:4").Plus(refined).Plus(revocable).Plus(resource.Set{volumeFor("eng", "s", 8, true)})
	gpus := resource.MustParse("cpus:4;gpus:1")
	for _, tt := range []struct {
		name  string
		f     Framework
		agent Info
		total resource.Set
		want  string
	}{
		{"none", Framework{}, anyAgent, total, "cpus:4"},
		{"refined", Framework{Refined: true}, anyAgent, total, "cpus:4; cpus(reservations: [(DYNAMIC,eng),(DYNAMIC,eng/db)]):1"},
		{"shared", Framework{Shared: true}, anyAgent, total, "cpus:4; disk(reservations: [(DYNAMIC,eng)])[s:data]<SHARED>:8<1>"},
		{"revocable", Framework{Revocable: true}, anyAgent, total, "cpus:4; cpus{REV}:7"},
		{"gpus", Framework{}, anyAgent, gpus, ""},
		{"gpus wanted", Framework{GPU: true}, anyAgent, gpus, "cpus:4; gpus:1"},
		{"agent without MULTI_ROLE", Framework{MultiRole: true}, Info{Hierarchical: true}, total, ""},
		{"agent without HIERARCHICAL_ROLE", Framework{}, Info{MultiRole: true}, total, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAllocator(t)
			tt.f.Roles = []string{"eng/db"}
			a.join("f", tt.f)
			a.AddAgent("a", tt.agent, tt.total)
			offers, _ := a.Run(start)
			got := ""
			if len(offers) > 0 {
				got = offers[0].Resources.Unallocate().String()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSharedVolumeOncePerRun(t *testing.T) {
	a := newAllocator(t)
	a.join("f1", capable("r"))
	a.join("f2", capable("r"))
	v := resource.Set{volumeFor("r", "s", 8, true)}
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:1").Plus(v))
	for _, id := range []string{"f1", "f2"} {
		f := a.frameworks[id]
		f.MinAllocatable = map[string][]Quantities{"r": {}}
	}
	const printed = "disk(reservations: [(DYNAMIC,r)])[s:data]<SHARED>:8<1>"
	run(t, a, start, "f1 r a cpus:1; "+printed)
	run(t, a, start, "f2 r a "+printed) // it is free again in the next run, and stays so
	if got := a.Available("a").String(); got != printed {
		t.Errorf("available = %s", got)
	}
}

func TestSuppressAndRevive(t *testing.T) {
	a := newAllocator(t)
	f := capable("r", "q")
	f.Suppressed = []string{"q"}
	a.join("f", f)
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	offers := run(t, a, start, "f r a cpus:4")
	a.giveBack(offers)
	a.Refuse(start, "f", "a", offers[0].Resources, new(3600.0))
	a.Suppress("f", []string{"r", "not-mine"})
	run(t, a, start, "")
	if got := fmt.Sprint(a.Suppressed("f")); got != "[q r]" {
		t.Errorf("suppressed = %s", got)
	}
	a.Revive("f", []string{"r"}) // clears the refusal as well
	run(t, a, start, "f r a cpus:4")
}

func TestRefusalHoldsBackWhatItCovers(t *testing.T) {
	refusedSet := resource.MustParse("cpus:4;mem:100")
	for _, tt := range []struct {
		name  string
		total resource.Set
		later time.Duration
		held  bool
	}{
		{"the same", refusedSet, 0, true},
		{"less", resource.MustParse("cpus:3;mem:100"), 0, true},
		{"more", resource.MustParse("cpus:5;mem:100"), 0, false},
		{"something else too", resource.MustParse("cpus:4;mem:100;disk:1"), 0, false},
		{"partly reserved", resource.MustParse("cpus:3;mem:100").Plus(reservedFor("r", "cpus:1")), 0, false},
		{"just before the end", refusedSet, 10*time.Second - 1, true},
		{"at the end", refusedSet, 10 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAllocator(t)
			a.join("f", capable("r"))
			a.AddAgent("a", anyAgent, tt.total)
			a.Refuse(start, "f", "a", refusedSet.Allocate("r"), new(10.0))
			offers, _ := a.Run(start.Add(tt.later))
			if held := len(offers) == 0; held != tt.held {
				t.Errorf("held back: %v, want %v", held, tt.held)
			}
		})
	}
}

func TestRefusalEndsWithDeactivation(t *testing.T) {
	a := newAllocator(t)
	a.join("f", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	a.Refuse(start, "f", "a", resource.MustParse("cpus:4").Allocate("r"), new(1e6))
	run(t, a, start, "")
	a.Activate("f", false)
	run(t, a, start, "")
	a.Activate("f", true)
	run(t, a, start, "f r a cpus:4")
}

func TestRefusalEndsWithOtherAttributes(t *testing.T) {
	a := newAllocator(t)
	a.join("f", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	a.Refuse(start, "f", "a", resource.MustParse("cpus:4").Allocate("r"), new(1e6))
	a.DescribeAgent("a", anyAgent)
	run(t, a, start, "")
	other := anyAgent
	other.Attributes = append(other.Attributes, mesos.Attribute{Name: "rack", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: "r9"}})
	a.DescribeAgent("a", other)
	run(t, a, start, "f r a cpus:4")
}

func TestRunTellsWhenARefusalEnds(t *testing.T) {
	a := newAllocator(t)
	a.join("f", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	for _, s := range []float64{60, 30, 90} {
		a.Refuse(start, "f", "a", resource.MustParse("cpus:4").Allocate("r"), &s)
	}
	if _, next := a.Run(start); !next.Equal(start.Add(30 * time.Second)) {
		t.Errorf("next = %v", next)
	}
	if offers, next := a.Run(start.Add(90 * time.Second)); len(offers) != 1 || !next.IsZero() {
		t.Errorf("offers = %v, next = %v", offers, next)
	}
}

func TestRefusalTime(t *testing.T) {
	for _, tt := range []struct {
		seconds *float64
		want    time.Duration
		ok      bool
	}{
		{nil, 5 * time.Second, true},
		{new(1e-10), 0, false},
		{new(0.0), 0, false},
		{new(0.1), time.Second, true}, // the interval
		{new(-1.0), 5 * time.Second, true},
		{new(nan()), 5 * time.Second, true},
		{new(1e18), longestRefusal, true},
		{new(3.5), 3500 * time.Millisecond, true},
	} {
		if d, ok := RefusalTime(tt.seconds, time.Second); d != tt.want || ok != tt.ok {
			t.Errorf("%v: %v %v, want %v %v", tt.seconds, d, ok, tt.want, tt.ok)
		}
	}
}

func nan() float64 { var zero float64; return zero / zero }

func TestRolesGivenUp(t *testing.T) {
	a := newAllocator(t)
	a.join("f", capable("r", "q"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	a.Take("a", "f", resource.MustParse("cpus:1").Allocate("r"))
	a.SetFramework("f", capable("q"))
	run(t, a, start, "f q a cpus:3")
	a.Give("a", "f", resource.MustParse("cpus:1").Allocate("r"))
	run(t, a, start, "f q a cpus:1")
	if _, tracked := a.clients["r"]; tracked {
		t.Error("the role is still there")
	}
}

func TestInactiveAgents(t *testing.T) {
	a := newAllocator(t)
	a.join("f", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	a.SetAgentActive("a", false)
	run(t, a, start, "")
	a.SetAgentActive("a", true)
	run(t, a, start, "f r a cpus:4")
	a.RemoveAgent("a")
	if len(a.Total("a")) != 0 || a.total["cpus"] != 0 {
		t.Errorf("total = %v", a.total)
	}
}

func TestConvertAndApply(t *testing.T) {
	a := newAllocator(t)
	a.join("f", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4;disk:100"))
	offers := run(t, a, start, "f r a cpus:4; disk:100")
	op := func(s resource.Set) *mesos.Offer_Operation {
		return &mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: s}}
	}
	mine := reservedFor("r", "disk:30")
	if err := a.Convert("a", "f", op(mine.Allocate("r")), op(mine)); err != nil {
		t.Fatal(err)
	}
	if err := a.Apply("a", op(mine)); err == nil || err.Error() != "{} does not contain disk:30" {
		t.Errorf("error = %v", err)
	}
	a.Give("a", "f", offers[0].Resources.Plus(mine.Allocate("r")).Filter(func(r *mesos.Resource) bool { return r.Name == "cpus" }))
	a.Give("a", "f", resource.MustParse("disk:70").Allocate("r").Plus(mine.Allocate("r")))
	if err := a.Apply("a", op(mine)); err != nil {
		t.Error(err)
	}
	if got := a.Available("a").String(); got != "cpus:4; disk:40; disk(reservations: [(DYNAMIC,r)]):60" {
		t.Errorf("available = %s", got)
	}
}

func TestParseMinAllocatable(t *testing.T) {
	got, err := ParseMinAllocatable("cpus:0.01|mem:32;disk:1")
	if err != nil || len(got) != 2 || got[0]["cpus"] != 0.01 || got[1]["mem"] != 32 || got[1]["disk"] != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParseMinAllocatable(" "); err != nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"cpus", "cpus:x", ":1", "cpus:-1", "cpus:NaN", "cpus:1|"} {
		if got, err := ParseMinAllocatable(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}
