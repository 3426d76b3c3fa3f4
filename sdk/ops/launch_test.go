package ops_test

import (
	"math"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A refusal is what one task of a chain is refused for.
type refusal struct {
	name  string
	task  mesos.TaskInfo
	rule  error // nil: sent
	field string
}

// launches plays rows of tasks on offer, each as the second of a LAUNCH.
func launches(t *testing.T, offer mesos.Offer, rows []refusal) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).Launch(task("first", parsed("cpus:0.1")...), row.task)
			if row.rule == nil {
				sent(t, c)
				return
			}
			refused(t, c, row.rule, 1, "launch.task_infos[1]."+row.field)
		})
	}
}

// The order of semantics 3.10; rows of 10.5.
func TestLaunch(t *testing.T) {
	nowhere := onDisk(mesos.Resource_DiskInfo_Source_BLOCK, "", 70)
	v, w := volume(mine, "v", 10), volume(mine, "w", 20)
	offer := offered("db", together(parsed("cpus:4;mem:1024;disk:100;gpus:2;ports:[31000-31010];x:{a,b}"), reservedAs(mine, "cpus:1"),
		[]mesos.Resource{v, w, revocable(resource.Scalar("cpus", 2)), mount("/m", 50), nowhere, nowhere})...)
	good := task("t", parsed("cpus:1;mem:64")...)
	cpu := parsed("cpus:1")[0]
	launches(t, offer, []refusal{
		{"a command", good, nil, ""},
		{"1: no id", task("", cpu), ops.ErrTaskID, "task_id"},
		{"1: an id with a slash", task("a/b", cpu), ops.ErrTaskID, "task_id"},
		{"1: an id with a blank", task("a b", cpu), nil, ""},
		{"2, 133: an id twice", task("first", cpu), ops.ErrDuplicateTask, "task_id"},
		{"4: another agent", with(good, func(t *mesos.TaskInfo) { t.AgentID.Value = "S1" }), ops.ErrAgent, "agent_id"},
		{"4: the same agent", with(good, func(t *mesos.TaskInfo) { t.AgentID.Value = "S0" }), nil, ""},
		{"5, 139: negative grace", with(good, func(t *mesos.TaskInfo) {
			t.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: -1}}
		}), ops.ErrDuration, "kill_policy.grace_period"},
		{"5: zero grace", with(good, func(t *mesos.TaskInfo) { t.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{}} }), nil, ""},
		{"6: negative completion time", with(good, func(t *mesos.TaskInfo) { t.MaxCompletionTime = &mesos.DurationInfo{Nanoseconds: -1} }), ops.ErrDuration, "max_completion_time"},
		{"9, 132: no resources", task("t"), ops.ErrNoResources, "resources"},
		{"9: a bad resource", task("t", cpu, resource.Ranges("ports", mesos.Value_Range{Begin: 2, End: 1})), ops.ErrResource, "resources[1]"},
		{"9: zero", task("t", cpu, resource.Scalar("mem", 0)), ops.ErrZero, "resources[1].scalar.value"},
		{"9: a volume of zero", task("t", cpu, volume(mine, "v", 0)), ops.ErrZero, "resources[1].scalar.value"},
		{"9: a volume twice", task("t", cpu, v, v), ops.ErrDuplicateVolume, "resources[2].disk.persistence.id"},
		{"9: part of gpus", task("t", cpu, resource.Scalar("gpus", 1.5)), ops.ErrResource, "resources"},
		{"9: whole gpus", task("t", cpu, resource.Scalar("gpus", 2)), nil, ""},
		{"9, 137: revocable and not", task("t", cpu, revocable(cpu)), ops.ErrRevocable, "resources[1].revocable"},
		{"9: revocable", task("t", revocable(cpu)), nil, ""},
		{"13, 129: neither", with(good, func(t *mesos.TaskInfo) { t.Command = nil }), ops.ErrCommand, "command"},
		{"13, 129: both", with(good, func(t *mesos.TaskInfo) { t.Executor = custom("e", cpu) }), ops.ErrCommand, "command"},
		{"16, 132: too much", task("t", cpu, resource.Scalar("mem", 1025)), ops.ErrNotContained, "resources[1]"},
		{"16: too much together", task("t", resource.Scalar("cpus", 3), resource.Scalar("cpus", 1)), ops.ErrNotContained, "resources[1]"},
		{"16: more than the first left", task("t", resource.Scalar("cpus", 4)), ops.ErrNotContained, "resources[0]"},
		{"16: a volume", task("t", cpu, at(v, "elsewhere")), nil, ""},
		{"16: a volume read only", task("t", cpu, changed(v, func(r *mesos.Resource) { r.Disk.Volume.Mode = mesos.RO.Enum() })), nil, ""},
		{"16: a volume that isn't there", task("t", cpu, volume(mine, "ghost", 10)), ops.ErrNotContained, "resources[1]"},
		{"16: part of a volume", task("t", cpu, volume(mine, "v", 5)), ops.ErrNotContained, "resources[1]"},
		{"16: ports and items", task("t", cpu, parsed("ports:[31001-31002,31009-31010]")[0], parsed("x:{b}")[0]), nil, ""},
		{"16: a MOUNT disk", task("t", cpu, mount("/m", 50)), nil, ""},
		{"16: a MOUNT disk twice", task("t", cpu, mount("/m", 50), mount("/m", 50)), ops.ErrMountWhole, "resources[2].disk.source"},
		{"16: two disks that look alike", task("t", cpu, nowhere, nowhere), nil, ""},
		{"16: three", task("t", cpu, nowhere, nowhere, nowhere), ops.ErrMountWhole, "resources[3]"},
		{"16: other ports", task("t", cpu, parsed("ports:[31010-31011]")[0]), ops.ErrNotContained, "resources[1]"},
		{"16: reserved and unreserved", task("t", cpu, reservedAs(mine, "cpus:1")[0]), nil, ""},
		{"17: cgroups apart", with(good, func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(false)}}
		}), ops.ErrLimits, "container.linux_info.share_cgroups"},
		{"two volumes", task("t", cpu, v, at(w, "other")), nil, ""},
		{"two volumes at one place", task("t", cpu, v, w), ops.ErrContainerPath, "resources[2].disk.volume.container_path"},
		{"a volume at a path with a slash", task("t", cpu, at(v, "/data")), ops.ErrContainerPath, "resources[1].disk.volume.container_path"},
	})
	// A LAUNCH of nothing.
	refused(t, ops.On(offer).Launch(), ops.ErrNothing, 1, "launch.task_infos")
	// The next step sees what is left, and knows the ids.
	refused(t, ops.On(offer).Launch(task("t", v)).Launch(task("u", v)), ops.ErrVolumeInUse, 2, "launch.task_infos[0].resources[0]")
	refused(t, ops.On(offer).Launch(task("t", cpu)).Launch(task("t", cpu)), ops.ErrDuplicateTask, 2, "launch.task_infos[0].task_id")
}

