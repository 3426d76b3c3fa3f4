package agent

import (
	"errors"
	"slices"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// TestKillDefaultExecutor: its tasks fail with it, in one order, and it is reported once; the next group of the
// name gets a new executor.
func TestKillDefaultExecutor(t *testing.T) {
	r := newRig(t, simulate(nil))
	r.LaunchGroup(checkpointing(), pod("pod"), []mesos.TaskInfo{command("b", "x"), command("a", "x")})
	for _, id := range []string{"a", "b"} {
		r.acknowledged(id, mesos.TASK_STARTING, mesos.TASK_RUNNING)
	}
	if !r.KillExecutor(fw(), mesos.TaskID{Value: "b"}) || r.KillExecutor(fw(), mesos.TaskID{Value: "b"}) || r.KillExecutor(mesos.FrameworkID{Value: "G"}, mesos.TaskID{Value: "a"}) {
		t.Error("killed what isn't there, or not what is")
	}
	told := r.master.told()
	var last []string
	for _, s := range told.updates[len(told.updates)-2:] {
		last = append(last, s.TaskID.Value+" "+s.State.String()+" "+s.GetReason().String()+" "+s.GetMessage())
	}
	want := []string{"a TASK_FAILED REASON_EXECUTOR_TERMINATED Executor terminated", "b TASK_FAILED REASON_EXECUTOR_TERMINATED Executor terminated"}
	if !slices.Equal(last, want) || len(told.exited) != 1 {
		t.Errorf("told %q and of %d executors' ends", last, len(told.exited))
	}
	for _, id := range []string{"a", "b"} {
		r.acknowledged(id, mesos.TASK_FAILED)
	}
	r.LaunchGroup(checkpointing(), pod("pod"), []mesos.TaskInfo{command("c", "x")})
	r.acknowledged("c", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	if n := len(r.master.told().exited); n != 1 {
		t.Errorf("%d executors have ended", n)
	}
}

// TestAbandoned: the successor has the folder, and what the first one still does is nowhere on disk or at the master.
func TestAbandoned(t *testing.T) {
	r := newRig(t, simulate(nil))
	r.Launch(checkpointing(), command("t", "x"))
	r.acknowledged("t", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	old := r.Agent
	if err := old.Abandon(); err != nil {
		t.Fatal(err)
	}
	if err := old.Registered(mesos.AgentID{Value: "S0"}); !errors.Is(err, ErrAbandoned) {
		t.Errorf("registered: %v", err)
	}
	first := r.cfg.Runner.(*SimulatedRunner)
	r.open()
	r.acknowledged("t", mesos.TASK_FAILED) // the successor has found it gone
	if all := r.Tasks(); len(all) != 0 {   // which waits for what was queued before
		t.Fatalf("tasks %v", all)
	}
	before, told := snapshotOf(t, r.dir), len(r.master.told().updates)
	if !first.End(fw(), mesos.TaskID{Value: "t"}, Exit{}) {
		t.Fatal("the task has not outlived its agent")
	}
	eventually(t, "the end of the task", func() bool { return old.Tasks()[0].State.Terminal() })
	if !sameTree(before, snapshotOf(t, r.dir)) || len(r.master.told().updates) != told {
		t.Error("the abandoned agent wrote, or reported")
	}
	if err := old.Close(); err != nil {
		t.Error(err)
	}
	r.Launch(checkpointing(), command("u", "x"))
	r.acknowledged("u", mesos.TASK_STARTING, mesos.TASK_RUNNING)
}

// TestCutLine: what waits arrives in order, or not at all, and is bounded.
func TestCutLine(t *testing.T) {
	var got []int
	l := &line{receive: func(f func()) { f() }}
	a := &Agent{line: l}
	hear := func(from, to int) {
		for i := from; i < to; i++ {
			l.hear(func() { got = append(got, i) })
		}
	}
	hear(0, 1)
	a.Partition()
	hear(1, maxWaiting+10)
	if len(got) != 1 {
		t.Fatalf("%d got through", len(got))
	}
	a.Heal(true)
	if len(got) != maxWaiting+1 || !slices.IsSorted(got) {
		t.Errorf("%d arrived", len(got))
	}
	a.Partition()
	hear(0, 5)
	a.Heal(false)
	hear(7, 8)
	if len(got) != maxWaiting+2 || got[len(got)-1] != 7 {
		t.Errorf("%d arrived", len(got))
	}
}
