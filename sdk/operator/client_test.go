package operator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

const secret = "hunter2-do-not-tell"

// A seen request.
type seen struct{ path, principal, secret, contentType string }

// A script is a master that answers as it is told.
type script struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

func newScript(t *testing.T, tls bool, answer http.HandlerFunc) *script {
	t.Helper()
	s := &script{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server wouldn't notice that the client has gone
		principal, secret, _ := r.BasicAuth()
		s.mu.Lock()
		s.seen = append(s.seen, seen{r.URL.Path, principal, secret, r.Header.Get("Content-Type")})
		s.mu.Unlock()
		answer(w, r)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func (s *script) requests() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func (s *script) host() string { return s.Listener.Addr().String() }

// says answers with a status and a text.
func says(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}
}

func redirects(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Location"] = []string{location}
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

// shows answers with a message.
func shows(t *testing.T, r *masterpb.Response) http.HandlerFunc {
	t.Helper()
	body, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return says(http.StatusOK, string(body))
}

func healthy(t *testing.T) http.HandlerFunc {
	return shows(t, &masterpb.Response{Type: masterpb.Response_GET_HEALTH.Enum(), GetHealth: &masterpb.Response_GetHealth{Healthy: true}})
}

func newClient(t *testing.T, cfg operator.Config) *operator.Client {
	t.Helper()
	c, err := operator.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var (
	agentID  = mesos.AgentID{Value: "agent-7"}
	reserved = resource.Set{resource.Push(resource.Scalar("cpus", 1), resource.Reservation{Role: "r"}.Info())}
)

// What each answer means, with the master's text, the call and the agent in the error, and no secret.
func TestAnswers(t *testing.T) {
	tests := []struct {
		code int
		text string
		kind error
	}{
		{400, "No agent found with specified ID", operator.ErrNoAgent},
		{400, "Unknown agent", operator.ErrNoAgent},
		{400, "No framework found with specified ID", operator.ErrNoFramework},
		{400, "Invalid RESERVE operation on agent a: A reserve operation was attempted by authenticated principal 'P', which does not match", operator.ErrPrincipal},
		{400, "Invalid CREATE operation on agent a: Create volume operation attempted by principal 'P', but there is a volume", operator.ErrPrincipal},
		{400, "Invalid CREATE operation on agent a: Persistence ID 'x' is not unique", operator.ErrExists},
		{400, "Invalid DESTROY operation: Persistent volumes not found", operator.ErrNoVolume},
		{400, "Invalid DESTROY operation: Persistent volumes in use", operator.ErrInUse},
		{400, "Agent is still in the DRAINING state", operator.ErrAgentState},
		{400, "Agent X is part of a maintenance schedule under Machine M", operator.ErrAgentState},
		{400, "Failed to validate master::Call: Expecting 'type' to be present", operator.ErrRefused},
		{401, "401 Unauthorized.", operator.ErrUnauthorized},
		{403, "403 Forbidden.", operator.ErrForbidden},
		{404, "Agent 'X' not found", operator.ErrNoAgent},
		{404, "404 Not Found.", operator.ErrNotMaster},
		{405, "", operator.ErrNotMaster},
		{409, "cpus:1 does not contain cpus:2", operator.ErrConflict},
		{409, "Agent is currently being marked gone", operator.ErrAgentState},
		{418, "teapot", operator.ErrRefused},
		{429, "", operator.ErrUnavailable},
		{500, "", operator.ErrUnavailable},
		{501, "501 Not Implemented.", operator.ErrUnsupported},
		{503, "No leader elected", operator.ErrNotLeader},
		{503, "Master has not finished recovery", operator.ErrUnavailable},
		{503, "Agent 'X' is already being transitioned to gone", operator.ErrAgentState},
		{503, "Agent 'X' is being transitioned to removed", operator.ErrAgentState},
		{502, "", operator.ErrUnknownOutcome},
		{504, "", operator.ErrUnknownOutcome},
		{204, "", operator.ErrUnknownOutcome},
		{304, "", operator.ErrNotMaster},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.code, " ", test.text), func(t *testing.T) {
			s := newScript(t, false, says(test.code, test.text))
			var log strings.Builder
			c := newClient(t, operator.Config{
				Masters: []string{s.host()}, Principal: "me", Secret: secret, Logger: slog.New(slog.NewTextHandler(&log, nil)),
			})
			_, err := c.Reserve(t.Context(), agentID, reserved)
			var e *operator.Error
			if !errors.Is(err, test.kind) || !errors.As(err, &e) {
				t.Fatalf("%v, want one that is %v", err, test.kind)
			}
			if e.Call != "RESERVE_RESOURCES" || e.Agent != agentID.Value || e.Master != s.host() || e.Code != test.code || e.Text != test.text || e.Advice == "" {
				t.Errorf("%+v lacks something", e)
			}
			for _, part := range []string{"RESERVE_RESOURCES on agent agent-7: master " + s.host(), test.kind.Error(), e.Advice} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q lacks %q", err, part)
				}
			}
			if strings.Contains(err.Error()+log.String(), secret) {
				t.Error("the secret is told")
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// A standby redirects without a scheme and under /master, whatever was asked for (semantics 1.9); every hop gets the credentials.
func TestRedirectsToTheLeader(t *testing.T) {
	for _, path := range []string{"/master/api/v1", "/api/v1", "/", ""} {
		leader := newScript(t, false, healthy(t))
		standby := newScript(t, false, redirects("//"+leader.host()+path))
		c := newClient(t, operator.Config{Masters: []string{standby.host()}, Principal: "me", Secret: secret})
		if ok, err := c.Healthy(t.Context()); !ok || err != nil {
			t.Fatalf("%q: %v, %v", path, ok, err)
		}
		want := seen{path, "me", secret, "application/x-protobuf"}
		if len(path) < 2 {
			want.path = "/api/v1"
		}
		if got := leader.requests(); len(got) != 1 || got[0] != want {
			t.Errorf("the leader saw %v, want %v", got, want)
		}
	}
}

// Redirects that go round, to another scheme or to nowhere aren't followed, and take no credentials along.
func TestRedirectsNotFollowed(t *testing.T) {
	thief := newScript(t, false, healthy(t))
	for name, location := range map[string]string{
		"to plain HTTP": "http://" + thief.host() + "/api/v1", "nowhere": "", "to a file": "file:///etc/passwd",
	} {
		s := newScript(t, true, redirects(location))
		ca := filepath.Join(t.TempDir(), "ca.pem")
		writePEM(t, ca, s.Certificate().Raw)
		c := newClient(t, operator.Config{Masters: []string{s.URL}, CAFile: ca, Principal: "me", Secret: secret})
		_, err := c.Healthy(t.Context())
		if !errors.Is(err, operator.ErrRedirect) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "nowhere" && !errors.Is(err, operator.ErrNotLeader) {
			t.Errorf("%s: %v isn't ErrNotLeader", name, err)
		}
		if got := thief.requests(); len(got) != 0 {
			t.Errorf("%s: another scheme was sent %v", name, got)
		}
	}
	var round *script
	round = newScript(t, false, func(w http.ResponseWriter, r *http.Request) { redirects("//"+round.host()+"/api/v1")(w, r) })
	c := newClient(t, operator.Config{Masters: []string{round.host()}})
	if _, err := c.Healthy(t.Context()); !errors.Is(err, operator.ErrRedirect) || len(round.requests()) != 5 {
		t.Errorf("in a round: %v after %d requests", err, len(round.requests()))
	}
}

// Masters are tried in turn; a change goes to another one only if nobody can have taken it.
func TestMastersInTurn(t *testing.T) {
	dead := closedPort(t)
	breaks := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	tests := []struct {
		name    string
		first   http.HandlerFunc // nil: nobody listens
		change  bool
		want    error
		visited int // of the second master
	}{
		{"nobody listens, looking", nil, false, nil, 1},
		{"nobody listens, changing", nil, true, nil, 1},
		{"no leader, changing", says(503, "No leader elected"), true, nil, 1},
		{"redirect to nobody, changing", redirects("//" + dead + "/api/v1"), true, nil, 1},
		{"not a master, changing", says(404, ""), true, nil, 1},
		{"unavailable, looking", says(503, "Master has not finished recovery"), false, nil, 1},
		{"unavailable, changing", says(503, "Master has not finished recovery"), true, operator.ErrUnavailable, 0},
		{"breaks, looking", breaks, false, nil, 1},
		{"breaks, changing", breaks, true, operator.ErrUnknownOutcome, 0},
		{"refuses", says(403, "403 Forbidden."), true, operator.ErrForbidden, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			first := dead
			if test.first != nil {
				first = newScript(t, false, test.first).host()
			}
			second := newScript(t, false, func(w http.ResponseWriter, r *http.Request) {
				if test.change {
					w.WriteHeader(http.StatusAccepted)
				} else {
					healthy(t)(w, r)
				}
			})
			c := newClient(t, operator.Config{Masters: []string{first, second.host()}})
			var err error
			if test.change {
				_, err = c.Reserve(t.Context(), agentID, reserved)
			} else {
				_, err = c.Healthy(t.Context())
			}
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if n := len(second.requests()); n != test.visited {
				t.Errorf("the second master got %d calls, want %d", n, test.visited)
			}
		})
	}
	c := newClient(t, operator.Config{Masters: []string{dead, newScript(t, false, says(503, "No leader elected")).host()}})
	if _, err := c.Healthy(t.Context()); !errors.Is(err, operator.ErrUnreachable) || !errors.Is(err, operator.ErrNotLeader) {
		t.Errorf("all of them failed, and the error doesn't tell of each: %v", err)
	}
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// A master that hangs is given up after Timeout or with the context, and one that floods after MaxAnswer.
func TestBounds(t *testing.T) {
	hang := newScript(t, false, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := newClient(t, operator.Config{Masters: []string{hang.host()}, Timeout: 50 * time.Millisecond})
	if _, err := c.Healthy(t.Context()); !errors.Is(err, operator.ErrUnreachable) || !strings.Contains(err.Error(), "50ms") {
		t.Errorf("looking: %v", err)
	}
	if _, err := c.Reserve(t.Context(), agentID, reserved); !errors.Is(err, operator.ErrUnknownOutcome) {
		t.Errorf("changing: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, err := newClient(t, operator.Config{Masters: []string{hang.host()}}).Healthy(ctx); err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("cancelled: %v", err)
	}
	flood := newScript(t, false, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	})
	c = newClient(t, operator.Config{Masters: []string{flood.host()}, MaxAnswer: 1 << 14})
	if _, err := c.State(t.Context()); !errors.Is(err, operator.ErrTooLarge) {
		t.Errorf("flooded: %v", err)
	}
	for name, body := range map[string]string{"garbage": "\xff\xff", "empty": "", "of another call": "\x08\x02"} {
		c = newClient(t, operator.Config{Masters: []string{newScript(t, false, says(200, body)).host()}})
		if _, err := c.Healthy(t.Context()); !errors.Is(err, operator.ErrAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.Close()
	if _, err := c.Healthy(t.Context()); !errors.Is(err, operator.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// What would harm a master, or can't be answered, isn't sent.
func TestNotSent(t *testing.T) {
	s := newScript(t, false, says(202, ""))
	c := newClient(t, operator.Config{Masters: []string{s.host()}})
	if _, err := c.Reserve(t.Context(), agentID, resource.Set{resource.Push(resource.Scalar("cpus", 0), resource.Reservation{Role: "r"}.Info())}); !errors.Is(err, operator.ErrPoison) {
		t.Errorf("an empty resource: %v", err)
	}
	if _, err := c.Do(t.Context(), &masterpb.Call{Type: masterpb.Call_REMOVE_QUOTA.Enum(), RemoveQuota: &masterpb.Call_RemoveQuota{Role: "r"}}); !errors.Is(err, operator.ErrPoison) {
		t.Errorf("REMOVE_QUOTA: %v", err)
	}
	for _, call := range []*masterpb.Call{nil, {}, {Type: masterpb.Call_SUBSCRIBE.Enum()}} {
		if _, err := c.Do(t.Context(), call); !errors.Is(err, operator.ErrRefused) {
			t.Errorf("%v: %v", call, err)
		}
	}
	if got := s.requests(); len(got) != 0 {
		t.Errorf("sent: %v", got)
	}
}

// The secret is read for each call, from where the config says.
func TestSecretFromFile(t *testing.T) {
	s := newScript(t, false, healthy(t))
	file := filepath.Join(t.TempDir(), "secret")
	c := newClient(t, operator.Config{Masters: []string{s.host()}, Principal: "me", SecretFile: file})
	if _, err := c.Healthy(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
	for _, text := range []string{"one", "two"} {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Healthy(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := s.requests()
		if last := got[len(got)-1]; last.secret != text {
			t.Errorf("sent %v, want %q", last, text)
		}
	}
}