func TestLaunchFillsIn(t *testing.T) {
	e := custom("e", parsed("mem:32")...)
	given := under(e, task("t", parsed("cpus:1")...))
	operations := sent(t, ops.On(offered("db", parsed("cpus:4;mem:64")...)).Launch(given))
	got := operations[0].Launch.TaskInfos[0]
	if got.AgentID.Value != "S0" || got.Executor.FrameworkID.GetValue() != "F" ||
		got.Resources[0].AllocationInfo.GetRole() != "db" || got.Executor.Resources[0].AllocationInfo.GetRole() != "db" {
		t.Errorf("not completed: %v", got)
	}
	if e.FrameworkID != nil || e.Resources[0].AllocationInfo != nil || given.AgentID.Value != "" || given.Resources[0].AllocationInfo != nil {
		t.Errorf("the argument was changed: %v", given)
	}
}

// Shared volumes: several tasks of one ACCEPT on one offered copy (semantics 3.10; row 121).
func TestSharedVolumesInLaunch(t *testing.T) {
	s := shared(volume(mine, "s", 10))
	offer := offered("db", together(parsed("cpus:4;mem:64"), reservedAs(mine, "disk:50"), []mesos.Resource{s})...)
	on := func(id string, path string) mesos.TaskInfo { return task(id, parsed("cpus:0.5")[0], at(s, path)) }
	sent(t, ops.On(offer).Launch(on("a", "data"), on("b", "other")).Launch(on("c", "data")))
	sent(t, ops.On(offer).Create(mine, resource.Volume{ID: "n", Path: "n", MiB: 5, Shared: true}).
		Launch(on("a", "data"), task("b", parsed("cpus:0.5")[0], shared(volume(mine, "n", 5))), task("c", parsed("cpus:0.5")[0], shared(volume(mine, "n", 5)))))
	refused(t, ops.On(offer).Launch(task("a", parsed("cpus:0.5")[0], s, s)), ops.ErrNotContained, 1, "launch.task_infos[0].resources[2]")
	// CREATE makes the master forget the copies that tasks took.
	refused(t, ops.On(offer).Launch(on("a", "data")).Create(mine, resource.Volume{ID: "n", Path: "n", MiB: 5}).Launch(on("b", "data")),
		ops.ErrVolumeInUse, 3, "launch.task_infos[0].resources[1]")
	// Not in an executor of LAUNCH.
	refused(t, ops.On(offer).Launch(under(custom("e", parsed("mem:32")[0], s), task("t", parsed("cpus:1")...))),
		ops.ErrShared, 1, "launch.task_infos[0].executor.resources[1].shared")
}

