package minicluster_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// do sends a request over a connection of its own.
func do(t testing.TB, c *minicluster.Cluster, method, path, body string, headers ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.Masters()[0]+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		k, v, _ := strings.Cut(h, ": ")
		req.Header.Set(k, v)
	}
	transport := &http.Transport{DialContext: c.Dial, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

func form(t testing.TB, c *minicluster.Cluster, path, body string) (int, string) {
	t.Helper()
	code, text, _ := do(t, c, http.MethodPost, path, body, "Content-Type: application/x-www-form-urlencoded")
	return code, text
}

// asJSON returns resources as a form's field has them.
func asJSON(t testing.TB, s ...mesos.Resource) string {
	t.Helper()
	parts := make([]string, len(s))
	for i := range s {
		b, err := mesosjson.Marshal(&s[i])
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = string(b)
	}
	return url.QueryEscape("[" + strings.Join(parts, ",") + "]")
}

// operate makes an operator's call.
func operate(t testing.TB, c *minicluster.Cluster, call *masterpb.Call) (int, *masterpb.Response, string) {
	t.Helper()
	b, err := call.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	code, body, _ := do(t, c, http.MethodPost, "/api/v1", string(b), "Content-Type: application/x-protobuf", "Accept: application/x-protobuf")
	if code != http.StatusOK {
		return code, nil, body
	}
	res := &masterpb.Response{}
	if err := res.Unmarshal([]byte(body)); err != nil {
		t.Fatal(err)
	}
	return code, res, ""
}

func TestSchedulerEndpointRefusals(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		const typeJSON, typeProto = "Content-Type: application/json", "Content-Type: application/x-protobuf"
		const valid = `{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"x"}}}`
		for _, tt := range []struct {
			name, method, body string
			headers            []string
			code               int
			want               string
		}{
			{"method", "PUT", "", nil, 405, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'PUT'."},
			{"no content type", "POST", "{}", nil, 400, "Expecting 'Content-Type' to be present"},
			{"charset", "POST", "{}", []string{typeJSON + "; charset=utf-8"}, 415, "Expecting 'Content-Type' of application/json or application/x-protobuf"},
			{"bad protobuf", "POST", "\x08\x01garbage", []string{typeProto}, 400, "Failed to parse body into Call protobuf"},
			{"missing required", "POST", "\x1a\x00", []string{typeProto}, 400, "Failed to parse body into Call protobuf"},
			{"no type", "POST", "{}", []string{typeJSON}, 400, "Failed to validate scheduler::Call: Expecting 'type' to be present"},
			{"unconvertible", "POST", `{"type":"SUBSCRIBE","subscribe":{}}`, []string{typeJSON}, 400, "Failed to convert JSON into Call protobuf: Missing required fields: subscribe.framework_info"},
			{"accept", "POST", valid, []string{typeJSON, "Accept: text/plain"}, 406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'"},
			{"stream id", "POST", valid, []string{typeJSON, "Mesos-Stream-Id: x"}, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header"},
			{"unknown framework", "POST", `{"type":"REVIVE","framework_id":{"value":"f"}}`, []string{typeJSON}, 400, "Framework cannot be found"},
		} {
			for _, path := range []string{"/api/v1/scheduler", "/master/api/v1/scheduler"} {
				code, body, header := do(t, c, tt.method, path, tt.body, tt.headers...)
				if code != tt.code || body != tt.want {
					t.Errorf("%s: %d %q, want %d %q", tt.name, code, body, tt.code, tt.want)
				}
				if code == 405 && header.Get("Allow") != "POST" {
					t.Errorf("%s: Allow = %q", tt.name, header.Get("Allow"))
				}
			}
		}
		large := strings.Repeat("x", 9<<20)
		if code, _, _ := do(t, c, "POST", "/api/v1/scheduler", large, typeJSON); code != http.StatusRequestEntityTooLarge {
			t.Errorf("large body: %d", code)
		}
	})
}

func TestAuthentication(t *testing.T) {
	cfg := minicluster.Config{Credentials: map[string]string{"p": "secret", "q": "with:colon"}}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		const subscribeAs = `{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"x","principal":"other"}}}`
		const typeJSON = "Content-Type: application/json"
		code, body, header := do(t, c, "POST", "/api/v1/scheduler", "{}", typeJSON)
		if code != 401 || body != "401 Unauthorized." || header.Get("WWW-Authenticate") != `Basic realm="mesos-master-scheduler"` {
			t.Errorf("without credentials: %d %q %v", code, body, header)
		}
		for auth, want := range map[string]int{
			"Basic cDpzZWNyZXQ=":         400, // p:secret
			"Basic cDp3cm9uZw==":         401, // p:wrong
			"Basic cTp3aXRoOmNvbG9u":     401, // q:with:colon
			"Basic !":                    401,
			"Bearer cDpzZWNyZXQ=":        401,
			"Basic bm9ib2R5OnNlY3JldA==": 401, // nobody:secret
		} {
			if code, body, _ := do(t, c, "POST", "/api/v1/scheduler", subscribeAs, typeJSON, "Authorization: "+auth); code != want {
				t.Errorf("%s: %d %q, want %d", auth, code, body, want)
			}
		}
		_, body, _ = do(t, c, "POST", "/api/v1/scheduler", subscribeAs, typeJSON, "Authorization: Basic cDpzZWNyZXQ=")
		if want := "Failed to validate scheduler::Call: Authenticated principal 'p' does not match principal 'other' set in `FrameworkInfo`"; body != want {
			t.Errorf("body = %q", body)
		}
		if code, _, header := do(t, c, "GET", "/state", ""); code != 401 || header.Get("WWW-Authenticate") != `Basic realm="mesos-master-readonly"` {
			t.Errorf("GET /state: %d %v", code, header)
		}
	})
}

