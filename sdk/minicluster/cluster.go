package minicluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// ErrClosed is returned by methods of a [Cluster] that was closed.
var ErrClosed = errors.New("minicluster: closed")

// Cluster is a running cluster. Its methods may be called from any goroutine.
type Cluster struct {
	config    Config
	dir       string // work dir
	temporary bool   // dir is removed by Close
	registry  *master.Registry
	listener  net.Listener
	server    *http.Server
	master    atomic.Pointer[master.Master]

	admin   chan struct{} // holds a token while somebody changes agents or the master
	members []*member     // the slice never changes; see member
	closed  bool          // owned by the holder of admin

	connections connections
	intercepts  intercepts

	mu   sync.Mutex // guards what follows
	busy sync.WaitGroup
	over bool // no more goroutines may begin
}

// Start starts a cluster. ctx bounds the start alone; [Cluster.Close] ends the cluster. The error wraps
// [ErrConfig], [ErrListen] or [ErrWorkDir], or is an agent's that can't start, such as one whose volumes don't fit
// its resources any more.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	c := &Cluster{config: cfg, admin: make(chan struct{}, 1)}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	var err error
	if c.listener, err = listen(ctx, c.config.Network, c.config.Listen); err != nil {
		return err
	}
	if err := c.prepare(); err != nil {
		return err
	}
	if err := c.newMaster(); err != nil {
		return err
	}
	for i, a := range c.config.Agents {
		m := &member{index: i, config: a}
		c.members = append(c.members, m)
		if err := c.open(m); err != nil {
			return fmt.Errorf("%w: %w", ErrWorkDir, err)
		}
	}
	c.server = &http.Server{
		Handler:           http.HandlerFunc(c.serve),
		ConnState:         c.connections.follow,
		ErrorLog:          slog.NewLogLogger(c.config.Logger.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 30 * time.Second,
	}
	c.background(func() {
		if err := c.server.Serve(c.listener); !errors.Is(err, http.ErrServerClosed) {
			c.config.Logger.Error("server ended", "error", err)
		}
	})
	c.config.Logger.Info("cluster started", "master", c.Masters()[0], "agents", len(c.members), "workdir", c.dir)
	return nil
}

// newMaster makes a new master the one that is served.
func (c *Cluster) newMaster() error {
	least, err := allocator.ParseMinAllocatable(c.config.minAllocatable())
	if err != nil {
		return err
	}
	acls, err := authorize.Parse(c.config.ACLs)
	if err != nil {
		return err
	}
	address, ok := c.listener.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("%w on %v: not TCP", ErrListen, c.listener.Addr())
	}
	ip := address.IP
	if ip.IsUnspecified() {
		ip = net.IPv4(127, 0, 0, 1)
	}
	c.master.Store(master.New(master.Config{
		IP:                ip.String(),
		Port:              address.Port,
		Interval:          c.config.AllocationInterval,
		Heartbeat:         c.config.Heartbeat,
		OfferTimeout:      c.config.OfferTimeout,
		PingTimeout:       c.config.PingTimeout,
		ReregisterTimeout: c.config.ReregisterTimeout,
		MinAllocatable:    least,
		Roles:             c.config.Roles,
		Credentials:       c.config.Credentials,
		ACLs:              acls,
		Seed:              c.config.Seed,
		Registry:          c.registry,
		Intercept:         c.intercepts.call,
		Logger:            c.config.Logger,
	}))
	return nil
}

func (c *Cluster) serve(w http.ResponseWriter, r *http.Request) {
	if !c.enter() {
		panic(http.ErrAbortHandler)
	}
	defer c.busy.Done()
	c.master.Load().ServeHTTP(w, r)
}

// enter counts a goroutine that Close waits for, unless Close has begun.
func (c *Cluster) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return false
	}
	c.busy.Add(1)
	return true
}

// background runs f on a goroutine that Close waits for.
func (c *Cluster) background(f func()) {
	if c.enter() {
		go func() {
			defer c.busy.Done()
			f()
		}()
	}
}

// lock and unlock keep changes of agents and the master apart. A channel does it, because one may take a while,
// and waiting for a mutex would stop the clock of a bubble.
func (c *Cluster) lock()   { c.admin <- struct{}{} }
func (c *Cluster) unlock() { <-c.admin }

// Masters returns the addresses of the masters, "127.0.0.1:5050"; the first is the leader.
func (c *Cluster) Masters() []string { return []string{c.listener.Addr().String()} }

// WorkDir returns where the cluster keeps its files.
func (c *Cluster) WorkDir() string { return c.dir }

// Dial connects to a master of the cluster, whatever its network. It fits where a net.Dialer's DialContext does.
func (c *Cluster) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	l, ok := c.listener.(*pipeListener)
	if !ok {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	if address != l.address.String() {
		return nil, fmt.Errorf("%w: %s: only %s is there", ErrRefused, address, l.address)
	}
	return l.dial(ctx)
}

// Close ends the cluster: connections break, the tasks' processes are killed, a temporary work dir is removed. It
// waits for all of it. Further calls do nothing.
func (c *Cluster) Close() error {
	c.lock()
	defer c.unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	var errs []error
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	if c.server != nil {
		errs = append(errs, ignoreClosed(c.server.Close()))
	} else if c.listener != nil {
		errs = append(errs, ignoreClosed(c.listener.Close()))
	}
	if m := c.master.Load(); m != nil {
		m.Close()
	}
	for _, m := range c.members {
		if m.handle != nil {
			errs = append(errs, m.handle.Close())
			m.handle = nil
		}
	}
	c.wait()
	if c.temporary {
		errs = append(errs, os.RemoveAll(c.dir))
	}
	return errors.Join(errs...)
}

// wait waits for the cluster's goroutines. One of them may want to lock what Close has locked.
func (c *Cluster) wait() {
	c.unlock()
	c.busy.Wait()
	c.lock()
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
