package ops_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
)

// Row 10 of semantics 3.10; row 140.
func TestEnvironment(t *testing.T) {
	value, secret, unknown := mesos.Environment_Variable_VALUE.Enum(), mesos.Environment_Variable_SECRET.Enum(), mesos.Environment_Variable_UNKNOWN.Enum()
	plain := &mesos.Secret{Type: mesos.Secret_VALUE.Enum(), Value: &mesos.Secret_Value{Data: []byte("x")}}
	env := func(v mesos.Environment_Variable) mesos.TaskInfo {
		v.Name = "A"
		return with(task("t", parsed("cpus:1")...), func(t *mesos.TaskInfo) {
			t.Command = &mesos.CommandInfo{Value: new("true"), Environment: &mesos.Environment{Variables: []mesos.Environment_Variable{{Name: "B", Value: new("")}, v}}}
		})
	}
	const field = "command.environment.variables[1]."
	launches(t, offered("db", parsed("cpus:4")...), []refusal{
		{"a value", env(mesos.Environment_Variable{Value: new("x")}), nil, ""},
		{"no value", env(mesos.Environment_Variable{}), ops.ErrEnvironment, field + "value"},
		{"a value and a secret", env(mesos.Environment_Variable{Type: value, Value: new("x"), Secret: plain}), ops.ErrEnvironment, field + "secret"},
		{"a secret", env(mesos.Environment_Variable{Type: secret, Secret: plain}), nil, ""},
		{"no secret", env(mesos.Environment_Variable{Type: secret}), ops.ErrEnvironment, field + "secret"},
		{"a secret and a value", env(mesos.Environment_Variable{Type: secret, Value: new("x"), Secret: plain}), ops.ErrEnvironment, field + "value"},
		{"a reference", env(mesos.Environment_Variable{Type: secret, Secret: &mesos.Secret{Type: mesos.Secret_REFERENCE.Enum(), Reference: &mesos.Secret_Reference{Name: "r"}}}), nil, ""},
		{"a reference without one", env(mesos.Environment_Variable{Type: secret, Secret: &mesos.Secret{Type: mesos.Secret_REFERENCE.Enum()}}), ops.ErrEnvironment, field + "secret.reference"},
		{"a reference with a value", env(mesos.Environment_Variable{Type: secret, Secret: &mesos.Secret{Type: mesos.Secret_REFERENCE.Enum(), Reference: &mesos.Secret_Reference{Name: "r"}, Value: plain.Value}}), ops.ErrEnvironment, field + "secret.value"},
		{"a secret without a value", env(mesos.Environment_Variable{Type: secret, Secret: &mesos.Secret{Type: mesos.Secret_VALUE.Enum()}}), ops.ErrEnvironment, field + "secret.value"},
		{"a secret with a reference", env(mesos.Environment_Variable{Type: secret, Secret: &mesos.Secret{Type: mesos.Secret_VALUE.Enum(), Value: plain.Value, Reference: &mesos.Secret_Reference{Name: "r"}}}), ops.ErrEnvironment, field + "secret.reference"},
		{"null bytes", env(mesos.Environment_Variable{Type: secret, Secret: &mesos.Secret{Type: mesos.Secret_VALUE.Enum(), Value: &mesos.Secret_Value{Data: []byte("a\x00b")}}}), ops.ErrEnvironment, field + "secret.value.data"},
		{"type unknown", env(mesos.Environment_Variable{Type: unknown, Value: new("x")}), ops.ErrEnvironment, field + "type"},
	})
}

