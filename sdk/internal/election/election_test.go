package election

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"go.uber.org/goleak"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/test/zookeeper"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long anything may take on a busy machine.
const patience = 30 * time.Second

// timeout is a short session's: the server's least is two ticks.
const timeout = 1500 * time.Millisecond

// network is a machine's connection to ZooKeeper, which can be cut.
type network struct {
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func (n *network) dial(network, address string, d time.Duration) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cut {
		return nil, errors.New("the network is cut")
	}
	conn, err := net.DialTimeout(network, address, d)
	if err == nil {
		n.conns = append(n.conns, conn)
	}
	return conn, err
}

func (n *network) set(cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = cut
	if cut {
		for _, c := range n.conns {
			_ = c.Close()
		}
		n.conns = nil
	}
}

func at(t *testing.T, zk *zookeeper.Server, rest string) Config {
	t.Helper()
	user, path, ok := strings.Cut(rest, "@")
	if ok {
		user += "@"
	} else {
		user, path = "", rest
	}
	u, err := ParseURL("zk://" + user + zk.Address() + path)
	if err != nil {
		t.Fatal(err)
	}
	return Config{URL: u, SessionTimeout: timeout}
}

func masterInfo(id string, port int) *mesos.MasterInfo {
	return &mesos.MasterInfo{ID: id, IP: 0x0100007f, Port: new(uint32(port)), Address: &mesos.Address{Hostname: new("127.0.0.1"), IP: new("127.0.0.1"), Port: int32(port)}}
}

// candidate is a Contend in the background.
type candidate struct {
	cancel   context.CancelFunc
	sequence chan int
	over     chan error
}

func contend(t *testing.T, cfg Config, id string, port int) *candidate {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := &candidate{cancel: cancel, sequence: make(chan int, 1), over: make(chan error, 1)}
	go func() { c.over <- Contend(ctx, cfg, masterInfo(id, port), func(n int) { c.sequence <- n }) }()
	t.Cleanup(cancel)
	return c
}

// entered waits until ZooKeeper has the candidate.
func (c *candidate) entered(t *testing.T) int {
	t.Helper()
	select {
	case n := <-c.sequence:
		return n
	case err := <-c.over:
		t.Fatalf("the candidacy ended: %v", err)
	case <-time.After(patience):
		t.Fatal("the candidate doesn't enter")
	}
	return 0
}

func (c *candidate) end(t *testing.T, want error) {
	t.Helper()
	select {
	case err := <-c.over:
		if !errors.Is(err, want) {
			t.Errorf("the candidacy ended with %v, want %v", err, want)
		}
	case <-time.After(patience):
		t.Fatal("the candidacy doesn't end")
	}
}

// view is a Watch in the background.
type view struct{ changes chan string }

