package resource_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		amount float64
		want   int64
	}{
		{0, 0}, {math.Copysign(0, -1), 0}, {1, 1000}, {-1, -1000},
		{1.5011, 1501}, {1.5015, 1502}, {-1.5015, -1502}, {0.0004, 0}, {0.0005, 1}, {-0.0005, -1},
		{0.1, 100}, {99999999999.9994, 99999999999999},
		{9.2e15, 9.2e18}, {9.3e15, math.MinInt64}, {-9.3e15, math.MinInt64}, {math.MaxFloat64, math.MinInt64},
		{math.NaN(), math.MinInt64}, {math.Inf(1), math.MinInt64}, {math.Inf(-1), math.MinInt64},
	} {
		if got := resource.Fixed(c.amount); got != c.want {
			t.Errorf("Fixed(%v) = %d, want %d", c.amount, got, c.want)
		}
	}
	for _, fixed := range []int64{0, 1, -1, 999, 1501, 99999999999999, 1<<50 - 1} {
		if got := resource.Fixed(resource.Float(fixed)); got != fixed {
			t.Errorf("Fixed(Float(%d)) = %d", fixed, got)
		}
	}
}

// Rows 32 and 33 of semantics 10.2: what is left after many operations is what was there, in thousandths.
func TestScalarPrecision(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       float64
	}{
		{"row 32: three decimals stay", "cpus:1.001", 1.001},
		{"row 32: a fourth is lost", "cpus:1.5011", 1.501},
		{"row 33: half rounds away from zero", "cpus:1.5015", 1.502},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := resource.MustParse(c.text)
			if got := one[0].Scalar.Value; got != c.want {
				t.Errorf("stored as %v, want %v", got, c.want)
			}
			if got := sum(one, one, one).Scalar("cpus"); resource.Fixed(got) != 3*resource.Fixed(c.want) {
				t.Errorf("three of it are %v", got)
			}
			got := minus(minus(sum(one, one, one), one), one)
			wantEqual(t, got, one)
			if got.Scalar("cpus") != c.want {
				t.Errorf("back to %v, want %v", got.Scalar("cpus"), c.want)
			}
			wantEqual(t, sum(one, resource.MustParse("cpus:0")), one)
			wantEqual(t, minus(one, resource.MustParse("cpus:0")), one)
		})
	}
	t.Run("row 32: ten thousand steps up and down", func(t *testing.T) {
		one := resource.MustParse("cpus:1.001")
		now := one
		for range 10_000 {
			now = now.Plus(one)
		}
		for range 10_000 {
			now = minus(now, one)
		}
		if got := now.Scalar("cpus"); got != 1.001 {
			t.Errorf("ended at %v", got)
		}
	})
}

// Row 34 of semantics 10.2.
func TestTinyScalarIsInvalid(t *testing.T) {
	for _, v := range []float64{0.00001, 0.0004, -0.00001, -1} {
		r := resource.Scalar("cpus", v)
		if err := resource.Validate(&r); err == nil || err.Error() != "Invalid scalar resource: value <= 0" {
			t.Errorf("row 34: %v: %v", v, err)
		}
	}
	if s, err := resource.Parse("cpus:0.00001"); err == nil {
		t.Errorf("row 34: parsed as %s", s)
	}
}

// Row 37 of semantics 10.2.
func TestScalarContainment(t *testing.T) {
	p := resource.MustParse
	for _, c := range []struct {
		s, o string
		want bool
	}{
		{"cpus(role1):3", "cpus(role1):1", true},
		{"cpus(role1):3", "cpus(role2):1", false},
		{"cpus(role1):3", "cpus:1", false},
		{"cpus:1", "cpus:1", true},
		{"cpus:1;mem:5", "cpus:1;mem:5.001", false},
		{"cpus:1;mem:5", "cpus:1.0004", true},
		{"cpus:1;mem:5", "gpus:1", false},
		{"cpus:1", "", true},
		{"", "", true},
		{"", "cpus:1", false},
		{"cpus(role1):1;cpus:1", "cpus:2", false},
		{"x:1", "x:[0-1]", false},
		{"x:{a}", "x:[0-1]", false},
	} {
		wantContains(t, p(c.s), p(c.o), c.want)
	}
	wantContains(t, set(cpus(1), cpus(2)), set(cpus(3)), true)
	wantContains(t, set(cpus(1), cpus(2)), set(cpus(3.001)), false)
	wantContains(t, set(cpus(3)), set(cpus(1), cpus(2)), true)
	wantContains(t, set(cpus(3)), set(cpus(2), cpus(2)), false)
	wantContains(t, set(cpus(3)), set(cpus(2), cpus(0), cpus(1)), true)
}

