package minicluster_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/election"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/test/zookeeper"
)

// session is a short one's time.
const session = 2 * time.Second

// names waits until master i names master leader; -1: none.
func names(t *testing.T, c *minicluster.Cluster, i, leader int) {
	t.Helper()
	eventually(t, "a master's view of the leader", func() bool {
		status, _, header, err := askMaster(t, c, i, http.MethodGet, "/redirect")
		if leader < 0 {
			return err == nil && status == http.StatusServiceUnavailable
		}
		return err == nil && header.Get("Location") == "//"+c.Masters()[leader]
	})
}

// TestZooKeeperFailover: what was seen with two real masters and a real ZooKeeper.
func TestZooKeeperFailover(t *testing.T) {
	t.Parallel()
	zk := zookeeper.Start(t)
	c := minicluster.New(t, minicluster.Config{
		Masters: 2, ZooKeeper: "zk://moor:secret@" + zk.Address() + "/mesos", SessionTimeout: session, Simulate: minicluster.Idle,
	})
	if c.Leader() != 0 {
		t.Fatalf("master %d leads", c.Leader())
	}
	wantRedirect(t, c, 0, 0)
	wantRedirect(t, c, 1, 0)
	s := subscribe(t, c, info(timeout(600)))
	o := s.offer()
	s.accept(o, launch(task("t", o, "run")))
	s.running("t")
	start := time.Now()
	if err := c.KillMaster(0); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	wantRedirect(t, c, 1, 0)
	names(t, c, 1, 1)
	if d := time.Since(start); d < session/2 {
		t.Errorf("the next one leads after %v, of a session of %v", d, session)
	}
	back := subscribe(t, c, info(timeout(600), as(s.id)))
	back.reconcile("", "t")
	back.status("t", mesos.TASK_RUNNING)
	if err := c.StartMaster(0); err != nil {
		t.Fatal(err)
	}
	names(t, c, 0, 1)

	// The leader freezes: its stream stays open without a byte.
	if err := c.FreezeMaster(1); err != nil {
		t.Fatal(err)
	}
	names(t, c, 0, 0)
	select {
	case <-back.ended:
		t.Error("the frozen master's stream ended")
	default:
	}
	if err := c.ThawMaster(1); err != nil {
		t.Fatal(err)
	}
	<-back.ended
	if err := c.StartMaster(1); err != nil {
		t.Fatal(err)
	}
	names(t, c, 1, 0)
	if err := c.FailoverMaster(); err != nil {
		t.Fatal(err)
	}
	names(t, c, 0, 1)
}

// TestZooKeeperDies: the leader exits when its session is over, the other one knows of none, and leads when ZooKeeper
// is back.
func TestZooKeeperDies(t *testing.T) {
	t.Parallel()
	zk := zookeeper.Start(t)
	c := minicluster.New(t, minicluster.Config{Masters: 2, ZooKeeper: "zk://" + zk.Address() + "/mesos", SessionTimeout: session, Simulate: minicluster.Idle})
	s := subscribe(t, c, info(timeout(600)))
	s.next(schedulerpb.Event_HEARTBEAT)
	start := time.Now()
	zk.Stop()
	<-s.ended
	if d := time.Since(start); d < session {
		t.Errorf("the leader exits after %v, of a session of %v", d, session)
	}
	names(t, c, 1, -1)
	zk.Restart()
	names(t, c, 1, 1)
	if !c.State().Agents[0].Connected {
		t.Error("the agent has not registered")
	}
	// A single session that is too short for a frozen master to notice changes nothing.
	if err := c.FreezeMaster(1); err != nil { // and is closed as it is
		t.Fatal(err)
	}
}

// TestZooKeeperOfAnother: masters of another process may lead, and whoever watches sees them.
func TestZooKeeperOfAnother(t *testing.T) {
	t.Parallel()
	zk := zookeeper.Start(t)
	address := "zk://" + zk.Address() + "/mesos"
	cfg := minicluster.Config{ZooKeeper: address, SessionTimeout: session, Simulate: minicluster.Idle}
	one := minicluster.New(t, cfg)
	two := minicluster.New(t, cfg)
	if one.Leader() != 0 || two.Leader() != -1 {
		t.Fatalf("leaders are %d and %d", one.Leader(), two.Leader())
	}
	_, _, header, err := askMaster(t, two, 0, http.MethodPost, "/api/v1/scheduler")
	if want := "//" + one.Masters()[0] + "/master/api/v1/scheduler"; err != nil || header.Get("Location") != want {
		t.Errorf("the other one names %q, %v; want %q", header.Get("Location"), err, want)
	}
	url, err := election.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var seen []string
	for leader, err := range election.Watch(ctx, election.Config{URL: url}) {
		if err != nil {
			t.Fatal(err)
		}
		if leader != nil {
			seen = append(seen, leader.Address)
		}
		if len(seen) == 1 {
			if err := one.Close(); err != nil { // which says goodbye
				t.Fatal(err)
			}
		}
		if len(seen) == 2 {
			break
		}
	}
	if want := []string{one.Masters()[0], two.Masters()[0]}; strings.Join(seen, " ") != strings.Join(want, " ") {
		t.Errorf("leaders seen: %v, want %v", seen, want)
	}
	eventually(t, "the other one leads", func() bool { return two.Leader() == 0 && len(two.State().Agents) == 1 })
	// Alone, it waits for its own old session after a failure.
	if err := two.FailoverMaster(); err != nil {
		t.Fatal(err)
	}
	if two.Leader() != 0 {
		t.Errorf("master %d leads after a failover", two.Leader())
	}
}

func TestZooKeeperConfig(t *testing.T) {
	t.Parallel()
	for _, cfg := range []minicluster.Config{
		{ZooKeeper: "localhost/mesos"}, {ZooKeeper: "zk://h/"}, {ZooKeeper: "zk://h/mesos", Network: minicluster.Pipes},
	} {
		if _, err := minicluster.Start(t.Context(), cfg); !errors.Is(err, minicluster.ErrConfig) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	// Nothing answers there: Start waits no longer than its context.
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := minicluster.Start(ctx, minicluster.Config{ZooKeeper: "zk://127.0.0.1:1/mesos"}); !errors.Is(err, minicluster.ErrElection) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without a ZooKeeper: %v", err)
	}
}
