package agent

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/executorpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// executorEnv makes this test's program a custom executor.
const executorEnv = "MOOR_TEST_EXECUTOR"

// program is a custom executor that does as it is told by messages: "finish TASK", "exit", "again TASK" sends the
// last status once more; anything else it echoes. What it launches is running at once.
type program struct {
	url   string
	mode  string // "quiet" never subscribes, "stubborn" doesn't end when it is told to
	last  map[string]*mesos.TaskStatus
	acked int
}

func executorProgram(mode string) {
	p := &program{url: "http://" + os.Getenv("MESOS_AGENT_ENDPOINT") + "/api/v1/executor", mode: mode, last: map[string]*mesos.TaskStatus{}}
	if mode == "quiet" {
		select {} // until it is killed
	}
	for {
		p.subscribe()
		if os.Getenv("MESOS_CHECKPOINT") != "1" {
			os.Exit(0)
		}
		time.Sleep(10 * time.Millisecond) // the agent may be back by then
	}
}

func (p *program) post(call *executorpb.Call) (*http.Response, error) {
	call.FrameworkID.Value, call.ExecutorID.Value = os.Getenv("MESOS_FRAMEWORK_ID"), os.Getenv("MESOS_EXECUTOR_ID")
	b, err := mesosjson.Marshal(call)
	if err != nil {
		return nil, err
	}
	return http.Post(p.url, "application/json", bytes.NewReader(b))
}

func (p *program) send(call *executorpb.Call) {
	response, err := p.post(call)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusAccepted {
		fmt.Fprintln(os.Stderr, response.Status, string(text))
	}
}

func (p *program) subscribe() {
	response, err := p.post(&executorpb.Call{Type: executorpb.Call_SUBSCRIBE.Enum(), Subscribe: &executorpb.Call_Subscribe{}})
	if err != nil || response.StatusCode != http.StatusOK {
		return
	}
	defer response.Body.Close()
	records := recordio.NewReader(response.Body, 1<<20)
	for {
		record, err := records.Next()
		if err != nil {
			return
		}
		e := &executorpb.Event{}
		if err := mesosjson.Unmarshal(record, e); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(9)
		}
		p.handle(e)
	}
}

func (p *program) handle(e *executorpb.Event) {
	switch e.GetType() {
	case executorpb.Event_LAUNCH:
		p.say(e.Launch.Task.TaskID.Value, mesos.TASK_RUNNING)
	case executorpb.Event_LAUNCH_GROUP:
		for _, t := range e.LaunchGroup.TaskGroup.Tasks {
			p.say(t.TaskID.Value, mesos.TASK_RUNNING)
		}
	case executorpb.Event_KILL:
		p.say(e.Kill.TaskID.Value, mesos.TASK_KILLED)
	case executorpb.Event_ACKNOWLEDGED:
		p.acked++
	case executorpb.Event_SHUTDOWN:
		if p.mode != "stubborn" {
			os.Exit(0)
		}
	case executorpb.Event_MESSAGE:
		word, task, _ := strings.Cut(string(e.Message.Data), " ")
		switch word {
		case "finish":
			p.say(task, mesos.TASK_FINISHED)
		case "again":
			p.send(&executorpb.Call{Type: executorpb.Call_UPDATE.Enum(), Update: &executorpb.Call_Update{Status: *p.last[task]}})
		case "exit":
			os.Exit(3)
		default:
			p.send(&executorpb.Call{Type: executorpb.Call_MESSAGE.Enum(), Message: &executorpb.Call_Message{Data: fmt.Appendf(nil, "%s, %d acknowledged", e.Message.Data, p.acked)}})
		}
	}
}

func (p *program) say(task string, state mesos.TaskState) {
	uuid := newUUID()
	p.last[task] = &mesos.TaskStatus{TaskID: mesos.TaskID{Value: task}, State: state, Source: mesos.SOURCE_EXECUTOR.Enum(), UUID: uuid[:], Message: new("as I say")}
	p.send(&executorpb.Call{Type: executorpb.Call_UPDATE.Enum(), Update: &executorpb.Call_Update{Status: *p.last[task]}})
}

// under makes a task one of a custom executor.
func under(t *testing.T, mode string, task mesos.TaskInfo, volumes ...mesos.Resource) mesos.TaskInfo {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	task.Command = nil
	task.Executor = &mesos.ExecutorInfo{
		ExecutorID: mesos.ExecutorID{Value: "e"}, Type: mesos.ExecutorInfo_CUSTOM.Enum(), Resources: volumes,
		Command: &mesos.CommandInfo{
			Value: &self, Shell: new(false),
			Environment: &mesos.Environment{Variables: []mesos.Environment_Variable{{Name: executorEnv, Value: &mode}}},
		},
	}
	return task
}

func (r *rig) says(executor string) func() bool {
	return func() bool { return slices.Contains(r.master.heard.exited, executor) }
}