// Row 38 of semantics 10.2.
func TestRangeArithmetic(t *testing.T) {
	p := func(text string) resource.Set {
		if text == "" {
			return nil
		}
		return resource.MustParse("ports:" + text)
	}
	for _, c := range []struct{ a, b, plus, minus string }{
		{"[1-5]", "[3-8]", "[1-8]", "[1-2]"},
		{"[20000-40000]", "[30000-50000, 10000-20000]", "[10000-50000]", "[20001-29999]"},
		{"[1-10, 5-30, 50-60]", "[1-65, 70-80]", "[1-65, 70-80]", ""},
		{"[1-2]", "[3-4]", "[1-4]", "[1-2]"},
		{"[7-8]", "[5-6]", "[5-8]", "[7-8]"},
		{"[1-4, 9-10, 20-22, 26-30]", "[5-8, 23-25]", "[1-10, 20-30]", "[1-4, 9-10, 20-22, 26-30]"},
		{"[50000-60000]", "[50000-50001]", "[50000-60000]", "[50002-60000]"},
		{"[50000-60000]", "[55000-55000]", "[50000-60000]", "[50000-54999, 55001-60000]"},
		{"[1-10, 20-30, 40-50]", "[2-9, 15-45, 48-50]", "[1-10, 15-50]", "[1-1, 10-10, 46-47]"},
		{"[1-10]", "[11-20]", "[1-20]", "[1-10]"},
		{"[0-18446744073709551615]", "[0-0]", "[0-18446744073709551615]", "[1-18446744073709551615]"},
		{"[0-18446744073709551615]", "[18446744073709551615-18446744073709551615]", "[0-18446744073709551615]", "[0-18446744073709551614]"},
		{"[0-18446744073709551615]", "[0-18446744073709551615]", "[0-18446744073709551615]", ""},
		{"[18446744073709551615-18446744073709551615]", "[0-5]", "[0-5, 18446744073709551615-18446744073709551615]", "[18446744073709551615-18446744073709551615]"},
		{"[18446744073709551614-18446744073709551614]", "[18446744073709551615-18446744073709551615]", "[18446744073709551614-18446744073709551615]", "[18446744073709551614-18446744073709551614]"},
	} {
		t.Run("row 38: "+c.a+" and "+c.b, func(t *testing.T) {
			wantEqual(t, p(c.a).Plus(p(c.b)), p(c.plus))
			wantEqual(t, p(c.b).Plus(p(c.a)), p(c.plus))
			wantEqual(t, minus(p(c.a), p(c.b)), p(c.minus))
			if got, want := p(c.a).Plus(p(c.b)).String(), p(c.plus).String(); got != want {
				t.Errorf("the sum reads %s, want %s", got, want)
			}
			if got, want := minus(p(c.a), p(c.b)).String(), p(c.minus).String(); got != want {
				t.Errorf("the difference reads %s, want %s", got, want)
			}
		})
	}
}

// Row 38 of semantics 10.2: ranges are equal and contained by the numbers in them.
func TestRangeContainment(t *testing.T) {
	all := []string{"[2-2, 4-5]", "[1-10]", "[2-3]", "[1-2, 4-6]", "[1-4, 5-5]"}
	holds := [5][5]bool{ // holds[i][j]: i contains j
		0: {0: true},
		1: {true, true, true, true, true},
		2: {2: true},
		3: {0: true, 3: true},
		4: {0: true, 2: true, 4: true},
	}
	for i, a := range all {
		for j, b := range all {
			wantContains(t, resource.MustParse("ports:"+a), resource.MustParse("ports:"+b), holds[i][j])
		}
	}
	uneven := set(ports(span(31, 39), span(40, 40), span(20, 30)))
	wantEqual(t, uneven, set(ports(span(20, 40))))
	wantContains(t, uneven, set(ports(span(25, 35))), true)
	wantContains(t, set(ports(span(1, 2)), ports(span(3, 4))), set(ports(span(2, 3))), true)
	if got := minus(uneven, set(ports(span(21, 40)))); !got.Equal(set(ports(span(20, 20)))) {
		t.Errorf("left %s", got)
	}
}

