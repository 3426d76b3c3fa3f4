package agent

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

func TestKill(t *testing.T) {
	r := newRig(t)
	killing := client(mesos.FrameworkInfo_Capability_TASK_KILLING_STATE)
	policy := command("policy", "trap '' TERM; echo up; sleep 1000 & wait; wait")
	policy.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: int64(10 * time.Millisecond)}}
	limited := command("limited", "trap '' TERM; echo up; sleep 1000 & wait; wait")
	limited.MaxCompletionTime = &mesos.DurationInfo{Nanoseconds: int64(100 * time.Millisecond)}
	for _, c := range []struct {
		f       mesos.FrameworkInfo
		task    mesos.TaskInfo
		kill    bool
		grace   *time.Duration
		state   mesos.TaskState
		message string
		reason  *mesos.TaskStatus_Reason
	}{
		{client(), command("plain", "echo up; sleep 1000"), true, nil, mesos.TASK_KILLED, "Command terminated with signal Terminated", nil},
		{killing, command("told", "echo up; sleep 1000"), true, nil, mesos.TASK_KILLED, "Command terminated with signal Terminated", nil},
		{client(), command("well", "trap 'exit 0' TERM; echo up; sleep 1000 & wait"), true, nil, mesos.TASK_KILLED, "Command exited with status 0", nil},
		{client(), command("deaf", "trap '' TERM; echo up; sleep 1000 & wait; wait"), true, new(10 * time.Millisecond), mesos.TASK_KILLED, "Command terminated with signal Killed", nil},
		{client(), policy, true, nil, mesos.TASK_KILLED, "Command terminated with signal Killed", nil},
		{killing, limited, false, nil, mesos.TASK_FAILED, "Command terminated with signal Killed", mesos.REASON_MAX_COMPLETION_TIME_REACHED.Enum()},
	} {
		id := c.task.TaskID.Value
		t.Run(id, func(t *testing.T) {
			r.Launch(c.f, c.task)
			r.acknowledged(id, mesos.TASK_STARTING, mesos.TASK_RUNNING)
			eventually(t, id+" is up", func() bool {
				out, err := os.ReadFile(r.path(sandboxOf(id), "stdout"))
				return err == nil && string(out) == "up\n"
			})
			if c.kill {
				r.Kill(fw(), c.task.TaskID, c.grace)
			}
			want := []mesos.TaskState{mesos.TASK_STARTING, mesos.TASK_RUNNING, c.state}
			if c.kill && len(c.f.Capabilities) > 0 {
				r.acknowledged(id, mesos.TASK_KILLING)
				want = slices.Insert(want, 2, mesos.TASK_KILLING)
			}
			s := r.acknowledged(id, c.state)
			if s.GetMessage() != c.message || (s.Reason == nil) != (c.reason == nil) || s.GetReason() != deref(c.reason) || s.GetSource() != mesos.SOURCE_EXECUTOR {
				t.Errorf("%v", s)
			}
			if got := r.master.states(id); !slices.Equal(got, want) {
				t.Errorf("updates %v, want %v", got, want)
			}
		})
	}
}

func deref(r *mesos.TaskStatus_Reason) mesos.TaskStatus_Reason {
	if r == nil {
		return 0
	}
	return *r
}

// TestKillQueued: a task that is still being fetched for never starts.
func TestKillQueued(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	task := command("queued", "true")
	task.Command.URIs = []mesos.CommandInfo_URI{{Value: file}}
	gate := make(chan struct{})
	r.Agent.do(func() { <-gate }) // so that both are queued before fetching can report
	r.Launch(client(), task)
	r.Kill(fw(), task.TaskID, nil)
	close(gate)
	s := r.acknowledged("queued", mesos.TASK_KILLED)
	if s.GetMessage() != "Killed before delivery to the executor" || s.GetReason() != mesos.REASON_TASK_KILLED_DURING_LAUNCH || s.GetSource() != mesos.SOURCE_AGENT {
		t.Errorf("%v", s)
	}
	if got := r.master.states("queued"); len(got) != 1 || len(r.Tasks()) != 0 {
		t.Errorf("updates %v, tasks %v", got, r.Tasks())
	}
}

