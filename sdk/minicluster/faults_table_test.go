package minicluster_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// What a framework was told, in order, when parts of a real Mesos died: each test is one of the things that were
// tried on one.

const (
	unreachableText = `t TASK_UNREACHABLE REASON_AGENT_REMOVED SOURCE_MASTER "health check timed out" of the agent, unreachable_time`
	lostText        = `t TASK_LOST REASON_AGENT_REMOVED SOURCE_MASTER "health check timed out" of the agent, unreachable_time`
	backText        = `t TASK_RUNNING REASON_AGENT_REREGISTERED SOURCE_MASTER "Unreachable agent re-reregistered" of the agent`
	brokenText      = `t TASK_LOST REASON_AGENT_DISCONNECTED SOURCE_MASTER "Agent 127.0.0.1 disconnected" of the agent`
	replacedText    = `t TASK_LOST REASON_AGENT_REMOVED SOURCE_MASTER "Agent 127.0.0.1 removed: a new agent registered at the same address" of the agent`
	terminatedText  = `t TASK_FAILED REASON_EXECUTOR_TERMINATED SOURCE_AGENT "Executor terminated" of the agent, uuid`
	knownText       = `t TASK_RUNNING REASON_RECONCILIATION SOURCE_MASTER "Reconciliation: Latest task state" of the agent`
)

func awareness(t *testing.T, test func(t *testing.T, aware bool, what func(*mesos.FrameworkInfo))) {
	t.Run("partition aware", func(t *testing.T) { test(t, true, checkpointing) })
	t.Run("not", func(t *testing.T) { test(t, false, both(checkpointing, unaware)) })
}

func TestAgentKilledAndBack(t *testing.T) {
	awareness(t, func(t *testing.T, _ bool, what func(*mesos.FrameworkInfo)) {
		tell(t, minicluster.Config{}, what, func(st *story) {
			st.do(st.c.KillAgent(0))
			st.then(2*time.Second, "RESCIND")
			st.do(st.c.StartAgent(0))
			st.then(time.Second, "OFFERS of the agent with reserved")
			st.asks(st.offer.AgentID.Value, knownText)
			if n := st.writes("t"); n != 1 {
				st.t.Errorf("the task was started %d times", n)
			}
			st.s.kill("t")
			st.s.status("t", mesos.TASK_KILLED)
			st.checked(st.s, "u")
		})
	})
}

func TestAgentKilledUnderTasksWithoutCheckpoint(t *testing.T) {
	for _, aware := range []bool{true, false} {
		what, asked := func(*mesos.FrameworkInfo) {}, "TASK_GONE"
		if !aware {
			what, asked = unaware, "TASK_LOST"
		}
		tell(t, minicluster.Config{}, what, func(st *story) {
			st.do(st.c.KillAgent(0))
			st.then(0, "RESCIND", brokenText)
			st.do(st.c.StartAgent(0))
			st.then(time.Second, "OFFERS of the agent with v1")
			st.asks(st.offer.AgentID.Value, `t `+asked+` REASON_RECONCILIATION SOURCE_MASTER "Reconciliation: Task is unknown to the agent" of the agent`)
			st.checked(st.s, "u")
			if err := st.c.FinishTask("t"); !errors.Is(err, minicluster.ErrNoTask) {
				st.t.Errorf("t runs: %v", err)
			}
		})
	}
}

func TestTaskEndsWhileItsAgentIsKilled(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.KillAgent(0))
		st.do(st.c.FailTask("t", 3))
		st.then(6*time.Second, "RESCIND")
		st.do(st.c.StartAgent(0))
		st.then(time.Second, terminatedText, terminatedText, "OFFERS of the agent with v1")
		if st.t.Failed() {
			return
		}
		uuids := st.c.Events()[len(st.c.Events())-3:]
		if a, b := uuids[0].Event.Update.Status.UUID, uuids[1].Event.Update.Status.UUID; string(a) != string(b) {
			st.t.Errorf("the two differ: %x, %x", a, b)
		}
		st.s.status("t", mesos.TASK_FAILED)
		st.s.status("t", mesos.TASK_FAILED)
		st.checked(st.s, "u")
	})
}

