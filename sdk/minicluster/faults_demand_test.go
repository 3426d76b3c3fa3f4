package minicluster_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestShortPartition: nothing is lost but time.
func TestShortPartition(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.PartitionAgent(0))
		if err := st.c.PartitionAgent(0); !errors.Is(err, minicluster.ErrNoAgent) {
			st.t.Errorf("cut off twice: %v", err)
		}
		st.s.kill("t") // which waits
		st.do(st.c.FailTask("t", 3))
		st.then(5*time.Second - 1)
		st.do(st.c.HealAgent(0))
		st.then(time.Second, `t TASK_FAILED SOURCE_EXECUTOR "Command exited with status 3" of the agent, uuid`, "OFFERS of the agent with v1")
		if err := st.c.HealAgent(0); !errors.Is(err, minicluster.ErrNoAgent) {
			st.t.Errorf("mended twice: %v", err)
		}
		st.s.status("t", mesos.TASK_FAILED)
		st.checked(st.s, "u")
	})
}

// TestLongPartition: the agent is unreachable and comes back with its task; what was said meanwhile is lost.
func TestLongPartition(t *testing.T) {
	awareness(t, func(t *testing.T, aware bool, what func(*mesos.FrameworkInfo)) {
		tell(t, minicluster.Config{}, what, func(st *story) {
			st.do(st.c.PartitionAgent(0))
			st.s.kill("t")
			st.then(75*time.Second - 1)
			told := unreachableText
			if !aware {
				told = lostText
			}
			st.then(time.Hour, told, "RESCIND", "FAILURE of the agent")
			st.do(st.c.HealAgent(0))
			st.then(time.Second, backText, "OFFERS of the agent with reserved")
			st.asks(st.offer.AgentID.Value, knownText)
			st.do(st.c.FinishTask("t"))
			st.s.status("t", mesos.TASK_FINISHED)
			st.checked(st.s, "u")
		})
	})
}

// TestAgentDiesBehindAPartition: the master learns of it when the network is back, or by the ping timeout.
func TestAgentDiesBehindAPartition(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.PartitionAgent(0))
		st.do(st.c.KillAgent(0))
		st.then(10 * time.Second)
		st.do(st.c.HealAgent(0))
		st.then(10*time.Second, "RESCIND")
		st.do(st.c.StartAgent(0))
		st.then(time.Second, "OFFERS of the agent with reserved")
		st.s.offer()
		st.do(st.c.PartitionAgent(0))
		st.do(st.c.RestartAgent(0, minicluster.NewID))
		st.then(10 * time.Second)
		st.do(st.c.HealAgent(0))
		st.then(time.Second, replacedText, "RESCIND", "FAILURE of the agent", "OFFERS of another agent with v1")
	})
}

func TestPartitionOutlivesTheMaster(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.PartitionAgent(0))
		st.do(st.c.FailoverMaster())
		st.s = subscribe(st.t, st.c, info(timeout(600), checkpointing, as(st.s.id)))
		st.asks(st.offer.AgentID.Value)
		st.do(st.c.HealAgent(0))
		st.then(time.Second, "OFFERS of the agent with reserved")
		st.asks(st.offer.AgentID.Value, knownText)
	})
}

func TestLostAgent(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.LoseAgent(0))
		st.then(2*time.Minute, "RESCIND", unreachableText, "FAILURE of the agent")
		if _, err := os.Stat(filepath.Join(st.c.WorkDir(), "agents/0")); !errors.Is(err, os.ErrNotExist) {
			st.t.Errorf("its disk: %v", err)
		}
		st.do(st.c.StartAgent(0))
		st.then(time.Second, "OFFERS of another agent with nothing of ours")
	})
}

func TestLostTask(t *testing.T) {
	awareness(t, func(t *testing.T, aware bool, what func(*mesos.FrameworkInfo)) {
		state := "TASK_DROPPED"
		if !aware {
			state = "TASK_LOST"
		}
		tell(t, minicluster.Config{}, what, func(st *story) {
			st.do(st.c.LoseTask("t"))
			st.then(time.Second, "RESCIND", "t "+state+` REASON_RECONCILIATION SOURCE_AGENT "Reconciliation: task unknown to the agent" of the agent, uuid`, "OFFERS of the agent with v1")
			st.then(10*time.Second, "t "+state+` REASON_RECONCILIATION SOURCE_AGENT "Reconciliation: task unknown to the agent" of the agent, uuid`)
			st.s.status("t", mesos.TaskState(mesos.TaskState_value[state]))
			st.then(time.Hour)
			if err := st.c.LoseTask("t"); !errors.Is(err, minicluster.ErrNoTask) {
				st.t.Errorf("lost twice: %v", err)
			}
			st.checked(st.s, "u")
		})
	})
}

