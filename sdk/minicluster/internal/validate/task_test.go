package validate

import (
	"math"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// of returns resources allocated to r.
func of(text string) []mesos.Resource { return resource.MustParse(text).Allocate("r") }

// fineTask passes.
func fineTask() mesos.TaskInfo {
	return mesos.TaskInfo{
		Name: "t", TaskID: mesos.TaskID{Value: "t"}, AgentID: mesos.AgentID{Value: "a"}, Resources: of("cpus:1;mem:64"),
		Command: &mesos.CommandInfo{Value: new("true")},
	}
}

func fineExecutor() *mesos.ExecutorInfo {
	return &mesos.ExecutorInfo{
		Type: mesos.ExecutorInfo_CUSTOM.Enum(), ExecutorID: mesos.ExecutorID{Value: "e"}, FrameworkID: &mesos.FrameworkID{Value: "f"},
		Command: &mesos.CommandInfo{Value: new("true")}, Resources: of("cpus:0.1;mem:32"),
	}
}

// fineContext has a running task "old" and executor "running".
func fineContext() *TaskContext {
	running := fineExecutor()
	running.ExecutorID.Value = "running"
	return &TaskContext{
		FrameworkID: "f", AgentID: "a", Agent: able,
		InUse:       func(id string) bool { return id == "old" },
		Unreachable: func(id string) bool { return id == "away" },
		Executor: func(id string) *mesos.ExecutorInfo {
			if id == "running" {
				return running
			}
			return nil
		},
		Available: append(resource.Set(of("cpus:4;mem:4096;disk:1024;ports:[1-10]")), volume("v", 64)),
	}
}

func TestTask(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*mesos.TaskInfo)
		want   string
	}{
		{"fine", func(*mesos.TaskInfo) {}, ""},
		{"a volume at another path", func(t *mesos.TaskInfo) {
			t.Resources = append(t.Resources, volume("v", 64, func(r *mesos.Resource) { r.Disk.Volume.ContainerPath = "x" }))
		}, ""},
		{"no id", func(t *mesos.TaskInfo) { t.TaskID.Value = "" }, "ID must not be empty"},
		{"slash in the id", func(t *mesos.TaskInfo) { t.TaskID.Value = "a/b" }, "'a/b' contains invalid characters"},
		{"long id", func(t *mesos.TaskInfo) { t.TaskID.Value = strings.Repeat("x", 256) }, "ID must not be greater than 255 characters"},
		{"id in use", func(t *mesos.TaskInfo) { t.TaskID.Value = "old" }, "Task has duplicate ID: old"},
		{"id of an unreachable task", func(t *mesos.TaskInfo) { t.TaskID.Value = "away" }, "Task reuses the ID of an unreachable task: away"},
		{"agent", func(t *mesos.TaskInfo) { t.AgentID.Value = "b" }, "Task uses invalid agent b while agent a is expected"},
		{"grace", func(t *mesos.TaskInfo) {
			t.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: -1}}
		}, "Task's 'kill_policy.grace_period' must be non-negative"},
		{"completion", func(t *mesos.TaskInfo) { t.MaxCompletionTime = &mesos.DurationInfo{Nanoseconds: -1} }, "Task's `max_completion_time` must be non-negative"},
		{"check", func(t *mesos.TaskInfo) { t.Check = &mesos.CheckInfo{} }, "Task uses invalid check: CheckInfo must specify 'type'"},
		{"health check", func(t *mesos.TaskInfo) { t.HealthCheck = &mesos.HealthCheck{} }, "Task uses invalid health check: HealthCheck must specify 'type'"},
		{"no resources", func(t *mesos.TaskInfo) { t.Resources = nil }, "Task uses no resources"},
		{"bad volume id", func(t *mesos.TaskInfo) { t.Resources = append(t.Resources, volume("a/b", 64)) }, "Task uses invalid resources: Invalid DiskInfo: Invalid persistence ID for persistent volume: 'a/b' contains invalid characters"},
		{"a volume twice", func(t *mesos.TaskInfo) { t.Resources = append(t.Resources, volume("v", 64), volume("v", 64)) }, "Task uses duplicate persistence ID: Persistence ID 'v' is not unique"},
		{"unallocated", func(t *mesos.TaskInfo) { t.Resources[0].AllocationInfo = &mesos.Resource_AllocationInfo{} }, "Invalid task resources: The resources are not allocated to a role"},
		{"two roles", func(t *mesos.TaskInfo) { t.Resources[1].AllocationInfo.Role = new("q") }, "Invalid task resources: The resources have multiple allocation roles ('r' and 'q') but only one allocation role is allowed"},
		{"revocable and not", func(t *mesos.TaskInfo) {
			more := of("cpus:1")
			revoke(&more[0])
			t.Resources = append(t.Resources, more...)
		}, "Task mixes revocable and non-revocable resources: Cannot use both revocable and non-revocable 'cpus' at the same time"},
		{"environment", func(t *mesos.TaskInfo) {
			t.Command.Environment = &mesos.Environment{Variables: []mesos.Environment_Variable{{Name: "A"}}}
		}, "Task's `CommandInfo` is invalid: Environment variable 'A' of type 'VALUE' must have a value set"},
		{"container", func(t *mesos.TaskInfo) { t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum()} }, "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo"},
		{"limit on disk", func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"disk": {Value: 1}} }, "Only cpus and mem may be included in a task's resource limits"},
		{"limit without a request", func(t *mesos.TaskInfo) {
			t.Resources, t.Limits = of("mem:64"), map[string]mesos.Value_Scalar{"cpus": {Value: 1}}
		}, "When a CPU limit is specified, a CPU request must also be specified"},
		{"low cpu limit", func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"cpus": {Value: 0.5}} }, "The cpu limit must be greater than or equal to the cpu request"},
		{"low memory limit", func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"mem": {Value: 32}} }, "The memory limit must be greater than or equal to the memory request"},
		{"no memory limit", func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"mem": {Value: math.Inf(1)}} }, ""},
		{"memory limit that no bytes hold", func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"mem": {Value: 1e308}} }, "The memory limit must be greater than or equal to the memory request"},
		{"no command", func(t *mesos.TaskInfo) { t.Command = nil }, "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present"},
		{"command and executor", func(t *mesos.TaskInfo) { t.Executor = fineExecutor() }, "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present"},
		{"too much", func(t *mesos.TaskInfo) { t.Resources = of("cpus:5") }, "Total resources cpus(allocated: r):5 required by task and its executor is more than available " + fineContext().Available.String()},
		{"a volume that isn't there", func(t *mesos.TaskInfo) { t.Resources = append(of("cpus:1"), volume("w", 64)) }, "Total resources cpus(allocated: r):1; " + printedDisk + "[w:data]:64 required by task and its executor is more than available " + fineContext().Available.String()},
		{"own cgroups", func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(false)}}
		}, "Only tasks in a task group may have 'share_cgroups' set to 'false'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			task := fineTask()
			tt.change(&task)
			says(t, Task(&task, fineContext()), tt.want)
		})
	}
}