// TestKillUnknown: of a framework with tasks here, an unknown one is reported as never launched.
func TestKillUnknown(t *testing.T) {
	r := newRig(t, simulate(nil))
	r.Kill(fw(), mesos.TaskID{Value: "early"}, nil)
	r.Launch(client(mesos.FrameworkInfo_Capability_PARTITION_AWARE), command("there", "x"))
	r.Kill(fw(), mesos.TaskID{Value: "nowhere"}, nil)
	s := r.acknowledged("nowhere", mesos.TASK_DROPPED)
	if s.GetMessage() != "Cannot find executor" || s.GetReason() != mesos.REASON_EXECUTOR_TERMINATED || s.ExecutorID != nil {
		t.Errorf("%v", s)
	}
	if tasks := r.Tasks(); len(tasks) != 1 || tasks[0].Info.TaskID.Value != "there" {
		t.Errorf("tasks %v", tasks)
	}
	if got := r.master.states("early"); len(got) != 0 {
		t.Errorf("a framework without tasks here got %v", got)
	}
}

// TestShorterGrace: a second kill shortens the grace period and never lengthens it.
func TestShorterGrace(t *testing.T) {
	for _, c := range []struct {
		first, second, after, total time.Duration
	}{
		{20 * time.Second, 30 * time.Second, time.Second, 20 * time.Second},
		{20 * time.Second, 5 * time.Second, time.Second, 5 * time.Second},
		{20 * time.Second, 5 * time.Second, 10 * time.Second, 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, simulate(func(mesos.FrameworkID, mesos.TaskInfo) Simulation { return Simulation{Stubborn: true} }))
			r.Launch(client(), command("t", "x"))
			r.acknowledged("t", mesos.TASK_STARTING, mesos.TASK_RUNNING)
			start := time.Now()
			r.Kill(fw(), mesos.TaskID{Value: "t"}, &c.first)
			time.Sleep(c.after)
			r.Kill(fw(), mesos.TaskID{Value: "t"}, &c.second)
			r.acknowledged("t", mesos.TASK_KILLED)
			if took := time.Since(start); took != c.total {
				t.Errorf("grace %v, then %v after %v: killed after %v, want %v", c.first, c.second, c.after, took, c.total)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestShutdownFramework: its tasks end within the executor's grace period, without an update; what still
// runs on a volume that is destroyed meanwhile is killed first.
func TestShutdownFramework(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(func(mesos.FrameworkID, mesos.TaskInfo) Simulation { return Simulation{Stubborn: true} }))
		v := volume("v", "data", 64)
		r.do(reserve("disk:64"), create(v))
		r.Launch(checkpointing(), command("t", "x"))
		r.Launch(checkpointing(), command("holder", "x", v))
		r.acknowledged("t", mesos.TASK_STARTING)
		r.ShutdownFramework(mesos.FrameworkID{Value: "unknown"})
		r.ShutdownFramework(fw())
		if len(r.Tasks()) != 0 {
			t.Errorf("tasks %v", r.Tasks())
		}
		runner := r.cfg.Runner.(*SimulatedRunner)
		running := func() int {
			synctest.Wait()
			runner.mu.Lock()
			defer runner.mu.Unlock()
			return len(runner.live)
		}
		if n := running(); n != 2 {
			t.Errorf("%d processes right after the shutdown, want 2: they are stubborn", n)
		}
		r.do(destroy(v))
		if n := running(); n != 1 {
			t.Errorf("%d processes after DESTROY, want 1", n)
		}
		time.Sleep(shutdownGrace)
		if n := running(); n != 0 {
			t.Errorf("%d processes after the grace period", n)
		}
		if s := append(r.master.states("t"), r.master.states("holder")...); slices.ContainsFunc(s, mesos.TaskState.Terminal) {
			t.Errorf("updates %v", s)
		}
		if exists(t, r.Agent.journal.framework("F")) {
			t.Error("the framework's tasks are kept on disk")
		}
		if n := func() (n int) { r.ask(func() { n = len(r.ending) }); return }(); n != 0 {
			t.Errorf("%d frameworks still ending", n)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestShutdownExecutor: the task is killed within what the executor has of its grace period.
func TestShutdownExecutor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(func(mesos.FrameworkID, mesos.TaskInfo) Simulation { return Simulation{Stubborn: true} }))
		r.Launch(client(), command("t", "x"))
		r.acknowledged("t", mesos.TASK_STARTING, mesos.TASK_RUNNING)
		start := time.Now()
		r.ShutdownExecutor(fw(), mesos.ExecutorID{Value: "other"})
		r.ShutdownExecutor(fw(), mesos.ExecutorID{Value: "t"})
		r.acknowledged("t", mesos.TASK_KILLED)
		if took := time.Since(start); took != shutdownGrace-shutdownSpare {
			t.Errorf("killed after %v", took)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestSimulated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(func(f mesos.FrameworkID, task mesos.TaskInfo) Simulation {
			switch task.TaskID.Value {
			case "short":
				return Simulation{Runs: time.Minute, Status: 3}
			case "works":
				return Simulation{Work: func(sandbox string) error {
					return os.WriteFile(filepath.Join(sandbox, "data", "file"), []byte("kept"), 0o600)
				}}
			case "broken":
				return Simulation{Work: func(string) error { return errors.New("no") }}
			}
			return Simulation{}
		}))
		v := volume("v", "data", 64)
		r.do(reserve("disk:64"), create(v))
		start := time.Now()
		for _, id := range []string{"short", "broken", "ended"} {
			r.Launch(client(), command(id, "x"))
		}
		r.Launch(client(), command("works", "x", v))
		r.acknowledged("short", mesos.TASK_STARTING, mesos.TASK_RUNNING)
		s := r.acknowledged("short", mesos.TASK_FAILED)
		if s.GetMessage() != "Command exited with status 3" || time.Since(start) != time.Minute {
			t.Errorf("after %v: %v", time.Since(start), s)
		}
		r.acknowledged("broken", mesos.TASK_STARTING, mesos.TASK_RUNNING, mesos.TASK_FAILED)
		if got := r.read("volumes/roles/r/v/file"); got != "kept" {
			t.Errorf("the volume holds %q", got)
		}
		runner := r.cfg.Runner.(*SimulatedRunner)
		if runner.End(fw(), mesos.TaskID{Value: "nobody"}, Exit{}) || !runner.End(fw(), mesos.TaskID{Value: "ended"}, Exit{}) {
			t.Error("End found the wrong task")
		}
		r.acknowledged("ended", wellDone...)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, err := runner.Start(Command{}); !errors.Is(err, ErrRunnerClosed) {
			t.Errorf("Start after Close: %v", err)
		}
	})
}

// TestNewWatchdog: when somebody kills the watchdog the next task gets a new one, which minds the old tasks
// as well.
func TestNewWatchdog(t *testing.T) {
	runner := NewProcessRunner().(*processRunner)
	r := newRig(t, func(c *Config) { c.Runner = runner })
	r.Launch(client(), command("one", "sleep 1000"))
	r.acknowledged("one", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	old := runner.watchdog
	if err := old.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the watchdog's end", func() bool { return !alive(old.cmd.Process.Pid) })
	r.Launch(client(), command("two", "sleep 1000"))
	r.acknowledged("two", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	runner.mu.Lock()
	if runner.watchdog == old || len(runner.retired) != 1 || len(runner.live) != 2 {
		t.Errorf("watchdog %v, retired %v, live %v", runner.watchdog, runner.retired, runner.live)
	}
	runner.mu.Unlock()
	r.Kill(fw(), mesos.TaskID{Value: "one"}, nil)
	r.acknowledged("one", mesos.TASK_KILLED)
}
