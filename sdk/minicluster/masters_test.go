package minicluster_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// askMaster sends a request to master i over a connection of its own.
func askMaster(t testing.TB, c *minicluster.Cluster, i int, method, path string, headers ...string) (int, string, http.Header, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.Masters()[i]+path, strings.NewReader(""))
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
		return 0, "", nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), res.Header, err
}

// wantRedirect checks that master i names master leader; -1: that it names none.
func wantRedirect(t *testing.T, c *minicluster.Cluster, i, leader int) {
	t.Helper()
	status, body, header, err := askMaster(t, c, i, http.MethodGet, "/redirect")
	if err != nil {
		t.Fatal(err)
	}
	if leader < 0 {
		if status != http.StatusServiceUnavailable || body != "No leader elected" {
			t.Errorf("master %d: %d %q, want 503", i, status, body)
		}
		return
	}
	if got, want := header.Get("Location"), "//"+c.Masters()[leader]; status != http.StatusTemporaryRedirect || got != want || body != "" {
		t.Errorf("master %d: %d %q, to %q, want 307 to %q", i, status, body, got, want)
	}
}

func TestStandbyRedirects(t *testing.T) {
	c := minicluster.New(t, minicluster.Config{Masters: 3})
	if n := len(c.Masters()); n != 3 || c.Leader() != 0 {
		t.Fatalf("%d masters, of which %d leads; want 3 and 0", n, c.Leader())
	}
	leader := "//" + c.Masters()[0]
	for _, tt := range []struct {
		method, path string
		status       int
		location     string
	}{
		{"POST", "/api/v1/scheduler", 307, leader + "/master/api/v1/scheduler"},
		{"POST", "/master/api/v1/scheduler", 307, leader + "/master/api/v1/scheduler"},
		{"GET", "/api/v1/scheduler", 307, leader + "/master/api/v1/scheduler"}, // before the method is looked at
		{"POST", "/api/v1", 307, leader + "/master/api/v1"},
		{"POST", "/master/reserve", 307, leader + "/master/reserve"},
		{"POST", "/teardown", 307, leader + "/master/teardown"},
		{"GET", "/slaves?slave_id=a%2Fb%20c", 307, leader + "/master/slaves?slave_id=a%2Fb%20c"},
		{"GET", "/state", 307, leader + "/master/state"},
		{"POST", "/machine/down", 307, leader + "/master/machine/down"},
		{"GET", "/", 307, leader + "/"},
		{"GET", "/master", 307, leader + "/"},
		{"GET", "/page/x", 307, leader + "/page/x"},
		{"GET", "/redirect", 307, leader},
		{"GET", "/master/redirect", 307, leader},
		{"GET", "/redirect/state", 404, ""},
		{"GET", "/master/redirect/state", 404, ""},
		{"GET", "/nowhere", 404, ""},
		{"GET", "/health", 200, ""},
		{"GET", "/version", 200, ""},
		{"GET", "/master/flags", 200, ""},
		{"GET", "/metrics/snapshot", 200, ""},
	} {
		for _, i := range []int{1, 2} {
			status, body, header, err := askMaster(t, c, i, tt.method, tt.path)
			if err != nil {
				t.Fatal(err)
			}
			if status != tt.status || header.Get("Location") != tt.location || status == 307 && body != "" {
				t.Errorf("%s %s at %d: %d %q to %q, want %d to %q", tt.method, tt.path, i, status, body, header.Get("Location"), tt.status, tt.location)
			}
		}
	}
	// A client that follows redirects gets through with its call.
	if status, _, _ := do(t, c, http.MethodGet, "/state", ""); status != http.StatusOK {
		t.Errorf("the leader's /state: %d", status)
	}
}

// TestStandbyAuthenticatesFirst: 401 comes before 307 (semantics 1.1).
func TestStandbyAuthenticatesFirst(t *testing.T) {
	c := minicluster.New(t, minicluster.Config{Masters: 2, Credentials: map[string]string{"a": "b"}})
	for path, realm := range map[string]string{
		"/api/v1/scheduler": "mesos-master-scheduler", "/api/v1": "mesos-master-readwrite", "/reserve": "mesos-master-readwrite", "/state": "mesos-master-readonly",
	} {
		status, body, header, err := askMaster(t, c, 1, http.MethodPost, path)
		if err != nil || status != 401 || body != "401 Unauthorized." || header.Get("WWW-Authenticate") != `Basic realm="`+realm+`"` {
			t.Errorf("%s: %d %q, %v, %v; want 401 of %s", path, status, body, header, err, realm)
		}
		if status, _, _, _ := askMaster(t, c, 1, http.MethodPost, path, "Authorization: Basic YTpi"); status != 307 {
			t.Errorf("%s with credentials: %d, want 307", path, status)
		}
	}
	if status, _, _, _ := askMaster(t, c, 1, http.MethodGet, "/health"); status != 200 {
		t.Errorf("/health: %d", status)
	}
}