func TestAgentNeverBackAndBackLater(t *testing.T) {
	awareness(t, func(t *testing.T, aware bool, what func(*mesos.FrameworkInfo)) {
		tell(t, minicluster.Config{PingTimeout: 3 * time.Second}, what, func(st *story) {
			st.do(st.c.KillAgent(0))
			st.then(3*time.Second-1, "RESCIND")
			told, reconciled := unreachableText, "TASK_UNREACHABLE"
			if !aware {
				told, reconciled = lostText, "TASK_LOST"
			}
			st.then(time.Second, told, "FAILURE of the agent")
			st.asks(st.offer.AgentID.Value, `t `+reconciled+` REASON_RECONCILIATION SOURCE_MASTER "Reconciliation: Task is unreachable" of the agent, unreachable_time`)
			st.s.reconcile("")
			st.then(5 * time.Minute)
			st.do(st.c.StartAgent(0))
			st.then(time.Second, backText, "OFFERS of the agent with reserved")
			if n := st.writes("t"); n != 1 {
				st.t.Errorf("the task was started %d times", n)
			}
			st.do(st.c.FinishTask("t"))
			st.s.status("t", mesos.TASK_FINISHED)
			st.checked(st.s, "u")
		})
	})
}

// TestExecutorsGiveUpOnTheirAgent: 15 minutes after it was killed.
func TestExecutorsGiveUpOnTheirAgent(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.KillAgent(0))
		time.Sleep(15*time.Minute + 10*time.Second)
		if err := st.c.FinishTask("t"); !errors.Is(err, minicluster.ErrNoTask) {
			st.t.Errorf("t runs: %v", err)
		}
		st.then(0, "RESCIND", unreachableText, "FAILURE of the agent")
		st.do(st.c.StartAgent(0))
		st.then(time.Second, terminatedText, terminatedText, "OFFERS of the agent with v1")
	})
}

func TestAgentUnderANewID(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.RestartAgent(0, minicluster.NewID))
		st.then(time.Second, "RESCIND", replacedText, "FAILURE of the agent", "OFFERS of another agent with v1")
		st.asks(st.offer.AgentID.Value, `t TASK_UNKNOWN REASON_RECONCILIATION SOURCE_MASTER "Reconciliation: Task is unknown" of the agent`)
		st.checked(st.s, "u")
		st.mark()
		st.do(st.c.FinishTask("t")) // it ran all the time, and nobody hears of its end
		for _, e := range st.c.Events()[st.from:] {
			if e.Event.GetType() == schedulerpb.Event_UPDATE {
				st.t.Errorf("told %v", e.Event)
			}
		}
	})
}

func TestAgentWithoutItsMeta(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.RestartAgent(0, minicluster.LostMeta))
		st.then(time.Second, "RESCIND", replacedText, "FAILURE of the agent", "OFFERS of another agent with nothing of ours")
		if n := st.writes("t"); n != 1 {
			st.t.Errorf("the folder holds %d lines of t", n)
		}
		o := st.s.offer(func(o *mesos.Offer) bool { return o.AgentID.Value != st.offer.AgentID.Value })
		st.s.accept(o, reserve(reserved("cpus:0.5;mem:64;disk:128")), create(volume("v1", 64)))
		st.checked(st.s, "u")
	})
}

func TestAgentWithOtherResources(t *testing.T) {
	t.Run("equal", func(t *testing.T) {
		tell(t, minicluster.Config{}, checkpointing, func(st *story) {
			st.do(st.c.KillAgent(0))
			st.do(st.c.ChangeAgent(0, func(a *minicluster.Agent) { a.Resources = "cpus:8;mem:4096;disk:10240;ports:[31000-32000]" }))
			err := st.c.StartAgent(0)
			if !errors.Is(err, minicluster.ErrReconfigured) || !strings.Contains(err.Error(), "Resources changed from cpus:4;") || !strings.Contains(err.Error(), "to cpus:8;") {
				st.t.Errorf("error = %v", err)
			}
			st.then(2*time.Minute, "RESCIND", unreachableText, "FAILURE of the agent")
			st.do(st.c.ChangeAgent(0, func(a *minicluster.Agent) { a.Resources = minicluster.DefaultAgentResources }))
			st.do(st.c.StartAgent(0))
			st.then(time.Second, backText, "OFFERS of the agent with reserved")
		})
	})
	t.Run("additive", func(t *testing.T) {
		tell(t, minicluster.Config{}, checkpointing, func(st *story) {
			st.do(st.c.KillAgent(0))
			st.then(2*time.Minute, "RESCIND", unreachableText, "FAILURE of the agent")
			less := func(a *minicluster.Agent) {
				a.Resources, a.Reconfiguration = "cpus:2;mem:4096;disk:10240;ports:[31000-32000]", minicluster.Additive
			}
			st.do(st.c.ChangeAgent(0, less))
			if err := st.c.StartAgent(0); !errors.Is(err, minicluster.ErrReconfigured) || !strings.Contains(err.Error(), "Value of scalar resource 'cpus' decreased from 4 to 2") {
				st.t.Errorf("error = %v", err)
			}
			st.do(st.c.ChangeAgent(0, func(a *minicluster.Agent) { a.Resources = "cpus:8;mem:4096;disk:10240;ports:[31000-32000]" }))
			st.do(st.c.StartAgent(0))
			st.then(time.Second, backText, "OFFERS of the agent with reserved")
			if got := st.c.State().Agents[0].Total.Scalar("cpus"); got != 8 {
				st.t.Errorf("cpus = %v", got)
			}
			// With the machine's power gone too, the new config is what the next start is measured by.
			st.do(st.c.StopAgent(0))
			st.do(st.c.ChangeAgent(0, func(a *minicluster.Agent) { a.Reconfiguration = minicluster.Equal }))
			st.do(st.c.StartAgent(0))
			st.s.status("t", mesos.TASK_FAILED)
			st.checked(st.s, "u")
			if err := st.c.ChangeAgent(0, less); !errors.Is(err, minicluster.ErrNoAgent) {
				st.t.Errorf("changed while it runs: %v", err)
			}
			st.do(st.c.KillAgent(0))
			if err := st.c.ChangeAgent(0, func(a *minicluster.Agent) { a.Resources = "cpus" }); !errors.Is(err, minicluster.ErrConfig) {
				st.t.Errorf("changed to nonsense: %v", err)
			}
		})
	})
}

