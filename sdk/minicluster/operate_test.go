package minicluster_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gogo/protobuf/types"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// heard waits for a while and takes what has come since: each event in a few words, with the time when it was sent.
// Updates are acknowledged.
func (s *scheduler) heard(d time.Duration) []string {
	s.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	s.mu.Lock()
	events := s.events
	s.events = nil
	s.mu.Unlock()
	var out []string
	for _, e := range events {
		switch {
		case e.Update != nil:
			st := &e.Update.Status
			out = append(out, strings.Join([]string{"UPDATE", st.TaskID.Value, st.State.String(), st.GetReason().String(), st.GetSource().String(), st.GetMessage()}, " "))
			if len(st.UUID) > 0 {
				s.must(&schedulerpb.Call{Type: schedulerpb.Call_ACKNOWLEDGE.Enum(), Acknowledge: &schedulerpb.Call_Acknowledge{
					AgentID: *st.AgentID, TaskID: st.TaskID, UUID: st.UUID,
				}})
			}
		case e.Offers != nil && e.Offers.Offers[0].Unavailability != nil:
			out = append(out, "OFFERS with unavailability")
		case e.UpdateOperationStatus != nil:
			out = append(out, "OPERATION "+e.UpdateOperationStatus.Status.State.String()+" "+e.UpdateOperationStatus.Status.GetMessage())
		case e.GetType() != schedulerpb.Event_HEARTBEAT && e.GetType() != schedulerpb.Event_SUBSCRIBED:
			out = append(out, e.GetType().String())
		}
	}
	return out
}

