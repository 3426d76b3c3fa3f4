// Package moor holds the benchmarks of Moor; package peer has the same ones, by name, of the peer. They are two packages since
// both register the same protobuf names.
package moor

import (
	"flag"
	"os"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

var update = flag.Bool("update", false, "write the wire form of testdata/*.json, which the peer reads")

// load reads resources from the wire form that both sides read, and checks that it is that of the JSON beside it.
func load(tb testing.TB, name string) resource.Set {
	tb.Helper()
	text, err := os.ReadFile("../testdata/" + name + ".json")
	if err != nil {
		tb.Fatal(err)
	}
	want, err := resource.Parse(string(text))
	if err != nil {
		tb.Fatal(err)
	}
	if *update {
		wire, err := (&mesos.Offer_Operation_Unreserve{Resources: want}).Marshal()
		if err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile("../testdata/"+name+".bin", wire, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	wire, err := os.ReadFile("../testdata/" + name + ".bin")
	if err != nil {
		tb.Fatal(err)
	}
	var got mesos.Offer_Operation_Unreserve
	if err := got.Unmarshal(wire); err != nil {
		tb.Fatal(err)
	}
	if !want.Equal(got.Resources) {
		tb.Fatalf("%s.bin is out of date: run go test -update ./moor", name)
	}
	return got.Resources
}

// TestResourceVectors: a benchmark of a wrong answer would be worth nothing.
func TestResourceVectors(t *testing.T) {
	offer, task := load(t, "offer"), load(t, "task")
	if len(offer) != 10 || len(offer.Volumes()) != 3 {
		t.Fatalf("the offer has %d resources, %d volumes", len(offer), len(offer.Volumes()))
	}
	left, ok := offer.Minus(task)
	if !ok || len(left) != 9 || left.Scalar("cpus") != 16 || !left.Plus(task).Equal(offer) {
		t.Fatalf("offer - task = %v, %s", ok, left)
	}
}

func BenchmarkResourceContains(b *testing.B) {
	offer, task := load(b, "offer"), load(b, "task")
	b.ReportAllocs()
	for b.Loop() {
		if !offer.Contains(task) {
			b.Fatal("the task isn't in the offer")
		}
	}
}

func BenchmarkResourceContainsMinus(b *testing.B) {
	offer, task := load(b, "offer"), load(b, "task")
	b.ReportAllocs()
	for b.Loop() {
		left, ok := offer.Minus(task)
		if !offer.Contains(task) || !ok || len(left) != 9 {
			b.Fatal("the task isn't in the offer")
		}
	}
}

// BenchmarkResourceTake is Contains and Minus in place; the peer has nothing like it.
func BenchmarkResourceTake(b *testing.B) {
	offer, task := load(b, "offer"), load(b, "task")
	left := make(resource.Set, 0, len(offer))
	b.ReportAllocs()
	for b.Loop() {
		left = append(left[:0], offer...)
		if !left.Take(task) || len(left) != 9 {
			b.Fatal("the task isn't in the offer")
		}
	}
}

func BenchmarkResourcePlus(b *testing.B) {
	offer, task := load(b, "offer"), load(b, "task")
	left, _ := offer.Minus(task)
	b.ReportAllocs()
	for b.Loop() {
		if len(left.Plus(task)) != 10 {
			b.Fatal("the sum isn't the offer")
		}
	}
}
