package agent

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// TestRetries: an update is sent after 10 s, 20 s, ... at most 10 min again until it is acknowledged, one per
// task at a time, while the newest state is told with each (semantics 6.2).
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := newRig(t, simulate(func(mesos.FrameworkID, mesos.TaskInfo) Simulation { return Simulation{Runs: time.Minute} }))
		var sent []int // seconds after the start
		r.master.watch = func() { sent = append(sent, int(time.Since(start).Seconds())) }
		r.Launch(client(), command("t", "unused"))
		time.Sleep(2*time.Hour + time.Second)
		synctest.Wait()
		want := []int{0}
		for wait := 10; ; wait = min(2*wait, 600) {
			at := want[len(want)-1] + wait
			if at > 7200 {
				break
			}
			want = append(want, at)
		}
		if !slices.Equal(sent, want) {
			t.Errorf("sent at %v, want %v", sent, want)
		}
		if r.master.told().latest[0] != mesos.TASK_STARTING || r.master.told().latest[len(want)-1] != mesos.TASK_FINISHED {
			t.Errorf("latest states %v", r.master.told().latest)
		}
		first := r.master.update("t", mesos.TASK_STARTING, 0)
		r.Acknowledge(fw(), mesos.TaskID{Value: "t"}, []byte("0123456789abcdef"))
		r.Acknowledge(fw(), mesos.TaskID{Value: "other"}, first.UUID)
		r.Acknowledge(mesos.FrameworkID{Value: "other"}, mesos.TaskID{Value: "t"}, first.UUID)
		synctest.Wait()
		if n := len(r.master.states("t")); n != len(want) {
			t.Errorf("foreign acknowledgements moved the stream on: %d updates", n)
		}
		r.Acknowledge(fw(), mesos.TaskID{Value: "t"}, first.UUID)
		r.Acknowledge(fw(), mesos.TaskID{Value: "t"}, first.UUID) // a duplicate
		synctest.Wait()
		if s := r.master.states("t"); len(s) != len(want)+1 || s[len(want)] != mesos.TASK_RUNNING {
			t.Errorf("after the first acknowledgement: %v", s[len(want):])
		}
		r.ResendUpdates(fw())
		synctest.Wait()
		if s := r.master.states("t"); len(s) != len(want)+2 || s[len(want)+1] != mesos.TASK_RUNNING {
			t.Errorf("after ResendUpdates: %v", s[len(want):])
		}
		running := r.acknowledged("t", mesos.TASK_RUNNING)
		if v := r.Tasks(); len(v) != 1 || len(v[0].Unacknowledged) != 1 || v[0].State != mesos.TASK_FINISHED {
			t.Errorf("tasks %v", v)
		}
		r.acknowledged("t", mesos.TASK_FINISHED)
		r.Acknowledge(fw(), mesos.TaskID{Value: "t"}, running.UUID)
		before := len(r.master.states("t"))
		time.Sleep(time.Hour)
		synctest.Wait()
		if after := len(r.master.states("t")); after != before || len(r.Tasks()) != 0 {
			t.Errorf("%d updates after the last acknowledgement, tasks %v", after-before, r.Tasks())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestOperationRetries: so it is with operations, which a restart doesn't lose.
func TestOperationRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(nil))
		r.Apply(new(fw()), "op", mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), ID: &mesos.OperationID{Value: "mine"},
			Reserve: &mesos.Offer_Operation_Reserve{Resources: reserved("cpus:1")}})
		r.Apply(new(fw()), "op", reserve("cpus:1")) // the same once more
		time.Sleep(35 * time.Second)
		synctest.Wait()
		if n := len(r.master.told().ops); n != 3 { // 0, 10 and 30 s
			t.Errorf("sent %d times", n)
		}
		r.reopen()
		synctest.Wait()
		n := len(r.master.told().ops)
		s := r.master.told().ops[n-1]
		if n != 4 || s.OperationID.GetValue() != "mine" || s.State != mesos.OPERATION_FINISHED || s.AgentID.GetValue() != "S0" || len(s.UUID.Value) != 16 {
			t.Errorf("after a restart %d updates, the last %v", n, s)
		}
		if ops := r.Operations(); len(ops) != 1 || string(ops[0].UUID.Value) != "op" {
			t.Errorf("operations %v", ops)
		}
		r.AcknowledgeOperation([]byte("something else.."), "op")
		r.AcknowledgeOperation(s.UUID.Value, "something else")
		r.AcknowledgeOperation(s.UUID.Value, "op")
		r.AcknowledgeOperation(s.UUID.Value, "op")
		r.reopen()
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(r.master.told().ops) != 4 || len(r.Operations()) != 0 {
			t.Errorf("after the acknowledgement %d updates, operations %v", len(r.master.told().ops), r.Operations())
		}
		if r.Checkpointed().Scalar("cpus") != 1 {
			t.Errorf("checkpointed %s", r.Checkpointed())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}
