package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestRestart: a checkpointing framework's tasks have failed after a restart, and updates that nobody
// acknowledged are sent again; others are forgotten. Id, reservations and volumes stay (semantics 4.8).
func TestRestart(t *testing.T) {
	r := newRig(t, simulate(nil))
	v := volume("v", "data", 64)
	r.do(reserve("disk:64"), create(v))
	fill(t, r.path("volumes/roles/r/v"))
	forgetful := client()
	forgetful.ID = &mesos.FrameworkID{Value: "G"}
	r.Launch(forgetful, command("gone", "x"))
	r.Launch(checkpointing(), command("runs", "x", v))
	r.Launch(checkpointing(), command("quiet", "x"))
	r.Launch(checkpointing(), command("over", "x"))
	r.LaunchGroup(checkpointing(), pod("pod"), []mesos.TaskInfo{command("member", "x")})
	r.acknowledged("runs", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	r.acknowledged("member", mesos.TASK_STARTING)
	r.Kill(fw(), mesos.TaskID{Value: "over"}, nil)
	r.acknowledged("over", mesos.TASK_STARTING, mesos.TASK_RUNNING, mesos.TASK_KILLED)
	starting := r.master.update("quiet", mesos.TASK_STARTING, 0)
	r.reopen()
	if got := r.Info().ID.GetValue(); got != "S0" {
		t.Errorf("id %s", got)
	}
	want, err := resource.ApplyCheckpointed(r.cfg.Resources, resource.Set{v})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Total().Equal(want) || !r.Checkpointed().Equal(resource.Set{v}) {
		t.Errorf("total %s, checkpointed %s", r.Total(), r.Checkpointed())
	}
	again := r.master.update("quiet", mesos.TASK_STARTING, 1)
	if string(again.UUID) != string(starting.UUID) {
		t.Error("the update sent again has another uuid")
	}
	r.Acknowledge(fw(), again.TaskID, again.UUID)
	r.Acknowledge(fw(), again.TaskID, r.master.update("quiet", mesos.TASK_RUNNING, 0).UUID)
	r.Acknowledge(fw(), mesos.TaskID{Value: "member"}, r.master.update("member", mesos.TASK_RUNNING, 1).UUID)
	for _, id := range []string{"runs", "quiet", "member"} {
		s := r.acknowledged(id, mesos.TASK_FAILED)
		if s.GetMessage() != "Executor terminated" || s.GetReason() != mesos.REASON_EXECUTOR_TERMINATED || s.GetSource() != mesos.SOURCE_AGENT {
			t.Errorf("%s: %v", id, s)
		}
	}
	r.master.until("the executor's exit", func() bool { return slices.Contains(r.master.heard.exited, "pod 0") })
	if tasks := r.Tasks(); len(tasks) != 0 {
		t.Errorf("tasks %v", tasks)
	}
	r.reopen()
	if got := r.read("volumes/roles/r/v/file"); got != "kept" {
		t.Errorf("the volume holds %q", got)
	}
	if left := list(t, r.Agent.journal.frameworks()); len(r.Tasks()) != 0 || len(left) != 0 {
		t.Errorf("after everything was acknowledged: tasks %v, kept %v", r.Tasks(), left)
	}
	for _, id := range []string{"gone", "over"} {
		if s := r.master.states(id); len(s) > 3 {
			t.Errorf("%s: %v", id, s)
		}
	}
}

func list(t *testing.T, path string) []string {
	t.Helper()
	names, err := folders(path)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestNewID: with meta/slaves/latest removed the agent is a new one, on the same volumes.
func TestNewID(t *testing.T) {
	r := newRig(t, simulate(nil))
	v := volume("v", "data", 64)
	r.do(reserve("disk:64"), create(v))
	r.Apply(nil, "unacknowledged", reserve("cpus:1"))
	r.operation("unacknowledged")
	r.Launch(checkpointing(), command("t", "x"))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(r.path("meta", "slaves", "latest")); err != nil {
		t.Fatal(err)
	}
	r.cfg.Runner = NewSimulatedRunner(nil)
	a, err := Open(r.cfg, r.master)
	if err != nil {
		t.Fatal(err)
	}
	r.Agent = a
	if r.Info().ID != nil || len(r.Tasks()) != 0 {
		t.Errorf("id %v, tasks %v", r.Info().ID, r.Tasks())
	}
	if err := r.Registered(mesos.AgentID{Value: "S1"}); err != nil {
		t.Fatal(err)
	}
	if !r.Checkpointed().Equal(resource.Set{v}.Plus(reserved("cpus:1"))) {
		t.Errorf("checkpointed %s", r.Checkpointed())
	}
	r.master.until("the operation again", func() bool { return len(r.master.heard.ops) == 4 })
	if s := r.master.told().ops[3]; s.AgentID.GetValue() != "S1" {
		t.Errorf("%v", s)
	}
}

func TestIncompatible(t *testing.T) {
	r := newRig(t, simulate(nil))
	r.do(reserve("disk:64"), create(volume("v", "data", 64)), reserve("cpus:2"))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ resources, text string }{
		{"cpus:8;mem:4096;disk:63", "disk:63"}, {"cpus:1;disk:4096", "cpus:1"}, {"mem:1", "mem:1"},
	} {
		r.cfg.Resources = resource.MustParse(c.resources)
		r.cfg.Runner = NewSimulatedRunner(nil)
		_, err := Open(r.cfg, r.master)
		incompatible := new(*IncompatibleError)
		if !errors.As(err, incompatible) || !strings.Contains(err.Error(), "Checkpointed resources ") ||
			!strings.Contains(err.Error(), " are incompatible with agent resources "+(*incompatible).Resources.String()+": Incompatible agent resources: ") {
			t.Errorf("%s: %v", c.resources, err)
		}
	}
	r.cfg.Resources = resource.MustParse("cpus:9;mem:8192;disk:5000;ports:[31000-31010]") // more is fine
	r.cfg.Additive = true
	r.open()
	if got := r.Total().Scalar("disk"); got != 5000 {
		t.Errorf("disk %v", got)
	}
}

func TestOneAgentPerFolder(t *testing.T) {
	r := newRig(t, simulate(nil))
	cfg := r.cfg
	cfg.Runner = NewSimulatedRunner(nil)
	if _, err := Open(cfg, r.master); !errors.Is(err, ErrInUse) {
		t.Errorf("a second agent: %v", err)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no folder":   func(c *Config) { c.WorkDir = "" },
		"dynamic":     func(c *Config) { c.Resources = reserved("cpus:1") },
		"volume":      func(c *Config) { c.Resources = resource.Set{volume("v", "data", 1)} },
		"no resource": func(c *Config) { c.Resources = resource.Set{{Name: "cpus"}} },
	} {
		cfg := Config{WorkDir: t.TempDir(), Runner: NewSimulatedRunner(nil)}
		change(&cfg)
		if _, err := Open(cfg, newMaster(t)); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := cfg.Runner.Start(Command{}); !errors.Is(err, ErrRunnerClosed) {
			t.Errorf("%s: the runner was left open", name)
		}
	}
}

// TestCorruptJournal: what can't be understood stops the agent from opening; an update that a crash cut
// short was never sent.
func TestCorruptJournal(t *testing.T) {
	r := newRig(t, simulate(nil))
	r.Launch(checkpointing(), command("t", "x"))
	r.acknowledged("t", mesos.TASK_STARTING)
	updates := r.path("meta/slaves/S0/frameworks/F/executors/t/runs", r.Tasks()[0].containerOf(), "tasks/t", updatesFile)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(updates)
	if err != nil {
		t.Fatal(err)
	}
	write := func(path string, content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string][]byte{
		"no checksum": appendRecord(nil, []byte("U1234567")), "no kind": appendRecord(nil, sealed([]byte("X"))), "empty record": appendRecord(nil, nil), "no status": appendRecord(nil, sealed([]byte("U\xff"))),
		"acknowledged before sent": appendRecord(nil, sealed([]byte("A0123"))),
	} {
		write(updates, content)
		r.cfg.Runner = NewSimulatedRunner(nil)
		if _, err := Open(r.cfg, r.master); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(updates, append(good, 200, 0, 0, 0, 'U'))
	r.open()
	r.acknowledged("t", mesos.TASK_RUNNING, mesos.TASK_FAILED)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	write(r.path("meta/slaves/S0", agentFile), []byte("nonsense"))
	r.cfg.Runner = NewSimulatedRunner(nil)
	if _, err := Open(r.cfg, r.master); !errors.Is(err, ErrCorrupt) {
		t.Errorf("nonsense in %s: %v", agentFile, err)
	}
}

// containerOf is the container id of a command task: its sandbox's name.
func (v TaskView) containerOf() string { return filepath.Base(v.Sandbox) }

func FuzzReadUpdates(f *testing.F) {
	for _, s := range []string{"", "U", "A0123456789abcdef", "U\x0a\x03\x0a\x01t\x10\x06"} {
		f.Add(appendRecord(nil, sealed([]byte(s))))
	}
	dir := f.TempDir()
	n := 0
	f.Fuzz(func(t *testing.T, b []byte) {
		n++
		path := filepath.Join(dir, fmt.Sprintf("%d-%d", os.Getpid(), n))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		pending, newest, err := readUpdates(path)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatalf("%v is no ErrCorrupt", err)
		}
		if err == nil && len(pending) > 0 && newest == nil {
			t.Fatal("pending updates without a newest")
		}
	})
}

// TestSuspended: an agent whose process is killed and comes back finds the tasks of checkpointing frameworks
// running; those of others are gone, and how one ended meanwhile nobody knows (semantics 4.8).
func TestSuspended(t *testing.T) {
	r := newRig(t)
	other := client()
	other.ID = &mesos.FrameworkID{Value: "G"}
	r.Launch(other, command("unkept", "echo $$ >> pids; sleep 1000"))
	r.Launch(checkpointing(), command("runs", "echo $$ >> pids; sleep 1000"))
	r.Launch(checkpointing(), command("ends", "until test -e go; do sleep 0.01; done"))
	r.LaunchGroup(checkpointing(), pod("pod"), []mesos.TaskInfo{command("member", "until test -e go; do sleep 0.01; done")})
	for _, id := range []string{"runs", "ends", "member"} {
		r.acknowledged(id, mesos.TASK_STARTING, mesos.TASK_RUNNING)
	}
	container := func(task string) string {
		for _, v := range r.Tasks() {
			if v.Info.TaskID.Value == task {
				return v.Sandbox
			}
		}
		t.Fatalf("no task %s", task)
		return ""
	}
	kept := pidsOf(t, r.dir, "runs", 1)[0]
	var unkept int
	eventually(t, "the number of the task that isn't kept", func() bool {
		b, err := os.ReadFile(filepath.Join(container("unkept"), "pids"))
		if err == nil {
			unkept, err = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		return err == nil
	})
	told := len(r.master.told().updates)
	r.Suspend()
	for _, id := range []string{"ends", "member"} {
		if err := os.WriteFile(filepath.Join(container(id), "go"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ended := func() (n int) {
		for _, v := range r.Tasks() {
			if v.State.Terminal() {
				n++
			}
		}
		return n
	}
	eventually(t, "the end of two tasks", func() bool { return ended() == 2 })
	eventually(t, "the end of the task that isn't kept", func() bool { return !alive(unkept) })
	if now := len(r.master.told().updates); now != told {
		t.Errorf("%d updates from an agent that is away", now-told)
	}
	if err := r.Registered(mesos.AgentID{Value: "S0"}); err != nil {
		t.Fatal(err)
	}
	if s := r.acknowledged("ends", mesos.TASK_FAILED); s.GetMessage() != "Executor terminated" || s.GetReason() != mesos.REASON_EXECUTOR_TERMINATED || s.GetSource() != mesos.SOURCE_AGENT {
		t.Errorf("%v", s)
	}
	r.acknowledged("member", mesos.TASK_FINISHED) // the default executor kept it
	if tasks := r.Tasks(); len(tasks) != 1 || tasks[0].State != mesos.TASK_RUNNING || !alive(kept) {
		t.Errorf("tasks %v", tasks)
	}
}
