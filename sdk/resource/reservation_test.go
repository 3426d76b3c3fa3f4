package resource_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Row 40 and 41 of semantics 10.2: what makes reservations different.
func TestReservationsThatDiffer(t *testing.T) {
	noPrincipal := dynamic("role1", "")
	emptyPrincipal := func(r *mesos.Resource) { noPrincipal(r); r.Reservations[0].Principal = new("") }
	emptyLabels := func(r *mesos.Resource) { noPrincipal(r); r.Reservations[0].Labels = &mesos.Labels{} }
	twice := func(a, b edit) edit { return func(r *mesos.Resource) { a(r); b(r) } }
	unique := []resource.Set{
		set(cpus(8)),
		set(cpus(8, static("role1"))),
		set(cpus(8, static("role2"))),
		set(cpus(8, dynamic("role1", "principal1"))),
		set(cpus(8, dynamic("role1", "principal2"))),
		set(cpus(8, dynamic("role2", "principal1"))),
		set(cpus(8, dynamic("role1", "principal2", "foo", "bar"))),
		set(cpus(8, dynamic("role1", "principal2", "foo", "baz"))),
		set(cpus(8, dynamic("role1", "principal2", "foo", "bar", "foz", "baz"))),
		set(cpus(8, noPrincipal)),
		set(cpus(8, emptyPrincipal)),
		set(cpus(8, emptyLabels)),
		set(cpus(8, twice(static("role1"), dynamic("role1/a", "principal1")))),
		set(cpus(8, twice(dynamic("role1", "principal1"), dynamic("role1/a", "principal1")))),
		set(cpus(8, dynamic("role1/a", "principal1"))),
	}
	for i, a := range unique {
		for j, b := range unique {
			wantContains(t, a, b, i == j)
			if i == j {
				continue
			}
			wantUnequal(t, a, b)
			if got := a.Plus(b); len(got) != 2 || !got.Contains(a) || !got.Contains(b) {
				t.Errorf("rows 40-42: %s + %s = %s", a, b, got)
			}
			wantEqual(t, minus(a, b), a)
		}
	}
}

// Row 41 of semantics 10.2.
func TestEqualReservationsMerge(t *testing.T) {
	for _, c := range []struct {
		name string
		as   edit
	}{
		{"static", static("role")},
		{"dynamic without labels", dynamic("role", "principal")},
		{"dynamic with labels", dynamic("role", "principal", "a", "1", "b", "2")},
	} {
		t.Run("row 41: "+c.name, func(t *testing.T) {
			got := set(cpus(8, c.as)).Plus(set(cpus(4, c.as)))
			wantEqual(t, got, set(cpus(12, c.as)))
			if len(got) != 1 {
				t.Errorf("%d entries", len(got))
			}
			left := minus(got, set(cpus(2, c.as)))
			wantEqual(t, left, set(cpus(10, c.as)))
		})
	}
}

func TestLabelOrderIsIrrelevant(t *testing.T) {
	label := func(k, v string) mesos.Label { return mesos.Label{Key: k, Value: new(v)} }
	with := func(l ...mesos.Label) mesos.Resource {
		return cpus(1, dynamic("r", "p"), func(r *mesos.Resource) { r.Reservations[0].Labels = &mesos.Labels{Labels: l} })
	}
	a, b, c := label("a", "1"), label("b", "2"), label("c", "3")
	many := func(from, step int) (l []mesos.Label) {
		for i := range 40 {
			l = append(l, label(string(rune('A'+(from+i*step+40)%40)), "v"))
		}
		return l
	}
	for i, x := range []struct {
		l, r mesos.Resource
		want bool
	}{
		{with(a, b, c), with(c, a, b), true},
		{with(a, b), with(a, c), false},
		{with(a, a, b), with(a, b, b), false},
		{with(a, a, b), with(b, a, a), true},
		{with(b, a, a), with(a, b, b), false},
		{with(a), with(a, b), false},
		{with(mesos.Label{Key: "k"}), with(label("k", "")), true},
		{with(mesos.Label{Key: "k"}), with(label("k", "v")), false},
		{with(many(0, 1)...), with(many(39, -1)...), true},
		{with(many(0, 1)...), with(append(many(39, -1)[:39], a)...), false},
	} {
		if got := resource.Equal(&x.l, &x.r); got != x.want {
			t.Errorf("case %d: %s and %s: %v", i, resource.String(&x.l), resource.String(&x.r), got)
		}
		if got := set(x.l).Plus(set(x.r)); (len(got) == 1) != x.want {
			t.Errorf("case %d: the sum is %s", i, got)
		}
	}
}

// Row 42 of semantics 10.2.
func TestReservedContains(t *testing.T) {
	r1 := set(cpus(8, static("role")))
	r2 := set(cpus(12, dynamic("role", "principal")))
	both := sum(r1, r2)
	for i, c := range []struct {
		s, o resource.Set
		want bool
	}{
		{r1, r1, true}, {r2, r2, true}, {r1, r2, false}, {r2, r1, false},
		{r1, both, false}, {r2, both, false}, {both, r1, true}, {both, r2, true}, {both, both, true},
		{r1, set(cpus(1)), false}, {set(cpus(20)), r1, false},
	} {
		if got := c.s.Contains(c.o); got != c.want {
			t.Errorf("row 42, case %d: %s contains %s: %v", i, c.s, c.o, got)
		}
	}
	left := minus(minus(both, set(cpus(2, static("role")))), set(cpus(4, dynamic("role", "principal"))))
	wantEqual(t, left, set(cpus(6, static("role")), cpus(8, dynamic("role", "principal"))))
}

