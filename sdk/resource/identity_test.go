package resource_test

import (
	"strconv"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// kinds are resources of which no two are of one kind, though each differs from some other in one thing only.
func kinds() resource.Set {
	s := func(f func(*mesos.Resource_DiskInfo_Source)) edit {
		return func(r *mesos.Resource) {
			onPath("/d")(r)
			f(r.Disk.Source)
		}
	}
	label := func(k, v string) *mesos.Labels { return &mesos.Labels{Labels: []mesos.Label{{Key: k, Value: new(v)}}} }
	return set(
		cpus(1), resource.Scalar("gpus", 1), resource.Items("cpus", "a"), resource.Ranges("cpus", span(1, 1)),
		cpus(1, revocable), cpus(1, allocated("a")), cpus(1, allocated("b")), cpus(1, allocated("")),
		cpus(1, func(r *mesos.Resource) { r.AllocationInfo = &mesos.Resource_AllocationInfo{} }),
		cpus(1, provided("a")), cpus(1, provided("b")),
		cpus(1, static("a")), cpus(1, static("b")), cpus(1, dynamic("a", "")), cpus(1, dynamic("a", "p")), cpus(1, dynamic("a", "q")),
		cpus(1, dynamic("a", "p", "k", "v")), cpus(1, dynamic("a", "p", "k", "w")), cpus(1, dynamic("a", "p", "l", "v")),
		cpus(1, dynamic("a", "p", "k", "v", "l", "v")), cpus(1, static("a"), dynamic("a/b", "p")), cpus(1, static("a"), dynamic("a/b", "q")),
		disk(1), disk(1, mapped("p")), disk(1, onPath("/d")), disk(1, onPath("/e")), disk(1, onMount("/d")),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Path = nil })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Path.Root = nil })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Mount = &mesos.Resource_DiskInfo_Source_Mount{} })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) {
			s.Mount = &mesos.Resource_DiskInfo_Source_Mount{Root: new("/d")}
		})),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) {
			s.Path, s.Mount = nil, &mesos.Resource_DiskInfo_Source_Mount{Root: new("/d")}
		})),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Vendor = new("x") })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.ID = new("x") })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Profile = new("x") })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Profile = new("") })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Metadata = &mesos.Labels{} })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Metadata = label("x", "y") })),
		disk(1, s(func(s *mesos.Resource_DiskInfo_Source) { s.Metadata = label("x", "z") })),
		disk(1, source(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_RAW})),
		disk(1, static("a"), volume("v", "p")), disk(1, static("a"), volume("w", "p")), disk(2, static("a"), volume("v", "p")),
		disk(1, static("a"), volume("v", "p"), shared), disk(1, static("b"), volume("v", "p")), disk(1, static("a"), volume("v", "p"), onPath("/d")),
	)
}

// Every difference of semantics 2.4 counts, in small sets and in large ones.
func TestEveryDifferenceCounts(t *testing.T) {
	all := kinds()
	var ballast resource.Set
	for i := range 200 {
		ballast = append(ballast, resource.Scalar("ballast"+strconv.Itoa(i), 1))
	}
	for i := range all {
		a := all[i : i+1]
		for j := range all {
			b := all[j : j+1]
			if got := resource.SameMetadata(&all[i], &all[j]); got != (i == j) && all[i].Scalar.GetValue() == all[j].Scalar.GetValue() {
				t.Errorf("%s and %s: one kind %v", a, b, got)
			}
			wantContains(t, a, b, i == j)
		}
		left, contained := all.Minus(a)
		if !contained || len(left) != len(all)-1 || left.Contains(a) {
			t.Errorf("without %s: %d of %d left, contained %v", a, len(left), len(all), contained)
		}
		large := append(all.Clone(), ballast...)
		left, contained = large.Minus(append(a.Clone(), ballast...))
		if !contained || len(left) != len(all)-1 || left.Contains(a) {
			t.Errorf("without %s: %d of %d left, contained %v, in a large set", a, len(left), len(all), contained)
		}
	}
	if got := all.Plus(nil); len(got) != len(all) {
		t.Errorf("%d kinds added up to %d", len(all), len(got))
	}
	if got := all.Plus(ballast); len(got) != len(all)+len(ballast) {
		t.Errorf("%d kinds added up to %d, with ballast", len(all), len(got)-len(ballast))
	}
	wholes := len(all.Filter(resource.IsIndivisible))
	if got := all.Plus(all).Plus(ballast); len(got) != len(all)+wholes+len(ballast) {
		t.Errorf("%d kinds twice added up to %d", len(all), len(got)-len(ballast))
	}
}