func TestPages(t *testing.T) {
	bubble(t, minicluster.Config{Agents: []minicluster.Agent{{Attributes: "rack:r1;size:2"}}}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		s.accept(s.offer(), reserve(reserved("disk:64")), create(volume("v1", 32)))
		s.offer(hasVolume("v1"))
		for _, path := range []string{"/health", "/version", "/flags", "/state", "/slaves", "/frameworks", "/roles", "/master/slaves"} {
			code, body, _ := do(t, c, "GET", path, "")
			if code != 200 || path != "/health" && !json.Valid([]byte(body)) {
				t.Errorf("%s: %d %q", path, code, body)
			}
		}
		var page struct {
			Slaves []struct {
				ID         string
				Attributes map[string]any
				Full       map[string][]mesos.Resource  `json:"-"`
				Raw        map[string][]json.RawMessage `json:"reserved_resources_full"`
			}
		}
		_, body, _ := do(t, c, "GET", "/slaves?slave_id="+c.AgentID(0).Value, "")
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Slaves) != 1 || page.Slaves[0].Attributes["rack"] != "r1" || page.Slaves[0].Attributes["size"] != 2.0 {
			t.Fatalf("slaves = %+v", page.Slaves)
		}
		found := false
		for _, raw := range page.Slaves[0].Raw[role] {
			r := mesos.Resource{}
			if err := mesosjson.Unmarshal(raw, &r); err != nil {
				t.Fatal(err)
			}
			found = found || r.Disk.GetPersistence().GetID() == "v1" && r.GetRole() == role && len(r.Reservations) == 1
		}
		if !found {
			t.Errorf("no volume in %s", page.Slaves[0].Raw[role])
		}
		code, _, header := do(t, c, "GET", "/redirect", "")
		if code != 307 || header.Get("Location") != "//"+c.Masters()[0] {
			t.Errorf("redirect: %d %q", code, header.Get("Location"))
		}
		if code, body, _ := do(t, c, "GET", "/nowhere", ""); code != 404 || body != "404 Not Found." {
			t.Errorf("nowhere: %d %q", code, body)
		}
	})
}