func TestTaskLimitsNeedTheCapability(t *testing.T) {
	task, c := fineTask(), fineContext()
	task.Limits = map[string]mesos.Value_Scalar{"cpus": {Value: 2}}
	says(t, Task(&task, c), "")
	c.Agent.TaskResourceLimits = false
	says(t, Task(&task, c), "Agent is not capable of handling task resource limits")
}

func TestCustomExecutor(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*mesos.ExecutorInfo)
		want   string
	}{
		{"fine", func(*mesos.ExecutorInfo) {}, ""},
		{"no type", func(e *mesos.ExecutorInfo) { e.Type = nil }, ""},
		{"running already", func(e *mesos.ExecutorInfo) { e.ExecutorID.Value = "running" }, ""},
		{"default", func(e *mesos.ExecutorInfo) { e.Type = mesos.ExecutorInfo_DEFAULT.Enum() }, "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"},
		{"default without a command", func(e *mesos.ExecutorInfo) { e.Type, e.Command = mesos.ExecutorInfo_DEFAULT.Enum(), nil }, "'ExecutorInfo.type' must be 'CUSTOM'"},
		{"unknown type", func(e *mesos.ExecutorInfo) { e.Type = mesos.ExecutorInfo_UNKNOWN.Enum() }, "'ExecutorInfo.type' must be 'CUSTOM'"},
		{"no command", func(e *mesos.ExecutorInfo) { e.Command = nil }, "'ExecutorInfo.command' must be set for 'CUSTOM' executor"},
		{"no type and no command", func(e *mesos.ExecutorInfo) { e.Type, e.Command = nil, nil }, "'ExecutorInfo.command' must be set"},
		{"id", func(e *mesos.ExecutorInfo) { e.ExecutorID.Value = "a/b" }, "'a/b' contains invalid characters"},
		{"grace", func(e *mesos.ExecutorInfo) { e.ShutdownGracePeriod = &mesos.DurationInfo{Nanoseconds: -1} }, "ExecutorInfo's 'shutdown_grace_period' must be non-negative"},
		{"framework", func(e *mesos.ExecutorInfo) { e.FrameworkID.Value = "g" }, "ExecutorInfo has an invalid FrameworkID (Actual: g vs Expected: f)"},
		{"shared", func(e *mesos.ExecutorInfo) { e.Resources = list(volume("v", 64, share)) }, "Executor resources " + printedDisk + "[v:data]<SHARED>:64<1> should not contain any shared resources"},
		{"cgroups", func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(true)}}
		}, "The 'share_cgroups' field cannot be set to 'true' on executor containers"},
		{"the task's volume", func(e *mesos.ExecutorInfo) { e.Resources = list(volume("v", 64)) }, "Task and its executor use duplicate persistence ID: Persistence ID 'v' is not unique"},
		{"the task's ports", func(e *mesos.ExecutorInfo) { e.Resources = of("ports:[3-4]") }, "There are overlapping resources in the task resources cpus(allocated: r):1; ports(allocated: r):[1-3]; " + printedDisk + "[v:data]:64 and executor resources ports(allocated: r):[3-4]"},
		{"too much", func(e *mesos.ExecutorInfo) { e.Resources = of("cpus:4") }, "Total resources cpus(allocated: r):5; ports(allocated: r):[1-3]; " + printedDisk + "[v:data]:64 required by task and its executor is more than available " + fineContext().Available.String()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			task := fineTask()
			task.Command, task.Executor = nil, fineExecutor()
			task.Resources = append(of("cpus:1;ports:[1-3]"), volume("v", 64))
			tt.change(task.Executor)
			says(t, Task(&task, fineContext()), tt.want)
		})
	}
}

