package allocator

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/resource"
)

var quiet = slog.New(slog.DiscardHandler)

// BenchmarkRun is a round of offers over 1,000 agents, each with reservations and volumes, for ten frameworks of
// five roles, and their return.
func BenchmarkRun(b *testing.B) {
	a := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		offers, _ := a.Run(start)
		if len(offers) < 1000 {
			b.Fatalf("%d offers", len(offers))
		}
		a.giveBack(offers)
	}
}

// BenchmarkRunRefused is a round in which everything is refused.
func BenchmarkRunRefused(b *testing.B) {
	a := benchmarked(b)
	for {
		offers, _ := a.Run(start)
		if len(offers) == 0 {
			break
		}
		a.giveBack(offers)
		for _, o := range offers {
			a.Refuse(start, o.FrameworkID, o.AgentID, o.Resources, new(3600.0))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if offers, _ := a.Run(start); len(offers) > 0 {
			b.Fatalf("%d offers", len(offers))
		}
	}
}

func benchmarked(b *testing.B) *Allocator {
	b.Helper()
	least, err := ParseMinAllocatable("cpus:0.01|mem:32")
	if err != nil {
		b.Fatal(err)
	}
	a := New(Config{Interval: time.Second, MinAllocatable: least, Logger: quiet})
	for i := range 10 {
		a.join(fmt.Sprintf("f%d", i), capable(fmt.Sprintf("role%d", i%5)))
	}
	for i := range 1000 {
		total := resource.MustParse("cpus:32;mem:131072;disk:1000000;ports:[31000-32000]")
		role := fmt.Sprintf("role%d", i%5)
		total = total.Plus(reservedFor(role, "cpus:4;mem:8192;disk:1000"))
		total = total.Plus(resource.Set{volumeFor(role, fmt.Sprintf("v%d", i), 5000, false)})
		a.AddAgent(fmt.Sprintf("a%04d", i), anyAgent, total)
	}
	return a
}
