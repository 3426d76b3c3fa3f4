package minicluster_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// TestKilledAgent: what a real agent's kill -9 did to a task of a framework that checkpoints. Nothing is said
// while it is away for a moment, and the task and its volume stay together.
func TestKilledAgent(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		s.offer()
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.KillAgent(0); !errors.Is(err, minicluster.ErrNoAgent) {
			t.Errorf("killed twice: %v", err)
		}
		s.next(schedulerpb.Event_RESCIND)
		s.none(2*time.Second, schedulerpb.Event_UPDATE)
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		if rest := s.offer(); hasVolume("v1")(rest) || rest.AgentID.Value != o.AgentID.Value {
			t.Errorf("offer = %v", rest)
		}
		s.reconcile(o.AgentID.Value, "t")
		if got := s.status("t", mesos.TASK_RUNNING); got.GetSource() != mesos.SOURCE_MASTER {
			t.Errorf("status = %v", got)
		}
		s.kill("t")
		s.status("t", mesos.TASK_KILLED)
		s.offer(hasVolume("v1"))
	})
}

// TestKilledAgentComesBackLate: the task is unreachable, then running again, the same one.
func TestKilledAgentComesBackLate(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		launched(s, "t")
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		s.none(time.Minute, schedulerpb.Event_UPDATE)
		s.status("t", mesos.TASK_UNREACHABLE)
		s.next(schedulerpb.Event_FAILURE)
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		got := s.status("t", mesos.TASK_RUNNING)
		if got.GetReason() != mesos.REASON_AGENT_REREGISTERED || got.GetMessage() != "Unreachable agent re-reregistered" || got.UUID != nil {
			t.Errorf("status = %v", got)
		}
		if rest := s.offer(); hasVolume("v1")(rest) {
			t.Errorf("offer = %v", rest)
		}
		if err := c.FinishTask("t"); err != nil {
			t.Fatal(err)
		}
		s.status("t", mesos.TASK_FINISHED)
		s.offer(hasVolume("v1"))
	})
}

// TestTaskEndsWhileItsAgentIsAway: nobody heard how it ended.
func TestTaskEndsWhileItsAgentIsAway(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		launched(s, "t")
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.FinishTask("t"); err != nil {
			t.Fatal(err)
		}
		if err := c.FailoverMaster(); err != nil { // which the agent that is away takes no part in
			t.Fatal(err)
		}
		<-s.ended
		s = subscribe(t, c, info(timeout(3600), checkpointing, as(s.id)))
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		got := s.status("t", mesos.TASK_FAILED)
		if got.GetReason() != mesos.REASON_EXECUTOR_TERMINATED || got.GetMessage() != "Executor terminated" {
			t.Errorf("status = %v", got)
		}
		s.offer(hasVolume("v1"))
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.StopAgent(0); err != nil { // the machine as well
			t.Fatal(err)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		s.offer(hasVolume("v1"))
	})
}

// TestKilledAgentOfAnotherFramework: a task that isn't checkpointed is lost at once, and ends.
func TestKilledAgentOfAnotherFramework(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600)))
		launched(s, "t")
		if err := c.KillAgent(0); err != nil {
			t.Fatal(err)
		}
		if got := s.status("t", mesos.TASK_LOST); got.GetReason() != mesos.REASON_AGENT_DISCONNECTED {
			t.Errorf("status = %v", got)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		o := s.offer(hasVolume("v1"))
		s.reconcile(o.AgentID.Value, "t")
		s.status("t", mesos.TASK_GONE)
	})
}