// hears checks what comes within a while.
func (s *scheduler) hears(d time.Duration, want ...string) {
	s.t.Helper()
	if got := s.heard(d); !slices.Equal(got, want) {
		s.t.Errorf("heard\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// ordered makes an operator's call that has to be taken.
func ordered(t testing.TB, c *minicluster.Cluster, call *masterpb.Call) *masterpb.Response {
	t.Helper()
	code, res, body := operate(t, c, call)
	if code != http.StatusOK {
		t.Fatalf("%v: %d %s", call.GetType(), code, body)
	}
	return res
}

// refusedCall makes an operator's call that has to be refused.
func refusedCall(t testing.TB, c *minicluster.Cluster, call *masterpb.Call, status int, text string) {
	t.Helper()
	if code, _, body := operate(t, c, call); code != status || body != text {
		t.Errorf("%v: %d %q, want %d %q", call.GetType(), code, body, status, text)
	}
}

func markGone(id mesos.AgentID) *masterpb.Call {
	return &masterpb.Call{Type: masterpb.Call_MARK_AGENT_GONE.Enum(), MarkAgentGone: &masterpb.Call_MarkAgentGone{AgentID: id}}
}

func drain(id mesos.AgentID, grace time.Duration, gone bool) *masterpb.Call {
	call := &masterpb.Call_DrainAgent{AgentID: id, MarkGone: &gone}
	if grace >= 0 {
		call.MaxGracePeriod = types.DurationProto(grace)
	}
	return &masterpb.Call{Type: masterpb.Call_DRAIN_AGENT.Enum(), DrainAgent: call}
}

func deactivate(id mesos.AgentID) *masterpb.Call {
	return &masterpb.Call{Type: masterpb.Call_DEACTIVATE_AGENT.Enum(), DeactivateAgent: &masterpb.Call_DeactivateAgent{AgentID: id}}
}

func reactivate(id mesos.AgentID) *masterpb.Call {
	return &masterpb.Call{Type: masterpb.Call_REACTIVATE_AGENT.Enum(), ReactivateAgent: &masterpb.Call_ReactivateAgent{AgentID: id}}
}

// shownAgents asks for all agents.
func shownAgents(t testing.TB, c *minicluster.Cluster) *masterpb.Response_GetAgents {
	t.Helper()
	return ordered(t, c, &masterpb.Call{Type: masterpb.Call_GET_AGENTS.Enum()}).GetAgents
}

// drainState is what is shown of the first agent's draining.
func drainState(t testing.TB, c *minicluster.Cluster) string {
	t.Helper()
	a := shownAgents(t, c).Agents[0]
	out := []string{"active"}
	if !a.Active {
		out[0] = "inactive"
	}
	if a.GetDeactivated() {
		out = append(out, "deactivated")
	}
	if a.DrainInfo != nil {
		out = append(out, a.DrainInfo.State.String())
	}
	return strings.Join(out, " ")
}

// forgetID makes an agent that is stopped one that comes with a new id.
func forgetID(t testing.TB, c *minicluster.Cluster, agent string) {
	t.Helper()
	if err := os.Remove(filepath.Join(c.WorkDir(), "agents", agent, "meta", "slaves", "latest")); err != nil {
		t.Fatal(err)
	}
}

func notPartitionAware(f *mesos.FrameworkInfo) {
	f.Capabilities = slices.DeleteFunc(f.Capabilities, func(c mesos.FrameworkInfo_Capability) bool {
		return c.GetType() == mesos.FrameworkInfo_Capability_PARTITION_AWARE
	})
}

func TestMarkAgentGone(t *testing.T) {
	for _, tt := range []struct {
		name, update, reconciled string
		change                   func(*mesos.FrameworkInfo)
	}{
		{
			"partition aware", "TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR SOURCE_MASTER Agent has been marked gone",
			"TASK_GONE_BY_OPERATOR REASON_RECONCILIATION SOURCE_MASTER Reconciliation: Task is gone", func(*mesos.FrameworkInfo) {},
		},
		{
			"not partition aware", "TASK_LOST REASON_AGENT_REMOVED SOURCE_MASTER Agent has been marked gone",
			"TASK_LOST REASON_RECONCILIATION SOURCE_MASTER Reconciliation: Task is gone", notPartitionAware,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
				s := subscribe(t, c, info(timeout(3600), checkpointing, tt.change))
				o := launched(s, "t")
				s.heard(time.Second)
				ordered(t, c, markGone(o.AgentID))
				s.hears(0, "UPDATE t "+tt.update, "RESCIND", "FAILURE")
				ordered(t, c, markGone(o.AgentID)) // it is already
				s.hears(20 * time.Second)
				s.reconcile(o.AgentID.Value, "t")
				s.hears(0, "UPDATE t "+tt.reconciled)
				if len(c.State().Agents) != 0 {
					t.Error("the agent is still registered")
				}
				if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) || !strings.Contains(err.Error(), "Agent has been marked gone") {
					t.Errorf("started again: %v", err)
				}
				if err := c.FailoverMaster(); err != nil {
					t.Fatal(err)
				}
				if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) {
					t.Errorf("started again under another master: %v", err)
				}
				forgetID(t, c, "0")
				if err := c.StartAgent(0); err != nil {
					t.Fatal(err)
				}
				back := subscribe(t, c, info(timeout(3600), checkpointing, tt.change, as(s.id)))
				if again := back.offer(hasVolume("v1")); again.AgentID.Value == o.AgentID.Value {
					t.Error("the agent has its old id")
				}
			})
		})
	}
}

func TestMarkAgentGoneWhileItIsUnreachable(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		s.heard(2 * time.Minute)
		ordered(t, c, markGone(o.AgentID))
		s.hears(time.Minute, "UPDATE t TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR SOURCE_MASTER Agent has been marked gone")
		if f, _ := c.State().Framework(s.id.Value); len(f.Completed) != 1 || f.Completed[0].State != mesos.TASK_GONE_BY_OPERATOR {
			t.Errorf("completed tasks = %v", f.Completed)
		}
		if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) {
			t.Errorf("started again: %v", err)
		}
	})
}

// TestUnreachableSinceOutlivesTheMaster: the registry knows since when an agent is unreachable.
func TestUnreachableSinceOutlivesTheMaster(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		want := s.status("t", mesos.TASK_UNREACHABLE).UnreachableTime.GetNanoseconds()
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		back := subscribe(t, c, info(timeout(3600), checkpointing, as(s.id)))
		back.reconcile(o.AgentID.Value, "t")
		if got := back.status("t", mesos.TASK_UNREACHABLE).UnreachableTime.GetNanoseconds(); got == 0 || got != want {
			t.Errorf("unreachable since %d, then %d", want, got)
		}
	})
}

