package agent

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// The three updates of a task that ends well.
var wellDone = []mesos.TaskState{mesos.TASK_STARTING, mesos.TASK_RUNNING, mesos.TASK_FINISHED}

func TestTaskOnVolume(t *testing.T) {
	r := newRig(t)
	v := volume("v1", "data", 64)
	r.do(reserve("disk:64"), create(v))
	r.Launch(client(), command("writer", "echo kept > data/file; echo out; echo err >&2", v))
	s := r.acknowledged("writer", wellDone...)
	if s.GetMessage() != "Command exited with status 0" || s.GetSource() != mesos.SOURCE_EXECUTOR || s.ExecutorID.GetValue() != "writer" ||
		s.Reason != nil || s.AgentID.GetValue() != "S0" || s.GetTimestamp() == 0 || len(s.UUID) != 16 {
		t.Errorf("last update: %v", s)
	}
	if got := r.read("volumes/roles/r/v1/file"); got != "kept\n" {
		t.Errorf("the volume holds %q", got)
	}
	if out, err := r.read(sandboxOf("writer"), "stdout"), r.read(sandboxOf("writer"), "stderr"); out != "out\n" || err != "err\n" {
		t.Errorf("stdout %q, stderr %q", out, err)
	}
	r.Launch(client(), command("reader", "grep -q kept data/file", v))
	r.acknowledged("reader", wellDone...)
	if tasks := r.Tasks(); len(tasks) != 0 {
		t.Errorf("tasks left: %v", tasks)
	}
	if len(r.master.told().exited) != 0 {
		t.Errorf("executors of command tasks reported: %v", r.master.told().exited)
	}
}

func TestHowCommandsEnd(t *testing.T) {
	r := newRig(t)
	argv := func(id, path string, args ...string) mesos.TaskInfo {
		task := command(id, path)
		task.Command.Shell = new(false)
		task.Command.Arguments = args
		return task
	}
	empty := command("empty", "")
	empty.Command.Value = nil
	for _, c := range []struct {
		task    mesos.TaskInfo
		state   mesos.TaskState
		message string
		source  mesos.TaskStatus_Source
	}{
		{command("three", "exit 3"), mesos.TASK_FAILED, "Command exited with status 3", mesos.SOURCE_EXECUTOR},
		{command("segv", "ulimit -c 0; kill -SEGV $$"), mesos.TASK_FAILED, "Command terminated with signal Segmentation fault", mesos.SOURCE_EXECUTOR},
		{command("killed", "kill -KILL $$"), mesos.TASK_FAILED, "Command terminated with signal Killed", mesos.SOURCE_EXECUTOR},
		{argv("argv", "/bin/sh", "sh", "-c", `test "$0" = name && test "$1" = "a b"`, "name", "a b"), mesos.TASK_FINISHED, "Command exited with status 0", mesos.SOURCE_EXECUTOR},
		{argv("bare", "true"), mesos.TASK_FINISHED, "Command exited with status 0", mesos.SOURCE_EXECUTOR},
		{argv("missing", "/no/such/program"), mesos.TASK_FAILED, "Command exited with status 1", mesos.SOURCE_EXECUTOR},
		{argv("unknown", "no-such-program"), mesos.TASK_FAILED, "Command exited with status 1", mesos.SOURCE_EXECUTOR},
		{empty, mesos.TASK_FAILED, "Executor terminated", mesos.SOURCE_AGENT},
	} {
		r.Launch(client(), c.task)
		id := c.task.TaskID.Value
		r.acknowledged(id, mesos.TASK_STARTING)
		if id != "empty" {
			r.acknowledged(id, mesos.TASK_RUNNING)
		}
		s := r.acknowledged(id, c.state)
		if s.GetMessage() != c.message || s.GetSource() != c.source {
			t.Errorf("%s: %v", id, s)
		}
	}
	if got := r.read(sandboxOf("missing"), "stderr"); !strings.HasPrefix(got, "Failed to execute command:") {
		t.Errorf("stderr of a program that isn't there: %q", got)
	}
}