// TestMastersFailOver: as seen with two real masters, but that the dead one is named for as long as is said.
func TestMastersFailOver(t *testing.T) {
	bubble(t, minicluster.Config{Masters: 2, SessionTimeout: 10 * time.Second}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(600)))
		o := s.offer()
		s.accept(o, launch(task("t", o, "run")))
		s.running("t")
		agentID := c.AgentID(0)

		start := time.Now()
		if err := c.KillMaster(0); err != nil {
			t.Fatal(err)
		}
		<-s.ended
		closeTo(t, "end of the stream", time.Since(start), 0, 0)
		if c.Leader() != -1 {
			t.Errorf("master %d leads", c.Leader())
		}
		if _, _, _, err := askMaster(t, c, 0, http.MethodGet, "/health"); !errors.Is(err, minicluster.ErrRefused) {
			t.Errorf("the dead master: %v", err)
		}
		time.Sleep(10*time.Second - time.Millisecond)
		wantRedirect(t, c, 1, 0)
		time.Sleep(2 * time.Millisecond)
		if c.Leader() != 1 {
			t.Fatalf("master %d leads, want 1", c.Leader())
		}

		back := subscribe(t, c, info(timeout(600), as(s.id)))
		if back.id.Value != s.id.Value {
			t.Errorf("the framework is %s, was %s", back.id.Value, s.id.Value)
		}
		again := back.offer()
		if again.AgentID.Value != agentID.Value || strings.HasPrefix(again.ID.Value, strings.Split(o.ID.Value, "-O")[0]) {
			t.Errorf("offer %s of %s; the old one was %s of %s", again.ID.Value, again.AgentID.Value, o.ID.Value, agentID.Value)
		}
		back.reconcile("", "t")
		back.status("t", mesos.TASK_RUNNING)

		// Started again, the old one stands by.
		if err := c.StartMaster(0); err != nil {
			t.Fatal(err)
		}
		wantRedirect(t, c, 0, 1)
		wantRedirect(t, c, 1, 1)
	})
}

// TestFailoverMasterMovesOn: it returns when another one leads, and the agents have registered.
func TestFailoverMasterMovesOn(t *testing.T) {
	bubble(t, minicluster.Config{Masters: 3, SessionTimeout: 10 * time.Second, Agents: make([]minicluster.Agent, 2)}, func(t *testing.T, c *minicluster.Cluster) {
		ids := map[string]bool{c.State().MasterID: true}
		for i := range 6 {
			start := time.Now()
			if err := c.FailoverMaster(); err != nil {
				t.Fatal(err)
			}
			closeTo(t, "failover", time.Since(start), 10*time.Second, time.Millisecond)
			if want := (i + 1) % 3; c.Leader() != want {
				t.Fatalf("master %d leads, want %d", c.Leader(), want)
			}
			state := c.State()
			if ids[state.MasterID] || len(state.Agents) != 2 || !state.Agents[0].Connected || !state.Agents[1].Connected {
				t.Errorf("after %d: master %s, agents %v", i, state.MasterID, state.Agents)
			}
			ids[state.MasterID] = true
			for other := range 3 {
				wantRedirect(t, c, other, c.Leader())
			}
		}
	})
}

// TestFrozenMaster: not a byte comes, another one leads when the session is over, and when the first goes on it finds
// that it lost leadership.
func TestFrozenMaster(t *testing.T) {
	bubble(t, minicluster.Config{Masters: 2, SessionTimeout: 10 * time.Second}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(600)))
		s.next(schedulerpb.Event_HEARTBEAT)
		o := s.offer()
		s.accept(o, launch(task("t", o, "run")))
		s.running("t")
		if err := c.FreezeMaster(0); err != nil {
			t.Fatal(err)
		}
		if e := s.await(9*time.Second, func(*schedulerpb.Event) bool { return true }); e != nil {
			t.Errorf("a frozen master sent %v", e)
		}
		wantRedirect(t, c, 1, 0)
		if got := c.State(); got.MasterID != "" {
			t.Errorf("a frozen master tells its state: %v", got)
		}
		if err := c.Allocate(); !errors.Is(err, minicluster.ErrNoLeader) {
			t.Errorf("a round of offers of a frozen master: %v", err)
		}
		// What happens to agents meanwhile waits for who leads next, and isn't waited for.
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if c.Leader() != 1 || !c.State().Agents[0].Connected {
			t.Fatalf("master %d leads, agents %v", c.Leader(), c.State().Agents)
		}
		if e := s.await(time.Hour, func(*schedulerpb.Event) bool { return true }); e != nil {
			t.Errorf("a frozen master sent %v", e)
		}
		select {
		case <-s.ended:
			t.Fatal("the frozen master's stream ended")
		default:
		}
		if err := c.ThawMaster(0); err != nil {
			t.Fatal(err)
		}
		<-s.ended
		synctest.Wait()
		if _, _, _, err := askMaster(t, c, 0, http.MethodGet, "/health"); err == nil {
			t.Error("a master that lost leadership lives on")
		}
		if err := c.StartMaster(0); err != nil {
			t.Fatal(err)
		}
		wantRedirect(t, c, 0, 1)
	})
}