func TestExecutorKilled(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.KillExecutor("t"))
		st.then(time.Second, terminatedText, "OFFERS of the agent with v1")
		if st.t.Failed() {
			return
		}
		if e := st.c.Events()[st.from-2].Event.Update.Status; e.ExecutorID.GetValue() != "t" {
			st.t.Errorf("executor = %v", e.ExecutorID)
		}
		st.s.status("t", mesos.TASK_FAILED)
		st.checked(st.s, "u")
		if err := st.c.KillExecutor("t"); !errors.Is(err, minicluster.ErrNoTask) {
			st.t.Errorf("killed twice: %v", err)
		}
	})
}

// TestMasterKilledWhileAgentsRun and TestMasterKilledWhileAgentsAreAway: what a master that took over says.
func TestMasterKilledWhileAgentsRun(t *testing.T) {
	for _, inMemory := range []bool{false, true} {
		tell(t, minicluster.Config{InMemory: inMemory}, checkpointing, func(st *story) {
			st.do(st.c.FailoverMaster())
			<-st.s.ended
			if code, body := st.s.call(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()}); code != http.StatusForbidden || body != "Framework is not subscribed" {
				st.t.Errorf("call = %d %q", code, body)
			}
			st.s, st.from = subscribe(st.t, st.c, info(timeout(600), checkpointing, as(st.s.id))), 0
			time.Sleep(time.Second)
			st.asks("", knownText)
			st.s.kill("t")
			st.s.status("t", mesos.TASK_KILLED)
			st.checked(st.s, "u")
		})
	}
}

func TestMasterKilledWhileAgentsAreAway(t *testing.T) {
	for _, inMemory := range []bool{false, true} {
		tell(t, minicluster.Config{InMemory: inMemory}, checkpointing, func(st *story) {
			st.do(st.c.KillAgent(0))
			st.do(st.c.FailoverMaster())
			<-st.s.ended
			if code, body := st.s.call(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()}); code != http.StatusBadRequest || body != "Framework cannot be found" {
				st.t.Errorf("call = %d %q", code, body)
			}
			st.s = subscribe(st.t, st.c, info(timeout(600), checkpointing, as(st.s.id)))
			unknown := `t TASK_UNKNOWN REASON_RECONCILIATION SOURCE_MASTER "Reconciliation: Task is unknown" of the agent`
			back := []string{"OFFERS of the agent with reserved"}
			if inMemory {
				st.asks(st.offer.AgentID.Value, unknown)
				st.s.must(&schedulerpb.Call{Type: schedulerpb.Call_KILL.Enum(), Kill: &schedulerpb.Call_Kill{
					TaskID: mesos.TaskID{Value: "t"}, AgentID: &st.offer.AgentID,
				}})
				st.then(0, unknown)
				back = append([]string{strings.Replace(backText, "Unreachable agent re-reregistered", "Unknown agent reregistered", 1)}, back...)
			} else {
				st.asks(st.offer.AgentID.Value)
				st.s.kill("t")
				st.then(time.Minute)
			}
			st.do(st.c.StartAgent(0))
			st.then(time.Second, back...)
			st.asks(st.offer.AgentID.Value, knownText)
		})
	}
}

