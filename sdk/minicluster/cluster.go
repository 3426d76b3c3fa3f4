package minicluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"

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
	seats     []*seat                       // the slice doesn't change once the cluster has started
	master    atomic.Pointer[master.Master] // the one that leads, or led
	leader    atomic.Pointer[seat]          // nil: none leads

	admin   chan struct{} // holds a token while somebody changes agents or masters
	members []*member     // the slice never changes; see member
	closed  bool          // owned by the holder of admin
	ballot  ballot        // likewise

	operationFaults operationFaults
	calls           calls
	intercepts      intercepts

	mu      sync.Mutex // guards what follows
	busy    sync.WaitGroup
	over    bool          // no more goroutines may begin
	closing chan struct{} // closed by Close
	elected chan struct{} // closed, and replaced, when a master begins to lead
}

// Start starts a cluster. ctx bounds the start alone; [Cluster.Close] ends the cluster. The error wraps
// [ErrConfig], [ErrListen], [ErrWorkDir] or [ErrElection], or is an agent's that can't start, such as one whose volumes
// don't fit its resources any more.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	c := &Cluster{config: cfg, admin: make(chan struct{}, 1), elected: make(chan struct{}), closing: make(chan struct{})}
	c.lock() // an agent may give up as soon as it is there
	err := c.start(ctx)
	c.unlock()
	if err == nil && cfg.ZooKeeper != "" {
		err = c.campaigns(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	c.config.Logger.Info("cluster started", "master", c.Masters()[0], "agents", len(cfg.Agents), "workdir", c.dir)
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	if err := c.openSeats(ctx); err != nil {
		return err
	}
	if err := c.prepare(); err != nil {
		return err
	}
	for _, s := range c.seats {
		if c.config.ZooKeeper != "" {
			break // agents wait for who is elected
		}
		if err := c.draw(s); err != nil {
			return err
		}
	}
	if err := c.registry.Together(c.openMembers); err != nil {
		return err
	}
	for _, s := range c.seats {
		if err := c.serveSeat(s); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) openMembers() error {
	for i, a := range c.config.Agents {
		m := &member{index: i, config: a}
		c.members = append(c.members, m)
		if err := c.open(m); errors.Is(err, ErrShutDown) {
			c.config.Logger.Warn("agent not started", "error", err)
		} else if err != nil {
			return fmt.Errorf("%w: %w", ErrWorkDir, err)
		}
	}
	return nil
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

// WorkDir returns where the cluster keeps its files.
func (c *Cluster) WorkDir() string { return c.dir }

// Dial connects to a master of the cluster, whatever its network. It fits where a net.Dialer's DialContext does.
func (c *Cluster) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if c.config.Network == Loopback {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	for _, s := range c.seats {
		if l, ok := s.listener.(*pipeListener); ok && address == s.address() && !s.dead.Load() {
			return l.dial(ctx)
		}
	}
	return nil, fmt.Errorf("%w: %s: only %s are there, or were", ErrRefused, address, strings.Join(c.Masters(), ", "))
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
	close(c.closing)
	c.mu.Unlock()
	for _, s := range c.seats {
		if s.campaign != nil {
			s.campaign.end(s.frozen.Load())
		}
		errs = append(errs, s.close())
	}
	for _, m := range c.members {
		if m.handle != nil {
			errs = append(errs, m.handle.Close())
			m.handle = nil
		}
		errs = append(errs, m.endAbandoned())
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