// TestMarkAgentGoneWhileItIsRecovered: this master knows nothing of the agent's tasks and tells nobody anything, then or later.
func TestMarkAgentGoneWhileItIsRecovered(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		shown := shownAgents(t, c)
		if len(shown.Agents) != 0 || len(shown.RecoveredAgents) != 1 || shown.RecoveredAgents[0].ID.Value != o.AgentID.Value || shown.RecoveredAgents[0].Hostname != "127.0.0.1" {
			t.Errorf("agents = %v", shown)
		}
		back := subscribe(t, c, info(timeout(3600), checkpointing, as(s.id)))
		back.heard(0)
		ordered(t, c, markGone(o.AgentID))
		back.reconcile(o.AgentID.Value, "t")
		back.hears(time.Hour)
		if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) {
			t.Errorf("started again: %v", err)
		}
	})
}

// TestMarkAgentGoneWhileItIsAway: an agent that doesn't hear it shuts down when it comes back.
func TestMarkAgentGoneWhileItIsAway(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		s.heard(time.Second)
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		s.hears(time.Second, "RESCIND")
		ordered(t, c, markGone(o.AgentID))
		s.hears(time.Second, "UPDATE t TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR SOURCE_MASTER Agent has been marked gone", "FAILURE")
		if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) {
			t.Errorf("started again: %v", err)
		}
	})
}

// TestMarkAgentGoneWhileItIsCutOff: it shuts down as soon as it is told.
func TestMarkAgentGoneWhileItIsCutOff(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		s.heard(time.Second)
		if err := c.PartitionAgent(0); err != nil {
			t.Fatal(err)
		}
		ordered(t, c, markGone(o.AgentID))
		s.hears(time.Minute, "UPDATE t TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR SOURCE_MASTER Agent has been marked gone", "RESCIND", "FAILURE")
		if err := c.HealAgent(0); !errors.Is(err, minicluster.ErrShutDown) {
			t.Errorf("healed: %v", err)
		}
		s.hears(time.Minute)
		if err := c.RestartAgent(0, minicluster.NewID); err != nil {
			t.Fatal(err)
		}
		if again := s.offer(hasVolume("v1")); again.AgentID.Value == o.AgentID.Value {
			t.Error("the agent has its old id")
		}
	})
}

// TestDataOfAgentsThatOperatorsEnd: with real processes. The task's ends, and the volume's data is there in the end.
func TestDataOfAgentsThatOperatorsEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(t *testing.T, c *minicluster.Cluster, id mesos.AgentID) (restart func() error)
	}{
		{"gone", func(t *testing.T, c *minicluster.Cluster, id mesos.AgentID) func() error {
			ordered(t, c, markGone(id))
			return func() error { return c.RestartAgent(0, minicluster.NewID) }
		}},
		{"machine down", func(t *testing.T, c *minicluster.Cluster, _ mesos.AgentID) func() error {
			ordered(t, c, schedule(window(time.Hour, here)))
			ordered(t, c, startMaintenance(here))
			ordered(t, c, stopMaintenance(here))
			return func() error { return c.StartAgent(0) }
		}},
		{"drained", func(t *testing.T, c *minicluster.Cluster, id mesos.AgentID) func() error {
			ordered(t, c, drain(id, -1, false))
			return func() error {
				eventually(t, "the agent is drained", func() bool { return drainState(t, c) == "inactive deactivated DRAINED" })
				ordered(t, c, reactivate(id))
				return nil
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := minicluster.New(t, minicluster.Config{AllocationInterval: 20 * time.Millisecond})
			s := subscribe(t, c, info(timeout(3600), checkpointing))
			o := s.offer()
			on := append(reserved("cpus:0.5;mem:64"), volume("v1", 64))
			pidFile := filepath.Join(t.TempDir(), "pid")
			s.accept(o, reserve(reserved("cpus:0.5;mem:64;disk:128")), create(volume("v1", 64)),
				launch(task("t", o, "echo kept > data/file; echo $$ > "+pidFile+"; sleep 1000", on...)))
			s.running("t")
			var pid []byte
			eventually(t, "the task has written", func() bool {
				var err error
				pid, err = os.ReadFile(pidFile)
				return err == nil && strings.HasSuffix(string(pid), "\n")
			})
			restart := tt.end(t, c, o.AgentID)
			if tt.name == "drained" {
				s.status("t", mesos.TASK_KILLED)
			}
			eventually(t, "the task's process has ended", func() bool {
				_, err := os.Stat("/proc/" + strings.TrimSpace(string(pid)))
				return errors.Is(err, os.ErrNotExist)
			})
			var err error
			eventually(t, "the agent is back", func() bool { // it may not have quite ended
				err = restart()
				return !errors.Is(err, minicluster.ErrNoAgent)
			})
			if err != nil {
				t.Fatal(err)
			}
			again := s.offer(hasVolume("v1"))
			s.accept(again, launch(task("u", again, "grep -q kept data/file", on...)))
			s.running("u")
			s.status("u", mesos.TASK_FINISHED)
		})
	}
}

