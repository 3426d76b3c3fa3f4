package master

import (
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	agents "github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// grouped launches a task group under a default executor.
func grouped(c *client, f *fake, o *mesos.Offer, ids ...string) {
	executor := mesos.ExecutorInfo{
		Type: mesos.ExecutorInfo_DEFAULT.Enum(), ExecutorID: mesos.ExecutorID{Value: "pod"}, FrameworkID: &mesos.FrameworkID{Value: c.f.id},
		Resources: resource.MustParse("cpus:0.5;mem:32;disk:10"),
	}
	op := mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum(), LaunchGroup: &mesos.Offer_Operation_LaunchGroup{Executor: executor}}
	for _, id := range ids {
		op.LaunchGroup.TaskGroup.Tasks = append(op.LaunchGroup.TaskGroup.Tasks, taskOn(id, *f.info.ID, resource.MustParse("cpus:1")))
	}
	c.accept(o, op)
}

// update reports a task's state as an agent does.
func (c *client) update(f *fake, task string, state, latest mesos.TaskState) []byte {
	uuid := newUUIDBytes()
	c.m.TaskUpdate(*f.info.ID, mesos.FrameworkID{Value: c.f.id}, mesos.TaskStatus{TaskID: mesos.TaskID{Value: task}, State: state, UUID: uuid}, latest)
	return uuid
}

func (c *client) acknowledge(f *fake, task string, uuid []byte) {
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_ACKNOWLEDGE.Enum(), Acknowledge: &schedulerpb.Call_Acknowledge{AgentID: *f.info.ID, TaskID: mesos.TaskID{Value: task}, UUID: uuid}})
}

func TestExecutorsAreChargedOnceAndShown(t *testing.T) {
	c, f := cluster(t, "cpus:8;mem:1024;disk:100", frameworkInfo())
	grouped(c, f, c.only(), "a", "b")
	o := c.only()
	if len(o.ExecutorIDs) != 1 || o.ExecutorIDs[0].Value != "pod" {
		t.Errorf("executor_ids = %v", o.ExecutorIDs)
	}
	if got := resource.Set(o.Resources).Scalar("cpus"); got != 5.5 {
		t.Errorf("cpus = %v", got)
	}
	grouped(c, f, o, "c")
	if got := resource.Set(c.only().Resources).Scalar("cpus"); got != 4.5 {
		t.Errorf("cpus = %v after another group", got)
	}
	for _, id := range []string{"a", "b", "c"} {
		c.acknowledge(f, id, c.update(f, id, mesos.TASK_FINISHED, mesos.TASK_FINISHED))
	}
	c.m.ExecutorExited(*f.info.ID, mesos.FrameworkID{Value: c.f.id}, mesos.ExecutorID{Value: "pod"}, 256)
	var failure *schedulerpb.Event_Failure
	for _, e := range c.take() {
		if e.Failure != nil {
			failure = e.Failure
		}
	}
	if failure.GetExecutorID().Value != "pod" || failure.GetStatus() != 256 || failure.GetAgentID().Value != f.info.ID.Value {
		t.Errorf("failure = %v", failure)
	}
	on(t, c.m, func() {
		if got := c.m.alloc.Available(f.info.ID.Value).Scalar("cpus") + c.m.alloc.Held(f.info.ID.Value, c.f.id).Scalar("cpus"); got != 8 || len(c.m.agents[f.info.ID.Value].used) != 0 {
			t.Errorf("cpus = %v, used = %v", got, c.m.agents[f.info.ID.Value].used)
		}
	})
}