// TestFrameworkThatWasAway: what happens while it is away is not told later; it has to ask for its tasks.
func TestFrameworkThatWasAway(t *testing.T) {
	tell(t, minicluster.Config{PingTimeout: 3 * time.Second}, checkpointing, func(st *story) {
		st.s.hangUp()
		st.do(st.c.KillAgent(0))
		time.Sleep(10 * time.Second)
		st.mark()
		st.s = subscribe(st.t, st.c, info(timeout(600), checkpointing, as(st.s.id)))
		st.then(time.Minute, "SUBSCRIBED")
		st.s.reconcile("")
		st.then(time.Minute)
		st.asks(st.offer.AgentID.Value, `t TASK_UNREACHABLE REASON_RECONCILIATION SOURCE_MASTER "Reconciliation: Task is unreachable" of the agent, unreachable_time`)
	})
}

func TestUpdateThatALiveAgentHoldsComesByItself(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.s.hangUp()
		st.do(st.c.FinishTask("t"))
		st.mark()
		st.s = subscribe(st.t, st.c, info(timeout(600), checkpointing, as(st.s.id)))
		st.then(0, "SUBSCRIBED", "OFFERS of the agent with v1", `t TASK_FINISHED SOURCE_EXECUTOR "Command exited with status 0" of the agent, uuid`)
	})
}

// TestDamagedFilesKeepAnAgentAway: it says which file, and what is on disk stays.
func TestDamagedFilesKeepAnAgentAway(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.KillAgent(0))
		file := filepath.Join(st.c.WorkDir(), "agents/0/meta/resources/resources_and_operations.state")
		good, err := os.ReadFile(file)
		st.do(err)
		st.do(os.WriteFile(file, good[:len(good)/2], 0o600))
		for range 2 {
			if err := st.c.StartAgent(0); !errors.Is(err, minicluster.ErrCorrupt) || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "remove the folder meta/resources") {
				st.t.Errorf("error = %v", err)
			}
		}
		st.then(2*time.Minute, "RESCIND", unreachableText, "FAILURE of the agent")
		st.do(os.WriteFile(file, good, 0o600))
		st.do(st.c.StartAgent(0))
		st.then(time.Second, backText, "OFFERS of the agent with reserved")
		synctest.Wait()
	})
}

// TestMetaRemovedByHand: as with LostMeta, whatever the task does meanwhile.
func TestMetaRemovedByHand(t *testing.T) {
	for _, ends := range []bool{true, false} {
		tell(t, minicluster.Config{}, checkpointing, func(st *story) {
			st.do(st.c.KillAgent(0))
			st.do(os.RemoveAll(filepath.Join(st.c.WorkDir(), "agents/0/meta")))
			if ends {
				st.do(st.c.FinishTask("t"))
			}
			st.then(time.Second, "RESCIND")
			st.do(st.c.StartAgent(0))
			st.then(time.Second, replacedText, "FAILURE of the agent", "OFFERS of another agent with nothing of ours")
			if err := st.c.FinishTask("t"); (err != nil) != ends {
				st.t.Errorf("t ran: %v", err)
			}
			if n := st.writes("t"); n != 1 {
				st.t.Errorf("the folder holds %d lines of t", n)
			}
		})
	}
}

// TestReservationsForgottenUnderATask: the remedy for a damaged ledger, while a task runs. It runs on, and what it
// had is not there; reserved and created anew it is what it was.
func TestReservationsForgottenUnderATask(t *testing.T) {
	tell(t, minicluster.Config{}, checkpointing, func(st *story) {
		st.do(st.c.KillAgent(0))
		st.do(os.RemoveAll(filepath.Join(st.c.WorkDir(), "agents/0/meta/resources")))
		st.do(st.c.StartAgent(0))
		st.asks(st.offer.AgentID.Value, knownText)
		if total := st.c.State().Agents[0].Total; len(total) != 4 || total.Scalar("disk") != 10240 {
			st.t.Errorf("total %s", total)
		}
		st.s.kill("t")
		st.s.status("t", mesos.TASK_KILLED)
		st.do(st.c.RescindOffers())
		time.Sleep(time.Second)
		st.s.hangUp()
		st.s = subscribe(st.t, st.c, info(timeout(600), checkpointing, as(st.s.id)))
		o := st.s.offer()
		st.s.accept(o, reserve(reserved("cpus:0.5;mem:64;disk:64")), create(volume("v1", 64)))
		st.checked(st.s, "u")
	})
}