// Row 7 of semantics 3.10.
func TestChecks(t *testing.T) {
	checked := func(c mesos.CheckInfo) mesos.TaskInfo {
		return with(task("t", parsed("cpus:1")...), func(t *mesos.TaskInfo) { t.Check = &c })
	}
	command, http, tcp := mesos.CheckInfo_COMMAND.Enum(), mesos.CheckInfo_HTTP.Enum(), mesos.CheckInfo_TCP.Enum()
	launches(t, offered("db", parsed("cpus:4")...), []refusal{
		{"no type", checked(mesos.CheckInfo{}), ops.ErrCheck, "check.type"},
		{"type unknown", checked(mesos.CheckInfo{Type: mesos.CheckInfo_UNKNOWN.Enum()}), ops.ErrCheck, "check.type"},
		{"command", checked(mesos.CheckInfo{Type: command, Command: &mesos.CheckInfo_Command{Command: mesos.CommandInfo{Value: new("x")}}}), nil, ""},
		{"no command", checked(mesos.CheckInfo{Type: command}), ops.ErrCheck, "check.command"},
		{"empty command", checked(mesos.CheckInfo{Type: command, Command: &mesos.CheckInfo_Command{}}), ops.ErrCheck, "check.command.command.value"},
		{"bad environment", checked(mesos.CheckInfo{Type: command, Command: &mesos.CheckInfo_Command{Command: mesos.CommandInfo{Value: new("x"),
			Environment: &mesos.Environment{Variables: []mesos.Environment_Variable{{Name: "A"}}}}}}), ops.ErrEnvironment, "check.command.command.environment.variables[0].value"},
		{"http", checked(mesos.CheckInfo{Type: http, HTTP: &mesos.CheckInfo_Http{Port: 80, Path: new("/")}}), nil, ""},
		{"no http", checked(mesos.CheckInfo{Type: http}), ops.ErrCheck, "check.http"},
		{"path", checked(mesos.CheckInfo{Type: http, HTTP: &mesos.CheckInfo_Http{Port: 80, Path: new("x")}}), ops.ErrCheck, "check.http.path"},
		{"tcp", checked(mesos.CheckInfo{Type: tcp, TCP: &mesos.CheckInfo_Tcp{Port: 80}}), nil, ""},
		{"no tcp", checked(mesos.CheckInfo{Type: tcp}), ops.ErrCheck, "check.tcp"},
		{"negative delay", checked(mesos.CheckInfo{Type: tcp, TCP: &mesos.CheckInfo_Tcp{Port: 80}, DelaySeconds: new(-0.1)}), ops.ErrCheck, "check.delay_seconds"},
		{"negative interval", checked(mesos.CheckInfo{Type: tcp, TCP: &mesos.CheckInfo_Tcp{Port: 80}, IntervalSeconds: new(-0.1)}), ops.ErrCheck, "check.interval_seconds"},
		{"negative timeout", checked(mesos.CheckInfo{Type: tcp, TCP: &mesos.CheckInfo_Tcp{Port: 80}, TimeoutSeconds: new(-0.1)}), ops.ErrCheck, "check.timeout_seconds"},
	})
}

// Row 8 of semantics 3.10.
func TestHealthChecks(t *testing.T) {
	checked := func(c mesos.HealthCheck) mesos.TaskInfo {
		return with(task("t", parsed("cpus:1")...), func(t *mesos.TaskInfo) { t.HealthCheck = &c })
	}
	command, http, tcp := mesos.HealthCheck_COMMAND.Enum(), mesos.HealthCheck_HTTP.Enum(), mesos.HealthCheck_TCP.Enum()
	run := &mesos.CommandInfo{Value: new("x")}
	get := &mesos.HealthCheck_HTTPCheckInfo{Port: 80, Path: new("/"), Scheme: new("https")}
	launches(t, offered("db", parsed("cpus:4")...), []refusal{
		{"no type", checked(mesos.HealthCheck{}), ops.ErrCheck, "health_check.type"},
		{"no type, two to choose from", checked(mesos.HealthCheck{Command: run, HTTP: get}), ops.ErrCheck, "health_check.type"},
		{"type unknown", checked(mesos.HealthCheck{Type: mesos.HealthCheck_UNKNOWN.Enum()}), ops.ErrCheck, "health_check.type"},
		{"command", checked(mesos.HealthCheck{Type: command, Command: run}), nil, ""},
		{"command without a type", checked(mesos.HealthCheck{Command: run}), nil, ""},
		{"http without a type", checked(mesos.HealthCheck{HTTP: get}), nil, ""},
		{"no command", checked(mesos.HealthCheck{Type: command}), ops.ErrCheck, "health_check.command"},
		{"no path of a command", checked(mesos.HealthCheck{Type: command, Command: &mesos.CommandInfo{Shell: new(false)}}), ops.ErrCheck, "health_check.command.value"},
		{"http", checked(mesos.HealthCheck{Type: http, HTTP: get}), nil, ""},
		{"no http", checked(mesos.HealthCheck{Type: http}), ops.ErrCheck, "health_check.http"},
		{"scheme", checked(mesos.HealthCheck{Type: http, HTTP: &mesos.HealthCheck_HTTPCheckInfo{Port: 80, Scheme: new("gopher")}}), ops.ErrCheck, "health_check.http.scheme"},
		{"path", checked(mesos.HealthCheck{Type: http, HTTP: &mesos.HealthCheck_HTTPCheckInfo{Port: 80, Path: new("x")}}), ops.ErrCheck, "health_check.http.path"},
		{"no tcp", checked(mesos.HealthCheck{Type: tcp}), ops.ErrCheck, "health_check.tcp"},
		{"negative grace", checked(mesos.HealthCheck{Type: command, Command: run, GracePeriodSeconds: new(-1.0)}), ops.ErrCheck, "health_check.grace_period_seconds"},
	})
}