func TestEnvironment(t *testing.T) {
	r := newRig(t, func(c *Config) { c.IP, c.Port = "127.0.0.1", 5099 })
	t.Setenv("SECRET_OF_THE_HOST", "x")
	task := command("env", `test "$PWD" = "$MESOS_SANDBOX" && env | sort`)
	task.Command.Environment = &mesos.Environment{Variables: []mesos.Environment_Variable{
		{Name: "GREETING", Value: new("hello")}, {Name: "MESOS_SLAVE_PID", Value: new("mine")}, {Name: "MESOS_ALLOCATION_ROLE", Value: new("not mine")},
	}}
	r.Launch(checkpointing(), task)
	r.acknowledged("env", wellDone...)
	got := map[string]string{}
	for line := range strings.Lines(r.read(sandboxOf("env"), "stdout")) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		got[name] = value
	}
	if got["MESOS_DIRECTORY"] != got["MESOS_SANDBOX"] || !strings.HasPrefix(got["MESOS_SANDBOX"], filepath.Join(r.cfg.WorkDir, "slaves/S0/frameworks/F/executors/env/runs/")) {
		t.Errorf("MESOS_SANDBOX %q, MESOS_DIRECTORY %q", got["MESOS_SANDBOX"], got["MESOS_DIRECTORY"])
	}
	for _, name := range []string{"PWD", "OLDPWD", "SHLVL", "_", "MESOS_SANDBOX", "MESOS_DIRECTORY"} {
		delete(got, name) // of the shell, and looked at above
	}
	want := map[string]string{
		"PATH": defaultPath, "GREETING": "hello", "LIBPROCESS_PORT": "0", "MESOS_FRAMEWORK_ID": "F", "MESOS_EXECUTOR_ID": "env",
		"MESOS_SLAVE_ID": "S0", "MESOS_SLAVE_PID": "mine", "MESOS_AGENT_ENDPOINT": "127.0.0.1:5099", "MESOS_CHECKPOINT": "1",
		"MESOS_RECOVERY_TIMEOUT": "15mins", "MESOS_SUBSCRIPTION_BACKOFF_MAX": "2secs", "MESOS_HTTP_COMMAND_EXECUTOR": "0",
		"MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD": "5secs", "MESOS_ALLOCATION_ROLE": "r",
	}
	if !maps.Equal(got, want) {
		t.Errorf("environment\n%v, want\n%v", got, want)
	}
}

// TestContainerPaths: what is at a volume's place already fails the launch, in Mesos's words; a path with a
// slash is skipped without an error (semantics 4.3).
func TestContainerPaths(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a, b := volume("va", "data", 64), volume("vb", "data", 64)
	nested, dots := volume("vc", "sub/data", 64), volume("vd", "..", 64)
	r.do(reserve("disk:256"), create(a, b, nested, dots))
	fetched := command("fetched", "true", a)
	fetched.Command.URIs = []mesos.CommandInfo_URI{{Value: file}}
	for _, c := range []struct {
		task mesos.TaskInfo
		text string
	}{
		{command("clash", "true", a, b), "Failed to launch container: The existing symlink '"},
		{fetched, "Failed to launch container: Failed to fetch all URIs for container '"}, // nor is it written into the volume
		{command("output", "true", volume("va", "stdout", 64)), "Failed to launch container: The existing symlink '"},
	} {
		r.Launch(client(), c.task)
		s := r.acknowledged(c.task.TaskID.Value, mesos.TASK_FAILED)
		if !strings.HasPrefix(s.GetMessage(), c.text) || s.GetReason() != mesos.REASON_CONTAINER_LAUNCH_FAILED || s.GetSource() != mesos.SOURCE_AGENT {
			t.Errorf("%s: %v", c.task.TaskID.Value, s)
		}
		if got := r.master.states(c.task.TaskID.Value); len(got) != 1 {
			t.Errorf("%s: updates %v", c.task.TaskID.Value, got)
		}
	}
	r.Launch(client(), command("slash", "test ! -e sub && test ! -e data && test ! -L ../..", nested, dots))
	r.acknowledged("slash", wellDone...)
	r.Launch(client(), command("again", "test -d data && test ! -e data/data", a))
	r.acknowledged("again", wellDone...)
}