// TestCustomExecutors: they hold their resources until they end, not until their tasks do; messages go both ways.
func TestCustomExecutors(t *testing.T) {
	c, f := cluster(t, "cpus:8;mem:1024", frameworkInfo())
	task := taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))
	executor := mesos.ExecutorID{Value: "e"}
	task.Command, task.Executor = nil, &mesos.ExecutorInfo{ExecutorID: executor, Command: &mesos.CommandInfo{}, Resources: resource.MustParse("cpus:1")}
	c.accept(c.only(), opLaunch(task))
	free := func(cpus float64, executors int) {
		t.Helper()
		o := c.only()
		if got := resource.Set(o.Resources).Scalar("cpus"); got != cpus || len(o.ExecutorIDs) != executors {
			t.Errorf("cpus %v, executors %v", got, o.ExecutorIDs)
		}
		c.call(&schedulerpb.Call{Type: schedulerpb.Call_DECLINE.Enum(), Decline: &schedulerpb.Call_Decline{OfferIDs: []mesos.OfferID{o.ID}}})
	}
	free(6, 1)
	c.update(f, "t", mesos.TASK_FINISHED, mesos.TASK_FINISHED)
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()})
	free(7, 1)
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_MESSAGE.Enum(), Message: &schedulerpb.Call_Message{AgentID: *f.info.ID, ExecutorID: executor, Data: []byte("hello")}})
	same(t, f.messages, "e: hello")
	c.take()
	c.m.ExecutorMessage(*f.info.ID, mesos.FrameworkID{Value: c.f.id}, executor, []byte("you too"))
	c.m.ExecutorExited(*f.info.ID, mesos.FrameworkID{Value: c.f.id}, executor, 0)
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()})
	free(8, 0)
}

func TestResourcesAreFreeWhenTheEndIsKnown(t *testing.T) {
	c, f := cluster(t, "cpus:2;mem:64", frameworkInfo())
	c.accept(c.only(), opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:2"))))
	first := c.update(f, "t", mesos.TASK_RUNNING, mesos.TASK_FINISHED) // RUNNING is delivered, but the task has ended
	if got := resource.Set(c.only().Resources).Scalar("cpus"); got != 2 {
		t.Errorf("cpus = %v", got)
	}
	c.take()
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE.Enum(), Reconcile: &schedulerpb.Call_Reconcile{}})
	same(t, c.outcomes(), "t TASK_RUNNING REASON_RECONCILIATION Reconciliation: Latest task state")
	c.acknowledge(f, "t", first)
	last := c.update(f, "t", mesos.TASK_FINISHED, mesos.TASK_FINISHED)
	on(t, c.m, func() {
		if c.f.tasks["t"] == nil {
			t.Error("the task is forgotten before its end is acknowledged")
		}
	})
	c.acknowledge(f, "t", last)
	on(t, c.m, func() {
		if _, done := c.f.done.get("t"); !done || c.f.tasks["t"] != nil {
			t.Error("the task is not completed")
		}
	})
	if got := strings.Join(f.acked, " "); got != "t t" {
		t.Errorf("acknowledged %s", got)
	}
}

func TestUpdatesForFrameworksThatKnowNoPartitions(t *testing.T) {
	c, f := cluster(t, "cpus:2", frameworkInfo())
	c.accept(c.only(), opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))))
	c.update(f, "t", mesos.TASK_DROPPED, mesos.TASK_DROPPED)
	if got := c.outcomes(); len(got) != 1 || !strings.HasPrefix(got[0], "t TASK_LOST") {
		t.Errorf("outcomes = %v", got)
	}
}

func TestOperationFeedback(t *testing.T) {
	c, f := cluster(t, "cpus:2;disk:100", frameworkInfo())
	c.accept(c.only(), identified(opReserve(reservedSet("disk:1"))), opReserve(reservedSet("disk:1")))
	report := func(uuid string) []byte {
		status := newUUIDBytes()
		c.m.OperationUpdate(*f.info.ID, nil, uuid, mesos.OperationStatus{State: mesos.OPERATION_FINISHED, UUID: &mesos.UUID{Value: status}})
		return status
	}
	ask := func(ops ...string) []string {
		call := &schedulerpb.Call_ReconcileOperations{}
		for _, id := range ops {
			call.Operations = append(call.Operations, schedulerpb.Call_ReconcileOperations_Operation{OperationID: mesos.OperationID{Value: id}, AgentID: f.info.ID})
		}
		c.call(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE_OPERATIONS.Enum(), ReconcileOperations: call})
		return c.outcomes()
	}
	same(t, ask("op"), "op OPERATION_PENDING ")
	status := report(f.applied[0])
	report(f.applied[1]) // nobody wants to know
	same(t, c.outcomes(), "op OPERATION_FINISHED ")
	if got := strings.Join(f.settled, " "); got != f.applied[1] {
		t.Errorf("the master acknowledged %s itself", got)
	}
	same(t, ask(), "op OPERATION_FINISHED ")
	acknowledge := func(uuid []byte) {
		c.call(&schedulerpb.Call{Type: schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS.Enum(), AcknowledgeOperationStatus: &schedulerpb.Call_AcknowledgeOperationStatus{
			AgentID: f.info.ID, UUID: uuid, OperationID: mesos.OperationID{Value: "op"},
		}})
	}
	acknowledge(newUUIDBytes())
	same(t, ask("op"), "op OPERATION_FINISHED ")
	acknowledge(status)
	same(t, ask("op"), "op OPERATION_UNKNOWN Reconciliation: Operation is unknown")
	same(t, ask())
	if got := strings.Join(f.settled, " "); got != f.applied[1]+" "+f.applied[0] {
		t.Errorf("acknowledged %s", got)
	}
}