func TestFullDisk(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.FillDisk("t"))
		st.then(time.Second, `t TASK_FAILED REASON_CONTAINER_LIMITATION_DISK SOURCE_AGENT "Disk usage (65MB) exceeds quota (64MB)" of the agent, uuid`, "OFFERS of the agent with v1")
		if got := st.s.status("t", mesos.TASK_FAILED); len(got.Limitation.GetResources()) != 1 || !resource.IsVolume(&got.Limitation.Resources[0]) {
			st.t.Errorf("limitation %v", got.Limitation)
		}
		if err := st.c.FillDisk("t"); !errors.Is(err, minicluster.ErrNoTask) {
			st.t.Errorf("filled twice: %v", err)
		}
		st.checked(st.s, "u")
	})
}

func TestRescindOffer(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		o := s.offer()
		if err := c.RescindOffer(o.ID.Value); err != nil {
			t.Fatal(err)
		}
		if e := s.next(schedulerpb.Event_RESCIND); e.Rescind.OfferID.Value != o.ID.Value {
			t.Errorf("rescinded %v", e)
		}
		for _, id := range []string{o.ID.Value, ""} {
			if err := c.RescindOffer(id); !errors.Is(err, minicluster.ErrNoOffer) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if again := s.offer(); again.ID.Value == o.ID.Value || !resource.Set(again.Resources).Equal(o.Resources) {
			t.Errorf("offered %v", again)
		}
	})
}

// TestFailedOperations: the framework is told, and finds the resources as they were.
func TestFailedOperations(t *testing.T) {
	creates := func(op *mesos.Offer_Operation) bool { return op.GetType() == mesos.Offer_Operation_CREATE }
	for _, state := range []mesos.OperationState{mesos.OPERATION_FAILED, mesos.OPERATION_ERROR, mesos.OPERATION_DROPPED} {
		t.Run(state.String(), func(t *testing.T) {
			bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
				s := subscribe(t, c, info(timeout(600), checkpointing))
				o := s.offer()
				if err := c.FailOperation(creates, state, "the disk is broken"); err != nil {
					t.Fatal(err)
				}
				s.accept(o, named(reserve(reserved("cpus:1;mem:64;disk:64")), "r"), named(create(volume("v1", 64)), "c"),
					launch(task("t", o, "run", append(reserved("cpus:1;mem:64"), volume("v1", 64))...)))
				if got := s.outcome("r"); got.State != mesos.OPERATION_FINISHED {
					t.Errorf("RESERVE: %v", got)
				}
				got := s.outcome("c")
				if got.State != state || (got.UUID == nil) != (state == mesos.OPERATION_DROPPED) || got.AgentID == nil ||
					(got.GetMessage() == "the disk is broken") == (state == mesos.OPERATION_DROPPED) {
					t.Errorf("CREATE: %v", got)
				}
				if got := s.status("t", mesos.TASK_DROPPED); got.GetReason() != mesos.REASON_RESOURCES_UNKNOWN || got.UUID == nil {
					t.Errorf("task: %v", got)
				}
				o = s.offer(holds(reserved("disk:64")), func(o *mesos.Offer) bool { return !hasVolume("v1")(o) })
				if total := c.State().Agents[0].Total; !total.Contains(reserved("disk:64;cpus:1")) || total.Scalar("disk") != 10240 {
					t.Errorf("total %s", total)
				}
				s.accept(o, named(create(volume("v1", 64)), "again"))
				if got := s.outcome("again"); got.State != mesos.OPERATION_FINISHED {
					t.Errorf("CREATE again: %v", got)
				}
				s.offer(hasVolume("v1"))
			})
		})
	}
	c := minicluster.New(t, minicluster.Config{})
	if err := c.FailOperation(nil, mesos.OPERATION_FINISHED, ""); !errors.Is(err, minicluster.ErrConfig) {
		t.Errorf("an operation that fails by being finished: %v", err)
	}
}

// onProcesses has a real process hold the volume v1.
func onProcesses(t *testing.T, what func(*mesos.FrameworkInfo), command string) (*minicluster.Cluster, *scheduler, *mesos.Offer) {
	t.Helper()
	c := minicluster.New(t, minicluster.Config{AllocationInterval: 10 * time.Millisecond})
	s := subscribe(t, c, info(timeout(600), what))
	o := s.offer()
	s.accept(o, reserve(reserved("cpus:1;mem:128;disk:64")), create(volume("v1", 64)),
		launch(task("old", o, command, append(reserved("cpus:0.5;mem:64"), volume("v1", 64))...)))
	s.running("old")
	return c, s, o
}

// volumeFile reads a file of the volume v1; empty if it isn't there.
func volumeFile(c *minicluster.Cluster, name string) string {
	b, err := os.ReadFile(filepath.Join(c.WorkDir(), "agents/0/volumes/roles", role, "v1", name))
	if err != nil {
		return ""
	}
	return string(b)
}

