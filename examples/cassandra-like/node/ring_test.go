package node

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func ringNames(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,4}-[0-9]{1,2}`), 1, 9, rapid.ID[string]).Draw(t, "nodes")
}

func TestRingReplicas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := ringNames(t)
		key := rapid.String().Draw(t, "key")
		n := rapid.IntRange(-1, 10).Draw(t, "n")
		got := NewRing(names).Replicas(key, n)
		if want := max(0, min(n, len(names))); len(got) != want {
			t.Fatalf("%d replicas, want %d", len(got), want)
		}
		for i, name := range got {
			if !slices.Contains(names, name) || slices.Contains(got[:i], name) {
				t.Fatalf("%v are not distinct nodes of %v", got, names)
			}
		}
		if again := NewRing(rapid.Permutation(names).Draw(t, "permutation")).Replicas(key, n); !slices.Equal(got, again) {
			t.Fatalf("the order of names matters: %v and %v", got, again)
		}
		if len(got) > 1 && !slices.Equal(got[:1], NewRing(names).Replicas(key, 1)) {
			t.Fatalf("fewer replicas aren't the first of more")
		}
	})
}

// TestRingMovesOnlyWhatIsGone: without one node a key's replicas are the others it had and the one after them.
func TestRingMovesOnlyWhatIsGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := ringNames(t)
		gone := rapid.SampledFrom(names).Draw(t, "gone")
		n := rapid.IntRange(1, 4).Draw(t, "n")
		isGone := func(name string) bool { return name == gone }
		key := rapid.String().Draw(t, "key")
		want := slices.DeleteFunc(NewRing(names).Replicas(key, n+1), isGone)
		want = want[:min(n, len(want))]
		got := NewRing(slices.DeleteFunc(slices.Clone(names), isGone)).Replicas(key, n)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("replicas without %s, -want +got:\n%s", gone, diff)
		}
	})
}

func TestRingIsBalanced(t *testing.T) {
	const keys = 20_000
	for nodes := 2; nodes <= 10; nodes++ {
		var names []string
		for i := range nodes {
			names = append(names, fmt.Sprintf("node-%d", i))
		}
		ring := NewRing(names)
		count := map[string]int{}
		for i := range keys {
			count[ring.Replicas(fmt.Sprintf("key-%d", i), 1)[0]]++
		}
		for _, name := range names {
			if share := float64(count[name]*nodes) / keys; share < 0.7 || share > 1.4 {
				t.Errorf("of %d nodes %s has %.2f times its share", nodes, name, share)
			}
		}
	}
}

func TestEmptyRing(t *testing.T) {
	if got := NewRing(nil).Replicas("key", 3); len(got) != 0 {
		t.Errorf("replicas on an empty ring: %v", got)
	}
}