// Row 39 of semantics 10.2.
func TestSetArithmetic(t *testing.T) {
	p := resource.MustParse
	for _, c := range []struct{ a, b, plus, minus string }{
		{"x:{a,b}", "x:{b,c}", "x:{a, b, c}", "x:{a}"},
		{"x:{a,b,c}", "x:{a,b,c,d}", "x:{a, b, c, d}", "{}"},
		{"x:{a}", "y:{a}", "x:{a}; y:{a}", "x:{a}"},
		{"x:{a}", "x:{}", "x:{a}", "x:{a}"},
	} {
		if got := p(c.a).Plus(p(c.b)).String(); got != c.plus {
			t.Errorf("row 39: %s + %s = %s, want %s", c.a, c.b, got, c.plus)
		}
		if got := minus(p(c.a), p(c.b)).String(); got != c.minus {
			t.Errorf("row 39: %s - %s = %s, want %s", c.a, c.b, got, c.minus)
		}
	}
	wantEqual(t, p("x:{a,b}"), p("x:{b,a}"))
	wantContains(t, p("x:{a,b,c}"), p("x:{c,a}"), true)
	wantContains(t, p("x:{a,b}"), p("x:{a,b,c}"), false)
}

// Nothing gets negative, and what isn't there changes nothing.
func TestMinusTakesWhatThereIs(t *testing.T) {
	p := resource.MustParse
	for _, c := range []struct{ s, o, want string }{
		{"cpus:1;mem:5", "cpus:2", "mem:5"},
		{"cpus:1", "gpus:2", "cpus:1"},
		{"cpus:1", "cpus(r):1", "cpus:1"},
		{"ports:[1-5]", "ports:[4-9]", "ports:[1-3]"},
		{"", "cpus:1", "{}"},
	} {
		left, contained := p(c.s).Minus(p(c.o))
		if contained || left.String() != c.want {
			t.Errorf("%s - %s = %s, contained %v", c.s, c.o, left, contained)
		}
	}
	left, contained := set(cpus(1), cpus(2)).Minus(set(cpus(1.5)))
	if !contained || left.Scalar("cpus") != 1.5 {
		t.Errorf("of two entries 1.5 leaves %s, contained %v", left, contained)
	}
	if left := minus(set(cpus(3)), set(cpus(-1))); left.Scalar("cpus") != 3 {
		t.Errorf("taking a negative amount leaves %s", left)
	}
}

// Mesos puts the last entry where one was used up; its error texts show it.
func TestMinusMovesTheLastEntry(t *testing.T) {
	s := resource.MustParse("a:1;b:1;c:1;d:1")
	for o, want := range map[string]string{
		"a:1":         "d:1; b:1; c:1",
		"a:1;d:1":     "c:1; b:1",
		"d:1;a:1":     "c:1; b:1",
		"b:1;c:0.5":   "a:1; d:1; c:0.5",
		"a:1;b:1;c:1": "d:1",
	} {
		if got := minus(s, resource.MustParse(o)).String(); got != want {
			t.Errorf("without %s: %s, want %s", o, got, want)
		}
	}
}

func TestSumsSaturate(t *testing.T) {
	huge := set(cpus(9e15))
	all := sum(huge, huge, huge)
	if err := all.Validate(); err != nil {
		t.Errorf("the sum is invalid: %v", err)
	}
	if got := all.Scalar("cpus"); got < 9.2e15 {
		t.Errorf("the sum is %v", got)
	}
	if got := (resource.Set{huge[0], huge[0]}).Scalar("cpus"); got < 9.2e15 {
		t.Errorf("the sum over entries is %v", got)
	}
	wantContains(t, all, huge, true)
}

func TestEmptyResources(t *testing.T) {
	for _, c := range []struct {
		r    mesos.Resource
		want bool
	}{
		{cpus(0), true}, {cpus(math.Copysign(0, -1)), true}, {cpus(0.0005), false}, {cpus(1), false},
		{ports(), true}, {ports(span(0, 0)), false},
		{resource.Items("x"), true}, {resource.Items("x", ""), false},
		{mesos.Resource{Name: "x", Type: mesos.TEXT}, false},
		{mesos.Resource{}, true},
	} {
		if got := resource.IsEmpty(&c.r); got != c.want {
			t.Errorf("IsEmpty(%s) = %v", resource.String(&c.r), got)
		}
	}
	none := set(cpus(0), ports(), resource.Items("x"))
	if got := none.Plus(none); len(got) != 0 {
		t.Errorf("nothing and nothing is %s", got)
	}
	wantContains(t, nil, none, true)
	zero := cpus(0)
	if set(disk(1)).ContainsOne(&zero) || !set(cpus(1)).ContainsOne(&zero) {
		t.Error("an empty resource is in a set that has some of its kind, and only there")
	}
}