// processOf waits for the number that a task writes to its volume.
func processOf(t *testing.T, c *minicluster.Cluster) int {
	t.Helper()
	eventually(t, "the task has written its number", func() bool { return strings.HasSuffix(volumeFile(c, "pid"), "\n") })
	pid, err := strconv.Atoi(strings.TrimSpace(volumeFile(c, "pid")))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func lives(pid int) bool { return syscall.Kill(pid, 0) == nil }

const (
	writing = "echo $$ > data/pid; while echo %s >> data/file; do sleep 0.05; done"
	pidOnly = "echo $$ > data/pid; exec sleep 1000"
)

// TestTwoWritersOnOneVolume: after its agent came back under a new id the old task writes on, while the volume is
// offered, and a new task beside it. Closing the cluster ends both.
func TestTwoWritersOnOneVolume(t *testing.T) {
	c, s, o := onProcesses(t, checkpointing, fmt.Sprintf(writing, "old"))
	pid := processOf(t, c)
	if err := c.RestartAgent(0, minicluster.NewID); err != nil {
		t.Fatal(err)
	}
	s.status("old", mesos.TASK_LOST)
	again := s.offer(hasVolume("v1"), func(n *mesos.Offer) bool { return n.AgentID.Value != o.AgentID.Value })
	s.accept(again, launch(task("new", again, fmt.Sprintf(writing, "new"), append(reserved("cpus:0.5;mem:64"), volume("v1", 64))...)))
	s.running("new")
	eventually(t, "both write, by turns", func() bool {
		return strings.Contains(volumeFile(c, "file"), "old\nnew\n") && strings.Contains(volumeFile(c, "file"), "new\nold\n")
	})
	if !lives(pid) {
		t.Error("the old one is gone")
	}
	if err := c.StopAgent(0); err != nil { // the machine, with all that runs on it
		t.Fatal(err)
	}
	if lives(pid) {
		t.Error("the old one has survived its machine")
	}
}

// TestKilledAgentsProcesses: a checkpointed task lives on under its agent's death and return, another one dies.
func TestKilledAgentsProcesses(t *testing.T) {
	for _, kept := range []bool{true, false} {
		what := func(*mesos.FrameworkInfo) {}
		if kept {
			what = checkpointing
		}
		c, s, _ := onProcesses(t, what, pidOnly)
		pid := processOf(t, c)
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		if !kept {
			eventually(t, "the task has ended with its agent", func() bool { return !lives(pid) })
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		if kept {
			s.reconcile("", "old")
			s.status("old", mesos.TASK_RUNNING)
			s.kill("old")
			s.status("old", mesos.TASK_KILLED)
		}
		s.offer(hasVolume("v1"))
		if lives(pid) {
			t.Error("the process is still there")
		}
	}
}

// TestKilledExecutorsCommand: it runs on while its volume is offered, until the cluster is closed.
func TestKilledExecutorsCommand(t *testing.T) {
	c, s, _ := onProcesses(t, checkpointing, pidOnly)
	pid := processOf(t, c)
	if err := c.KillExecutor("old"); err != nil {
		t.Fatal(err)
	}
	s.status("old", mesos.TASK_FAILED)
	s.offer(hasVolume("v1"))
	if !lives(pid) {
		t.Error("the command is gone")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if lives(pid) {
		t.Error("the command has survived the cluster")
	}
}

// TestDamagedRegistry: it is reported with its name and what to do, and stays as it is.
func TestDamagedRegistry(t *testing.T) {
	cfg := minicluster.Config{WorkDir: t.TempDir()}
	c, err := minicluster.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	id := c.AgentID(0).Value
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(cfg.WorkDir, "master", "registry.json")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(how string) {
		t.Helper()
		c, err := minicluster.Start(t.Context(), cfg)
		if err == nil {
			t.Fatalf("%s: it started, %v", how, c.Close())
		}
		if !errors.Is(err, minicluster.ErrCorrupt) || !errors.Is(err, minicluster.ErrWorkDir) || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%s: %v", how, err)
		}
	}
	at := strings.Index(string(good), id)
	flipped := append([]byte(nil), good...)
	flipped[at+3] ^= 1
	for how, content := range map[string]string{
		"cut short": string(good[:len(good)/2]), "empty": "", "a bit flipped": string(flipped),
		"of another kind": "[]", "standing": strings.Replace(string(good), "admitted", "admired", 1), "huge": strings.Repeat(" ", 17<<20),
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(how)
		if left, err := os.ReadFile(file); err != nil || string(left) != content {
			t.Errorf("%s: it was changed: %v", how, err)
		}
	}
	if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o700)); err != nil {
		t.Fatal(err)
	}
	refused("a folder")
	if err := errors.Join(os.Remove(file), os.WriteFile(file, good, 0o600)); err != nil {
		t.Fatal(err)
	}
	if got := minicluster.New(t, cfg).AgentID(0).Value; got != id {
		t.Errorf("agent %s, was %s", got, id)
	}
}