func TestCustomExecutor(t *testing.T) {
	r := newRig(t)
	v := volume("v", "data", 64)
	r.do(reserve("disk:64"), create(v))
	e := mesos.ExecutorID{Value: "e"}
	r.Launch(client(), under(t, "plain", command("t1", "", v)))
	s := r.acknowledged("t1", mesos.TASK_RUNNING)
	if s.ExecutorID.GetValue() != "e" || s.GetSource() != mesos.SOURCE_EXECUTOR || s.GetMessage() != "as I say" || s.AgentID.GetValue() != "S0" || s.GetTimestamp() == 0 || s.ContainerStatus == nil {
		t.Errorf("status = %v", s)
	}
	if links, err := os.Readlink(r.Tasks()[0].Sandbox + "/data"); err != nil || !strings.HasSuffix(links, "/volumes/roles/r/v") {
		t.Errorf("volume: %s, %v", links, err)
	}
	r.Launch(client(), under(t, "plain", command("t2", "")))
	r.acknowledged("t2", mesos.TASK_RUNNING)
	r.Message(fw(), e, []byte("hello"))
	r.master.until("echo", r.says("e says hello, 2 acknowledged"))

	r.Message(fw(), e, []byte("finish t1"))
	r.acknowledged("t1", mesos.TASK_FINISHED)
	r.Message(fw(), e, []byte("again t1"))
	r.Kill(fw(), mesos.TaskID{Value: "t2"}, new(time.Duration))
	r.acknowledged("t2", mesos.TASK_KILLED)
	r.Launch(client(), under(t, "plain", command("t3", ""))) // the executor is still there
	r.acknowledged("t3", mesos.TASK_RUNNING)
	r.Message(fw(), e, []byte("still here"))
	r.master.until("echo", r.says("e says still here, 6 acknowledged"))
	if got := r.master.states("t1"); len(got) != 2 {
		t.Errorf("t1: %v", got)
	}

	r.ShutdownExecutor(fw(), e)
	s = r.acknowledged("t3", mesos.TASK_FAILED)
	if s.GetMessage() != "Executor terminated" || s.GetReason() != mesos.REASON_EXECUTOR_TERMINATED || s.GetSource() != mesos.SOURCE_AGENT {
		t.Errorf("status = %v", s)
	}
	r.master.until("exit", r.says("e 0"))
}

func TestCustomExecutorEndsByItself(t *testing.T) {
	r := newRig(t)
	group := []mesos.TaskInfo{under(t, "plain", command("t1", "")), under(t, "plain", command("t2", ""))}
	executor := *group[0].Executor
	for i := range group {
		group[i].Executor = nil
	}
	r.LaunchGroup(client(), executor, group)
	r.acknowledged("t1", mesos.TASK_RUNNING)
	r.acknowledged("t2", mesos.TASK_RUNNING)
	r.Message(fw(), executor.ExecutorID, []byte("exit"))
	r.acknowledged("t1", mesos.TASK_FAILED)
	r.acknowledged("t2", mesos.TASK_FAILED)
	r.master.until("exit", r.says("e 768"))
}

func TestCustomExecutorThatIsKilled(t *testing.T) {
	t.Run("it doesn't register", func(t *testing.T) {
		r := newRig(t)
		r.ask(func() { r.patience = 50 * time.Millisecond })
		r.Launch(client(), under(t, "quiet", command("t", "")))
		if s := r.acknowledged("t", mesos.TASK_FAILED); s.GetReason() != mesos.REASON_EXECUTOR_REGISTRATION_TIMEOUT {
			t.Errorf("status = %v", s)
		}
		r.master.until("exit", r.says("e 9"))
	})
	t.Run("it doesn't end", func(t *testing.T) {
		r := newRig(t)
		task := under(t, "stubborn", command("t", ""))
		task.Executor.ShutdownGracePeriod = &mesos.DurationInfo{Nanoseconds: int64(50 * time.Millisecond)}
		r.Launch(client(), task)
		r.acknowledged("t", mesos.TASK_RUNNING)
		r.ShutdownExecutor(fw(), mesos.ExecutorID{Value: "e"})
		r.acknowledged("t", mesos.TASK_FAILED)
		r.master.until("exit", r.says("e 9"))
	})
	t.Run("its program isn't there", func(t *testing.T) {
		r := newRig(t)
		task := under(t, "plain", command("t", ""))
		task.Executor.Command.Value = new("/nowhere")
		r.Launch(client(), task)
		r.acknowledged("t", mesos.TASK_FAILED)
		r.master.until("exit", r.says("e 256"))
	})
	t.Run("its framework is removed", func(t *testing.T) {
		r := newRig(t)
		r.Launch(client(), under(t, "plain", command("t", "")))
		r.acknowledged("t", mesos.TASK_RUNNING)
		r.ShutdownFramework(fw())
		deadline := time.After(patience)
		for left := 1; left > 0; {
			r.ask(func() { left = len(r.ending) })
			select {
			case <-deadline:
				t.Fatal("the executor is still there")
			default:
			}
		}
	})
	t.Run("its task is killed first", func(t *testing.T) {
		r := newRig(t)
		r.Launch(client(), under(t, "plain", command("t", "")))
		r.Kill(fw(), mesos.TaskID{Value: "t"}, nil)
		if s := r.acknowledged("t", mesos.TASK_KILLED); s.GetReason() != mesos.REASON_TASK_KILLED_DURING_LAUNCH {
			t.Errorf("status = %v", s)
		}
		r.master.until("exit", r.says("e 0")) // registered, with nothing to do
	})
}