func TestOperationReconciliationTable(t *testing.T) {
	c, f := cluster(t, "cpus:2", frameworkInfo())
	on(t, c.m, func() {
		c.m.recovered["waiting"] = true
		for id, standing := range map[string]Standing{"away": Unreachable, "gone": Gone} {
			if err := c.m.config.Registry.Set(id, standing); err != nil {
				t.Error(err)
			}
		}
	})
	for agentID, want := range map[string]string{
		f.info.ID.Value: "OPERATION_UNKNOWN Reconciliation: Operation is unknown",
		"waiting":       "OPERATION_RECOVERING Reconciliation: Agent is recovered but has not re-registered",
		"away":          "OPERATION_UNREACHABLE Reconciliation: Agent is unreachable",
		"gone":          "OPERATION_GONE_BY_OPERATOR Reconciliation: Agent marked gone by operator",
		"stranger":      "OPERATION_UNKNOWN Reconciliation: Both operation and agent are unknown",
		"":              "OPERATION_UNKNOWN Reconciliation: Operation is unknown and no 'agent_id' was provided",
	} {
		one := schedulerpb.Call_ReconcileOperations_Operation{OperationID: mesos.OperationID{Value: "op"}}
		if agentID != "" {
			one.AgentID = &mesos.AgentID{Value: agentID}
		}
		c.take()
		c.call(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE_OPERATIONS.Enum(), ReconcileOperations: &schedulerpb.Call_ReconcileOperations{
			Operations: []schedulerpb.Call_ReconcileOperations_Operation{one},
		}})
		same(t, c.outcomes(), "op "+want)
	}
}

func TestTaskReconciliationTable(t *testing.T) {
	c, f := cluster(t, "cpus:2", frameworkInfo(mesos.FrameworkInfo_Capability_PARTITION_AWARE))
	on(t, c.m, func() {
		for id, standing := range map[string]Standing{"away": Unreachable, "gone": Gone} {
			if err := c.m.config.Registry.Set(id, standing); err != nil {
				t.Error(err)
			}
		}
	})
	reconcile := func(agentID string) []string {
		one := schedulerpb.Call_Reconcile_Task{TaskID: mesos.TaskID{Value: "t"}}
		if agentID != "" {
			one.AgentID = &mesos.AgentID{Value: agentID}
		}
		c.take()
		c.call(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE.Enum(), Reconcile: &schedulerpb.Call_Reconcile{Tasks: []schedulerpb.Call_Reconcile_Task{one}}})
		return c.outcomes()
	}
	const reason = "REASON_RECONCILIATION Reconciliation: "
	same(t, reconcile(f.info.ID.Value), "t TASK_GONE "+reason+"Task is unknown to the agent")
	same(t, reconcile("away"), "t TASK_UNREACHABLE "+reason+"Task is unreachable")
	same(t, reconcile("gone"), "t TASK_GONE_BY_OPERATOR "+reason+"Task is gone")
	same(t, reconcile("stranger"), "t TASK_UNKNOWN "+reason+"Task is unknown")
	same(t, reconcile(""), "t TASK_UNKNOWN "+reason+"Task is unknown")
	on(t, c.m, func() { c.m.recovered["waiting"] = true })
	same(t, reconcile("waiting"))
	same(t, reconcile(""))
	same(t, reconcile("stranger"), "t TASK_UNKNOWN "+reason+"Task is unknown")
}

