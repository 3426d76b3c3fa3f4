package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"
)

// J is one JSON object.
type J = map[string]any

// L is one JSON array.
type L = []any

// Scenario is one named exchange with a master.
type Scenario struct {
	Name string
	Does string // what it shows, in one sentence
	Run  func(*Run)
}

// Step is one line of a record: what was sent or seen, and what came back.
type Step struct {
	Step    string `json:"step"`              // subscribe, call, event, none, operator, raw, hangup, closed, note
	Session string `json:"session,omitempty"` // which framework session
	Request any    `json:"request,omitempty"`
	Status  int    `json:"status,omitempty"` // HTTP status
	Body    any    `json:"body,omitempty"`
	Event   any    `json:"event,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Run is one scenario being played against one master, on one goroutine.
type Run struct {
	master    string // base URL
	patience  time.Duration
	steps     []Step
	open      []*Session
	reason    string // why it broke off; empty: it didn't
	transport *http.Transport
	client    *http.Client
}

// Play plays a scenario and returns its normalised record, and why it broke off if it did.
func Play(master string, s Scenario) (record []byte, reason string) {
	transport := &http.Transport{}
	r := &Run{
		master: strings.TrimRight(master, "/"), patience: 20 * time.Second,
		transport: transport, client: &http.Client{Transport: transport, Timeout: 30 * time.Second},
	}
	r.guard(func() { s.Run(r) })
	for _, s := range r.open {
		r.guard(s.tearDown)
		s.hangUp()
	}
	r.guard(r.cleanUp)
	transport.CloseIdleConnections()
	return Normalise(r.steps), r.reason
}

// guard runs f, which fail may break off.
func (r *Run) guard(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// fail breaks the scenario off. The first reason stays.
func (r *Run) fail(format string, args ...any) {
	if r.reason == "" {
		r.reason = fmt.Sprintf(format, args...)
	}
	runtime.Goexit()
}

func (r *Run) add(s Step) { r.steps = append(r.steps, s) }

// Note writes a remark into the record.
func (r *Run) Note(format string, args ...any) {
	r.add(Step{Step: "note", Note: fmt.Sprintf(format, args...)})
}

// do sends a request and reads the answer, of which no more than a mebibyte is wanted.
func (r *Run) do(req *http.Request) (int, string) {
	res, err := r.client.Do(req)
	if err != nil {
		r.fail("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		r.fail("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return res.StatusCode, string(text)
}

func (r *Run) request(method, path, body string, headers ...string) *http.Request {
	req, err := http.NewRequest(method, r.master+path, strings.NewReader(body))
	if err != nil {
		r.fail("%s %s: %v", method, path, err)
	}
	for _, h := range headers {
		k, v, _ := strings.Cut(h, ": ")
		req.Header.Set(k, v)
	}
	return req
}

// jsonHeaders are those of a call in JSON.
var jsonHeaders = []string{"Content-Type: application/json", "Accept: application/json"}

func (r *Run) encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		r.fail("encode %v: %v", v, err)
	}
	return string(b)
}

// Raw sends bytes as they are and records the answer; headers are "Name: value" lines. The answer may be a
// stream: what arrives first is recorded.
func (r *Run) Raw(method, path, body string, headers ...string) {
	shown := L{}
	for _, h := range headers {
		shown = append(shown, h)
	}
	client := &http.Client{Transport: r.transport, Timeout: 5 * time.Second}
	res, err := client.Do(r.request(method, path, body, headers...))
	if err != nil {
		r.fail("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text := make([]byte, 4096)
	n, err := io.ReadAtLeast(res.Body, text, 1)
	if err != nil && err != io.EOF {
		r.fail("%s %s: %v", method, path, err)
	}
	r.add(Step{Step: "raw", Request: J{"method": method, "path": path, "headers": shown, "body": body}, Status: res.StatusCode, Body: string(text[:n])})
}

// Form posts a form to an operator endpoint, each value that is no string as JSON, and records the answer.
func (r *Run) Form(path string, fields J) {
	form := url.Values{}
	for k, v := range fields {
		s, ok := v.(string)
		if !ok {
			s = r.encode(v)
		}
		form.Set(k, s)
	}
	status, body := r.do(r.request("POST", path, form.Encode(), "Content-Type: application/x-www-form-urlencoded"))
	r.add(Step{Step: "operator", Request: J{"path": path, "form": fields}, Status: status, Body: body})
}

// Operator makes a v1 operator API call and records the answer, JSON answers decoded.
func (r *Run) Operator(call J) {
	status, body := r.operator(call)
	r.add(Step{Step: "operator", Request: call, Status: status, Body: body})
}

func (r *Run) operator(call J) (int, any) {
	status, text := r.do(r.request("POST", "/api/v1", r.encode(call), jsonHeaders...))
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		v = text // errors are plain text
	}
	return status, v
}

// cleanUp destroys every volume and dynamic reservation that a scenario left on the agents.
func (r *Run) cleanUp() {
	for deadline := time.Now().Add(10 * time.Second); ; <-time.After(100 * time.Millisecond) {
		_, v := r.operator(J{"type": "GET_AGENTS"})
		agents, ok := Get(v, "get_agents", "agents").(L)
		if !ok {
			r.fail("clean up: GET_AGENTS answers %v", v)
		}
		left := 0
		for _, a := range agents {
			left += r.cleanAgent(a)
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			r.fail("clean up: %d reservations or volumes are left", left)
		}
	}
}

func (r *Run) cleanAgent(a any) (left int) {
	id := Get(a, "agent_info", "id")
	resources, _ := Get(a, "total_resources").(L)
	for _, res := range resources {
		stack, _ := Get(res, "reservations").(L)
		isVolume := String(res, "disk", "persistence", "id") != ""
		switch {
		case isVolume:
			r.operator(J{"type": "DESTROY_VOLUMES", "destroy_volumes": J{"agent_id": id, "volumes": L{res}}})
		case len(stack) > 0 && String(stack[len(stack)-1], "type") == "DYNAMIC":
			r.operator(J{"type": "UNRESERVE_RESOURCES", "unreserve_resources": J{"agent_id": id, "resources": L{res}}})
		default:
			continue
		}
		left++
	}
	return left
}

// Get walks into nested objects and arrays; nil where the way ends.
func Get(v any, path ...any) any {
	for _, p := range path {
		switch key := p.(type) {
		case string:
			m, ok := v.(J)
			if !ok {
				return nil
			}
			v = m[key]
		case int:
			l, ok := v.(L)
			if !ok || key >= len(l) {
				return nil
			}
			v = l[key]
		}
	}
	return v
}

// String is Get for a string; empty where there is none.
func String(v any, path ...any) string {
	s, _ := Get(v, path...).(string)
	return s
}

// indent makes a JSON line readable.
func indent(line string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(line), "    ", "  ") != nil {
		return line
	}
	return b.String()
}
