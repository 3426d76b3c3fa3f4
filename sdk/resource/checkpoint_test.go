package resource_test

import (
	"errors"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func TestCheckpointed(t *testing.T) {
	for _, c := range []struct {
		r    mesos.Resource
		want bool
	}{
		{cpus(1), false},
		{cpus(1, static("a")), false},
		{cpus(1, dynamic("a", "p")), true},
		{cpus(1, static("a"), dynamic("a/b", "p")), true},
		{cpus(1, dynamic("a", "p"), provided("x")), false},
		{disk(1, static("a"), volume("v", "p")), true},
		{disk(1, static("a"), volume("v", "p"), provided("x")), false},
		{cpus(1, oldRole("a"), oldPrincipal("p")), true},
	} {
		if got := resource.Checkpointed(&c.r); got != c.want {
			t.Errorf("%s: %v", resource.String(&c.r), got)
		}
	}
}

func TestApplyCheckpointed(t *testing.T) {
	p := resource.MustParse
	as := dynamic("db", "fw")
	for _, c := range []struct {
		name                string
		total, checkpointed resource.Set
		want                resource.Set
	}{
		{"nothing", p("cpus:1;disk:9"), nil, p("cpus:1;disk:9")},
		{"dynamic", p("cpus:4;disk:9"), set(cpus(1, as)), p("cpus:3;disk:9").Plus(set(cpus(1, as)))},
		{"dynamic on static", p("cpus(db):4"), set(cpus(1, static("db"), dynamic("db/x", "fw"))),
			p("cpus(db):3").Plus(set(cpus(1, static("db"), dynamic("db/x", "fw"))))},
		{"refined dynamic", p("cpus:4"), set(cpus(1, as, dynamic("db/x", "fw"))),
			p("cpus:3").Plus(set(cpus(1, as, dynamic("db/x", "fw"))))},
		{"volume", p("disk:9"), set(disk(4, as, volume("v", "p"))), p("disk:5").Plus(set(disk(4, as, volume("v", "p"))))},
		{"volume on static", p("disk(db):9"), set(disk(4, static("db"), volume("v", "p"))),
			p("disk(db):5").Plus(set(disk(4, static("db"), volume("v", "p"))))},
		{"volume on PATH", set(disk(9, onPath("/d"))), set(disk(4, as, onPath("/d"), volume("v", "p"))),
			set(disk(5, onPath("/d")), disk(4, as, onPath("/d"), volume("v", "p")))},
		{"shared volume", p("disk:9"), set(disk(4, as, volume("v", "p"), shared)), p("disk:5").Plus(set(disk(4, as, volume("v", "p"), shared)))},
		{"MOUNT", set(disk(9, onMount("/m"))), set(disk(9, as, onMount("/m"))), set(disk(9, as, onMount("/m")))},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := resource.ApplyCheckpointed(c.total, c.checkpointed)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, got, c.want)
		})
	}
}

func TestApplyCheckpointedRefuses(t *testing.T) {
	as := dynamic("db", "fw")
	_, err := resource.ApplyCheckpointed(resource.MustParse("cpus:1;disk:9"), set(cpus(0.5, as), disk(10, as, volume("v", "p"))))
	want := "Incompatible agent resources: cpus:0.5; disk:9; cpus(reservations: [(DYNAMIC,db,fw)]):0.5 does not contain disk:10"
	var missing *resource.NotContainedError
	if err == nil || err.Error() != want || !errors.As(err, &missing) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = resource.ApplyCheckpointed(resource.MustParse("cpus:1"), resource.MustParse("cpus:1"))
	if !errors.Is(err, resource.ErrNotCheckpointed) || err.Error() != "Unexpected checkpointed resources cpus:1" {
		t.Errorf("%v", err)
	}
	// A MOUNT disk of another size is another disk.
	if _, err := resource.ApplyCheckpointed(set(disk(9, onMount("/m"))), set(disk(8, as, onMount("/m")))); !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
}