func TestKillOfATaskOnADisconnectedAgent(t *testing.T) {
	info := frameworkInfo()
	info.Checkpoint = new(true)
	c, f := cluster(t, "cpus:2", info)
	c.accept(c.only(), opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))))
	kill := func(agent *mesos.AgentID) {
		c.call(&schedulerpb.Call{Type: schedulerpb.Call_KILL.Enum(), Kill: &schedulerpb.Call_Kill{TaskID: mesos.TaskID{Value: "t"}, AgentID: agent}})
	}
	kill(&mesos.AgentID{Value: "wrong"})
	c.m.Leave(f.info.ID.Value)
	kill(nil)
	if len(f.killed) != 0 {
		t.Errorf("killed %v", f.killed)
	}
	f.tasks = []agents.TaskView{{Framework: c.f.info, Info: taskOn("t", *f.info.ID, resource.MustParse("cpus:1")), ExecutorID: mesos.ExecutorID{Value: "t"}, State: mesos.TASK_RUNNING}}
	if _, err := c.m.Join(member(f)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.killed, " "); got != "t" {
		t.Errorf("killed %q", got)
	}
}

func TestAgentThatLostATask(t *testing.T) {
	info := frameworkInfo(mesos.FrameworkInfo_Capability_PARTITION_AWARE)
	info.Checkpoint = new(true)
	c, f := cluster(t, "cpus:2;mem:64", info)
	c.accept(c.only(), opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))))
	c.m.Leave(f.info.ID.Value)
	c.take()
	if _, err := c.m.Join(member(f)); err != nil {
		t.Fatal(err)
	}
	same(t, f.unknown, c.f.id+" t")
	c.acknowledge(f, "t", c.update(f, "t", mesos.TASK_DROPPED, mesos.TASK_DROPPED))
	on(t, c.m, func() {
		if used := c.m.agents[f.info.ID.Value].used; len(used) != 0 {
			t.Errorf("used = %v", used)
		}
	})
}

func TestUnreachableAgentComesBackWithItsTask(t *testing.T) {
	info := frameworkInfo(mesos.FrameworkInfo_Capability_PARTITION_AWARE)
	info.Checkpoint = new(true)
	c, f := cluster(t, "cpus:2;mem:64;disk:100", info)
	c.accept(c.only(), identified(opReserve(reservedSet("disk:1"))), opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))))
	c.take()
	on(t, c.m, func() { c.m.unreachable(c.m.agents[f.info.ID.Value], "health check timed out") })
	same(t, c.outcomes(), "op OPERATION_UNREACHABLE Agent was marked unreachable", "t TASK_UNREACHABLE REASON_AGENT_REMOVED health check timed out")
	f.tasks = []agents.TaskView{{Framework: c.f.info, Info: taskOn("t", *f.info.ID, resource.Set(resource.MustParse("cpus:1")).Allocate(testRole)), ExecutorID: mesos.ExecutorID{Value: "t"}, State: mesos.TASK_RUNNING}}
	if _, err := c.m.Join(member(f)); err != nil {
		t.Fatal(err)
	}
	same(t, c.outcomes(), "t TASK_RUNNING REASON_AGENT_REREGISTERED Unreachable agent re-reregistered")
	if got := resource.Set(c.offeredNow()).Scalar("cpus"); got != 1 {
		t.Errorf("cpus offered = %v", got)
	}
}

// offeredNow returns what the framework's outstanding offers hold.
func (c *client) offeredNow() resource.Set {
	var out resource.Set
	on(c.t, c.m, func() {})
	on(c.t, c.m, func() { out = c.f.offered() })
	return out
}

func TestAgentWithANewIDAtTheSameAddress(t *testing.T) {
	info := frameworkInfo(mesos.FrameworkInfo_Capability_PARTITION_AWARE)
	info.Checkpoint = new(true)
	c, f := cluster(t, "cpus:2", info)
	c.accept(c.only(), opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))))
	c.take()
	again := newFake("cpus:2")
	if _, err := c.m.Join(member(again)); err != nil {
		t.Fatal(err)
	}
	events := c.take()
	var got []string
	for _, e := range events {
		switch {
		case e.Update != nil:
			got = append(got, e.Update.Status.State.String()+" "+e.Update.Status.GetMessage())
		case e.Rescind != nil, e.Failure != nil:
			got = append(got, e.GetType().String())
		}
	}
	same(t, got, "TASK_LOST Agent h removed: a new agent registered at the same address", "FAILURE")
	if again.info.ID.Value == f.info.ID.Value {
		t.Error("both have one id")
	}
}

