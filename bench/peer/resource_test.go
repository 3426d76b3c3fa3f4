// Package peer holds the benchmarks of github.com/mesos/mesos-go, on the input and with the names that package moor has.
package peer

import (
	"os"
	"testing"

	mesos "github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/resources"
)

func load(tb testing.TB, name string) mesos.Resources {
	tb.Helper()
	wire, err := os.ReadFile("../testdata/" + name + ".bin")
	if err != nil {
		tb.Fatal(err)
	}
	var got mesos.Offer_Operation_Unreserve
	if err := got.Unmarshal(wire); err != nil {
		tb.Fatal(err)
	}
	return got.Resources
}

// TestResourceVectors: the peer has to give the same answer.
func TestResourceVectors(t *testing.T) {
	offer, task := load(t, "offer"), load(t, "task")
	left := offer.Minus(task...)
	if !resources.ContainsAll(offer, task) || len(left) != 9 || !resources.Equivalent(left.Plus(task...), offer) {
		t.Fatalf("offer - task = %s", left)
	}
}

func BenchmarkResourceContains(b *testing.B) {
	offer, task := load(b, "offer"), load(b, "task")
	b.ReportAllocs()
	for b.Loop() {
		if !resources.ContainsAll(offer, task) {
			b.Fatal("the task isn't in the offer")
		}
	}
}

func BenchmarkResourceContainsMinus(b *testing.B) {
	offer, task := load(b, "offer"), load(b, "task")
	b.ReportAllocs()
	for b.Loop() {
		left := offer.Minus(task...)
		if !resources.ContainsAll(offer, task) || len(left) != 9 {
			b.Fatal("the task isn't in the offer")
		}
	}
}

func BenchmarkResourcePlus(b *testing.B) {
	offer, task := load(b, "offer"), load(b, "task")
	left := offer.Minus(task...)
	b.ReportAllocs()
	for b.Loop() {
		if len(left.Plus(task...)) != 10 {
			b.Fatal("the sum isn't the offer")
		}
	}
}