func TestExecutorThatDiffers(t *testing.T) {
	task := fineTask()
	task.Command, task.Executor = nil, fineExecutor()
	task.Executor.ExecutorID.Value, task.Executor.Resources = "running", of("cpus:2")
	err := Task(&task, fineContext())
	begins(t, err, "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n"+strings.Repeat("-", 60)+"\nExisting ExecutorInfo:\n")
}

func TestGroup(t *testing.T) {
	type parts struct {
		tasks    []mesos.TaskInfo
		executor *mesos.ExecutorInfo
	}
	each := func(do func(*mesos.TaskInfo)) func(*parts) {
		return func(p *parts) {
			for i := range p.tasks {
				do(&p.tasks[i])
			}
		}
	}
	executor := func(do func(*mesos.ExecutorInfo)) func(*parts) { return func(p *parts) { do(p.executor) } }
	for _, tt := range []struct {
		name   string
		change func(*parts)
		want   string
	}{
		{"fine", func(*parts) {}, ""},
		{"bad task", func(p *parts) { p.tasks[1].Resources = nil }, "Task 'b' is invalid: Task uses no resources"},
		{"no executor", func(p *parts) { p.tasks[1].Executor = nil }, "Task 'b' is invalid: 'TaskInfo.executor' must be set"},
		{"one id", func(p *parts) { p.tasks[1].TaskID.Value = "a" }, "Task 'a' is in the group twice: a real master would have aborted (rule R4)"},
		{"docker", each(func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum(), Docker: &mesos.ContainerInfo_DockerInfo{}}
		}), "Task 'a' is invalid: Docker ContainerInfo is not supported on the task"},
		{"networks", each(func(t *mesos.TaskInfo) {
			t.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), NetworkInfos: []mesos.NetworkInfo{{}}}
			t.HealthCheck = &mesos.HealthCheck{Type: mesos.HealthCheck_TCP.Enum(), TCP: &mesos.HealthCheck_TCPCheckInfo{Port: 1}}
		}), "Task 'a' is invalid: HTTP and TCP health checks are not supported for nested containers not joining parent's network"},
		{"limits", each(func(t *mesos.TaskInfo) { t.Limits = map[string]mesos.Value_Scalar{"cpus": {Value: 2}} }), "Task 'a' is invalid: Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'."},
		{"framework missing", executor(func(e *mesos.ExecutorInfo) { e.FrameworkID = nil }), "'ExecutorInfo.framework_id' must be set"},
		{"command", executor(func(e *mesos.ExecutorInfo) { e.Command = &mesos.CommandInfo{} }), "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"},
		{"docker executor", executor(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum(), Docker: &mesos.ContainerInfo_DockerInfo{}}
		}), "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor"},
		{"image", executor(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), Mesos: &mesos.ContainerInfo_MesosInfo{Image: &mesos.Image{}}}
		}), "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor"},
		{"no type", executor(func(e *mesos.ExecutorInfo) { e.Type = nil }), "'ExecutorInfo.type' must be set"},
		{"unknown type", executor(func(e *mesos.ExecutorInfo) { e.Type = mesos.ExecutorInfo_UNKNOWN.Enum() }), "Unknown executor type"},
		{"another executor", func(p *parts) {
			other := *p.executor
			other.Name = new("other")
			p.tasks[1].Executor = &other
		}, "The `ExecutorInfo` of task 'b' is different from executor 'pod'"},
		{"no cpus", executor(func(e *mesos.ExecutorInfo) { e.Resources = of("mem:32;disk:32") }), "Executor 'pod' uses less CPUs (None) than the minimum required (0.01)"},
		{"few cpus", executor(func(e *mesos.ExecutorInfo) { e.Resources = of("cpus:0.001;mem:32;disk:32") }), "Executor 'pod' uses less CPUs (0.001) than the minimum required (0.01)"},
		{"little memory", executor(func(e *mesos.ExecutorInfo) { e.Resources = of("cpus:1;mem:16;disk:32") }), "Executor 'pod' uses less memory (16MB) than the minimum required (32MB)"},
		{"no disk", executor(func(e *mesos.ExecutorInfo) { e.Resources = of("cpus:1;mem:32") }), "Executor 'pod' uses no disk"},
		{"a volume twice", each(func(t *mesos.TaskInfo) { t.Resources = append(t.Resources, volume("v", 64)) }), "Task group and executor use duplicate persistence ID: Persistence ID 'v' is not unique"},
		{"a port twice", each(func(t *mesos.TaskInfo) { t.Resources = of("ports:[1-2]") }), "There are overlapping resources in the task group's task resources [ ports(allocated: r):[1-2], ports(allocated: r):[1-2] ] and/or executor resources cpus(allocated: r):0.1; mem(allocated: r):32; disk(allocated: r):32"},
		{"too much", each(func(t *mesos.TaskInfo) { t.Resources = of("cpus:2") }), "Total resources cpus(allocated: r):4.1; mem(allocated: r):32; disk(allocated: r):32 required by task group and its executor are more than available " + fineContext().Available.String()},
		{"executor cgroups", executor(func(e *mesos.ExecutorInfo) {
			e.Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(true)}}
		}), "The 'share_cgroups' field cannot be set to 'true' on executor containers"},
		{"cgroups differ", func(p *parts) {
			p.tasks[1].Container = &mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), LinuxInfo: &mesos.LinuxInfo{ShareCgroups: new(false)}}
		}, "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &parts{executor: fineExecutor()}
			p.executor.Type, p.executor.Command, p.executor.ExecutorID.Value = mesos.ExecutorInfo_DEFAULT.Enum(), nil, "pod"
			p.executor.Resources = of("cpus:0.1;mem:32;disk:32")
			for _, id := range []string{"a", "b"} {
				task := fineTask()
				task.TaskID.Value, task.Executor = id, p.executor
				p.tasks = append(p.tasks, task)
			}
			tt.change(p)
			says(t, Group(p.tasks, p.executor, fineContext()), tt.want)
		})
	}
}