func TestScalarAndQuantities(t *testing.T) {
	s := resource.MustParse("cpus:1;cpus(r):0.5;mem:7;ports:[1-3,9-9];x:{a,b}")
	if got := s.Scalar("cpus"); got != 1.5 {
		t.Errorf("cpus are %v", got)
	}
	if s.Scalar("ports") != 0 || s.Scalar("gpus") != 0 {
		t.Error("ports and gpus have a scalar")
	}
	names := []string{}
	for name, want := range map[string]float64{"cpus": 1.5, "mem": 7, "ports": 4, "x": 2} {
		names = append(names, name)
		if got := s.Quantities()[name]; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for name := range s.Quantities() {
		if !slices.Contains(names, name) {
			t.Errorf("there is a quantity of %s", name)
		}
	}
	if got := set(ports(span(0, math.MaxUint64))).Quantities()["ports"]; got != 1<<64 {
		t.Errorf("all numbers are %v", got)
	}
}

// Row 65 of semantics 10.2.
func TestHasQuantities(t *testing.T) {
	type q = map[string]float64
	dynamicPorts := made(ports(span(1, 10)), dynamic("role", "principal"))
	sharedVolume := disk(64, static("role1"), volume("id1", "path1"), shared)
	for i, c := range []struct {
		s    resource.Set
		q    q
		want bool
	}{
		{nil, nil, true},
		{nil, q{"cpus": 1}, false},
		{resource.MustParse("cpus:1"), nil, true},
		{resource.MustParse("cpus:2"), q{"cpus": 1}, true},
		{resource.MustParse("cpus:1"), q{"cpus": 1.0001}, true},
		{resource.MustParse("cpus:0.5"), q{"cpus": 1}, false},
		{resource.MustParse("ports:[1-3]"), q{"ports": 2}, true},
		{resource.MustParse("ports:[1-1]"), q{"ports": 2}, false},
		{resource.MustParse("x:{a,b}"), q{"x": 2}, true},
		{resource.MustParse("x:{a}"), q{"x": 2}, false},
		{resource.MustParse("cpus:3;ports:[1-3];x:{a,b,c};mem:10"), q{"cpus": 3, "ports": 3, "x": 3}, true},
		{resource.MustParse("cpus:3;ports:[1-3]"), q{"cpus": 3, "ports": 3, "x": 3}, false},
		{resource.MustParse("cpus(role1):2"), q{"cpus": 3}, false},
		{resource.MustParse("cpus(role1):2;cpus:1"), q{"cpus": 3}, true},
		{set(dynamicPorts), q{"ports": 12}, false},
		{set(dynamicPorts, ports(span(20, 25))), q{"ports": 12}, true},
		{set(sharedVolume), q{"disk": 128}, false},
		{set(sharedVolume, sharedVolume), q{"disk": 128}, false},
		{set(sharedVolume, disk(64)), q{"disk": 128}, true},
		{set(ports(span(0, math.MaxUint64))), q{"ports": 1e20}, false},
	} {
		if got := c.s.HasQuantities(c.q); got != c.want {
			t.Errorf("row 65, case %d: %s has %v: %v", i, c.s, c.q, got)
		}
	}
}

// What two entries of a kind both hold is there once, as after adding them up.
func TestOverlappingEntriesOfAKind(t *testing.T) {
	s := set(ports(span(1, 3)), ports(span(3, 5)), resource.Items("x", "a", "b"), resource.Items("x", "b"))
	left, contained := s.Minus(set(ports(span(3, 3)), resource.Items("x", "b")))
	if want := set(ports(span(1, 2), span(4, 5)), resource.Items("x", "a")); !contained || !left.Equal(want) {
		t.Errorf("left %s, contained %v", left, contained)
	}
	wantEqual(t, s, s.Plus(nil))
	if got := s.Quantities(); got["ports"] != 5 || got["x"] != 2 {
		t.Errorf("quantities %v", got)
	}
}

func TestEqual(t *testing.T) {
	for i, c := range []struct {
		a, b mesos.Resource
		want bool
	}{
		{cpus(1), cpus(1.0004), true},
		{cpus(1), cpus(1.0005), false},
		{ports(span(1, 2), span(3, 4)), ports(span(1, 4)), true},
		{ports(span(3, 4), span(1, 2)), ports(span(1, 4)), true},
		{ports(span(1, 2)), ports(span(1, 3)), false},
		{resource.Items("x", "a", "b"), resource.Items("x", "b", "a"), true},
		{resource.Items("x", "a", "b"), resource.Items("x", "a", "c"), false},
		{resource.Items("x", "a"), resource.Items("y", "a"), false},
		{mesos.Resource{Name: "x", Type: mesos.TEXT}, mesos.Resource{Name: "x", Type: mesos.TEXT}, false},
		{mesos.Resource{Name: "x"}, resource.Scalar("x", 0), true},
	} {
		if got := resource.Equal(&c.a, &c.b); got != c.want {
			t.Errorf("case %d: %s and %s: %v", i, resource.String(&c.a), resource.String(&c.b), got)
		}
		if resource.SameMetadata(&c.a, &c.b) != (c.a.Name == c.b.Name) {
			t.Errorf("case %d: metadata", i)
		}
	}
}
