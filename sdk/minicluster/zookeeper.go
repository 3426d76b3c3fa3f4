package minicluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/election"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// campaign is a master's part in an election that ZooKeeper holds: it contends there and watches who leads, over a session
// each, as Mesos's masters do.
type campaign struct {
	cancel  context.CancelFunc
	line    line
	entered chan struct{}    // closed when ZooKeeper has taken the candidate
	noticed chan struct{}    // closed when a leader is known, and followed
	failed  chan error       // holds why it can't go on, for whoever starts
	leader  *election.Leader // as this master knows it; owned by the holder of Cluster.admin
	lost    bool             // the candidacy was lost while the master was frozen; likewise
}

// contendPause is the time between a candidacy that was lost and the next one.
const contendPause = 500 * time.Millisecond

// campaign begins one for the master of a seat.
func (c *Cluster) campaign(s *seat) error {
	cfg, err := c.masterConfig(s)
	if err != nil {
		return err
	}
	url, err := election.ParseURL(c.config.ZooKeeper)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	k := &campaign{
		cancel: cancel, line: line{gate: &s.gate}, entered: make(chan struct{}), noticed: make(chan struct{}), failed: make(chan error, 2),
	}
	s.campaign = k
	at := election.Config{URL: url, SessionTimeout: c.config.SessionTimeout, Dial: k.line.dial, Logger: c.config.Logger}
	c.background(func() { c.watch(ctx, s, k, at) })
	c.background(func() { c.contend(ctx, s, k, at, master.Info(cfg)) })
	return nil
}

// watch follows who leads until ctx ends.
func (c *Cluster) watch(ctx context.Context, s *seat, k *campaign, at election.Config) {
	var noticed sync.Once
	for leader, err := range election.Watch(ctx, at) {
		if err == nil {
			err = c.exclusively(func() error {
				if s.campaign != k {
					return nil
				}
				k.leader = leader
				return c.follow(s)
			})
		}
		switch {
		case errors.Is(err, ErrClosed):
			return
		case err != nil:
			c.config.Logger.Error("election failed", "master", s.address(), "error", err)
			k.fail(err)
		case leader != nil:
			noticed.Do(func() { close(k.noticed) })
		}
	}
}

// contend is a candidate until ctx ends. Who leads and loses its candidacy dies.
func (c *Cluster) contend(ctx context.Context, s *seat, k *campaign, at election.Config, info *mesos.MasterInfo) {
	var entered sync.Once
	for ctx.Err() == nil {
		err := election.Contend(ctx, at, info, func(int) { entered.Do(func() { close(k.entered) }) })
		if ctx.Err() != nil {
			return
		}
		if !errors.Is(err, election.ErrLost) {
			c.config.Logger.Error("election failed", "master", s.address(), "error", err)
			k.fail(err)
			return
		}
		err = c.exclusively(func() error {
			switch {
			case s.campaign != k:
			case s.frozen.Load():
				k.lost = true
			case s.master.Load() != nil:
				return c.depose(s)
			}
			return nil
		})
		if err != nil {
			return // the cluster is closed
		}
		select {
		case <-time.After(contendPause):
		case <-ctx.Done():
		}
	}
}

func (k *campaign) fail(err error) {
	select {
	case k.failed <- err:
	default:
	}
}

// follow makes the master of a seat do what its knowledge of the leader calls for.
func (c *Cluster) follow(s *seat) error {
	k := s.campaign
	if k == nil || s.frozen.Load() {
		return nil
	}
	if k.leader == nil {
		s.names.Store(nil)
		if s.master.Load() != nil {
			return c.depose(s)
		}
		return nil
	}
	if k.leader.Info.ID == s.id {
		if s.master.Load() == nil {
			if err := c.lead(s); err != nil {
				return err
			}
		}
	} else if s.master.Load() != nil {
		return c.depose(s)
	}
	s.names.Store(new(k.leader.Address))
	return nil
}

// depose ends a master that led and doesn't any more.
func (c *Cluster) depose(s *seat) error {
	c.config.Logger.Error(lostLeadership, "master", s.address())
	return c.kill(s)
}

// campaigns lets all masters contend, in their order, and waits until each of them knows who leads.
func (c *Cluster) campaigns(ctx context.Context) error {
	c.config.Logger.Info("waiting for zookeeper")
	var all []*campaign
	for _, s := range c.seats {
		err := c.exclusively(func() error {
			err := c.campaign(s)
			if err == nil {
				all = append(all, s.campaign)
			}
			return err
		})
		if err != nil {
			return err
		}
		k := all[len(all)-1]
		if err := k.await(ctx, k.entered); err != nil {
			return err
		}
	}
	for _, k := range all {
		if err := k.await(ctx, k.noticed); err != nil {
			return err
		}
	}
	return nil
}

// ErrElection is wrapped by Start's error when the masters can't contend in ZooKeeper.
var ErrElection = errors.New("minicluster: the election in ZooKeeper failed")

func (k *campaign) await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case err := <-k.failed:
		return fmt.Errorf("%w: %w", ErrElection, err)
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrElection, ctx.Err())
	}
}

// end ends a campaign. Without a word to ZooKeeper, as when the process is killed, the candidate stays there until its
// session is over.
func (k *campaign) end(silently bool) {
	if silently {
		k.line.cut()
	}
	k.cancel()
}

// line is what connects a master to ZooKeeper: its connections stop with the master, and can be cut without a word.
type line struct {
	gate *gate

	mu    sync.Mutex
	isCut bool
	conns []net.Conn // those that were made; a campaign makes few
}

var errCut = errors.New("the master is dead")

func (l *line) dial(network, address string, timeout time.Duration) (net.Conn, error) {
	conn, err := net.DialTimeout(network, address, timeout)
	if err != nil {
		return nil, err
	}
	g := gated(conn, l.gate)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isCut {
		return nil, errors.Join(errCut, g.Close())
	}
	l.conns = append(l.conns, g)
	return g, nil
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isCut = true
	for _, conn := range l.conns {
		_ = conn.Close() // the other side sees it end, which is all that is wanted
	}
	l.conns = nil
}
