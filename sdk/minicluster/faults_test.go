package minicluster_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// launched starts a task on a volume that it makes.
func launched(s *scheduler, id string) *mesos.Offer {
	s.t.Helper()
	o := s.offer()
	s.accept(o, reserve(reserved("cpus:0.5;mem:64;disk:128")), create(volume("v1", 64)), launch(task(id, o, "run", append(reserved("cpus:0.5;mem:64"), volume("v1", 64))...)))
	s.running(id)
	return o
}

func TestMasterFailover(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		old := c.State().MasterID
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		<-s.ended
		if c.State().MasterID == old {
			t.Error("the master's id is the old one")
		}
		if code, body := s.call(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()}); code != http.StatusForbidden || body != "Framework is not subscribed" {
			t.Errorf("call = %d %q", code, body)
		}
		f, ok := c.State().Framework(s.id.Value)
		if !ok || !f.Recovered || len(f.Tasks) != 1 {
			t.Fatalf("framework = %+v", f)
		}
		back := subscribe(t, c, info(timeout(3600), checkpointing, as(s.id)))
		if back.id.Value != s.id.Value {
			t.Errorf("id = %s, want %s", back.id.Value, s.id.Value)
		}
		rest := back.offer(holds(reserved("disk:64")))
		if rest.AgentID.Value != o.AgentID.Value || hasVolume("v1")(rest) || !strings.HasPrefix(rest.ID.Value, c.State().MasterID) {
			t.Errorf("offer = %v", rest)
		}
		back.accept(o)
		back.reconcile("", "t")
		back.status("t", mesos.TASK_RUNNING)
		back.kill("t")
		back.status("t", mesos.TASK_KILLED)
		back.offer(hasVolume("v1"))
	})
}

func TestStoppedAgentOfACheckpointingFramework(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		s.offer()
		start := time.Now()
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		s.next(schedulerpb.Event_RESCIND)
		s.none(time.Minute, schedulerpb.Event_UPDATE)
		status := s.status("t", mesos.TASK_UNREACHABLE)
		closeTo(t, "unreachable", time.Since(start), 75*time.Second, time.Second)
		if status.GetReason() != mesos.REASON_AGENT_REMOVED || status.GetMessage() != "health check timed out" || status.UnreachableTime == nil || status.UUID != nil {
			t.Errorf("status = %v", status)
		}
		if e := s.next(schedulerpb.Event_FAILURE); e.Failure.AgentID.Value != o.AgentID.Value || e.Failure.ExecutorID != nil {
			t.Errorf("failure = %v", e)
		}
		s.reconcile(o.AgentID.Value, "t")
		if got := s.status("t", mesos.TASK_UNREACHABLE); got.GetMessage() != "Reconciliation: Task is unreachable" {
			t.Errorf("reconciliation = %v", got)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		if got := s.status("t", mesos.TASK_FAILED); got.GetReason() != mesos.REASON_EXECUTOR_TERMINATED {
			t.Errorf("status = %v", got)
		}
		if again := s.offer(hasVolume("v1")); again.AgentID.Value != o.AgentID.Value {
			t.Errorf("the agent has come back as %s, want %s", again.AgentID.Value, o.AgentID.Value)
		}
	})
}

func TestStoppedAgentOfAnotherFramework(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600)))
		launched(s, "t")
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		if got := s.status("t", mesos.TASK_LOST); got.GetReason() != mesos.REASON_AGENT_DISCONNECTED || got.GetMessage() != "Agent 127.0.0.1 disconnected" {
			t.Errorf("status = %v", got)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		o := s.offer(hasVolume("v1"))
		s.reconcile(o.AgentID.Value, "t")
		if got := s.status("t", mesos.TASK_GONE); got.GetMessage() != "Reconciliation: Task is unknown to the agent" {
			t.Errorf("status = %v", got)
		}
	})
}

func TestReconciliationWaitsForRecoveredAgents(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600), checkpointing))
		o := launched(s, "t")
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		back := subscribe(t, c, info(timeout(3600), checkpointing, as(s.id)))
		back.reconcile(o.AgentID.Value, "t")
		back.reconcile("", "t")
		back.none(9*time.Minute, schedulerpb.Event_UPDATE)
		if e := back.await(2*time.Minute, func(e *schedulerpb.Event) bool { return e.GetType() == schedulerpb.Event_FAILURE }); e == nil {
			t.Fatal("no FAILURE came")
		}
		back.reconcile(o.AgentID.Value, "t")
		back.status("t", mesos.TASK_UNREACHABLE)
		back.reconcile("", "t")
		back.status("t", mesos.TASK_UNKNOWN)
	})
}

