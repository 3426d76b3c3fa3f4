package ops_test

import (
	"fmt"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func busyOffer() mesos.Offer {
	s := together(parsed("cpus:32;mem:65536;disk:1000000;ports:[31000-32000]"), []mesos.Resource{mount("/m1", 1000), mount("/m2", 1000), pathDisk("/p", 5000)})
	for i := range 8 {
		r := resource.Reservation{Role: "db", Principal: "moor", Labels: map[string]string{"instance": fmt.Sprintf("other-%d", i)}}
		s = append(s, volume(r, fmt.Sprintf("other-%d-data", i), 512), reserve(r, resource.Scalar("cpus", 1)), reserve(r, resource.Scalar("mem", 256)))
	}
	return offered("db", s...)
}

// The first launch of a stateful task.
func BenchmarkChainFirstLaunch(b *testing.B) {
	for name, offer := range map[string]mesos.Offer{"small offer": offered("db", parsed("cpus:4;mem:4096;disk:10240;ports:[31000-32000]")...), "busy offer": busyOffer()} {
		want := resource.MustParse("cpus:1;mem:512;disk:1024")
		data := resource.Volume{ID: "v", Path: "data", MiB: 1024}
		t := task("t", together(reservedAs(mine, "cpus:1;mem:512"), []mesos.Resource{volume(mine, "v", 1024)})...)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ops.On(offer).As("moor").Reserve(mine, want).Create(mine, data).Launch(t).Build(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A relaunch on data that is there.
func BenchmarkChainRelaunch(b *testing.B) {
	offer := busyOffer()
	r := resource.Reservation{Role: "db", Principal: "moor", Labels: map[string]string{"instance": "other-3"}}
	t := task("t", volume(r, "other-3-data", 512), reserve(r, resource.Scalar("cpus", 1)), reserve(r, resource.Scalar("mem", 256)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ops.On(offer).Launch(t).Build(); err != nil {
			b.Fatal(err)
		}
	}
}

// Many tasks in one LAUNCH.
func BenchmarkChainManyTasks(b *testing.B) {
	offer := busyOffer()
	var tasks []mesos.TaskInfo
	for i := range 100 {
		tasks = append(tasks, task(fmt.Sprintf("t%d", i), parsed("cpus:0.1;mem:32")...))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ops.On(offer).Launch(tasks...).Build(); err != nil {
			b.Fatal(err)
		}
	}
}
