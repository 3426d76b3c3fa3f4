package ops_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A grouping is a task group, and what it is refused for.
type grouping struct {
	name  string
	e     mesos.ExecutorInfo
	tasks []mesos.TaskInfo
	rule  error // nil: sent
	field string
}

// groups plays rows on an offer with a bit of everything.
func groups(t *testing.T, rows []grouping) {
	t.Helper()
	offer := offered("db", together(parsed("cpus:4;mem:1024;disk:100;ports:[31000-31010]"),
		[]mesos.Resource{volume(mine, "v", 10), volume(mine, "w", 20), shared(volume(mine, "s", 30)), revocable(resource.Scalar("cpus", 1))})...)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).LaunchGroup(row.e, row.tasks...)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			g := sent(t, c)[0].LaunchGroup
			if g.Executor.Type == nil || g.Executor.FrameworkID.GetValue() != "F" || g.TaskGroup.Tasks[0].AgentID.Value != "S0" {
				t.Errorf("not completed: %v", g)
			}
			if h := g.TaskGroup.Tasks[0].HealthCheck; h != nil && h.Type == nil {
				t.Error("the master wants a type for the health check of a task in a group")
			}
			if row.e.FrameworkID != nil || row.tasks[0].AgentID.Value != "" {
				t.Error("the arguments were changed")
			}
		})
	}
}

// pods returns the usual executor, changed.
func pods(change func(*mesos.ExecutorInfo)) mesos.ExecutorInfo {
	e := pod()
	change(&e)
	return e
}

// Semantics 3.12, tasks; row 143.
func TestTasksOfGroups(t *testing.T) {
	cpu := parsed("cpus:1")[0]
	good := task("t", parsed("cpus:1;mem:64")...)
	apart := &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(false)}}
	const first, executor = "launch_group.task_group.tasks[0]", "launch_group.executor"
	groups(t, []grouping{
		{"one", pod(), []mesos.TaskInfo{good}, nil, ""},
		{"two", pod(), []mesos.TaskInfo{good, task("u", cpu)}, nil, ""},
		{"none", pod(), nil, ops.ErrNothing, "launch_group.task_group.tasks"},
		{"one id twice", pod(), []mesos.TaskInfo{good, good}, ops.ErrDuplicateTask, "launch_group.task_group.tasks[1].task_id"},
		{"a bad task", pod(), []mesos.TaskInfo{task("a/b", cpu)}, ops.ErrTaskID, first + ".task_id"},
		{"a task without resources", pod(), []mesos.TaskInfo{task("t")}, ops.ErrNoResources, first + ".resources"},
		{"docker", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum(), Docker: &mesos.ContainerInfo_DockerInfo{Image: "i"}}
		})}, ops.ErrContainer, first + ".container.type"},
		{"HTTP check with a network of its own", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), NetworkInfos: []mesos.NetworkInfo{{}}}
			t.HealthCheck = &mesos.HealthCheck{Type: mesos.HealthCheck_TCP.Enum(), TCP: &mesos.HealthCheck_TCPCheckInfo{Port: 1}}
		})}, ops.ErrCheck, first + ".health_check"},
		{"COMMAND check with a network of its own", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), NetworkInfos: []mesos.NetworkInfo{{}}}
			t.HealthCheck = &mesos.HealthCheck{Type: mesos.HealthCheck_COMMAND.Enum(), Command: &mesos.CommandInfo{Value: new("x")}}
		})}, nil, ""},
		{"a health check without a type", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) {
			t.HealthCheck = &mesos.HealthCheck{Command: &mesos.CommandInfo{Value: new("x")}}
		})}, nil, ""},
		{"limits", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"cpus": {Value: 2}} })}, ops.ErrLimits, first + ".limits"},
		{"limits with cgroups apart", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) {
			t.Limits, t.Container = map[string]mesos.Value_Scalar{"cpus": {Value: 2}}, apart
		})}, nil, ""},
		{"cgroups apart for one only", pod(), []mesos.TaskInfo{good, with(task("u", cpu), func(t *mesos.TaskInfo) { t.Container = apart })}, ops.ErrLimits, "launch_group.task_group.tasks[1].container.linux_info.share_cgroups"},
		{"sharing cgroups in the executor", pods(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(true)}}
		}), []mesos.TaskInfo{good}, ops.ErrLimits, executor + ".container.linux_info.share_cgroups"},
		{"the same executor in the task", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) { e := pod(); t.Executor = &e })}, nil, ""},
		{"another executor in the task", pod(), []mesos.TaskInfo{with(good, func(t *mesos.TaskInfo) { t.Executor = custom("e") })}, ops.ErrExecutor, first + ".executor"},
	})
}

