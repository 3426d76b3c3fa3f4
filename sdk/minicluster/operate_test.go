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
