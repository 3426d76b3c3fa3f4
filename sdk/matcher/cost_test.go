package matcher

import (
	"fmt"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// many are n claimed needs with volumes, and the offer of an agent that has those of one of them.
func many(n int) ([]Need, []mesos.Offer) {
	needs := make([]Need, n)
	kept := node("").Resources
	for i := range needs {
		id := fmt.Sprintf("node-%06d", i)
		needs[i] = claimed(Need{ID: id, Reservation: mine(id), Resources: kept, Volumes: []resource.Volume{volume(id+"-data", 1024)}}, "s1")
	}
	one := &needs[n/2]
	return needs, []mesos.Offer{offer("s1", onRoot(one.Reservation, one.Volumes[0]), reserved(one.Reservation, "cpus:1;mem:512"), plenty)}
}

// TestCost counts lookups and visits: an offer costs the same whether ten needs own volumes or a hundred thousand.
func TestCost(t *testing.T) {
	steps := map[int]int{}
	for _, n := range []int{10, 1000, 100_000} {
		needs, offers := many(n)
		result := New(needs, nil, Config{}).Assign(offers)
		if len(result.Matches) != 1 || !result.Matches[0].Found {
			t.Fatalf("%d needs: got\n%s", n, lines(result))
		}
		steps[n] = result.round.steps
		if told := len(result.Waiting()); told != n-1 {
			t.Errorf("%d needs: %d are told to wait", n, told)
		}
	}
	if steps[10] == 0 || steps[1000] != steps[10] || steps[100_000] != steps[10] {
		t.Errorf("steps by number of needs: %v", steps)
	}
}

// TestCostOfWaiting: needs that wait for a first place don't make a round dearer once nothing is left to fit them.
func TestCostOfWaiting(t *testing.T) {
	steps := map[int]int{}
	for _, n := range []int{10, 100_000} {
		needs := make([]Need, n)
		for i := range needs {
			needs[i] = node(fmt.Sprintf("node-%06d", i))
		}
		result := New(needs, nil, Config{PerAgent: -1}).Assign([]mesos.Offer{offer("s1", "cpus:5;mem:8192;disk:16384"), offer("s2", "cpus:1")})
		if len(result.Matches) != 5 {
			t.Fatalf("%d needs: %d matches", n, len(result.Matches))
		}
		steps[n] = result.round.steps
		waiting := result.Waiting()
		if len(waiting)+len(result.Refusals) != 2*(n-5) {
			t.Errorf("%d needs: %d and %d refusals", n, len(result.Refusals), len(waiting))
		}
	}
	if steps[100_000] > 2*steps[10] {
		t.Errorf("steps by number of needs: %v", steps)
	}
}

// BenchmarkAssign is one offer in which one of n claimed needs finds its volume.
func BenchmarkAssign(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		b.Run(fmt.Sprintf("claimed=%d", n), func(b *testing.B) {
			needs, offers := many(n)
			m := New(needs, nil, Config{})
			b.ReportAllocs()
			for b.Loop() {
				if len(m.Assign(offers).Matches) != 1 {
					b.Fatal("not matched")
				}
			}
		})
	}
}

// BenchmarkPut is what it costs to change one of n needs.
func BenchmarkPut(b *testing.B) {
	for _, n := range []int{10, 100_000} {
		b.Run(fmt.Sprintf("needs=%d", n), func(b *testing.B) {
			needs, _ := many(n)
			m := New(needs, nil, Config{})
			b.ReportAllocs()
			for b.Loop() {
				m.Put(needs[n/2])
			}
		})
	}
}

// BenchmarkFresh places 100 needs on 1,000 offers.
func BenchmarkFresh(b *testing.B) {
	var needs []Need
	for i := range 100 {
		n := node(fmt.Sprintf("node-%03d", i))
		n.Rules = []Rule{MaxPerHost(1)}
		needs = append(needs, n)
	}
	var offers []mesos.Offer
	for i := range 1000 {
		offers = append(offers, offer(fmt.Sprintf("s%04d", i), plenty))
	}
	m := New(needs, nil, Config{})
	b.ReportAllocs()
	for b.Loop() {
		if len(m.Assign(offers).Matches) != 100 {
			b.Fatal("not all matched")
		}
	}
}
