package matcher

import (
	"errors"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestReasons: each reason is its sentinel, through a refusal, and says in one line what, with figures, and
// where there is one the way out.
func TestReasons(t *testing.T) {
	root, mount := resource.Disk{}, resource.Disk{Type: resource.MountDisk, Profile: "fast", ID: "1"}
	bare := mesos.Resource_ReservationInfo{Role: new("db"), Labels: &mesos.Labels{Labels: []mesos.Label{{Key: "k"}}}}
	static := mesos.Resource_ReservationInfo{Type: mesos.Resource_ReservationInfo_STATIC.Enum(), Role: new("db")}
	cause := errors.New("cause")
	for _, c := range []struct {
		reason error
		is     error
		text   string
	}{
		{&NeedError{Field: "ID", Err: cause}, ErrNeed, `invalid need: ID: cause`},
		{&NeedError{Field: "ID", Err: cause}, cause, `invalid need: ID: cause`},
		{ErrDuplicateNeed, ErrDuplicateNeed, `several needs have this id`},
		{&ConflictError{Role: "r", Volume: "v", Needs: []string{"a", "b"}}, ErrDuplicateVolume,
			`volume "v" of role "r" is wanted by several needs (a, b): give each a persistence id of its own`},
		{&MissingError{Missing: []string{"v", "w"}}, ErrMissing, `volumes not on offer: v, w`},
		{&MissingError{}, ErrMissing, `its reserved resources are not on offer`},
		{&AmbiguousError{Found: []Sighting{{"v", "s", "h"}}}, ErrAmbiguous,
			`several places hold its volumes: v on agent s (h); destroy one, or claim the agent whose data is right`},
		{&SizeError{Volume: "v", Want: 1, Have: 2.5}, ErrSize, `volume "v" has 2.5 MiB, wanted 1: grow or shrink it, or change the need`},
		{&DiskError{Volume: "v", Want: root, Have: mount}, ErrDisk, `volume "v" is on MOUNT(id 1, profile fast) disk, wanted on root disk`},
		{&SharedError{Volume: "v", Want: true}, ErrShared, `volume "v": shared is false, wanted true`},
		{&ForeignError{Volume: "v", Want: bare, Have: static}, ErrForeign,
			`volume "v" is reserved as (STATIC, role db), ours would be (DYNAMIC, role db, k): not touched`},
		{&ForeignError{Volume: "v"}, ErrForeign, `volume "v" is reserved as (nothing), ours would be (nothing): not touched`},
		{&ShortError{Name: "mem", Want: 512, Have: 300}, ErrShort, `wanted 512 MiB mem, 300 offered`},
		{&ShortError{Name: "cpus", Want: 1, Have: 0.333}, ErrShort, `wanted 1 cpus, 0.333 offered`},
		{&ShortError{Name: "disk", Volume: "v", Disk: &mount, Want: 10, Static: 20}, ErrShort,
			`volume "v": wanted 10 MiB MOUNT(id 1, profile fast) disk, 0 offered (20 MiB more are statically reserved: set Reservation.Static to use them)`},
		{&RoleError{Want: "a"}, ErrRole, `nothing was offered to role "a"`},
		{&RoleError{}, ErrRole, `nothing was offered`},
		{&RoleError{Want: "a", Have: "a/b"}, ErrRole, `something must be reserved for role "a", but the offer is for role "a/b"`},
		{ErrOfferUsed, ErrOfferUsed, `offer already used in this round`},
		{&RuleError{Rule: "r", Err: ErrNot}, ErrRule, `rule "r": agrees, and must not`},
		{&RuleError{Rule: "r", Err: &LimitError{Attribute: "rack", Value: "r1", Group: "data", Have: 2, Limit: 2}}, ErrLimit,
			`rule "r": rack r1 has 2 instances of group "data", may have 2`},
		{&MismatchError{Attribute: "rack", Have: []string{"a", "b"}, Want: "c"}, ErrMismatch, `rack is a, b, wanted c`},
		{&NeighbourError{Neighbour: "x"}, ErrNeighbour, `"x" is on the host`},
		{&NeighbourError{Neighbour: "x", Wanted: true}, ErrNeighbour, `"x" isn't on the host`},
		{&MaintenanceError{Start: time.Unix(0, 0)}, ErrMaintenance, `unavailable from 1970-01-01T00:00:00Z`},
		{reasons{ErrNot, ErrOfferUsed}, ErrOfferUsed, `agrees, and must not; offer already used in this round`},
	} {
		r := Refusal{Need: "n", AgentID: "s", Hostname: "h", Reason: c.reason}
		if !errors.Is(r, c.is) {
			t.Errorf("%v is not %v", r, c.is)
		}
		if got, want := r.Error(), `need "n" on agent s (h): `+c.text; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got, want := (Refusal{Need: "n", Reason: ErrOfferUsed, Others: 3}).Error(), `need "n": offer already used in this round (and refused on 3 more agents)`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestRuleNames: what a rule demands can be read.
func TestRuleNames(t *testing.T) {
	for want, rule := range map[string]Rule{
		"at most 2 per @hostname": MaxPerHost(2), "at most 1 per rack": MaxPerAttribute("rack", 1), "spread by rack": SpreadBy("rack", 0),
		"@hostname is a or b": HostIn("a", "b"), "rack is r1": AttributeIs("rack", "r1"), "@hostname matches h.*": mustRule(HostMatches("h.*")),
		"not with a, b": NotWith("a", "b"), "with a": With("a"), "not with group g": NotWithGroup("g"), "with group g, h": WithGroup("g", "h"),
		"(with a and with b)": All(With("a"), With("b")), "(with a or nil)": Any(With("a"), nil),
		"no maintenance announced": AvoidMaintenance(time.Time{}), "no maintenance before 1970-01-01T00:00:00Z": AvoidMaintenance(time.Unix(0, 0)),
	} {
		if rule.Name() != want {
			t.Errorf("got %q, want %q", rule.Name(), want)
		}
	}
}

// TestMatchFacts: what a match says of itself is what the author stores.
func TestMatchFacts(t *testing.T) {
	n := node("a")
	n.Group = "data"
	first := Assign([]Need{n}, []mesos.Offer{racked(offer("s", plenty), "rack:r1")}, nil).Matches[0]
	if got := first.Claim(); got != (Claim{Hostname: "host-s", AgentID: "s", Intent: true}) {
		t.Errorf("a first place: claim %+v", got)
	}
	p := first.Placed()
	if p.ID != "a" || p.Group != "data" || p.Hostname != "host-s" || p.AgentID != "s" || len(p.Attributes) != 1 || first.Hostname() != "host-s" || first.AgentID().Value != "s" {
		t.Errorf("placed %+v", p)
	}
	if len(first.Created) != 1 || first.Created[0] != "a-data" || first.Found || first.Adopted {
		t.Errorf("created %v, found %t, adopted %t", first.Created, first.Found, first.Adopted)
	}
	again := Assign([]Need{n}, []mesos.Offer{offer("s", onRoot(mine("a"), n.Volumes[0]), plenty)}, nil).Matches[0]
	if got := again.Claim(); got != (Claim{Hostname: "host-s", AgentID: "s"}) || !again.Found || !again.Adopted || len(again.Created) != 0 {
		t.Errorf("found again: claim %+v, found %t, adopted %t, created %v", got, again.Found, again.Adopted, again.Created)
	}
}

// TestOffersUntouched: nothing that a match hands out is shared with the offers: a task's resources may be changed.
func TestOffersUntouched(t *testing.T) {
	n := two(node("a"))
	n.Ports = []string{"http"}
	o := offer("s", onRoot(mine("a"), n.Volumes[0]), plenty)
	before := resource.Set(o.Resources).String()
	m := Assign([]Need{n}, []mesos.Offer{o}, nil).Matches[0]
	for i := range m.Resources {
		r := &m.Resources[i]
		if r.Scalar != nil {
			r.Scalar.Value *= 2
		}
		if r.Ranges != nil {
			r.Ranges.Range[0].Begin = 77
		}
		for j := range r.Reservations {
			r.Reservations[j].Role = new("changed")
		}
		r.AllocationInfo.Role = new("changed")
	}
	for i := range m.Volumes {
		m.Volumes[i].Disk.Persistence.ID = "changed"
	}
	if after := resource.Set(o.Resources).String(); after != before {
		t.Errorf("the offer was\n%s\nand is\n%s", before, after)
	}
	if _, err := m.Chain().Build(); err != nil {
		t.Errorf("the chain depends on the task's resources: %v", err)
	}
}