func TestChecks(t *testing.T) {
	shell := mesos.CommandInfo{Value: new("true")}
	argv := mesos.CommandInfo{Shell: new(false)}
	for _, tt := range []struct {
		check mesos.CheckInfo
		want  string
	}{
		{mesos.CheckInfo{Type: mesos.CheckInfo_COMMAND.Enum(), Command: &mesos.CheckInfo_Command{Command: shell}}, ""},
		{mesos.CheckInfo{Type: mesos.CheckInfo_COMMAND.Enum()}, "Expecting 'command' to be set for COMMAND check"},
		{mesos.CheckInfo{Type: mesos.CheckInfo_COMMAND.Enum(), Command: &mesos.CheckInfo_Command{}}, "Command check must contain 'shell command'"},
		{mesos.CheckInfo{Type: mesos.CheckInfo_COMMAND.Enum(), Command: &mesos.CheckInfo_Command{Command: argv}}, "Command check must contain 'executable path'"},
		{mesos.CheckInfo{Type: mesos.CheckInfo_HTTP.Enum()}, "Expecting 'http' to be set for HTTP check"},
		{mesos.CheckInfo{Type: mesos.CheckInfo_HTTP.Enum(), HTTP: &mesos.CheckInfo_Http{Path: new("x")}}, "The path 'x' of HTTP check must start with '/'"},
		{mesos.CheckInfo{Type: mesos.CheckInfo_TCP.Enum()}, "Expecting 'tcp' to be set for TCP check"},
		{mesos.CheckInfo{Type: mesos.CheckInfo_UNKNOWN.Enum()}, "'UNKNOWN' is not a valid check type"},
		{mesos.CheckInfo{Type: mesos.CheckInfo_TCP.Enum(), TCP: &mesos.CheckInfo_Tcp{}, IntervalSeconds: new(-1.0)}, "Expecting 'interval_seconds' to be non-negative"},
	} {
		says(t, check(&tt.check), tt.want)
	}
	for _, tt := range []struct {
		check mesos.HealthCheck
		want  string
	}{
		{mesos.HealthCheck{Type: mesos.HealthCheck_COMMAND.Enum(), Command: &shell}, ""},
		{mesos.HealthCheck{Type: mesos.HealthCheck_COMMAND.Enum()}, "Expecting 'command' to be set for COMMAND health check"},
		{mesos.HealthCheck{Type: mesos.HealthCheck_COMMAND.Enum(), Command: &mesos.CommandInfo{}}, "Command health check must contain 'shell command'"},
		{mesos.HealthCheck{Type: mesos.HealthCheck_HTTP.Enum()}, "Expecting 'http' to be set for HTTP health check"},
		{mesos.HealthCheck{Type: mesos.HealthCheck_HTTP.Enum(), HTTP: &mesos.HealthCheck_HTTPCheckInfo{Scheme: new("gopher")}}, "Unsupported HTTP health check scheme: 'gopher'"},
		{mesos.HealthCheck{Type: mesos.HealthCheck_HTTP.Enum(), HTTP: &mesos.HealthCheck_HTTPCheckInfo{Path: new("x")}}, "The path 'x' of HTTP health check must start with '/'"},
		{mesos.HealthCheck{Type: mesos.HealthCheck_TCP.Enum()}, "Expecting 'tcp' to be set for TCP health check"},
		{mesos.HealthCheck{Type: mesos.HealthCheck_UNKNOWN.Enum()}, "'UNKNOWN' is not a valid health check type"},
		{mesos.HealthCheck{Type: mesos.HealthCheck_TCP.Enum(), TCP: &mesos.HealthCheck_TCPCheckInfo{}, GracePeriodSeconds: new(-1.0)}, "Expecting 'grace_period_seconds' to be non-negative"},
	} {
		says(t, healthCheck(&tt.check), tt.want)
	}
}

