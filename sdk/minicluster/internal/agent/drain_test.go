package agent

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

func draining(markGone bool) mesos.DrainConfig { return mesos.DrainConfig{MarkGone: &markGone} }

// stubborn tasks ignore SIGTERM, so that there is time to look.
func stubborn(mesos.FrameworkID, mesos.TaskInfo) Simulation { return Simulation{Stubborn: true} }

func TestTasksThatComeWhileTheAgentDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(stubborn))
		aware := client(mesos.FrameworkInfo_Capability_PARTITION_AWARE)
		r.Launch(aware, command("old", "run"))
		r.acknowledged("old", mesos.TASK_STARTING, mesos.TASK_RUNNING)
		r.Drain(draining(false))
		r.Launch(aware, command("new", "run"))
		r.LaunchGroup(client(), pod("pod"), []mesos.TaskInfo{command("a", "run"), command("b", "run")})
		for task, state := range map[string]mesos.TaskState{"new": mesos.TASK_DROPPED, "a": mesos.TASK_LOST, "b": mesos.TASK_LOST} {
			s := r.acknowledged(task, state)
			if s.GetReason() != mesos.REASON_AGENT_DRAINING || s.GetMessage() != "Task was received while agent was already draining" || s.GetSource() != mesos.SOURCE_AGENT {
				t.Errorf("%s: %v", task, s)
			}
		}
		r.acknowledged("old", mesos.TASK_KILLED)
		// Nothing is left, so the drain is over.
		r.Launch(client(), command("later", "run"))
		r.acknowledged("later", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	})
}

func TestDrainTellsOfItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(nil))
		killing := client(mesos.FrameworkInfo_Capability_TASK_KILLING_STATE)
		r.Drain(draining(true)) // there is nothing to drain
		r.Launch(killing, command("t", "run"))
		r.LaunchGroup(killing, pod("pod"), []mesos.TaskInfo{command("a", "run"), command("b", "run")})
		for _, task := range []string{"t", "a", "b"} {
			r.acknowledged(task, mesos.TASK_STARTING, mesos.TASK_RUNNING)
		}
		r.Drain(draining(true)) // but who doesn't know of partitions is told of kills all the same
		for _, task := range []string{"t", "a", "b"} {
			for _, state := range []mesos.TaskState{mesos.TASK_KILLING, mesos.TASK_KILLED} {
				if s := r.acknowledged(task, state); s.GetReason() != mesos.REASON_AGENT_DRAINING {
					t.Errorf("%v", s)
				}
			}
		}
	})
}

func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		r := newRig(t, simulate(stubborn), func(c *Config) {
			c.Exited = func(err error) { ended <- err }
		})
		r.Launch(client(), command("t", "run"))
		r.acknowledged("t", mesos.TASK_STARTING, mesos.TASK_RUNNING)
		start := time.Now()
		r.Agent.Shutdown("because")
		r.Agent.Shutdown("and again")
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
		if d := time.Since(start); d != shutdownGrace-shutdownSpare {
			t.Errorf("ended after %v", d)
		}
		synctest.Wait()
		if got := r.master.states("t"); !slices.Equal(got, []mesos.TaskState{mesos.TASK_STARTING, mesos.TASK_RUNNING}) {
			t.Errorf("updates %v", got)
		}
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		select {
		case err := <-ended:
			t.Error(errors.Join(errors.New("ended again"), err))
		default:
		}
	})
}

// TestShutdownOfAnAgentThatIsAway: it doesn't hear it.
func TestShutdownOfAnAgentThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(nil))
		r.Launch(checkpointing(), command("t", "run"))
		r.acknowledged("t", mesos.TASK_STARTING, mesos.TASK_RUNNING)
		r.Suspend()
		r.Agent.Shutdown("because")
		r.Drain(draining(false))
		if got := r.Tasks(); len(got) != 1 || got[0].State != mesos.TASK_RUNNING {
			t.Errorf("tasks = %v", got)
		}
	})
}