// TestGoneAgentsOperations: outcomes that nobody has acknowledged are told first.
func TestGoneAgentsOperations(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := s.offer()
		s.accept(o, named(reserve(reserved("disk:64")), "op"), launch(task("t", o, "run")))
		s.running("t")
		s.heard(time.Second)
		ordered(t, c, markGone(o.AgentID))
		s.hears(
			0, "OPERATION OPERATION_GONE_BY_OPERATOR Agent has been marked gone",
			"UPDATE t TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR SOURCE_MASTER Agent has been marked gone", "RESCIND", "FAILURE",
		)
	})
}

const drainedTask = "UPDATE t TASK_KILLED REASON_AGENT_DRAINING SOURCE_EXECUTOR Command terminated with signal Terminated"

func TestDrainAgent(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		s.heard(time.Second)
		ordered(t, c, drain(o.AgentID, 3*time.Second, false))
		a := shownAgents(t, c).Agents[0]
		if a.Active || !a.GetDeactivated() || a.DrainInfo.GetState() != mesos.DrainState_DRAINING || a.DrainInfo.Config.MaxGracePeriod.GetNanoseconds() != 3e9 || a.DrainInfo.Config.GetMarkGone() {
			t.Errorf("agent = %+v", a)
		}
		if at := a.EstimatedDrainStartTime.GetNanoseconds(); at != time.Now().Truncate(time.Second).UnixNano() {
			t.Errorf("estimated start = %d", at)
		}
		refusedCall(t, c, reactivate(o.AgentID), 400, "Agent is still in the DRAINING state")
		s.hears(0, "RESCIND", drainedTask)
		synctest.Wait()
		if got := drainState(t, c); got != "inactive deactivated DRAINED" {
			t.Errorf("after the acknowledgement it is %s", got)
		}
		s.hears(time.Minute)
		s.reconcile(o.AgentID.Value, "t")
		s.hears(0, "UPDATE t TASK_GONE REASON_RECONCILIATION SOURCE_MASTER Reconciliation: Task is unknown to the agent")
		ordered(t, c, reactivate(o.AgentID))
		if got := drainState(t, c); got != "active" {
			t.Errorf("reactivated it is %s", got)
		}
		s.offer(hasVolume("v1"))
		refusedCall(t, c, reactivate(o.AgentID), 400, "Agent is not deactivated")
	})
}

// TestDrainOutlivesTheMaster: the next one drains on, and offers nothing of the agent.
func TestDrainOutlivesTheMaster(t *testing.T) {
	cfg := minicluster.Config{Simulate: func(mesos.TaskInfo) minicluster.Simulation { return minicluster.Simulation{Stubborn: true} }}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		ordered(t, c, drain(o.AgentID, time.Minute, false))
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		a := shownAgents(t, c).Agents[0]
		if a.Active || !a.GetDeactivated() || a.DrainInfo.GetState() != mesos.DrainState_DRAINING || a.DrainInfo.Config.MaxGracePeriod.GetNanoseconds() != 60e9 || a.EstimatedDrainStartTime != nil {
			t.Errorf("agent = %+v", a)
		}
		back := subscribe(t, c, info(timeout(7200), checkpointing, as(s.id)))
		back.hears(50 * time.Second) // a task that names no grace period has that of the drain
		back.hears(15*time.Second, "UPDATE t TASK_KILLED REASON_AGENT_DRAINING SOURCE_EXECUTOR Command terminated with signal Killed")
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		if got := drainState(t, c); got != "inactive deactivated DRAINED" {
			t.Errorf("the third master shows it as %s", got)
		}
		ordered(t, c, reactivate(o.AgentID))
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		if got := drainState(t, c); got != "active" {
			t.Errorf("the fourth master shows it as %s", got)
		}
	})
}