// Semantics 3.12, the executor and the whole; row 143.
func TestExecutorsOfGroups(t *testing.T) {
	v, w, s := volume(mine, "v", 10), volume(mine, "w", 20), shared(volume(mine, "s", 30))
	cpu := parsed("cpus:1")[0]
	good := task("t", parsed("cpus:1;mem:64")...)
	const first, executor = "launch_group.task_group.tasks[0]", "launch_group.executor"
	groups(t, []grouping{
		{"a command", pods(func(e *mesos.ExecutorInfo) { e.Command = &mesos.CommandInfo{Value: new("x")} }), []mesos.TaskInfo{good}, ops.ErrExecutor, executor + ".command"},
		{"CUSTOM with a command", pods(func(e *mesos.ExecutorInfo) {
			e.Type, e.Command = mesos.ExecutorInfo_CUSTOM.Enum(), &mesos.CommandInfo{Value: new("x")}
		}), []mesos.TaskInfo{good}, nil, ""},
		{"type unknown", pods(func(e *mesos.ExecutorInfo) { e.Type = mesos.ExecutorInfo_UNKNOWN.Enum() }), []mesos.TaskInfo{good}, ops.ErrExecutor, executor + ".type"},
		{"a docker executor", pods(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum(), Docker: &mesos.ContainerInfo_DockerInfo{Image: "i"}}
		}), []mesos.TaskInfo{good}, ops.ErrContainer, executor + ".container.type"},
		{"an image for the executor", pods(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), Mesos: &mesos.ContainerInfo_MesosInfo{Image: &mesos.Image{}}}
		}), []mesos.TaskInfo{good}, ops.ErrContainer, executor + ".container.mesos.image"},
		{"another framework", pods(func(e *mesos.ExecutorInfo) { e.FrameworkID = &mesos.FrameworkID{Value: "G"} }), []mesos.TaskInfo{good}, ops.ErrExecutor, executor + ".framework_id"},
		{"a bad id", pods(func(e *mesos.ExecutorInfo) { e.ExecutorID.Value = "" }), []mesos.TaskInfo{good}, ops.ErrExecutor, executor + ".executor_id"},
		{"too few cpus", pod(parsed("cpus:0.009;mem:32;disk:1")...), []mesos.TaskInfo{good}, ops.ErrExecutor, executor + ".resources"},
		{"too little memory", pod(parsed("cpus:0.01;mem:31.999;disk:1")...), []mesos.TaskInfo{good}, ops.ErrExecutor, executor + ".resources"},
		{"no disk", pod(parsed("cpus:0.01;mem:32")...), []mesos.TaskInfo{good}, ops.ErrExecutor, executor + ".resources"},
		{"the least", pod(parsed("cpus:0.01;mem:32;disk:0.001")...), []mesos.TaskInfo{good}, nil, ""},
		{"a volume for disk", pod(together(parsed("cpus:0.01;mem:32"), []mesos.Resource{v})...), []mesos.TaskInfo{good}, nil, ""},
		{"a volume twice", pod(), []mesos.TaskInfo{task("t", cpu, v), task("u", cpu, v)}, ops.ErrDuplicateVolume, "launch_group.task_group"},
		{"a volume for both", pod(together(parsed("cpus:0.01;mem:32"), []mesos.Resource{v})...), []mesos.TaskInfo{task("t", cpu, v)}, ops.ErrDuplicateVolume, "launch_group.task_group"},
		{"two volumes at one place", pod(), []mesos.TaskInfo{task("t", cpu, v), task("u", cpu, w)}, ops.ErrContainerPath, "launch_group.task_group.tasks[1].resources[1].disk.volume.container_path"},
		{"two volumes", pod(), []mesos.TaskInfo{task("t", cpu, v), task("u", cpu, at(w, "other"))}, nil, ""},
		{"a shared volume", pod(), []mesos.TaskInfo{task("t", cpu, s)}, nil, ""},
		{"a shared volume in two tasks", pod(), []mesos.TaskInfo{task("t", cpu, s), task("u", cpu, s)}, ops.ErrOverlap, "launch_group.task_group"},
		{"one port in two tasks", pod(), []mesos.TaskInfo{task("t", parsed("cpus:1;ports:[31000-31001]")...), task("u", parsed("cpus:1;ports:[31001-31002]")...)}, ops.ErrOverlap, "launch_group.task_group"},
		{"revocable in one of them", pod(), []mesos.TaskInfo{good, task("u", revocable(cpu))}, ops.ErrRevocable, "launch_group.task_group"},
		{"too much", pod(), []mesos.TaskInfo{task("t", parsed("cpus:4")...)}, ops.ErrNotContained, executor + ".resources[0]"},
		{"too much for the tasks", pod(), []mesos.TaskInfo{task("t", parsed("cpus:3")...), task("u", parsed("cpus:2")...)}, ops.ErrNotContained, "launch_group.task_group.tasks[1].resources[0]"},
		{"a zero", pod(), []mesos.TaskInfo{task("t", cpu, resource.Scalar("mem", 0))}, ops.ErrZero, first + ".resources[1].scalar.value"},
		{"text in the executor", pod(resource.Scalar("cpus", 1), mesos.Resource{Name: "x", Type: mesos.TEXT}), []mesos.TaskInfo{good}, ops.ErrResource, executor + ".resources[1].type"},
	})
}

