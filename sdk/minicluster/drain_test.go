package minicluster_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

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