// TestDrainGracePeriods: an operator may shorten a task's own grace period, and not lengthen it.
func TestDrainGracePeriods(t *testing.T) {
	for _, tt := range []struct {
		name             string
		own, most, takes time.Duration
	}{
		{"shortened", time.Minute, 10 * time.Second, 10 * time.Second},
		{"shorter already", 2 * time.Second, 10 * time.Second, 2 * time.Second},
		{"none of the operator's", time.Minute, -1, time.Minute},
		{"none of the task's", -1, 10 * time.Second, 10 * time.Second},
		{"none at all", time.Minute, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := minicluster.Config{Simulate: func(mesos.TaskInfo) minicluster.Simulation { return minicluster.Simulation{Stubborn: true} }}
			bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
				s := subscribe(t, c, info(timeout(3600), checkpointing))
				o := s.offer()
				one := task("t", o, "run")
				if tt.own >= 0 {
					one.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: int64(tt.own)}}
				}
				s.accept(o, launch(one))
				s.running("t")
				start := time.Now()
				ordered(t, c, drain(o.AgentID, tt.most, false))
				if e := s.await(2*time.Minute, func(e *schedulerpb.Event) bool { return e.Update != nil }); e == nil || e.Update.Status.GetReason() != mesos.REASON_AGENT_DRAINING {
					t.Fatalf("event = %v", e)
				}
				closeTo(t, "killed", time.Since(start), tt.takes, time.Second)
			})
		})
	}
}

// TestDrainAndMarkGone: the agent is gone as soon as the last update is acknowledged.
func TestDrainAndMarkGone(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		s.heard(time.Second)
		ordered(t, c, drain(o.AgentID, -1, true))
		s.hears(0, "RESCIND", "UPDATE t TASK_GONE_BY_OPERATOR REASON_AGENT_DRAINING SOURCE_EXECUTOR Command terminated with signal Terminated")
		s.hears(time.Minute, "FAILURE")
		if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) {
			t.Errorf("started again: %v", err)
		}
		refusedCall(t, c, reactivate(o.AgentID), 400, "Agent is still in the DRAINING state") // what this master remembers
		refusedCall(t, c, drain(o.AgentID, -1, false), 400, "Unknown agent")
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		refusedCall(t, c, reactivate(o.AgentID), 400, "Agent is not deactivated")
	})
}

// TestDrainOfAnAgentThatIsAway: it drains when it comes back, and isn't offered.
func TestDrainOfAnAgentThatIsAway(t *testing.T) {
	for _, away := range []time.Duration{time.Second, 2 * time.Minute} { // disconnected, unreachable
		bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
			s := subscribe(t, c, info(timeout(3600), checkpointing))
			o := launched(s, "t")
			if err := c.KillAgent(0); err != nil {
				t.Fatal(err)
			}
			s.heard(away)
			ordered(t, c, drain(o.AgentID, -1, false))
			s.hears(5 * time.Second)
			if err := c.StartAgent(0); err != nil {
				t.Fatal(err)
			}
			want := []string{drainedTask}
			if away > time.Minute {
				want = []string{"UPDATE t TASK_RUNNING REASON_AGENT_REREGISTERED SOURCE_MASTER Unreachable agent re-reregistered", drainedTask}
			}
			s.hears(time.Second, want...)
			synctest.Wait()
			if got := drainState(t, c); got != "inactive deactivated DRAINED" {
				t.Errorf("it is %s", got)
			}
		})
	}
}

// TestDrainAndMarkGoneOfAnAgentThatIsAway: it comes back to drain, and is gone then.
func TestDrainAndMarkGoneOfAnAgentThatIsAway(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600)))
		id := s.offer().AgentID
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		s.hears(2*time.Minute, "RESCIND", "FAILURE")
		ordered(t, c, drain(id, -1, true))
		if err := c.FailoverMaster(); err != nil { // it is in the registry
			t.Fatal(err)
		}
		back := subscribe(t, c, info(timeout(3600), as(s.id)))
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		back.hears(time.Minute, "FAILURE")
		if err := c.StartAgent(0); !errors.Is(err, minicluster.ErrShutDown) {
			t.Errorf("started again: %v", err)
		}
	})
}