// Row 43 of semantics 10.2.
func TestReservationValidity(t *testing.T) {
	old := func(role string, info *mesos.Resource_ReservationInfo) edit {
		return func(r *mesos.Resource) { r.Role, r.Reservation = new(role), info }
	}
	principal := &mesos.Resource_ReservationInfo{Principal: new("p")}
	for _, c := range []struct {
		name  string
		edit  edit
		valid bool
	}{
		{"unreserved", func(*mesos.Resource) {}, true},
		{"static", static("role"), true},
		{"dynamic", dynamic("role", "principal"), true},
		{"dynamic with labels", dynamic("role", "principal", "foo", "bar"), true},
		{"old format, unreserved", old("*", nil), true},
		{"old format, static", old("role", nil), true},
		{"old format, dynamic", old("role", principal), true},
		{"old format, dynamic for *", old("*", principal), false},
		{"static for *", static("*"), false},
		{"dynamic for *", dynamic("*", "principal"), false},
	} {
		r := cpus(8, c.edit)
		if err := resource.Validate(&r); (err == nil) != c.valid {
			t.Errorf("row 43: %s: %v", c.name, err)
		}
	}
}

func TestReservationPredicates(t *testing.T) {
	refined := func(r *mesos.Resource) { static("eng")(r); dynamic("eng/db", "p")(r) }
	for _, c := range []struct {
		name                       string
		r                          mesos.Resource
		role                       string
		reserved, dynamic, refined bool
		to                         map[string]bool
	}{
		{"unreserved", cpus(1), "*", false, false, false, map[string]bool{"a": true, "*": true}},
		{"static", cpus(1, static("a")), "a", true, false, false, map[string]bool{"a": true, "a/b": true, "ab": false, "*": false}},
		{"dynamic", cpus(1, dynamic("a/b", "p")), "a/b", true, true, false, map[string]bool{"a": false, "a/b": true, "a/b/c": true, "a/c": false}},
		{"refined", cpus(1, refined), "eng/db", true, true, true, map[string]bool{"eng": false, "eng/db": true}},
		{"old unreserved", cpus(1, oldRole("*")), "*", false, false, false, map[string]bool{"a": true}},
		{"old static", cpus(1, oldRole("a")), "a", true, false, false, map[string]bool{"a": true, "b": false}},
		{"old dynamic", cpus(1, oldRole("a"), oldPrincipal("p")), "a", true, true, false, map[string]bool{"a/b": true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := resource.ReservationRole(&c.r); got != c.role {
				t.Errorf("role %q", got)
			}
			if resource.IsReserved(&c.r) != c.reserved || resource.IsDynamic(&c.r) != c.dynamic || resource.IsRefined(&c.r) != c.refined {
				t.Errorf("reserved %v, dynamic %v, refined %v", resource.IsReserved(&c.r), resource.IsDynamic(&c.r), resource.IsRefined(&c.r))
			}
			for role, want := range c.to {
				if got := resource.AllocatableTo(&c.r, role); got != want {
					t.Errorf("allocatable to %s: %v", role, got)
				}
			}
		})
	}
}

func oldRole(role string) edit { return func(r *mesos.Resource) { r.Role = new(role) } }

func oldPrincipal(principal string) edit {
	return func(r *mesos.Resource) { r.Reservation = &mesos.Resource_ReservationInfo{Principal: new(principal)} }
}

// Both wire formats mean the same, whatever is done with them.
func TestOldFormatIsUnderstood(t *testing.T) {
	older := set(cpus(4, oldRole("*")), cpus(2, oldRole("a")), cpus(1, oldRole("b"), oldPrincipal("p")))
	newer := set(cpus(4), cpus(2, static("a")), cpus(1, dynamic("b", "p")))
	wantEqual(t, older, newer)
	wantContains(t, older, newer, true)
	wantContains(t, newer, older, true)
	wantContains(t, older, set(cpus(5)), false)
	if got, want := older.Plus(nil).String(), newer.String(); got != want {
		t.Errorf("the sum is %s", got)
	}
	if got, want := minus(older, set(cpus(1))).String(), minus(newer, set(cpus(1))).String(); got != want {
		t.Errorf("the rest is %s", got)
	}
}

