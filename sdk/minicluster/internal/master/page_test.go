package master

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/page"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestDisksAreDivided: parts add up to the disk whatever is reserved, made and used.
func TestDisksAreDivided(t *testing.T) {
	m := started(t)
	agent := newFake("cpus:4;mem:4096;disk:1000")
	agent.total = agent.total.Plus(resource.Set{mountDisk("/mnt/a", 500)})
	id, err := m.Join(member(agent))
	if err != nil {
		t.Fatal(err)
	}
	c := subscribed(t, m, frameworkInfo(mesos.FrameworkInfo_Capability_SHARED_RESOURCES))
	o := c.offers()[0]
	used, idle, shared := volumeOn("used", 100, false), volumeOn("idle", 50, false), volumeOn("shared", 25, true)
	task := func(name string, s resource.Set) mesos.TaskInfo { return taskOn(name, mesos.AgentID{Value: id}, s) }
	c.accept(&o, opReserve(reservedSet("disk:200")), opCreate(used, idle, shared), opLaunch(
		task("one", resource.MustParse("cpus:1;mem:64;disk:30").Plus(resource.Set{used, shared})),
		task("two", resource.MustParse("cpus:0.5;mem:64").Plus(resource.Set{shared}).Plus(reservedSet("disk:5"))),
	))
	on(t, m, func() {
		a := m.view().Agents[id]
		want := []page.Disk{
			{Kind: "ROOT", Total: 1000, Parts: []page.Part{
				{Kind: page.Volume, Role: testRole, MiB: 50, ID: "idle", Principal: testPrincipal},
				{Kind: page.Volume, Role: testRole, MiB: 25, ID: "shared", Principal: testPrincipal, Shared: true, InUse: true, Tasks: []string{"one", "two"}},
				{Kind: page.Volume, Role: testRole, MiB: 100, ID: "used", Principal: testPrincipal, InUse: true, Tasks: []string{"one"}},
				{Kind: page.Reserved, Role: testRole, MiB: 20},
				{Kind: page.Taken, MiB: 30},
				{Kind: page.Taken, Role: testRole, MiB: 5},
				{Kind: page.Free, MiB: 770},
			}},
			{Kind: "MOUNT", Path: "/mnt/a", Total: 500, Parts: []page.Part{{Kind: page.Free, MiB: 500}}},
		}
		if diff := cmp.Diff(want, a.Disks, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if a.CPUs != (page.Amount{Total: 4, Used: 1.5}) || a.Mem != (page.Amount{Total: 4096, Used: 128}) {
			t.Errorf("cpus %v, mem %v", a.CPUs, a.Mem)
		}
		if got := m.view().Master; got.Volumes != 3 || got.InUse != 2 || got.Disk != (page.Amount{Total: 1500, Used: 230}) {
			t.Errorf("master = %+v", got)
		}
	})
}

func mountDisk(root string, mib float64) mesos.Resource {
	r := resource.Scalar("disk", mib)
	r.Disk = &mesos.Resource_DiskInfo{Source: &mesos.Resource_DiskInfo_Source{
		Type: mesos.Resource_DiskInfo_Source_MOUNT, Mount: &mesos.Resource_DiskInfo_Source_Mount{Root: new(root)},
	}}
	return r
}

// BenchmarkView: what a view of 1,000 agents with ten volumes each keeps the loop from doing.
func BenchmarkView(b *testing.B) {
	m := started(b)
	for i := range 1000 {
		a := newFake("cpus:4;mem:4096;disk:10000;ports:[31000-32000]")
		a.info.Hostname, a.info.Port = fmt.Sprintf("h%d", i), new(int32(i))
		a.total, _ = a.total.Minus(resource.MustParse("disk:1000"))
		for v := range 10 {
			a.total = append(a.total, volumeOn(fmt.Sprintf("v%d", v), 100, false))
		}
		if _, err := m.Join(member(a)); err != nil {
			b.Fatal(err)
		}
	}
	c := subscribed(b, m, frameworkInfo())
	if n := len(c.offers()); n != 1000 {
		b.Fatalf("%d offers", n)
	}
	var last *page.View
	for b.Loop() {
		on(b, m, func() { last = m.view() })
	}
	b.ReportMetric(float64(len(last.Agents)), "agents")
}