func TestRefusedLaunches(t *testing.T) {
	r := newRig(t, simulate(nil))
	r.do(reserve("disk:64"))
	ghost := func(id string) mesos.TaskInfo { return command(id, "true", volume("ghost", "data", 64)) }
	aware := client(mesos.FrameworkInfo_Capability_PARTITION_AWARE)
	for _, c := range []struct {
		f      mesos.FrameworkInfo
		task   mesos.TaskInfo
		state  mesos.TaskState
		reason mesos.TaskStatus_Reason
		text   string
	}{
		{client(), ghost("lost"), mesos.TASK_LOST, mesos.REASON_RESOURCES_UNKNOWN, "The checkpointed resources being used by the task or task group are unknown to the agent"},
		{aware, ghost("dropped"), mesos.TASK_DROPPED, mesos.REASON_RESOURCES_UNKNOWN, "The checkpointed resources being used by the task or task group are unknown to the agent"},
	} {
		r.Launch(c.f, c.task)
		s := r.acknowledged(c.task.TaskID.Value, c.state)
		if s.GetReason() != c.reason || s.GetMessage() != c.text || s.GetSource() != mesos.SOURCE_AGENT || len(s.UUID) != 16 {
			t.Errorf("%s: %v", c.task.TaskID.Value, s)
		}
	}
	r.Launch(client(), command("../../../evil", "true"))
	r.Launch(client(), command("twice", "true"))
	r.Launch(client(), command("twice", "true"))
	if tasks := r.Tasks(); len(tasks) != 1 || tasks[0].Info.TaskID.Value != "twice" || tasks[0].State != mesos.TASK_RUNNING {
		t.Errorf("tasks %v", tasks)
	}
}

func TestOperationThatDoesNotFit(t *testing.T) {
	r := newRig(t, simulate(nil))
	r.Apply(nil, "op", reserve("cpus:100"))
	if s := r.operation("op"); s.State != mesos.OPERATION_FAILED || !strings.Contains(s.GetMessage(), "does not contain") {
		t.Errorf("%v", s)
	}
	if !r.Total().Equal(r.cfg.Resources) {
		t.Errorf("total %s", r.Total())
	}
}

// TestUnregistered: an agent without an id takes no work.
func TestUnregistered(t *testing.T) {
	r := newRig(t, simulate(nil))
	if err := r.Registered(mesos.AgentID{Value: "S1"}); err == nil {
		t.Error("another id was taken")
	}
	r.cfg.WorkDir = t.TempDir()
	r.cfg.Runner = NewSimulatedRunner(nil)
	a, err := Open(r.cfg, r.master)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	a.Launch(client(), command("t", "true"))
	a.Apply(nil, "op", reserve("cpus:1"))
	if a.Info().ID != nil || len(a.Tasks()) != 0 || a.Checkpointed() != nil {
		t.Errorf("an unregistered agent has %v, %v, %v", a.Info().ID, a.Tasks(), a.Checkpointed())
	}
	if err := a.Registered(mesos.AgentID{Value: "a/b"}); err == nil {
		t.Error("an id with a slash was taken")
	}
}

// TestLeftovers: what a command leaves behind ends with it, also what made a session of its own.
func TestLeftovers(t *testing.T) {
	r := newRig(t)
	line := `echo $$ >> pids; sleep 1000 & echo $! >> pids; ` + leave + `sleep 1000 & echo $! >> pids; `
	r.Launch(client(), command("ends", line+"exit 0"))
	pids := pidsOf(t, r.dir, "ends", 3)
	r.acknowledged("ends", wellDone...)
	for _, pid := range pids[:2] {
		if alive(pid) {
			t.Errorf("process %d of an ended task runs", pid)
		}
	}
	// The command's death left the third one without a parent that could be followed: posix launcher or not,
	// nobody finds it, and the test has to end it.
	_ = syscall.Kill(pids[2], syscall.SIGKILL)
	r.Launch(client(), command("closed", line+"wait"))
	pids = pidsOf(t, r.dir, "closed", 3)
	r.acknowledged("closed", wellDone[:2]...)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	for _, pid := range pids {
		eventually(t, fmt.Sprintf("process %d has ended with the agent", pid), func() bool { return !alive(pid) })
	}
}

// TestManyTasks starts and ends tasks all at once: every process has to be reaped and every update told.
func TestManyTasks(t *testing.T) {
	r := newRig(t)
	start := time.Now()
	const n = 40
	for i := range n {
		r.Launch(client(), command(fmt.Sprintf("t%d", i), "exit 0"))
	}
	for i := range n {
		r.acknowledged(fmt.Sprintf("t%d", i), wellDone...)
	}
	t.Logf("%d tasks took %v", n, time.Since(start))
	for i := range n {
		if got := r.master.states(fmt.Sprintf("t%d", i)); !slices.Equal(got, wellDone) {
			t.Errorf("t%d: %v", i, got)
		}
	}
}