// TestSums: tasks by page and by state, and metrics that count them.
func TestSums(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(60)))
		for _, id := range []string{"t1", "t2"} {
			o := s.offer()
			s.accept(o, reserve(reserved("cpus:0.5;mem:64")), launch(task(id, o, "run", reserved("cpus:0.5;mem:64")...)))
			s.running(id)
		}
		get := func(path string, into any) {
			t.Helper()
			code, body, _ := do(t, c, "GET", path, "")
			if err := json.Unmarshal([]byte(body), into); code != 200 || err != nil {
				t.Fatalf("%s: %d %v %s", path, code, err, body)
			}
		}
		for path, want := range map[string]string{
			"/tasks": "t2 t1", "/tasks?order=asc": "t1 t2", "/tasks?limit=1": "t2", "/tasks?offset=1": "t1", "/tasks?offset=9": "",
			"/tasks?task_id=t1": "t1", "/tasks?framework_id=other": "", "/tasks?limit=-1": "t2 t1",
		} {
			var page struct{ Tasks []struct{ ID string } }
			get(path, &page)
			var ids []string
			for _, task := range page.Tasks {
				ids = append(ids, task.ID)
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		var sums struct {
			Slaves []struct {
				Running    int      `json:"TASK_RUNNING"`
				Frameworks []string `json:"framework_ids"`
			}
			Frameworks []struct {
				Running int      `json:"TASK_RUNNING"`
				Slaves  []string `json:"slave_ids"`
				Tasks   any
			}
		}
		get("/state-summary", &sums)
		if a, f := sums.Slaves[0], sums.Frameworks[0]; a.Running != 2 || f.Running != 2 || f.Tasks != nil ||
			!slices.Equal(a.Frameworks, []string{s.id.Value}) || !slices.Equal(f.Slaves, []string{c.AgentID(0).Value}) {
			t.Errorf("sums = %+v", sums)
		}
		var metrics map[string]float64
		get("/metrics/snapshot", &metrics)
		if metrics["master/tasks_running"] != 2 || metrics["master/frameworks_active"] != 1 || metrics["master/slaves_active"] != 1 {
			t.Errorf("metrics = %v", metrics)
		}
	})
}

func TestOperatorCalls(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(60)))
		launched(s, "t")
		for _, kind := range []masterpb.Call_Type{
			masterpb.Call_GET_HEALTH, masterpb.Call_GET_FLAGS, masterpb.Call_GET_VERSION, masterpb.Call_GET_STATE, masterpb.Call_GET_AGENTS,
			masterpb.Call_GET_FRAMEWORKS, masterpb.Call_GET_TASKS, masterpb.Call_GET_EXECUTORS, masterpb.Call_GET_OPERATIONS, masterpb.Call_GET_ROLES, masterpb.Call_GET_MASTER,
		} {
			code, res, body := operate(t, c, &masterpb.Call{Type: kind.Enum()})
			if code != 200 || res.GetType().String() != kind.String() {
				t.Errorf("%v: %d %v %s", kind, code, res, body)
			}
		}
		_, res, _ := operate(t, c, &masterpb.Call{Type: masterpb.Call_GET_TASKS.Enum()})
		if tasks := res.GetTasks.Tasks; len(tasks) != 1 || tasks[0].State != mesos.TASK_RUNNING || tasks[0].TaskID.Value != "t" {
			t.Errorf("tasks = %v", tasks)
		}
		if code, _, _ := operate(t, c, &masterpb.Call{Type: masterpb.Call_LIST_FILES.Enum(), ListFiles: &masterpb.Call_ListFiles{}}); code != http.StatusNotImplemented {
			t.Errorf("LIST_FILES: %d", code)
		}
		teardown := &masterpb.Call{Type: masterpb.Call_TEARDOWN.Enum(), Teardown: &masterpb.Call_Teardown{FrameworkID: *s.id}}
		if code, _, body := operate(t, c, teardown); body != "" && code != 200 {
			t.Errorf("TEARDOWN: %d %s", code, body)
		}
		<-s.ended
		if code, _, body := operate(t, c, teardown); code != 400 || body != "No framework found with specified ID" {
			t.Errorf("TEARDOWN again: %d %s", code, body)
		}
		if a, _ := c.State().Agent(c.AgentID(0).Value); len(a.Used) != 0 {
			t.Errorf("used = %s", a.Used)
		}
	})
}