// Row 11 of semantics 3.10; row 140.
func TestContainers(t *testing.T) {
	in := func(c mesos.ContainerInfo) mesos.TaskInfo {
		return with(task("t", parsed("cpus:1")...), func(t *mesos.TaskInfo) { t.Container = &c })
	}
	mounted := func(v mesos.Volume) mesos.TaskInfo {
		v.ContainerPath = "x"
		if v.Mode == nil {
			v.Mode = mesos.RW.Enum()
		}
		return in(mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), Volumes: []mesos.Volume{v}})
	}
	from := func(s mesos.Volume_Source) mesos.TaskInfo { return mounted(mesos.Volume{Source: &s}) }
	const source = "container.volumes[0].source."
	launches(t, offered("db", parsed("cpus:4")...), []refusal{
		{"no type", in(mesos.ContainerInfo{}), ops.ErrContainer, "container.type"},
		{"mesos", in(mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum()}), nil, ""},
		{"docker", in(mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum(), Docker: &mesos.ContainerInfo_DockerInfo{Image: "i"}}), nil, ""},
		{"no docker", in(mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum()}), ops.ErrContainer, "container.docker"},
		{"a name for docker", in(mesos.ContainerInfo{Type: mesos.ContainerInfo_DOCKER.Enum(), Docker: &mesos.ContainerInfo_DockerInfo{Image: "i",
			Parameters: []mesos.Parameter{{Key: "name", Value: "x"}}}}), ops.ErrContainer, "container.docker.parameters[0].key"},
		{"host path", mounted(mesos.Volume{HostPath: new("/x")}), nil, ""},
		{"no mode", in(mesos.ContainerInfo{Type: mesos.ContainerInfo_MESOS.Enum(), Volumes: []mesos.Volume{{HostPath: new("/x")}}}), ops.ErrContainer, "container.volumes[0].mode"},
		{"nothing to mount", mounted(mesos.Volume{}), ops.ErrContainer, "container.volumes[0]"},
		{"two things to mount", mounted(mesos.Volume{HostPath: new("/x"), Source: &mesos.Volume_Source{}}), ops.ErrContainer, "container.volumes[0]"},
		{"source unknown", from(mesos.Volume_Source{}), ops.ErrContainer, source + "type"},
		{"docker volume", from(mesos.Volume_Source{Type: mesos.Volume_Source_DOCKER_VOLUME.Enum()}), ops.ErrContainer, source + "docker_volume"},
		{"source host path", from(mesos.Volume_Source{Type: mesos.Volume_Source_HOST_PATH.Enum()}), ops.ErrContainer, source + "host_path"},
		{"sandbox path", from(mesos.Volume_Source{Type: mesos.Volume_Source_SANDBOX_PATH.Enum()}), ops.ErrContainer, source + "sandbox_path"},
		{"a sandbox path that is set", from(mesos.Volume_Source{Type: mesos.Volume_Source_SANDBOX_PATH.Enum(), SandboxPath: &mesos.Volume_Source_SandboxPath{Path: "p"}}), nil, ""},
		{"secret", from(mesos.Volume_Source{Type: mesos.Volume_Source_SECRET.Enum()}), ops.ErrContainer, source + "secret"},
		{"CSI", from(mesos.Volume_Source{Type: mesos.Volume_Source_CSI_VOLUME.Enum()}), ops.ErrContainer, source + "csi_volume"},
		{"CSI, how", from(mesos.Volume_Source{Type: mesos.Volume_Source_CSI_VOLUME.Enum(), CSIVolume: &mesos.Volume_Source_CSIVolume{PluginName: "p"}}), ops.ErrContainer, source + "csi_volume.static_provisioning"},
	})
}
