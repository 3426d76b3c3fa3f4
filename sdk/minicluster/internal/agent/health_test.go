package agent

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// quick is a health check without the long default intervals.
func quick(kind mesos.HealthCheck_Type) *mesos.HealthCheck {
	return &mesos.HealthCheck{
		Type: &kind, DelaySeconds: new(0.0), IntervalSeconds: new(0.02), TimeoutSeconds: new(5.0), GracePeriodSeconds: new(0.0),
		ConsecutiveFailures: new(uint32(2)),
	}
}

func portOf(t *testing.T, address string) uint32 {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseUint(port, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// healthOf acknowledges a task's updates until the terminal one and returns the health that those after the
// first TASK_RUNNING tell, oldest first.
func healthOf(r *rig, id string, until func([]bool) bool) []bool {
	r.t.Helper()
	var health []bool
	seen := 0
	for !until(health) {
		var s mesos.TaskStatus
		r.master.until("more updates of "+id, func() bool {
			n := 0
			for _, u := range r.master.heard.updates {
				if u.TaskID.Value == id {
					if n == seen {
						s = u
						return true
					}
					n++
				}
			}
			return false
		})
		seen++
		r.Acknowledge(fw(), s.TaskID, s.UUID)
		if s.Healthy != nil {
			health = append(health, *s.Healthy)
		}
	}
	return health
}

// TestHealthCommand: a task that turns unhealthy is told of at each failure, then killed (semantics 6.12).
func TestHealthCommand(t *testing.T) {
	r := newRig(t)
	task := command("t", "touch ok; sleep 1000")
	task.HealthCheck = quick(mesos.HealthCheck_COMMAND)
	task.HealthCheck.Command = &mesos.CommandInfo{Value: new(`test "$MESOS_EXECUTOR_ID" = t && echo x >> probes && test $(wc -l < probes) -lt 4 && test -f ok`)}
	task.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: int64(time.Second)}}
	r.Launch(client(), task)
	health := healthOf(r, "t", func(h []bool) bool { return len(h) > 0 && !h[len(h)-1] && len(h) >= 4 })
	if !slices.Equal(health, []bool{true, false, false, false}) && !slices.Equal(health, []bool{false, true, false, false}) {
		t.Errorf("health %v", health)
	}
	s := r.master.update("t", mesos.TASK_KILLED, 0)
	if s.Healthy == nil || *s.Healthy || s.GetMessage() != "Command terminated with signal Terminated" {
		t.Errorf("%v", s)
	}
}

// TestHealthProbes: HTTP, with redirects as answers, and TCP, of listeners that go away.
func TestHealthProbes(t *testing.T) {
	var page http.HandlerFunc = func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/health" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		http.Redirect(w, req, "/elsewhere", http.StatusFound)
	}
	server := httptest.NewServer(page)
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	r := newRig(t)
	for _, c := range []struct {
		id      string
		check   *mesos.HealthCheck
		healthy bool
	}{
		{"http", &mesos.HealthCheck{HTTP: &mesos.HealthCheck_HTTPCheckInfo{Port: portOf(t, server.Listener.Addr().String()), Path: new("/health")}}, true},
		{"not-found", &mesos.HealthCheck{HTTP: &mesos.HealthCheck_HTTPCheckInfo{Port: portOf(t, server.Listener.Addr().String()), Path: new("/")}}, false},
		{"tcp", &mesos.HealthCheck{TCP: &mesos.HealthCheck_TCPCheckInfo{Port: portOf(t, listener.Addr().String())}}, true},
	} {
		task := command(c.id, "sleep 1000")
		task.HealthCheck = quick(mesos.HealthCheck_TCP)
		if c.check.HTTP != nil {
			task.HealthCheck = quick(mesos.HealthCheck_HTTP)
		}
		task.HealthCheck.HTTP, task.HealthCheck.TCP = c.check.HTTP, c.check.TCP
		r.Launch(client(), task)
		if h := healthOf(r, c.id, func(h []bool) bool { return len(h) > 0 }); h[0] != c.healthy {
			t.Errorf("%s: healthy %v", c.id, h[0])
		}
	}
}

// TestCheck: the result of a check is told when it changes, and nothing is killed for it.
func TestCheck(t *testing.T) {
	r := newRig(t)
	task := command("t", "sleep 1000")
	task.Check = &mesos.CheckInfo{
		Type: mesos.CheckInfo_COMMAND.Enum(), DelaySeconds: new(0.0), IntervalSeconds: new(0.02),
		Command: &mesos.CheckInfo_Command{Command: mesos.CommandInfo{Value: new("echo x >> probes; test $(wc -l < probes) -lt 3 || exit 7")}},
	}
	r.Launch(client(), task)
	first := r.acknowledged("t", mesos.TASK_STARTING)
	if first.CheckStatus.GetType() != mesos.CheckInfo_COMMAND || first.CheckStatus.Command.ExitCode != nil {
		t.Errorf("before any check: %v", first.CheckStatus)
	}
	var codes []int32
	for n := 0; len(codes) < 2; n++ {
		s := r.master.update("t", mesos.TASK_RUNNING, n)
		r.Acknowledge(fw(), s.TaskID, s.UUID)
		if s.GetReason() == mesos.REASON_TASK_CHECK_STATUS_UPDATED {
			codes = append(codes, s.CheckStatus.Command.GetExitCode())
		}
	}
	if !slices.Equal(codes, []int32{0, 7}) {
		t.Errorf("exit codes %v", codes)
	}
}

// TestHealthGrace: failures don't count before the grace period has passed or a check has succeeded.
func TestHealthGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, simulate(nil))
		r.Launch(client(), command("t", "x"))
		r.acknowledged("t", mesos.TASK_STARTING, mesos.TASK_RUNNING)
		status := func(code int32) mesos.CheckStatusInfo {
			s := emptyCheckStatus(mesos.CheckInfo_COMMAND)
			s.Command.ExitCode = &code
			return *s
		}
		h := &health{agent: r.Agent, since: time.Now(), grace: 10 * time.Second, limit: 100, starting: true}
		var failures []uint32
		try := func(code int32) {
			r.ask(func() {
				h.task = r.frameworks["F"].tasks["t"]
				h.result(status(code), nil)
				failures = append(failures, h.failures)
			})
		}
		try(1)
		time.Sleep(10 * time.Second)
		try(1)
		time.Sleep(time.Second)
		try(1) // the grace period is over
		try(0)
		try(1)
		h.since = time.Now()
		try(1) // within a grace period that no longer matters
		if want := []uint32{0, 0, 1, 0, 1, 2}; !slices.Equal(failures, want) {
			t.Errorf("failures counted: %v, want %v", failures, want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}