func TestPushAndPop(t *testing.T) {
	outer, inner := resource.Reservation{Role: "eng", Static: true}, resource.Reservation{Role: "eng/db", Principal: "p"}
	bare := cpus(1)
	once := resource.Push(bare, outer.Info())
	twice := resource.Push(once, inner.Info())
	for want, r := range map[string]mesos.Resource{
		"cpus:1":                               resource.Pop(once),
		"cpus(reservations: [(STATIC,eng)]):1": resource.Pop(twice),
		"cpus(reservations: [(STATIC,eng),(DYNAMIC,eng/db,p)]):1": twice,
	} {
		if got := resource.String(&r); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if err := resource.Validate(&r); err != nil {
			t.Errorf("%s: %v", want, err)
		}
	}
	if got := resource.Pop(bare); resource.String(&got) != "cpus:1" {
		t.Errorf("popping nothing gives %s", resource.String(&got))
	}
	if len(bare.Reservations) != 0 || len(once.Reservations) != 1 {
		t.Error("the arguments changed")
	}
	old := resource.Pop(cpus(1, oldRole("a")))
	if resource.String(&old) != "cpus:1" || resource.IsReserved(&old) {
		t.Errorf("popping the older format gives %s", resource.String(&old))
	}
}

func TestReservationMatches(t *testing.T) {
	mine := resource.Reservation{Role: "db", Principal: "p", Labels: map[string]string{"node": "0", "svc": "x"}}
	theirs := resource.Reservation{Role: "db", Principal: "p", Labels: map[string]string{"node": "1", "svc": "x"}}
	r := cpus(1, reserved(mine))
	if !mine.Matches(&r) || theirs.Matches(&r) {
		t.Error("labels don't tell instances apart")
	}
	for name, other := range map[string]resource.Reservation{
		"another role":      {Role: "da", Principal: mine.Principal, Labels: mine.Labels},
		"another principal": {Role: mine.Role, Principal: "q", Labels: mine.Labels},
		"no principal":      {Role: mine.Role, Labels: mine.Labels},
		"static":            {Role: mine.Role, Principal: mine.Principal, Labels: mine.Labels, Static: true},
		"no labels":         {Role: mine.Role, Principal: mine.Principal},
	} {
		if other.Matches(&r) {
			t.Errorf("%s matches", name)
		}
	}
	refined := cpus(1, reserved(mine), dynamic("db/x", "p"))
	if mine.Matches(&refined) {
		t.Error("a reservation below the last one matches")
	}
	free := cpus(1)
	if mine.Matches(&free) || (resource.Reservation{}).Matches(&free) {
		t.Error("what isn't reserved matches")
	}
	old := cpus(1, oldRole("db"), oldPrincipal("p"))
	if !(resource.Reservation{Role: "db", Principal: "p"}).Matches(&old) {
		t.Error("the older format doesn't match")
	}
}

// Row 63 of semantics 10.2.
func TestCommonReservations(t *testing.T) {
	base := cpus(2)
	foo := cpus(2, dynamic("foo", ""))
	bar := cpus(2, dynamic("foo", ""), dynamic("foo/bar", ""))
	baz := cpus(2, dynamic("foo", ""), dynamic("foo/baz", ""))
	for i, c := range []struct {
		a, b mesos.Resource
		want int
	}{
		{base, base, 0}, {foo, foo, 1}, {foo, base, 0}, {bar, bar, 2}, {bar, base, 0}, {bar, foo, 1}, {bar, baz, 1},
		{foo, cpus(2, dynamic("foo", "p")), 0},
	} {
		for _, got := range [][]mesos.Resource_ReservationInfo{resource.CommonReservations(&c.a, &c.b), resource.CommonReservations(&c.b, &c.a)} {
			if len(got) != c.want || c.want > 0 && got[0].GetRole() != "foo" {
				t.Errorf("row 63, case %d: %v", i, got)
			}
		}
	}
}

func TestFilters(t *testing.T) {
	s := resource.MustParse("cpus:4;mem:8;cpus(a):1;cpus(a/b):2;disk(a):9").Plus(set(disk(5, static("a"), volume("v", "p"))))
	mine := resource.Reservation{Role: "a", Static: true}
	for want, got := range map[string]resource.Set{
		"cpus:4; mem:8": s.Unreserved(),
		"cpus(reservations: [(STATIC,a)]):1; disk(reservations: [(STATIC,a)]):9; disk(reservations: [(STATIC,a)])[v:p]:5": s.ReservedFor("a"),
		"cpus(reservations: [(STATIC,a/b)]):2":    s.ReservedFor("a/b"),
		"disk(reservations: [(STATIC,a)])[v:p]:5": s.Volumes(),
		"mem:8": s.Named("mem"),
		"{}":    s.ReservedFor("*"),
		"cpus:4; mem:8; cpus(reservations: [(STATIC,a)]):1; disk(reservations: [(STATIC,a)]):9; disk(reservations: [(STATIC,a)])[v:p]:5": s.AllocatableTo("a"),
		"cpus:7; mem:8; disk:9; disk[v:p]:5": s.ToUnreserved(),
	} {
		if got.String() != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if len(s.Reserved()) != 4 || len(s.ReservedAs(mine)) != 3 {
		t.Errorf("reserved: %s; as %v: %s", s.Reserved(), mine, s.ReservedAs(mine))
	}
	if got := s.Allocate("a"); got[0].AllocationInfo.GetRole() != "a" || !got.Unallocate().Equal(s) || got.Equal(s) {
		t.Errorf("allocated: %s", got)
	}
}