// TestCustomExecutorOutlivesItsAgent: it comes back to the agent with what it runs.
func TestCustomExecutorOutlivesItsAgent(t *testing.T) {
	r := newRig(t)
	r.Launch(checkpointing(), under(t, "plain", command("t", "")))
	r.acknowledged("t", mesos.TASK_RUNNING)
	r.Suspend()
	if err := r.Registered(mesos.AgentID{Value: "S0"}); err != nil {
		t.Fatal(err)
	}
	connected := func() bool {
		is := false
		r.ask(func() { is = r.frameworks["F"].executors["e"].custom.stream != nil })
		return is
	}
	for deadline := time.Now().Add(patience); !connected(); {
		if time.Now().After(deadline) {
			t.Fatal("the executor doesn't come back")
		}
	}
	r.Message(fw(), mesos.ExecutorID{Value: "e"}, []byte("finish t"))
	r.acknowledged("t", mesos.TASK_FINISHED)
}

// TestExecutorCallsRefused: in the words of a real agent (semantics 6.9).
func TestExecutorCallsRefused(t *testing.T) {
	r := newRig(t)
	r.ask(func() { r.patience = patience })
	r.Launch(client(), under(t, "quiet", command("t", "")))
	endpoint := ""
	for endpoint == "" {
		r.ask(func() { endpoint = r.endpoint })
	}
	const from = `"framework_id":{"value":"F"},"executor_id":{"value":"e"}`
	status := func(rest string) string {
		return `{"type":"UPDATE",` + from + `,"update":{"status":{"task_id":{"value":"t"},"state":"TASK_RUNNING"` + rest + `}}}`
	}
	const uuid = `,"uuid":"AAAAAAAAQACAAAAAAAAAAA=="`
	for _, c := range []struct {
		method, path, body string
		status             int
		text               string
	}{
		{"GET", "/api/v1/executor", "", 405, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."},
		{"POST", "/api/v1/else", "", 404, "404 Not Found."},
		{"POST", "/api/v1/executor", "{", 400, "Failed to parse body into JSON"},
		{"POST", "/slave(1)/api/v1/executor", `{` + from + `}`, 400, "Failed to validate Executor::Call: Expecting 'type' to be present"},
		{"POST", "/api/v1/executor", `{"type":"SUBSCRIBE",` + from + `}`, 400, "Failed to validate Executor::Call: Expecting 'subscribe' to be present"},
		{"POST", "/api/v1/executor", `{"type":"UPDATE",` + from + `}`, 400, "Failed to validate Executor::Call: Expecting 'update' to be present"},
		{"POST", "/api/v1/executor", `{"type":"MESSAGE",` + from + `}`, 400, "Failed to validate Executor::Call: Expecting 'message' to be present"},
		{"POST", "/api/v1/executor", status(``), 400, "Failed to validate Executor::Call: Expecting 'uuid' to be present"},
		{"POST", "/api/v1/executor", status(`,"uuid":"AAAA"`), 400, "Failed to validate Executor::Call: Not a valid UUID"},
		{"POST", "/api/v1/executor", status(uuid + `,"executor_id":{"value":"x"}`), 400, "Failed to validate Executor::Call: ExecutorID in Call: e does not match ExecutorID in TaskStatus: x"},
		{"POST", "/api/v1/executor", status(uuid), 400, "Failed to validate Executor::Call: Received Call from executor e of framework F with invalid source, expecting 'SOURCE_EXECUTOR'"},
		{"POST", "/api/v1/executor", strings.Replace(status(uuid+`,"source":"SOURCE_EXECUTOR"`), "RUNNING", "STAGING", 1), 400, "Failed to validate Executor::Call: Received TASK_STAGING from executor e of framework F which is not allowed"},
		{"POST", "/api/v1/executor", `{"type":"HEARTBEAT",` + from + `}`, 403, "Executor is not subscribed"},
		{"POST", "/api/v1/executor", `{"type":"HEARTBEAT","framework_id":{"value":"F"},"executor_id":{"value":"x"}}`, 400, "Executor cannot be found"},
		{"POST", "/api/v1/executor", `{"type":"HEARTBEAT","framework_id":{"value":"x"},"executor_id":{"value":"e"}}`, 400, "Framework cannot be found"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+endpoint+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.status || !strings.HasPrefix(string(text), c.text) {
			t.Errorf("%s %s %s: %d %q, want %d %q", c.method, c.path, c.body, response.StatusCode, text, c.status, c.text)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
