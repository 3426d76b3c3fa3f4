package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/election"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// parseMasters reads Config.Masters: addresses of masters, or the one of the ZooKeeper that they contend in. One of the two
// results is empty.
func (c *Config) parseMasters() ([]*url.URL, *election.URL, error) {
	for i, text := range c.Masters {
		if !strings.HasPrefix(text, "zk://") {
			continue
		}
		field := fmt.Sprintf("Masters[%d]", i)
		if len(c.Masters) > 1 {
			return nil, nil, &ConfigError{field, "is a zk:// address, which stands for all masters; it must be the only one"}
		}
		at, err := election.ParseURL(text)
		if err != nil {
			return nil, nil, &ConfigError{field, err.Error()}
		}
		return nil, &at, nil
	}
	masters, err := wire.ParseMasters(c.Masters, wire.SchedulerPath)
	if err != nil {
		return nil, nil, configError(err)
	}
	return masters, nil, nil
}

// A leader is where the leading master is, as ZooKeeper has it. It may be used from any goroutine.
type leader struct {
	mu      sync.Mutex
	master  *url.URL      // nil: nobody leads, or nobody knows
	changed chan struct{} // closed and replaced at each change
}

func newLeader() *leader { return &leader{changed: make(chan struct{})} }

func (l *leader) set(master *url.URL) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.master = master
	close(l.changed)
	l.changed = make(chan struct{})
}

// find waits until somebody leads.
func (l *leader) find(ctx context.Context) (*url.URL, error) {
	for {
		l.mu.Lock()
		master, changed := l.master, l.changed
		l.mu.Unlock()
		if master != nil {
			return master, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// watch follows the election until ctx ends or it can't be followed. The loop is told of each leader, behind all that
// has arrived before.
func (r *run) watch(ctx context.Context) {
	scheme := "http"
	if r.cfg.TLS != nil {
		scheme = "https"
	}
	cfg := election.Config{URL: *r.zookeeper, SessionTimeout: r.cfg.ElectionTimeout, Logger: r.cfg.Logger}
	if dial := r.cfg.Dial; dial != nil {
		cfg.Dial = func(network, address string, timeout time.Duration) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			return dial(ctx, network, address)
		}
	}
	for elected, err := range election.Watch(ctx, cfg) {
		switch {
		case err != nil:
			r.queue.tell(arrival{election: fmt.Errorf("%w: %w", ErrElection, err)})
		case elected == nil:
			r.leader.set(nil)
			r.cfg.Logger.Warn("no leading master is known", slog.String("zookeeper", r.zookeeper.String()))
		default:
			master := &url.URL{Scheme: scheme, Host: elected.Address, Path: wire.SchedulerPath}
			r.leader.set(master)
			r.cfg.Logger.Info("leading master", slog.String("master", master.Host))
			r.queue.tell(arrival{leader: master})
		}
	}
}

// errAnotherLeader is why a connection is given up on which nothing was wrong.
var errAnotherLeader = errors.New("another master leads now")