func TestBrokenStreams(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600)))
		s.offer()
		if err := c.BreakStreams(); err != nil {
			t.Fatal(err)
		}
		<-s.ended
		synctest.Wait()
		if f, _ := c.State().Framework(s.id.Value); f.Connected || len(f.Offers) > 0 {
			t.Errorf("framework = %+v, want it disconnected", f)
		}
		back := subscribe(t, c, info(timeout(3600), as(s.id)))
		back.offer()
	})
}

func TestUnacknowledgedUpdatesComeAfterFailover(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600)))
		o := s.offer()
		s.accept(o, launch(task("t", o, "run")))
		s.running("t")
		if err := c.FinishTask("t"); err != nil {
			t.Fatal(err)
		}
		s.next(schedulerpb.Event_UPDATE)
		back := subscribe(t, c, info(timeout(3600), as(s.id)))
		if e := s.next(schedulerpb.Event_ERROR); e.Error.Message != "Framework failed over" {
			t.Errorf("error = %v", e)
		}
		<-s.ended
		back.status("t", mesos.TASK_FINISHED)
		synctest.Wait()
		if f, _ := c.State().Framework(s.id.Value); len(f.Tasks) != 0 || len(f.Completed) != 1 {
			t.Errorf("tasks = %v, completed = %v", f.Tasks, f.Completed)
		}
	})
}

func TestIntercept(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(3600)))
		o := s.offer()
		var seen atomic.Int32
		revive := &schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()}
		c.Intercept(func(call *schedulerpb.Call) (bool, error) {
			seen.Add(1)
			return call.GetType() == schedulerpb.Call_DECLINE, nil
		})
		s.decline(0, o)
		s.none(time.Minute, schedulerpb.Event_OFFERS)
		c.Intercept(func(*schedulerpb.Call) (bool, error) { return false, errors.New("not today") })
		if code, body := s.call(revive); code != http.StatusServiceUnavailable || body != "not today" {
			t.Errorf("call = %d %q", code, body)
		}
		c.Intercept(func(*schedulerpb.Call) (bool, error) { return true, minicluster.ErrCut })
		if code, body := s.call(revive); code != 0 {
			t.Errorf("call = %d %q, want a broken connection", code, body)
		}
		c.Intercept(nil)
		s.decline(0, o)
		s.offer()
		if seen.Load() != 1 {
			t.Errorf("the first interceptor saw %d calls, want 1: those after it were handled by newer ones", seen.Load())
		}
	})
}

func TestOperatorTakesOfferedResources(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		s.accept(s.offer(), reserve(reserved("disk:64")))
		before := s.offer(holds(reserved("disk:64")))
		code, body := form(t, c, "/create-volumes", "slaveId="+before.AgentID.Value+"&volumes="+asJSON(t, volume("v1", 32)))
		if code != http.StatusAccepted {
			t.Fatalf("create-volumes: %d %s", code, body)
		}
		if e := s.next(schedulerpb.Event_RESCIND); e.Rescind.OfferID.Value != before.ID.Value {
			t.Errorf("rescind = %v", e)
		}
		s.offer(hasVolume("v1"))
	})
}

func TestSharedVolumeIsRescindedOnDestroy(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		a := subscribe(t, c, info(sharing))
		v := shared(volume("v1", 64))
		a.accept(a.offer(), reserve(reserved("disk:64")), create(v))
		o := a.offer(hasVolume("v1"))
		b := subscribe(t, c, info(sharing))
		a.accept(o, launch(task("t", o, "run", append(resource.MustParse("cpus:1;mem:64"), v)...)))
		a.running("t")
		holder := b.offer(hasVolume("v1")) // all that the task left, because b has nothing yet, and a second copy
		a.kill("t")
		a.status("t", mesos.TASK_KILLED)
		mine := a.offer(hasVolume("v1")) // what the task had, and a third copy
		a.accept(mine, named(destroy(v), "op"))
		if got := a.outcome("op"); got.State != mesos.OPERATION_FINISHED {
			t.Fatalf("outcome = %v", got)
		}
		if e := b.next(schedulerpb.Event_RESCIND); e.Rescind.OfferID.Value != holder.ID.Value {
			t.Errorf("rescind = %v", e)
		}
	})
}