// Semantics 3.10 rows 14 and 15, and 3.11; rows 130 to 144 of 10.5.
func TestLaunchWithExecutor(t *testing.T) {
	v := volume(mine, "v", 10)
	offer := offered("db", together(parsed("cpus:4;mem:1024;gpus:2;ports:[31000-31010]"), []mesos.Resource{v, volume(mine, "w", 10), revocable(resource.Scalar("cpus", 2))})...)
	t1 := task("t", parsed("cpus:1;ports:[31000-31001]")...)
	on := func(change func(*mesos.ExecutorInfo)) mesos.TaskInfo {
		e := custom("e", parsed("cpus:0.1;mem:32")...)
		change(e)
		return under(e, t1)
	}
	same := func(*mesos.ExecutorInfo) {}
	launches(t, offer, []refusal{
		{"an executor", on(same), nil, ""},
		{"type CUSTOM", on(func(e *mesos.ExecutorInfo) { e.Type = mesos.ExecutorInfo_CUSTOM.Enum() }), nil, ""},
		{"131: type DEFAULT", on(func(e *mesos.ExecutorInfo) { e.Type, e.Command = mesos.ExecutorInfo_DEFAULT.Enum(), nil }), ops.ErrExecutor, "executor.type"},
		{"type DEFAULT with a command", on(func(e *mesos.ExecutorInfo) { e.Type = mesos.ExecutorInfo_DEFAULT.Enum() }), ops.ErrExecutor, "executor.command"},
		{"144: type UNKNOWN", on(func(e *mesos.ExecutorInfo) { e.Type = mesos.ExecutorInfo_UNKNOWN.Enum() }), ops.ErrExecutor, "executor.type"},
		{"130: no command", on(func(e *mesos.ExecutorInfo) { e.Command = nil }), ops.ErrExecutor, "executor.command"},
		{"130: CUSTOM without a command", on(func(e *mesos.ExecutorInfo) { e.Type, e.Command = mesos.ExecutorInfo_CUSTOM.Enum(), nil }), ops.ErrExecutor, "executor.command"},
		{"144: bad id", on(func(e *mesos.ExecutorInfo) { e.ExecutorID.Value = "a/b" }), ops.ErrExecutor, "executor.executor_id"},
		{"139: negative grace", on(func(e *mesos.ExecutorInfo) { e.ShutdownGracePeriod = &mesos.DurationInfo{Nanoseconds: -1} }), ops.ErrDuration, "executor.shutdown_grace_period"},
		{"136: another framework", on(func(e *mesos.ExecutorInfo) { e.FrameworkID = &mesos.FrameworkID{Value: "G"} }), ops.ErrExecutor, "executor.framework_id"},
		{"136: its framework", on(func(e *mesos.ExecutorInfo) { e.FrameworkID = &mesos.FrameworkID{Value: "F"} }), nil, ""},
		{"141: sharing cgroups", on(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(true)}}
		}), ops.ErrLimits, "executor.container.linux_info.share_cgroups"},
		{"140: bad environment", on(func(e *mesos.ExecutorInfo) {
			e.Command.Environment = &mesos.Environment{Variables: []mesos.Environment_Variable{{Name: "A"}}}
		}), ops.ErrEnvironment, "executor.command.environment.variables[0].value"},
		{"140: bad container", on(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum()}
		}), ops.ErrContainer, "executor.container.docker"},
		{"a volume twice", on(func(e *mesos.ExecutorInfo) { e.Resources = []mesos.Resource{v, v} }), ops.ErrDuplicateVolume, "executor.resources[1].disk.persistence.id"},
		{"137: revocable and not", on(func(e *mesos.ExecutorInfo) { e.Resources = []mesos.Resource{revocable(parsed("cpus:0.1")[0])} }), ops.ErrRevocable, "resources[2].revocable"},
		{"142: one port for both", on(func(e *mesos.ExecutorInfo) { e.Resources = parsed("cpus:0.1;ports:[31001-31002]") }), ops.ErrOverlap, "executor.resources"},
		{"its own ports", on(func(e *mesos.ExecutorInfo) { e.Resources = parsed("cpus:0.1;ports:[31002-31003]") }), nil, ""},
		{"gpus that aren't whole together", under(custom("e", resource.Scalar("gpus", 1)), task("t", resource.Scalar("gpus", 1))), nil, ""},
		{"too much together", on(func(e *mesos.ExecutorInfo) { e.Resources = parsed("cpus:3;mem:32") }), ops.ErrNotContained, "executor.resources[0]"},
		{"a volume for the executor", on(func(e *mesos.ExecutorInfo) { e.Resources = []mesos.Resource{v} }), nil, ""},
		{"one volume for both", under(custom("e", v), task("t", v)), ops.ErrDuplicateVolume, "resources[1].disk.persistence.id"},
	})
}