// TestFrozenForAWhile: within its session a master goes on as the leader, and sees what it was asked meanwhile.
func TestFrozenForAWhile(t *testing.T) {
	bubble(t, minicluster.Config{Masters: 2, SessionTimeout: time.Minute}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(600)))
		s.offer()
		if err := c.FreezeMaster(0); err != nil {
			t.Fatal(err)
		}
		answered := make(chan int)
		go func() {
			status, _, _, _ := askMaster(t, c, 0, http.MethodGet, "/state")
			answered <- status
		}()
		time.Sleep(30 * time.Second)
		select {
		case status := <-answered:
			t.Fatalf("a frozen master answers %d", status)
		default:
		}
		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		if err := c.ThawMaster(0); err != nil {
			t.Fatal(err)
		}
		if status := <-answered; status != http.StatusOK {
			t.Errorf("thawed, it answers %d", status)
		}
		time.Sleep(2 * time.Minute)
		if c.Leader() != 0 || !c.State().Agents[0].Connected {
			t.Errorf("master %d leads, agents %v", c.Leader(), c.State().Agents)
		}
		s.next(schedulerpb.Event_HEARTBEAT)
		// A standby that is frozen for longer than its session contends anew.
		if err := c.FreezeMaster(1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if err := c.ThawMaster(1); err != nil {
			t.Fatal(err)
		}
		wantRedirect(t, c, 1, 0)
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		wantRedirect(t, c, 0, 1)
	})
}

// TestNoLeader: without an election the leader exits when its session is over, and the others know of none.
func TestNoLeader(t *testing.T) {
	bubble(t, minicluster.Config{Masters: 2, SessionTimeout: 10 * time.Second}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(600)))
		start := time.Now()
		if err := c.StopElection(); err != nil {
			t.Fatal(err)
		}
		<-s.ended
		closeTo(t, "end of the stream", time.Since(start), 10*time.Second, time.Millisecond)
		synctest.Wait()
		wantRedirect(t, c, 1, -1)
		if status, body, _, _ := askMaster(t, c, 1, http.MethodPost, "/api/v1/scheduler"); status != 503 || body != "No leader elected" {
			t.Errorf("a call: %d %q", status, body)
		}
		if err := c.FailoverMaster(); !errors.Is(err, minicluster.ErrNoLeader) {
			t.Errorf("a failover without a leader: %v", err)
		}
		if err := c.StartElection(); err != nil {
			t.Fatal(err)
		}
		wantRedirect(t, c, 1, 1)
		subscribe(t, c, info(timeout(600), as(s.id))).offer()
	})
}

// TestMastersOverTCP: the addresses are real ones, and a dead master's port isn't lost to others.
func TestMastersOverTCP(t *testing.T) {
	c := minicluster.New(t, minicluster.Config{Masters: 2, Simulate: minicluster.Idle})
	if err := c.KillMaster(0); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := askMaster(t, c, 0, http.MethodGet, "/health"); err == nil {
		t.Error("a dead master answers")
	}
	if l, err := net.Listen("tcp", c.Masters()[0]); err == nil {
		_ = l.Close()
		t.Error("a dead master's port is free")
	}
	subscribe(t, c, info()).offer()
	if err := c.StartMaster(0); err != nil {
		t.Fatal(err)
	}
	wantRedirect(t, c, 0, 1)
	if err := c.FreezeMaster(1); err != nil { // and is closed as it is
		t.Fatal(err)
	}
}

func TestMastersConfig(t *testing.T) {
	for _, cfg := range []minicluster.Config{
		{Masters: -1}, {Masters: 100}, {Masters: 3, Listen: "127.0.0.1:65534"}, {SessionTimeout: -time.Second},
	} {
		if c, err := minicluster.Start(t.Context(), cfg); !errors.Is(err, minicluster.ErrConfig) {
			t.Errorf("%+v: %v", cfg, err)
			if err == nil {
				_ = c.Close()
			}
		}
	}
	c := minicluster.New(t, minicluster.Config{Masters: 2})
	for name, err := range map[string]error{
		"kill": c.KillMaster(2), "start": c.StartMaster(-1), "running": c.StartMaster(0), "thaw": c.ThawMaster(0), "freeze": c.FreezeMaster(7),
		"election": c.StartElection(),
	} {
		if !errors.Is(err, minicluster.ErrNoMaster) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
