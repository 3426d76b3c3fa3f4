package agent

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(hostEnv); dir != "" {
		host(dir)
	}
	if mode := os.Getenv(executorEnv); mode != "" {
		executorProgram(mode)
	}
	goleak.VerifyTestMain(m)
}

const patience = 90 * time.Second // far beyond what anything here takes, in a bubble's time as well

// master is an Upstream that keeps what it is told.
type master struct {
	t       testing.TB
	mu      sync.Mutex
	heard   told
	watch   func()        // called at each task update
	changed chan struct{} // closed and replaced at each change
}

// told is what an agent has reported, oldest first.
type told struct {
	updates []mesos.TaskStatus
	latest  []mesos.TaskState
	ops     []mesos.OperationStatus
	opIDs   []string
	exited  []string
}

func (m *master) told() told {
	m.mu.Lock()
	defer m.mu.Unlock()
	return told{
		slices.Clone(m.heard.updates), slices.Clone(m.heard.latest), slices.Clone(m.heard.ops),
		slices.Clone(m.heard.opIDs), slices.Clone(m.heard.exited),
	}
}

func newMaster(t testing.TB) *master { return &master{t: t, changed: make(chan struct{})} }

func (m *master) note(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *master) TaskUpdate(_ mesos.AgentID, _ mesos.FrameworkID, s mesos.TaskStatus, latest mesos.TaskState) {
	m.note(func() {
		m.heard.updates, m.heard.latest = append(m.heard.updates, s), append(m.heard.latest, latest)
		if m.watch != nil {
			m.watch()
		}
	})
}

func (m *master) OperationUpdate(_ mesos.AgentID, _ *mesos.FrameworkID, operation string, s mesos.OperationStatus) {
	m.note(func() { m.heard.ops, m.heard.opIDs = append(m.heard.ops, s), append(m.heard.opIDs, operation) })
}

func (m *master) ExecutorExited(_ mesos.AgentID, _ mesos.FrameworkID, executor mesos.ExecutorID, status int32) {
	m.note(func() { m.heard.exited = append(m.heard.exited, fmt.Sprintf("%s %d", executor.Value, status)) })
}

func (m *master) ExecutorMessage(_ mesos.AgentID, _ mesos.FrameworkID, executor mesos.ExecutorID, data []byte) {
	m.note(func() { m.heard.exited = append(m.heard.exited, executor.Value+" says "+string(data)) })
}

// until waits for a condition on what the master was told.
func (m *master) until(what string, ok func() bool) {
	m.t.Helper()
	deadline := time.After(patience)
	for {
		m.mu.Lock()
		done, changed := ok(), m.changed
		m.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			m.mu.Lock()
			defer m.mu.Unlock()
			m.t.Fatalf("never: %s\nupdates %v\noperations %v", what, m.heard.updates, m.heard.ops)
		}
	}
}

// update waits for a task's update in a state, the n-th of them (0: the first).
func (m *master) update(task string, state mesos.TaskState, n int) mesos.TaskStatus {
	m.t.Helper()
	var found mesos.TaskStatus
	m.until(fmt.Sprintf("update %d of %s to %s", n, task, state), func() bool {
		i := 0
		for _, s := range m.heard.updates {
			if s.TaskID.Value == task && s.State == state {
				if found = s; i == n {
					return true
				}
				i++
			}
		}
		return false
	})
	return found
}

// states are a task's updates as told, repetitions included.
func (m *master) states(task string) []mesos.TaskState {
	m.mu.Lock()
	defer m.mu.Unlock()
	var states []mesos.TaskState
	for _, s := range m.heard.updates {
		if s.TaskID.Value == task {
			states = append(states, s.State)
		}
	}
	return states
}

// rig is an agent under test.
type rig struct {
	*Agent
	t      testing.TB
	master *master
	dir    string
	cfg    Config
	seq    int
}

const agentResources = "cpus:8;mem:4096;disk:4096;ports:[31000-31010]"

func newRig(t testing.TB, change ...func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, master: newMaster(t), dir: t.TempDir()}
	r.cfg = Config{WorkDir: r.dir, Resources: resource.MustParse(agentResources)}
	if testing.Verbose() {
		r.cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	for _, c := range change {
		c(&r.cfg)
	}
	r.open()
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return r
}