// An executor's resources are taken once, and not at all if it is running (semantics 3.12; row 135).
func TestExecutorsAreChargedOnce(t *testing.T) {
	offer := offered("db", parsed("cpus:2;mem:100")...)
	on := func(id string, e *mesos.ExecutorInfo) mesos.TaskInfo {
		return under(e, task(id, parsed("cpus:0.5")...))
	}
	e := custom("e", parsed("cpus:1;mem:50")...)
	c := ops.On(offer).Launch(on("a", e), on("b", custom("e", parsed("mem:50;cpus:1")...)))
	sent(t, c)
	if got := text(c.Left()); got != "mem:50" {
		t.Errorf("left %s", got)
	}
	refused(t, ops.On(offer).Launch(on("a", e), on("b", custom("e", parsed("cpus:0.1;mem:50")...))), ops.ErrExecutor, 1, "launch.task_infos[1].executor")
	refused(t, ops.On(offer).Launch(on("a", e)).Launch(on("b", custom("f", parsed("cpus:1;mem:50")...))), ops.ErrNotContained, 2, "launch.task_infos[0].executor.resources[0]")

	offer.ExecutorIDs = []mesos.ExecutorID{{Value: "e"}}
	c = ops.On(offer).Launch(on("a", e))
	sent(t, c)
	if got := text(c.Left()); got != "cpus:1.5; mem:100" {
		t.Errorf("left %s", got)
	}
}

