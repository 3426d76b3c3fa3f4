package minicluster_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// history is all that is told while five agents go through faults, one after the other, with random ids replaced.
func history(t *testing.T, seed uint64) []string {
	t.Helper()
	var lines []string
	cfg := minicluster.Config{Seed: seed, Agents: make([]minicluster.Agent, 5)}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		for i := range 5 {
			o := s.offer(func(o *mesos.Offer) bool { return o.AgentID.Value == c.AgentID(i).Value })
			id := fmt.Sprintf("t%d", i)
			s.accept(o, launch(task(id+"a", o, "run"), task(id+"b", o, "run")))
			s.running(id + "a")
			s.running(id + "b")
		}
		for i, fault := range []func(int) error{
			c.KillAgent, c.StopAgent, c.PartitionAgent,
			func(i int) error { return c.RestartAgent(i, minicluster.NewID) }, c.LoseAgent,
		} {
			if err := fault(i); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := c.HealAgent(2); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		s.reconcile("", "t0a", "t1a", "t2a", "t3a", "t4a")
		synctest.Wait()
		for _, e := range c.Events() {
			b, err := mesosjson.Marshal(e.Event)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, e.At.Format(time.StampMilli)+" "+string(b))
		}
	})
	random := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|"uuid":"[^"]*"|"timestamp":[0-9.e+]*`)
	for i := range lines {
		lines[i] = random.ReplaceAllString(lines[i], "X")
	}
	return lines
}

// TestEqualSeedsEqualHistories: what happens is a matter of what is done, and of the seed.
func TestEqualSeedsEqualHistories(t *testing.T) {
	first := history(t, 7)
	for range 2 {
		if again := history(t, 7); !slices.Equal(first, again) {
			for i := range min(len(first), len(again)) {
				if first[i] != again[i] {
					t.Fatalf("event %d of %d was\n%s\nand is\n%s", i, len(first), first[i], again[i])
				}
			}
			t.Fatalf("%d events, were %d", len(again), len(first))
		}
	}
	if text := strings.Join(first, "\n"); !strings.Contains(text, mesos.TASK_UNREACHABLE.String()) || !strings.Contains(text, mesos.TASK_LOST.String()) {
		t.Errorf("nothing has happened:\n%s", text)
	}
}