func watch(t *testing.T, cfg Config) *view {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	v := &view{changes: make(chan string, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for l, err := range Watch(ctx, cfg) {
			switch {
			case err != nil:
				v.changes <- "error: " + err.Error()
			case l == nil:
				v.changes <- "none"
			default:
				v.changes <- l.Info.ID + " at " + l.Address
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return v
}

func (v *view) sees(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-v.changes:
			if got != w {
				t.Fatalf("seen: %q, want %q", got, w)
			}
		case <-time.After(patience):
			t.Fatalf("nothing seen, want %q", w)
		}
	}
}

// TestElection: the first to come leads, then the next; who goes properly is gone at once, and who only loses its
// connection when its session is over.
func TestElection(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	cfg := at(t, server, "/some/mesos")
	v := watch(t, cfg)
	v.sees(t, "none")
	var net0 network
	cut := cfg
	cut.Dial = net0.dial
	a := contend(t, cut, "a", 5050)
	first := a.entered(t)
	v.sees(t, "a at 127.0.0.1:5050")
	b, c := contend(t, cfg, "b", 5051), (*candidate)(nil)
	if n := b.entered(t); n <= first {
		t.Errorf("the second has number %d, the first %d", n, first)
	}
	c = contend(t, cfg, "c", 5052)
	c.entered(t)

	start := time.Now()
	net0.set(true)
	a.end(t, ErrLost)
	if d := time.Since(start); d < timeout {
		t.Errorf("a candidate without a server gives up after %v, before its session ended", d)
	}
	v.sees(t, "b at 127.0.0.1:5051")
	b.cancel()
	b.end(t, context.Canceled)
	v.sees(t, "c at 127.0.0.1:5052")
	net0.set(false)
	again := contend(t, cut, "a", 5050)
	again.entered(t)
	c.cancel()
	c.end(t, context.Canceled)
	v.sees(t, "a at 127.0.0.1:5050")
	again.cancel()
	again.end(t, context.Canceled)
	v.sees(t, "none")
}

// TestShortBreak: a connection that comes back within the session's time loses nothing.
func TestShortBreak(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	var n network
	cfg := at(t, server, "/mesos")
	cfg.Dial, cfg.SessionTimeout = n.dial, 4*time.Second
	v := watch(t, cfg)
	v.sees(t, "none")
	a := contend(t, cfg, "a", 5050)
	a.entered(t)
	v.sees(t, "a at 127.0.0.1:5050")
	n.set(true)
	n.set(false)
	b := contend(t, at(t, server, "/mesos"), "b", 5051)
	b.entered(t)
	select {
	case err := <-a.over:
		t.Fatalf("the candidacy ended: %v", err)
	case seen := <-v.changes:
		t.Fatalf("seen: %s", seen)
	case <-time.After(2 * time.Second): // for the connection to be there again
	}
	a.cancel()
	a.end(t, context.Canceled)
	v.sees(t, "b at 127.0.0.1:5051")
}

// TestServerDies: all is lost after the session's time, and found again when the server is back.
func TestServerDies(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	cfg := at(t, server, "/mesos")
	v := watch(t, cfg)
	v.sees(t, "none")
	a := contend(t, cfg, "a", 5050)
	a.entered(t)
	v.sees(t, "a at 127.0.0.1:5050")
	start := time.Now()
	server.Stop()
	a.end(t, ErrLost)
	v.sees(t, "none")
	if d := time.Since(start); d < timeout || d > timeout+patience/2 {
		t.Errorf("the end was seen after %v, the session's time is %v", d, timeout)
	}
	b := contend(t, cfg, "b", 5051) // while no server is there
	server.Restart()
	b.entered(t)
	for seen := ""; seen != "b at 127.0.0.1:5051"; { // it remembers a's session for a while
		select {
		case seen = <-v.changes:
		case <-time.After(patience):
			t.Fatal("the new leader isn't seen")
		}
	}
}

// TestRemovedZnode: a candidate whose znode somebody removes is none any more.
func TestRemovedZnode(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	cfg := at(t, server, "/mesos")
	a := contend(t, cfg, "a", 5050)
	a.entered(t)
	conn := connect(t, server)
	names, _, err := conn.Children("/mesos")
	if err != nil || len(names) != 1 || !strings.HasPrefix(names[0], "json.info_00000000") {
		t.Fatalf("znodes are %v, %v", names, err)
	}
	if err := conn.Delete("/mesos/"+names[0], -1); err != nil {
		t.Fatal(err)
	}
	a.end(t, ErrLost)
}

func connect(t *testing.T, server *zookeeper.Server) *zk.Conn {
	t.Helper()
	conn, events, err := zk.Connect([]string{server.Address()}, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		for range events {
		}
	})
	return conn
}

// TestCredentials: with them everybody may read and nobody else may write; without them, or with others, one is
// refused. Nothing that is said holds the password.
func TestCredentials(t *testing.T) {
	t.Parallel()
	server := zookeeper.Start(t)
	var log strings.Builder
	cfg := at(t, server, "moor:xyzzy@/mesos")
	cfg.Logger = slog.New(slog.NewTextHandler(&synced{w: &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a := contend(t, cfg, "a", 5050)
	a.entered(t)
	watch(t, at(t, server, "/mesos")).sees(t, "a at 127.0.0.1:5050")
	conn := connect(t, server)
	names, _, err := conn.Children("/mesos")
	if err != nil || len(names) != 1 {
		t.Fatalf("znodes are %v, %v", names, err)
	}
	acl, _, err := conn.GetACL("/mesos/" + names[0])
	if err != nil || len(acl) != 2 {
		t.Fatalf("ACL is %v, %v", acl, err)
	}
	for _, user := range []string{"", "moor:plugh@"} {
		b := contend(t, at(t, server, user+"/mesos"), "b", 5051)
		b.end(t, zk.ErrNoAuth)
	}
	// The same user over a connection that broke.
	a.cancel()
	a.end(t, context.Canceled)
	if strings.Contains(log.String(), "xyzzy") {
		t.Errorf("the log tells the password:\n%s", log.String())
	}
	// Who may not even read is told so.
	if _, err := conn.Create("/secret", nil, 0, zk.DigestACL(zk.PermAll, "x", "y")); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-watch(t, at(t, server, "/secret")).changes:
		if !strings.Contains(got, "error") || !strings.Contains(got, "user:password") {
			t.Errorf("seen: %s", got)
		}
	case <-time.After(patience):
		t.Error("nothing is said of a path that may not be read")
	}
}

// synced is a writer for several goroutines.
type synced struct {
	mu sync.Mutex
	w  *strings.Builder
}

func (s *synced) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// TestNoServer: where nothing answers, both go on trying until they are told to stop, and no goroutine stays.
func TestNoServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	u, err := ParseURL("zk://" + address + ",unknown.invalid:1/mesos")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	cfg := Config{URL: u, SessionTimeout: timeout}
	if err := Contend(ctx, cfg, masterInfo("a", 1), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Contend: %v", err)
	}
	for l, err := range Watch(ctx, cfg) {
		t.Errorf("Watch yields %v, %v", l, err)
	}
	for _, cfg := range []Config{{}, {URL: u, SessionTimeout: -1}} {
		if err := Contend(t.Context(), cfg, masterInfo("a", 1), nil); err == nil {
			t.Errorf("Contend takes %+v", cfg)
		}
		for _, err := range Watch(t.Context(), cfg) {
			if err == nil {
				t.Errorf("Watch takes %+v", cfg)
			}
		}
	}
}
