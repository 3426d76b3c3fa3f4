package election

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-zookeeper/zk"
)

// Watch yields the leading master, and again after each change; nil: none leads, or none is known because the session
// with ZooKeeper is lost. While the consumer is busy changes are passed over: what it gets next is how things are
// then. Watch ends when ctx ends or the consumer stops, with all of its goroutines. An error that stays, an invalid
// address or a ZooKeeper that doesn't let us read, is yielded last; servers that can't be reached are tried for ever.
func Watch(ctx context.Context, cfg Config) iter.Seq2[*Leader, error] {
	return func(yield func(*Leader, error) bool) {
		cfg = cfg.withDefaults()
		if err := cfg.validate(); err != nil {
			yield(nil, err)
			return
		}
		w := &watcher{cfg: cfg, yield: yield}
		pause := backoff.NewExponentialBackOff()
		pause.InitialInterval, pause.MaxInterval, pause.MaxElapsedTime = 100*time.Millisecond, cfg.SessionTimeout, 0
		for {
			began := time.Now()
			err := w.session(ctx)
			if ctx.Err() != nil || w.stopped {
				return
			}
			if !errors.Is(err, ErrLost) {
				yield(nil, err)
				return
			}
			cfg.Logger.Debug("session with zookeeper lost", "zookeeper", cfg.URL.String())
			if !w.report(nil) {
				return
			}
			if time.Since(began) > cfg.SessionTimeout {
				pause.Reset()
			}
			select {
			case <-time.After(pause.NextBackOff()):
			case <-ctx.Done():
				return
			}
		}
	}
}

// watcher is one Watch.
type watcher struct {
	cfg      Config
	yield    func(*Leader, error) bool
	reported bool
	last     *Leader
	stopped  bool // the consumer has had enough
}

// report yields what is new.
func (w *watcher) report(l *Leader) bool {
	if w.reported && l.Same(w.last) {
		return true
	}
	w.reported, w.last = true, l
	w.stopped = !w.yield(l, nil)
	return !w.stopped
}

// session watches until the session is lost, the consumer stops, or ctx ends.
func (w *watcher) session(ctx context.Context) error {
	s, err := openSession(w.cfg)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.authenticate(ctx); err != nil {
		return err
	}
	for {
		var leader *Leader
		var changes <-chan zk.Event
		err := s.do(ctx, func() (err error) {
			leader, changes, err = s.look()
			return err
		})
		if err != nil {
			return s.unless(ctx, "read below "+w.cfg.URL.Path, err)
		}
		if !w.report(leader) {
			return nil
		}
		select {
		case <-changes:
		case <-s.lost:
			return ErrLost
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// look returns who leads, and what tells when that may have changed.
func (s *session) look() (*Leader, <-chan zk.Event, error) {
	for {
		names, _, changes, err := s.conn.ChildrenW(s.cfg.URL.Path)
		if errors.Is(err, zk.ErrNoNode) {
			there, _, made, err := s.conn.ExistsW(s.cfg.URL.Path)
			if err != nil || !there {
				return nil, made, err
			}
			continue // it was made just now
		}
		if err != nil {
			return nil, nil, err
		}
		name, sequence := first(names)
		if name == "" {
			return nil, changes, nil
		}
		data, _, err := s.conn.Get(s.cfg.URL.Path + "/" + name)
		if errors.Is(err, zk.ErrNoNode) {
			continue // it has just gone
		}
		if err != nil {
			return nil, nil, err
		}
		leader, err := parseLeader(name, sequence, data)
		if err != nil {
			s.cfg.Logger.Warn("the leading master can't be told", "zookeeper", s.cfg.URL.String(), "error", err)
		}
		return leader, changes, nil
	}
}