func TestEnvironment(t *testing.T) {
	value, secretKind := mesos.Environment_Variable_VALUE.Enum(), mesos.Environment_Variable_SECRET.Enum()
	bytes := &mesos.Secret{Type: mesos.Secret_VALUE.Enum(), Value: &mesos.Secret_Value{Data: []byte("x")}}
	for _, tt := range []struct {
		variable mesos.Environment_Variable
		want     string
	}{
		{mesos.Environment_Variable{Value: new("")}, ""},
		{mesos.Environment_Variable{Type: secretKind, Secret: bytes}, ""},
		{mesos.Environment_Variable{Type: value}, "Environment variable 'A' of type 'VALUE' must have a value set"},
		{mesos.Environment_Variable{Type: value, Value: new("x"), Secret: bytes}, "Environment variable 'A' of type 'VALUE' must not have a secret set"},
		{mesos.Environment_Variable{Type: secretKind}, "Environment variable 'A' of type 'SECRET' must have a secret set"},
		{mesos.Environment_Variable{Type: secretKind, Secret: bytes, Value: new("x")}, "Environment variable 'A' of type 'SECRET' must not have a value set"},
		{mesos.Environment_Variable{Type: secretKind, Secret: &mesos.Secret{Type: mesos.Secret_REFERENCE.Enum()}}, "Environment variable 'A' specifies an invalid secret: Secret of type REFERENCE must have the 'reference' field set"},
		{mesos.Environment_Variable{Type: secretKind, Secret: &mesos.Secret{Type: mesos.Secret_VALUE.Enum()}}, "Environment variable 'A' specifies an invalid secret: Secret of type VALUE must have the 'value' field set"},
		{mesos.Environment_Variable{Type: secretKind, Secret: &mesos.Secret{Type: mesos.Secret_VALUE.Enum(), Value: &mesos.Secret_Value{Data: []byte{0}}}}, "Environment variable 'A' specifies a secret containing null bytes, which is not allowed in the environment"},
		{mesos.Environment_Variable{Type: mesos.Environment_Variable_UNKNOWN.Enum()}, "Environment variable of type 'UNKNOWN' is not allowed"},
	} {
		tt.variable.Name = "A"
		says(t, variable(&tt.variable), tt.want)
	}
}