func TestDrainOfAnEmptyAgent(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		ordered(t, c, drain(c.AgentID(0), -1, false))
		if got := drainState(t, c); got != "inactive deactivated DRAINED" {
			t.Errorf("it is %s", got)
		}
		s := subscribe(t, c, info())
		s.none(time.Minute, schedulerpb.Event_OFFERS)
	})
}

func TestDeactivateAgent(t *testing.T) {
	bubble(t, minicluster.Config{Agents: []minicluster.Agent{{}, {}}}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		onFirst := func(o *mesos.Offer) bool { return o.AgentID.Value == c.AgentID(0).Value }
		o := s.offer(onFirst)
		s.accept(o, launch(task("t", o, "run")))
		s.running("t")
		s.offer(onFirst)
		ordered(t, c, deactivate(o.AgentID))
		if got := drainState(t, c); got != "inactive deactivated" {
			t.Errorf("it is %s", got)
		}
		if got := s.heard(time.Minute); !slices.Contains(got, "RESCIND") || slices.ContainsFunc(got, func(e string) bool { return strings.HasPrefix(e, "UPDATE") }) {
			t.Errorf("heard %q", got)
		}
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		back := subscribe(t, c, info(timeout(3600), checkpointing, as(s.id)))
		back.reconcile(o.AgentID.Value, "t")
		back.status("t", mesos.TASK_RUNNING)
		if other := back.offer(); onFirst(other) {
			t.Error("a deactivated agent is offered")
		}
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		ordered(t, c, reactivate(o.AgentID))
		back.none(time.Minute, schedulerpb.Event_OFFERS)
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		back.offer(onFirst)
	})
}

func TestOrdersAboutAgentsThatAreRefused(t *testing.T) {
	bubble(t, minicluster.Config{Agents: []minicluster.Agent{{Without: []string{"AGENT_DRAINING"}}}}, func(t *testing.T, c *minicluster.Cluster) {
		for _, id := range []string{"", "x", "a/b"} {
			agent := mesos.AgentID{Value: id}
			refusedCall(t, c, markGone(agent), 404, "Agent '"+id+"' not found")
			refusedCall(t, c, drain(agent, -1, false), 400, "Unknown agent")
			refusedCall(t, c, deactivate(agent), 400, "Unknown agent")
			refusedCall(t, c, reactivate(agent), 400, "Agent is not deactivated")
		}
		id := c.AgentID(0)
		refusedCall(t, c, drain(id, -1, false), 400, "Agent "+id.Value+" is not capable of draining")
		// Of an agent that isn't there the master can't know.
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		ordered(t, c, drain(id, -time.Second, false))
		refusedCall(t, c, reactivate(id), 400, "Agent is still in the DRAINING state")
		refusedCall(t, c, &masterpb.Call{Type: masterpb.Call_DRAIN_AGENT.Enum()}, 400, "Failed to validate master::Call: Expecting 'drain_agent' to be present")
	})
}

// TestOrdersThatAreForbidden: without leave nothing is done, whether the agent or machine is known or not.
func TestOrdersThatAreForbidden(t *testing.T) {
	cfg := minicluster.Config{ACLs: `{"permissive":false,"drain_agents":[{"principals":{"type":"ANY"},"agents":{"type":"ANY"}}]}`}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		x, id := mesos.AgentID{Value: "x"}, c.AgentID(0)
		for _, call := range []*masterpb.Call{
			markGone(x), markGone(id), deactivate(x), deactivate(id), reactivate(x), drain(x, -1, true), drain(id, -1, true), schedule(window(0, here)),
		} {
			refusedCall(t, c, call, http.StatusForbidden, "403 Forbidden.")
		}
		refusedCall(t, c, startMaintenance(here), 400, `Machine '{"hostname":"127.0.0.1","ip":"127.0.0.1"}' is not in DRAINING mode and cannot be brought down`)
		ordered(t, c, schedule()) // nothing of it is forbidden
		ordered(t, c, drain(id, -1, false))
		if got := plans(t, c); got != "" {
			t.Errorf("status = %q", got)
		}
	})
}

// TestReactivateAgentThatIsAway does it, and says that the agent was removed.
func TestReactivateAgentThatIsAway(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		ordered(t, c, deactivate(c.AgentID(0)))
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		refusedCall(t, c, reactivate(c.AgentID(0)), 409, "Agent removed while processing the call")
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		if got := drainState(t, c); got != "active" {
			t.Errorf("it is %s", got)
		}
	})
}