func (r *rig) open() {
	r.t.Helper()
	if s, ok := r.cfg.Runner.(*SimulatedRunner); ok {
		r.cfg.Runner = NewSimulatedRunner(s.decide) // an agent closes its own
	}
	a, err := Open(r.cfg, r.master)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Agent = a
	if err := a.Registered(mesos.AgentID{Value: "S0"}); err != nil {
		r.t.Fatal(err)
	}
}

// reopen closes the agent and opens another on the same folder.
func (r *rig) reopen() {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.open()
}

func simulate(decide func(mesos.FrameworkID, mesos.TaskInfo) Simulation) func(*Config) {
	return func(c *Config) { c.Runner = NewSimulatedRunner(decide) }
}

// do applies operations and waits until they are finished and acknowledged.
func (r *rig) do(ops ...mesos.Offer_Operation) {
	r.t.Helper()
	for _, op := range ops {
		r.seq++
		id := fmt.Sprintf("op-%d", r.seq)
		r.Apply(nil, id, op)
		s := r.operation(id)
		if s.State != mesos.OPERATION_FINISHED {
			r.t.Fatalf("operation %v: %v", op, s)
		}
		r.AcknowledgeOperation(s.UUID.Value, id)
	}
}

func (r *rig) operation(id string) mesos.OperationStatus {
	r.t.Helper()
	var s mesos.OperationStatus
	r.master.until("outcome of "+id, func() bool {
		i := slices.Index(r.master.heard.opIDs, id)
		if i >= 0 {
			s = r.master.heard.ops[i]
		}
		return i >= 0
	})
	return s
}

// acknowledged waits for updates of a task in these states, in order, and acknowledges each.
func (r *rig) acknowledged(task string, states ...mesos.TaskState) mesos.TaskStatus {
	r.t.Helper()
	var s mesos.TaskStatus
	for _, state := range states {
		s = r.master.update(task, state, 0)
		r.Acknowledge(fw(), mesos.TaskID{Value: task}, s.UUID)
	}
	return s
}

func fw() mesos.FrameworkID { return mesos.FrameworkID{Value: "F"} }

func client(capabilities ...mesos.FrameworkInfo_Capability_Type) mesos.FrameworkInfo {
	f := mesos.FrameworkInfo{User: "root", Name: "test", ID: new(fw()), Roles: []string{"r"}}
	for _, c := range capabilities {
		f.Capabilities = append(f.Capabilities, mesos.FrameworkInfo_Capability{Type: c.Enum()})
	}
	return f
}

func checkpointing() mesos.FrameworkInfo {
	f := client()
	f.Checkpoint = new(true)
	return f
}

var mine = resource.Reservation{Role: "r", Principal: "p"}

func reserve(text string) mesos.Offer_Operation {
	return mesos.Offer_Operation{
		Type:    mesos.Offer_Operation_RESERVE.Enum(),
		Reserve: &mesos.Offer_Operation_Reserve{Resources: reserved(text)},
	}
}

func reserved(text string) resource.Set {
	s := resource.MustParse(text)
	for i := range s {
		s[i] = resource.Push(s[i], mine.Info())
	}
	return s
}

func volume(id, path string, mib float64) mesos.Resource {
	return resource.Volume{ID: id, Path: path, MiB: mib}.On(reserved(fmt.Sprintf("disk:%v", mib))[0], "p")
}

func create(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: v}}
}

func destroy(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum(), Destroy: &mesos.Offer_Operation_Destroy{Volumes: v}}
}

// command is a task that runs a shell command on cpus and memory and these volumes.
func command(id, line string, volumes ...mesos.Resource) mesos.TaskInfo {
	s := resource.MustParse("cpus:0.1;mem:32")
	return mesos.TaskInfo{
		Name: id, TaskID: mesos.TaskID{Value: id}, AgentID: mesos.AgentID{Value: "S0"},
		Resources: append(s.Allocate("r"), resource.Set(volumes).Allocate("r")...),
		Command:   &mesos.CommandInfo{Value: &line},
	}
}

func (r *rig) path(elements ...string) string {
	return filepath.Join(append([]string{r.dir}, elements...)...)
}

func (r *rig) read(elements ...string) string {
	r.t.Helper()
	b, err := os.ReadFile(r.path(elements...))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

// sandboxOf is a command task's newest sandbox.
func sandboxOf(task string) string {
	return filepath.Join("slaves", "S0", "frameworks", "F", "executors", task, "runs", "latest")
}