// Groups under one executor: charged once, one sandbox, one kind of cgroups (semantics 3.12).
func TestGroupsUnderOneExecutor(t *testing.T) {
	v, w := volume(mine, "v", 10), volume(mine, "w", 20)
	offer := offered("db", together(parsed("cpus:2;mem:200;disk:16"), []mesos.Resource{v, w})...)
	cpu := parsed("cpus:0.5")[0]
	c := ops.On(offer).LaunchGroup(pod(), task("t", cpu, v)).LaunchGroup(pod(), task("u", cpu, at(w, "other")))
	sent(t, c)
	if got := text(c.Left()); got != "cpus:0.9; mem:168" {
		t.Errorf("left %s", got)
	}
	refused(t, ops.On(offer).LaunchGroup(pod(), task("t", cpu, v)).LaunchGroup(pod(), task("u", cpu, w)),
		ops.ErrContainerPath, 2, "launch_group.task_group.tasks[0].resources[1].disk.volume.container_path")
	refused(t, ops.On(offer).LaunchGroup(pod(), task("t", cpu)).LaunchGroup(pod(), task("t", cpu)), ops.ErrDuplicateTask, 2, "launch_group.task_group.tasks[0].task_id")
	refused(t, ops.On(offer).LaunchGroup(pod(), task("t", cpu)).LaunchGroup(pod(parsed("cpus:0.2;mem:32;disk:16")...), task("u", cpu)), ops.ErrExecutor, 2, "launch_group.executor")
	apart := with(task("u", cpu), func(t *mesos.TaskInfo) {
		t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(false)}}
	})
	refused(t, ops.On(offer).LaunchGroup(pod(), task("t", cpu)).LaunchGroup(pod(), apart), ops.ErrLimits, 2, "launch_group.task_group.tasks[0].container.linux_info.share_cgroups")

	offer.ExecutorIDs = []mesos.ExecutorID{{Value: "pod"}}
	c = ops.On(offer).LaunchGroup(pod(), task("t", cpu))
	sent(t, c)
	if got := c.Left().Scalar("mem"); got != 200 {
		t.Errorf("a running executor was charged: %v left", c.Left())
	}
}

// Unlike in LAUNCH each task of a group uses up a copy of a shared volume (semantics 3.12).
func TestSharedVolumesInGroups(t *testing.T) {
	s := shared(volume(mine, "s", 10))
	offer := offered("db", together(parsed("cpus:2;mem:200;disk:16"), []mesos.Resource{s})...)
	cpu := parsed("cpus:0.5")[0]
	refused(t, ops.On(offer).LaunchGroup(pod(), task("t", cpu, s)).LaunchGroup(pod(), task("u", cpu, s)), ops.ErrVolumeInUse, 2, "launch_group.task_group.tasks[0].resources[1]")
	sent(t, ops.On(offer).LaunchGroup(pod(), task("t", cpu, s)).Launch(task("u", cpu, s)))
}
