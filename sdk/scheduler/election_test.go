package scheduler_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/test/zookeeper"
)

// within returns the next of what comes on a channel, within a time that is far beyond what it takes.
func within[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatalf("never: %s", what)
		panic("unreachable")
	}
}

// TestElection: the leader is followed when it dies, when it freezes with its stream open, and after ZooKeeper was gone; the
// framework stays the same, and so does its task.
func TestElection(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	address := "zk://moor:secret@" + server.Address() + "/mesos"
	c := minicluster.New(t, minicluster.Config{Masters: 2, ZooKeeper: address, SessionTimeout: 2 * time.Second, Simulate: minicluster.Idle})
	cfg := clustered(c)
	cfg.Masters, cfg.ElectionTimeout, cfg.Dial = []string{address}, 2*time.Second, nil
	f := newFramework(t)
	f.wanted <- "t"
	d := drive(t, cfg, f.callbacks())
	at := func(master int) scheduler.Subscription {
		t.Helper()
		for {
			s := within(t, "a subscription", f.subscribed)
			if s.Address == c.Masters()[master] {
				return s
			}
			t.Logf("subscribed at %s, master %d is %s", s.Address, master, c.Masters()[master]) // the old leader, taken at its last word
		}
	}
	first := at(0)
	for within(t, "the task", f.statuses).State != mesos.TASK_RUNNING {
	}
	same := func(s scheduler.Subscription) {
		t.Helper()
		if s.FrameworkID.Value != first.FrameworkID.Value || s.First {
			t.Errorf("subscription %+v, the first was %+v", s, first)
		}
		for {
			if u := within(t, "the task after a change of leaders", f.statuses); u.TaskID.Value == "t" {
				if u.State != mesos.TASK_RUNNING {
					t.Errorf("the task is %v", u)
				}
				return
			}
		}
	}
	if err := c.KillMaster(0); err != nil {
		t.Fatal(err)
	}
	same(at(1))
	if err := c.StartMaster(0); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := c.FreezeMaster(1); err != nil {
		t.Fatal(err)
	}
	same(at(0))
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("a frozen leader was left after %v: five heartbeats would have told as much in 75 s", took)
	}
	if err := c.ThawMaster(1); err != nil {
		t.Fatal(err)
	}
	d.stop(t)
}

// TestElectionUnreachable: while ZooKeeper is away, for longer than a session, a subscription lives on; a leader elected when it
// is back is followed.
func TestElectionUnreachable(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	old := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle})
	young := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle})
	conn, _, err := zk.Connect([]string{server.Address()}, 5*time.Second, zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	persist(t, conn, "/mesos", "", zk.WorldACL(zk.PermAll))
	persist(t, conn, "/mesos/0000000001", "master@"+old.Masters()[0], zk.WorldACL(zk.PermAll)) // the oldest form, which lets a test be brief

	f := newFramework(t)
	d := drive(t, scheduler.Config{
		Masters: []string{"zk://" + server.Address() + "/mesos"}, ElectionTimeout: time.Second,
		Framework: mesos.FrameworkInfo{Name: "test", User: "nobody", Roles: []string{"r"}},
	}, f.callbacks())
	if s := within(t, "a subscription", f.subscribed); s.Address != old.Masters()[0] {
		t.Fatalf("subscribed at %s", s.Address)
	}
	server.Stop()
	select {
	case err := <-f.lost:
		t.Errorf("the subscription was lost with ZooKeeper: %v", err)
	case <-time.After(4 * time.Second): // nothing is to happen, for four sessions
	}
	server.Restart()
	persist(t, conn, "/mesos/0000000000", "master@"+young.Masters()[0], zk.WorldACL(zk.PermAll))
	if s := within(t, "another subscription", f.subscribed); s.Address != young.Masters()[0] {
		t.Errorf("subscribed at %s", s.Address)
	}
	d.stop(t)
}

// persist creates a znode that stays, however often the connection is made anew.
func persist(t *testing.T, conn *zk.Conn, path, content string, acl []zk.ACL) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		_, err := conn.Create(path, []byte(content), 0, acl)
		if err == nil || errors.Is(err, zk.ErrNodeExists) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// TestElectionUnreadable: what nobody but a person can mend ends Run, and no password is shown.
func TestElectionUnreadable(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	conn, _, err := zk.Connect([]string{server.Address()}, 5*time.Second, zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	persist(t, conn, "/closed", "", zk.DigestACL(zk.PermAll, "somebody", "else"))
	cfg := scheduler.Config{
		Masters:   []string{"zk://moor:hunter2@" + server.Address() + "/closed"},
		Framework: mesos.FrameworkInfo{Name: "test", User: "nobody", Roles: []string{"r"}},
	}
	driver, err := scheduler.New(cfg, scheduler.Callbacks{})
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Run(t.Context()); !errors.Is(err, scheduler.ErrElection) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Run: %v", err)
	}
}

// TestElectionRefused: addresses that can't be meant.
func TestElectionRefused(t *testing.T) {
	for name, masters := range map[string][]string{
		"no path":       {"zk://moor:hunter2@127.0.0.1:2181"},
		"with a master": {"zk://moor:hunter2@127.0.0.1:2181/mesos", "127.0.0.1:5050"},
		"two":           {"127.0.0.1:5050", "zk://moor:hunter2@127.0.0.1:2181/mesos"},
		"no password":   {"zk://moor@127.0.0.1:2181/mesos"},
	} {
		cfg := scheduler.Config{Masters: masters, Framework: mesos.FrameworkInfo{Name: "test", User: "nobody", Roles: []string{"r"}}}
		_, err := scheduler.New(cfg, scheduler.Callbacks{})
		if !errors.Is(err, scheduler.ErrConfig) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
