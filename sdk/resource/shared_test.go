package resource_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Row 52 of semantics 10.2.
func TestSharedCounts(t *testing.T) {
	v := disk(50, static("role1"), volume("1", "path"), shared)
	base := resource.MustParse("cpus:2;mem:10")
	copies := func(n int) resource.Set {
		s := base
		for range n {
			s = s.Plus(set(v))
		}
		return s
	}
	r1, r2 := copies(4), copies(3)
	if got := r1.Copies(&v); got != 4 {
		t.Errorf("row 52: added four times it counts %d", got)
	}
	if got := r1.Scalar("disk"); got != 50 {
		t.Errorf("row 52: the size is %v", got)
	}
	if got := r1.Quantities()["disk"]; got != 50 {
		t.Errorf("row 52: the quantity is %v", got)
	}
	for i, c := range []struct{ got, want resource.Set }{
		{minus(r1.Plus(r1), r1), r1},
		{minus(r1.Plus(r2), r1), r2},
		{minus(r2.Plus(r1), r2), r1},
		{minus(r2.Plus(r1), r1), r2},
		{minus(r1, r2).Plus(r2), r1},
		{minus(r1, r2), set(v)},
	} {
		if !c.got.Equal(c.want) {
			t.Errorf("row 52, case %d: got %s, want %s", i, c.got, c.want)
		}
	}
	if got := minus(r2, r1); len(got) != 0 {
		t.Errorf("row 52: fewer minus more leaves %s", got)
	}
	if got := minus(r1, r1); len(got) != 0 {
		t.Errorf("row 52: equal counts leave %s", got)
	}
	wantContains(t, r1, r2, true)
	wantContains(t, r2, r1, false)
	if !r1.ContainsOne(&v) || base.ContainsOne(&v) {
		t.Error("row 52: one copy")
	}
}

// Row 53 of semantics 10.2.
func TestSharedAndOthersDontMix(t *testing.T) {
	v1 := disk(50, static("role1"), volume("1", "path1"), shared)
	v2 := disk(100, static("role1"), volume("2", "path2"), shared)
	both := set(v1, v2)
	if got := minus(both, set(v1)); !got.Equal(set(v2)) || got.Copies(&v1) != 0 {
		t.Errorf("row 53: left %s", got)
	}
	wantEqual(t, minus(set(v1), set(v2)), set(v1))
	bigger := disk(60, static("role1"), volume("1", "path1"), shared)
	wantEqual(t, minus(set(bigger), set(v1)), set(bigger))
	wantContains(t, set(bigger), set(v1), false)

	own := disk(50, static("role1"), volume("1", "path1"))
	wantContains(t, set(own), set(v1), false)
	wantContains(t, set(v1), set(own), false)
	mixed := sum(set(v1), set(v1), set(own))
	if mixed.Copies(&v1) != 2 || mixed.Copies(&own) != 1 || mixed.Scalar("disk") != 100 {
		t.Errorf("row 53: %s has %v", mixed, mixed.Scalar("disk"))
	}
	wantEqual(t, minus(set(own), set(v1)), set(own))
}

// Row 54 of semantics 10.2.
func TestAllocationsDiffer(t *testing.T) {
	one, two := resource.MustParse("cpus:1").Allocate("role1"), resource.MustParse("cpus:1").Allocate("role2")
	none := resource.MustParse("cpus:1")
	noRole := set(cpus(1, func(r *mesos.Resource) { r.AllocationInfo = &mesos.Resource_AllocationInfo{} }))
	testDistinct(t, "row 54", one, two, none, noRole)
}

// Row 55 of semantics 10.2.
func TestProvidersDiffer(t *testing.T) {
	testDistinct(t, "row 55", set(cpus(1, provided("a"))), set(cpus(1, provided("b"))), set(cpus(1)))
}

// Row 56 of semantics 10.2.
func TestRevocableDiffers(t *testing.T) {
	testDistinct(t, "row 56", set(cpus(1, revocable)), set(cpus(1)))
	r := cpus(1, revocable)
	if !resource.IsRevocable(&r) {
		t.Error("row 56: not revocable")
	}
}

// testDistinct: kinds that don't merge, don't contain and don't take from each other, but do so with themselves.
func testDistinct(t *testing.T, row string, kinds ...resource.Set) {
	t.Helper()
	for i, a := range kinds {
		for j, b := range kinds {
			got := a.Plus(b)
			if (len(got) == 1) != (i == j) || got.Scalar("cpus") != 2 {
				t.Errorf("%s: %s + %s = %s", row, a, b, got)
			}
			wantContains(t, a, b, i == j)
			if i == j {
				wantEqual(t, a, b)
				continue
			}
			wantUnequal(t, a, b)
			wantEqual(t, minus(a, b), a)
			wantEqual(t, minus(got, b), a)
		}
	}
}
