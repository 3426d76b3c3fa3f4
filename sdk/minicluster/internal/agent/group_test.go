package agent

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func pod(id string, volumes ...mesos.Resource) mesos.ExecutorInfo {
	return mesos.ExecutorInfo{
		Type: mesos.ExecutorInfo_DEFAULT.Enum(), ExecutorID: mesos.ExecutorID{Value: id}, FrameworkID: new(fw()),
		Resources: append(resource.MustParse("cpus:0.1;mem:32;disk:32").Allocate("r"), resource.Set(volumes).Allocate("r")...),
	}
}

func TestGroup(t *testing.T) {
	r := newRig(t)
	v, w := volume("v", "data", 64), volume("w", "data", 64)
	r.do(reserve("disk:128"), create(v, w))
	r.Launch(client(), command("elsewhere", "sleep 1000"))
	r.LaunchGroup(client(), pod("pod"), []mesos.TaskInfo{
		command("one", `echo kept > data/file; echo "$MESOS_CONTAINER_IP $MESOS_EXECUTOR_ID"; test -f ../../tasks/one/stdout`, v),
		command("two", "sleep 1000"),
	})
	r.acknowledged("two", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	s := r.acknowledged("one", wellDone...)
	if s.ExecutorID.GetValue() != "pod" || s.GetMessage() != "Command exited with status 0" || s.ContainerStatus.ContainerID.Parent == nil {
		t.Errorf("%v", s)
	}
	sandbox := filepath.Join("slaves/S0/frameworks/F/executors/pod/runs/latest")
	if got := r.read(sandbox, "tasks/one/stdout"); got != "127.0.0.1 pod\n" {
		t.Errorf("stdout of one: %q", got)
	}
	if got := r.read("volumes/roles/r/v/file"); got != "kept\n" {
		t.Errorf("the volume holds %q", got)
	}
	if exists(t, r.path(sandbox, "data")) {
		t.Error("the volume of an ended task is left in the executor's sandbox")
	}
	// A second group in the same executor has another volume at the same place. Its failure is its own.
	r.LaunchGroup(client(), pod("pod"), []mesos.TaskInfo{
		command("three", "test -d data && test ! -e data/file && sleep 1000", w), command("four", "exit 3"),
	})
	r.acknowledged("four", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	if s := r.acknowledged("four", mesos.TASK_FAILED); s.GetMessage() != "Command exited with status 3" {
		t.Errorf("%v", s)
	}
	r.acknowledged("three", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	if s := r.acknowledged("three", mesos.TASK_KILLED); s.GetMessage() != "Command terminated with signal Terminated" || s.Reason != nil {
		t.Errorf("%v", s)
	}
	if got := len(r.Tasks()); got != 2 {
		t.Errorf("%d tasks left, want two and elsewhere", got)
	}
	r.Kill(fw(), mesos.TaskID{Value: "two"}, nil)
	r.acknowledged("two", mesos.TASK_KILLED)
	r.master.until("the executor's exit", func() bool { return slices.Equal(r.master.heard.exited, []string{"pod 0"}) })
	if tasks := r.Tasks(); len(tasks) != 1 || tasks[0].ExecutorID.Value != "elsewhere" || tasks[0].Executor != nil {
		t.Errorf("tasks %v", tasks)
	}
}

// TestGroupsThatDoNotStart: all or nothing.
func TestGroupsThatDoNotStart(t *testing.T) {
	r := newRig(t)
	v, w := volume("v", "data", 64), volume("w", "data", 64)
	r.do(reserve("disk:128"), create(v, w))
	expect := func(what string, state mesos.TaskState, reason mesos.TaskStatus_Reason, text string, tasks ...string) {
		t.Helper()
		for _, id := range tasks {
			s := r.acknowledged(id, state)
			if s.GetReason() != reason || !strings.HasPrefix(s.GetMessage(), text) || s.GetSource() != mesos.SOURCE_AGENT {
				t.Errorf("%s: %v", what, s)
			}
		}
	}
	r.LaunchGroup(client(), pod("p1"), []mesos.TaskInfo{command("a1", "true"), command("a2", "true", volume("ghost", "x", 64))})
	expect("an unknown volume", mesos.TASK_LOST, mesos.REASON_RESOURCES_UNKNOWN, unknownResources, "a1", "a2")
	r.LaunchGroup(client(), pod("p2", volume("ghost", "x", 64)), []mesos.TaskInfo{command("b1", "true")})
	expect("an executor with one", mesos.TASK_LOST, mesos.REASON_RESOURCES_UNKNOWN, "The checkpointed resources being used by the executor are unknown to the agent", "b1")
	r.LaunchGroup(client(), pod("p3"), []mesos.TaskInfo{command("c1", "true", v), command("c2", "true", w)})
	expect("two volumes at one place", mesos.TASK_FAILED, mesos.REASON_CONTAINER_LAUNCH_FAILED, "Failed to launch container: The existing symlink '", "c1", "c2")

	// A group that can't be added to a running executor ends it with all that runs there.
	aware := client(mesos.FrameworkInfo_Capability_PARTITION_AWARE)
	r.LaunchGroup(aware, pod("p4"), []mesos.TaskInfo{command("d1", "sleep 1000", v)})
	r.acknowledged("d1", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	r.LaunchGroup(aware, pod("p4"), []mesos.TaskInfo{command("d2", "true", w)})
	expect("a volume at a place that is taken", mesos.TASK_GONE, mesos.REASON_CONTAINER_UPDATE_FAILED, "Failed to update resources for container: ", "d1", "d2")

	missing := command("e1", "true")
	missing.Command.URIs = []mesos.CommandInfo_URI{{Value: filepath.Join(t.TempDir(), "missing")}}
	r.LaunchGroup(client(), pod("p5"), []mesos.TaskInfo{missing, command("e2", "sleep 1000")})
	r.acknowledged("e1", mesos.TASK_STARTING)
	if s := r.acknowledged("e1", mesos.TASK_FAILED); s.GetReason() != mesos.REASON_CONTAINER_LAUNCH_FAILED || s.GetSource() != mesos.SOURCE_EXECUTOR {
		t.Errorf("nothing to fetch: %v", s)
	}
	r.acknowledged("e2", mesos.TASK_STARTING)
	r.Acknowledge(fw(), mesos.TaskID{Value: "e2"}, r.master.update("e2", mesos.TASK_RUNNING, 0).UUID)
	r.acknowledged("e2", mesos.TASK_KILLED)
	r.master.until("all executors' exits", func() bool { return len(r.master.heard.exited) == 5 })
	if len(r.Tasks()) != 0 {
		t.Errorf("tasks %v", r.Tasks())
	}
}

// TestKillQueuedGroup: killing one task that is being fetched for ends its group.
func TestKillGroupWhileFetching(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	one := command("one", "sleep 1000")
	one.Command.URIs = []mesos.CommandInfo_URI{{Value: file}}
	gate := make(chan struct{})
	r.Agent.do(func() { <-gate })
	r.LaunchGroup(client(), pod("pod"), []mesos.TaskInfo{one, command("two", "sleep 1000")})
	r.Kill(fw(), one.TaskID, nil)
	close(gate)
	r.acknowledged("one", mesos.TASK_STARTING, mesos.TASK_KILLED)
	r.acknowledged("two", mesos.TASK_STARTING, mesos.TASK_RUNNING, mesos.TASK_KILLED)
}

// TestIdleExecutor: a default executor whose tasks have ended waits a minute for acknowledgements.
func TestIdleExecutor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(func(mesos.FrameworkID, mesos.TaskInfo) Simulation { return Simulation{Runs: time.Second} }))
		r.LaunchGroup(client(), pod("pod"), []mesos.TaskInfo{command("one", "x")})
		time.Sleep(30 * time.Second)
		r.LaunchGroup(client(), pod("pod"), []mesos.TaskInfo{command("two", "x")})
		time.Sleep(60 * time.Second)
		synctest.Wait()
		if len(r.master.told().exited) != 0 {
			t.Errorf("exited early: %v", r.master.told().exited)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !slices.Equal(r.master.told().exited, []string{"pod 0"}) {
			t.Errorf("exited: %v", r.master.told().exited)
		}
		r.acknowledged("one", wellDone...)
		r.acknowledged("two", wellDone...)
		synctest.Wait()
		if len(r.master.told().exited) != 1 || len(r.Tasks()) != 0 {
			t.Errorf("exited: %v, tasks %v", r.master.told().exited, r.Tasks())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}