// Row 12 of semantics 3.10; row 141.
func TestLimits(t *testing.T) {
	limited := func(limits map[string]float64) mesos.TaskInfo {
		return with(task("t", parsed("cpus:1;mem:64")...), func(t *mesos.TaskInfo) {
			t.Limits = map[string]mesos.Value_Scalar{}
			for name, v := range limits {
				t.Limits[name] = mesos.Value_Scalar{Value: v}
			}
		})
	}
	launches(t, offered("db", parsed("cpus:4;mem:1024")...), []refusal{
		{"equal", limited(map[string]float64{"cpus": 1, "mem": 64}), nil, ""},
		{"none", limited(map[string]float64{"mem": math.Inf(1), "cpus": math.Inf(1)}), nil, ""},
		{"below", limited(map[string]float64{"cpus": 0.999}), ops.ErrLimits, "limits[cpus]"},
		{"memory below", limited(map[string]float64{"mem": 63}), ops.ErrLimits, "limits[mem]"},
		{"disk", limited(map[string]float64{"disk": 63}), ops.ErrLimits, "limits"},
		{"not a number", limited(map[string]float64{"mem": math.NaN()}), ops.ErrNumber, "limits[mem].value"},
		{"without a request", with(task("t", parsed("mem:64")...), func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"cpus": {Value: 1}} }), ops.ErrLimits, "limits[cpus]"},
	})
}

// Several volumes, and what is fetched or mounted, in one sandbox (semantics 4.3).
func TestSandbox(t *testing.T) {
	v, w := volume(mine, "v", 10), volume(mine, "w", 20)
	offer := offered("db", together(parsed("cpus:4;mem:1024"), []mesos.Resource{v, w})...)
	fetching := func(u mesos.CommandInfo_URI) mesos.TaskInfo {
		return with(task("t", parsed("cpus:1")[0], v), func(t *mesos.TaskInfo) {
			t.Command = &mesos.CommandInfo{Value: new("true"), URIs: []mesos.CommandInfo_URI{u}}
		})
	}
	mounting := func(path string) mesos.TaskInfo {
		return with(task("t", parsed("cpus:1")[0], v), func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(),
				Volumes: []mesos.Volume{{ContainerPath: path, Mode: mesos.RW.Enum(), HostPath: new("/x")}}}
		})
	}
	launches(t, offer, []refusal{
		{"fetched beside it", fetching(mesos.CommandInfo_URI{Value: "http://h/data.tgz"}), nil, ""},
		{"fetched over it", fetching(mesos.CommandInfo_URI{Value: "http://h/x/data"}), ops.ErrContainerPath, "command.uris[0]"},
		{"fetched elsewhere", fetching(mesos.CommandInfo_URI{Value: "http://h/x/data", OutputFile: new("other")}), nil, ""},
		{"fetched into it", fetching(mesos.CommandInfo_URI{Value: "http://h/x", OutputFile: new("data/file")}), ops.ErrContainerPath, "command.uris[0]"},
		{"only unpacked", fetching(mesos.CommandInfo_URI{Value: "http://h/data", Cache: new(true)}), nil, ""},
		{"cached as it is", fetching(mesos.CommandInfo_URI{Value: "http://h/data", Cache: new(true), Extract: new(false)}), ops.ErrContainerPath, "command.uris[0]"},
		{"mounted beside it", mounting("other"), nil, ""},
		{"mounted over it", mounting("./data"), ops.ErrContainerPath, "container.volumes[0].container_path"},
		{"mounted in the image", mounting("/data"), nil, ""},
	})
	// Tasks of one custom executor share its sandbox.
	e := custom("e", parsed("mem:32")...)
	on := func(id string, e *mesos.ExecutorInfo, r mesos.Resource) mesos.TaskInfo {
		return under(e, task(id, parsed("cpus:1")[0], r))
	}
	sent(t, ops.On(offer).Launch(on("a", e, v), on("b", e, at(w, "other"))))
	sent(t, ops.On(offer).Launch(on("a", e, v), on("b", custom("f", parsed("mem:32")...), w)))
	refused(t, ops.On(offer).Launch(on("a", e, v), on("b", e, w)), ops.ErrContainerPath, 1, "launch.task_infos[1].resources[1].disk.volume.container_path")
	refused(t, ops.On(offer).Launch(on("a", custom("e", w), v)), ops.ErrContainerPath, 1, "launch.task_infos[0].resources[1].disk.volume.container_path")
}