func TestContainer(t *testing.T) {
	volumeOf := func(v mesos.Volume) *mesos.ContainerInfo { return &mesos.ContainerInfo{Volumes: []mesos.Volume{v}} }
	source := func(kind mesos.Volume_Source_Type) *mesos.ContainerInfo {
		return volumeOf(mesos.Volume{Source: &mesos.Volume_Source{Type: &kind}})
	}
	const invalid = "Invalid volume: "
	for _, tt := range []struct {
		container *mesos.ContainerInfo
		want      string
	}{
		{nil, ""},
		{volumeOf(mesos.Volume{HostPath: new("/x")}), ""},
		{volumeOf(mesos.Volume{HostPath: new("/x"), Image: &mesos.Image{}}), invalid + "Only one of them should be set: 'host_path', 'image' and 'source'"},
		{source(mesos.Volume_Source_HOST_PATH), invalid + "'source.host_path' is not set for HOST_PATH volume"},
		{source(mesos.Volume_Source_DOCKER_VOLUME), invalid + "'source.docker_volume' is not set for DOCKER_VOLUME volume"},
		{source(mesos.Volume_Source_SANDBOX_PATH), invalid + "'source.sandbox_path' is not set for SANDBOX_PATH volume"},
		{source(mesos.Volume_Source_SECRET), invalid + "'source.secret' is not set for SECRET volume"},
		{source(mesos.Volume_Source_CSI_VOLUME), invalid + "'source.csi_volume' is not set for CSI volume"},
		{volumeOf(mesos.Volume{Source: &mesos.Volume_Source{Type: mesos.Volume_Source_CSI_VOLUME.Enum(), CSIVolume: &mesos.Volume_Source_CSIVolume{}}}), invalid + "'source.csi_volume.static_provisioning' is not set for CSI volume"},
		{source(mesos.Volume_Source_UNKNOWN), invalid + "'source.type' is unknown"},
		{&mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum()}, "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo"},
		{&mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum(), Docker: &mesos.ContainerInfo_DockerInfo{Parameters: []mesos.Parameter{{Key: "name"}}}}, "Parameter in DockerInfo must not be 'name'"},
	} {
		says(t, container(tt.container), tt.want)
	}
}
