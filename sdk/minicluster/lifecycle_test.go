package minicluster_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestCloseLeavesNothing: no goroutine, no process and no file outlives a cluster with a temporary work dir.
func TestCloseLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c, err := minicluster.Start(t.Context(), minicluster.Config{Agents: []minicluster.Agent{{}, {}}})
	if err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, c, info(timeout(3600)))
	o := s.offer()
	pidFile := filepath.Join(t.TempDir(), "pid")
	s.accept(o, launch(task("t", o, "echo $$ > "+pidFile+"; sleep 1000")))
	s.running("t")
	eventually(t, "the task has written its pid", func() bool {
		b, err := os.ReadFile(pidFile)
		return err == nil && strings.HasSuffix(string(b), "\n")
	})
	pid, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := c.WorkDir()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("work dir: %v", err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); err == nil {
		t.Errorf("process %s is still there", pid)
	}
	if err := c.StopAgent(0); !errors.Is(err, minicluster.ErrClosed) {
		t.Errorf("StopAgent after Close: %v", err)
	}
	if st := c.State(); len(st.Agents) != 0 || len(c.Events()) != 0 {
		t.Errorf("state after Close = %+v", st)
	}
	<-s.ended
	s.client.CloseIdleConnections()
}

func TestStartAgainOnTheSameWorkDir(t *testing.T) {
	dir := t.TempDir()
	agents := []minicluster.Agent{{}, {Attributes: "rack:r2"}}
	cfg := minicluster.Config{WorkDir: dir, Agents: agents, AllocationInterval: 10 * time.Millisecond}
	first, err := minicluster.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{first.AgentID(0).Value, first.AgentID(1).Value}
	s := subscribe(t, first, info(timeout(3600)))
	onFirst := func(o *mesos.Offer) bool { return o.AgentID.Value == ids[0] }
	o := s.offer(onFirst)
	s.accept(o, reserve(reserved("cpus:1;mem:64;disk:128")), create(volume("v1", 64)),
		launch(task("t", o, "echo kept > data/file", append(reserved("cpus:1;mem:64"), volume("v1", 64))...)))
	s.running("t")
	s.status("t", mesos.TASK_FINISHED)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := minicluster.New(t, cfg)
	for i, id := range ids {
		if got := second.AgentID(i).Value; got != id {
			t.Errorf("agent %d is %s, was %s", i, got, id)
		}
	}
	s = subscribe(t, second, info(timeout(3600)))
	o = s.offer(hasVolume("v1"), onFirst, holds(reserved("cpus:1;disk:64")))
	s.accept(o, launch(task("u", o, "grep -q kept data/file", append(reserved("cpus:1;mem:64"), volume("v1", 64))...)))
	s.running("u")
	s.status("u", mesos.TASK_FINISHED)
}

func TestStartRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	used := minicluster.New(t, minicluster.Config{})
	corrupt := t.TempDir()
	if err := os.MkdirAll(filepath.Join(corrupt, "master"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(corrupt, "master", "registry.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		cfg  minicluster.Config
		want error
		text string
	}{
		{"port in use", minicluster.Config{Listen: taken.Addr().String()}, minicluster.ErrListen, "address already in use"},
		{"work dir is a file", minicluster.Config{WorkDir: file}, minicluster.ErrWorkDir, file},
		{"work dir in use", minicluster.Config{WorkDir: used.WorkDir()}, minicluster.ErrWorkDir, "agent 0"},
		{"broken registry", minicluster.Config{WorkDir: corrupt}, minicluster.ErrWorkDir, "is no registry"},
		{"bad address", minicluster.Config{Listen: "nowhere"}, minicluster.ErrConfig, "Listen"},
		{"bad port", minicluster.Config{Listen: "127.0.0.1:99999"}, minicluster.ErrConfig, "Listen"},
		{"negative interval", minicluster.Config{AllocationInterval: -1}, minicluster.ErrConfig, "AllocationInterval"},
		{"bad network", minicluster.Config{Network: 7}, minicluster.ErrConfig, "Network"},
		{"bad minimum", minicluster.Config{MinAllocatable: "cpus"}, minicluster.ErrConfig, "MinAllocatable"},
		{"bad resources", minicluster.Config{Agents: []minicluster.Agent{{Resources: "cpus"}}}, minicluster.ErrConfig, "Agents[0]: Resources"},
		{"bad attributes", minicluster.Config{Agents: []minicluster.Agent{{Attributes: "rack"}}}, minicluster.ErrConfig, "Agents[0]: Attributes"},
		{"bad capability", minicluster.Config{Agents: []minicluster.Agent{{Without: []string{"MAGIC"}}}}, minicluster.ErrConfig, "MAGIC"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := minicluster.Start(t.Context(), tt.cfg)
			if err == nil {
				err = errors.Join(errors.New("started"), c.Close())
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error = %v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}

func TestStartRefusesLessDiskThanVolumesNeed(t *testing.T) {
	cfg := minicluster.Config{WorkDir: t.TempDir(), Agents: []minicluster.Agent{{Resources: "cpus:1;mem:512;disk:1024"}}}
	c, err := minicluster.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, c, info())
	s.accept(s.offer(), reserve(reserved("disk:512")), create(volume("v1", 512)))
	s.offer(hasVolume("v1"))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.Agents[0].Resources = "cpus:1;mem:512;disk:256"
	if c, err := minicluster.Start(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "does not contain") {
		t.Errorf("error = %v", err)
		if c != nil {
			_ = c.Close()
		}
	}
	cfg.Agents[0].Resources, cfg.Agents[0].Reconfiguration = "cpus:2;mem:512;disk:2048", minicluster.Additive
	s = subscribe(t, minicluster.New(t, cfg), info())
	s.offer(hasVolume("v1"), holds(resource.MustParse("cpus:2;disk:1536")))
}

func TestDialKnowsItsMaster(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		if _, err := c.Dial(t.Context(), "tcp", "127.0.0.1:1"); !errors.Is(err, minicluster.ErrRefused) {
			t.Errorf("error = %v", err)
		}
	})
}

// TestEvents: what was sent is kept for tests to look at.
func TestEvents(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		s.offer(holds(resource.MustParse("cpus:4;mem:4096;disk:10240;ports:[31000-32000]")))
		var kinds []string
		for _, e := range c.Events() {
			if e.FrameworkID != s.id.Value {
				t.Errorf("event of %q", e.FrameworkID)
			}
			kinds = append(kinds, e.Event.GetType().String())
		}
		if got := strings.Join(kinds, " "); got != "SUBSCRIBED OFFERS" {
			t.Errorf("events = %s", got)
		}
	})
}