func TestOrphansOfARemovedFramework(t *testing.T) {
	c, f := cluster(t, "cpus:2;disk:100", frameworkInfo())
	c.accept(c.only(), identified(opReserve(reservedSet("disk:1"))), opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))))
	on(t, c.m, func() { c.m.remove(c.f) })
	c.m.OperationUpdate(*f.info.ID, nil, f.applied[0], mesos.OperationStatus{State: mesos.OPERATION_FINISHED, UUID: &mesos.UUID{Value: newUUIDBytes()}})
	on(t, c.m, func() {})
	if len(f.settled) != 1 || len(f.shut) != 1 {
		t.Errorf("settled %v, shut down %v", f.settled, f.shut)
	}
	f.tasks = []agents.TaskView{{Framework: c.f.info, Info: taskOn("t", *f.info.ID, resource.MustParse("cpus:1")), State: mesos.TASK_RUNNING}}
	c.m.Leave(f.info.ID.Value)
	if _, err := c.m.Join(member(f)); err != nil {
		t.Fatal(err)
	}
	if len(f.shut) != 2 {
		t.Errorf("the agent was not told again: %v", f.shut)
	}
}

func TestGoneAgentsStayOut(t *testing.T) {
	m, f := started(t), newFake("cpus:1")
	f.info.ID = &mesos.AgentID{Value: "gone"}
	if err := m.config.Registry.Set("gone", Gone); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Join(member(f)); err == nil || !strings.Contains(err.Error(), "Agent has been marked gone") {
		t.Errorf("error = %v", err)
	}
}

func TestRounds(t *testing.T) {
	var r rounds
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r.init(start, time.Second)
	defer r.timer.Stop()
	for _, tt := range []struct {
		at, want time.Duration
	}{
		{3500 * time.Millisecond, 4 * time.Second},
		{10 * time.Second, 4 * time.Second}, // an earlier one stands
		{2 * time.Second, 2 * time.Second},
		{1001 * time.Millisecond, 2 * time.Second},
		{0, 0},
	} {
		r.arm(start.Add(tt.at))
		if got := r.at.Sub(start); got != tt.want {
			t.Errorf("armed for %v: %v, want %v", tt.at, got, tt.want)
		}
	}
}

func TestHistoryForgetsTheOldest(t *testing.T) {
	h := newHistory[int](2)
	h.add("a", 1)
	h.add("b", 2)
	h.add("a", 3)
	h.add("c", 4)
	if _, ok := h.get("b"); ok {
		t.Error("b is remembered")
	}
	if got := h.all(); len(got) != 2 || got[0] != 3 || got[1] != 4 {
		t.Errorf("all = %v", got)
	}
}

func TestJournalKeepsTheNewest(t *testing.T) {
	j := newJournal()
	for i := range maxJournal + 3 {
		j.add(Sent{At: time.Unix(int64(i), 0)})
	}
	all := j.all()
	if len(all) != maxJournal || all[0].At.Unix() != 3 || all[maxJournal-1].At.Unix() != maxJournal+2 {
		t.Errorf("%d entries from %v to %v", len(all), all[0].At.Unix(), all[len(all)-1].At.Unix())
	}
}

// TestOperationThatNeverReachedItsAgent: the agent registers again without it.
func TestOperationThatNeverReachedItsAgent(t *testing.T) {
	c, f := cluster(t, "cpus:2;mem:64;disk:100", frameworkInfo())
	c.accept(c.only(), identified(opReserve(reservedSet("disk:1"))))
	f.total = resource.MustParse("cpus:2;mem:64;disk:100")
	if _, err := c.m.Join(member(f)); err != nil {
		t.Fatal(err)
	}
	same(t, c.outcomes(), "op OPERATION_DROPPED ")
	if got := c.offeredNow(); got.Scalar("disk") != 100 || len(got.Filter(resource.IsReserved)) != 0 {
		t.Errorf("offered %s", got)
	}
}
