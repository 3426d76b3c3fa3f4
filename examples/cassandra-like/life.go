package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/examples/cassandra-like/node"
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// subscribePatience is how long to wait for a master before the address is taken to be wrong.
const subscribePatience = 30 * time.Second

// life is one life of the scheduler: from the store to the end of its Run.
type life struct {
	*ring
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // what Run returned, once ended is closed
}

// start begins a life of the scheduler. It goes on after ctx: on Ctrl-C the scheduler is still needed to kill tasks.
func (s *story) start(ctx context.Context) error {
	ring, driver, err := newRing(ctx, s.options, s.leaders, s.binary, s.store, s.line)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &life{ring: ring, cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		l.err = driver.Run(ctx)
	}()
	s.life = l
	return nil
}

// end ends Run and returns its error, if it had one of its own.
func (l *life) end() error {
	l.cancel()
	<-l.ended
	if errors.Is(l.err, context.Canceled) {
		return nil
	}
	return l.err
}

// await waits until ready has no error any more. It is asked after each change and every now and then.
func (l *life) await(ctx context.Context, patience time.Duration, what string, ready func(ctx context.Context) error) error {
	timeout, tick := time.After(patience), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for {
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-l.ended:
			return fmt.Errorf("the scheduler has ended: %w", l.err)
		case <-ctx.Done():
			return fmt.Errorf("interrupted while waiting for %s", what)
		case <-timeout:
			return fmt.Errorf("waited %v for %s: %w", patience, what, l.explain(err))
		}
	}
}

// explain adds why nodes aren't placed, and why there is no master.
func (l *life) explain(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.lost != nil && errors.Is(err, errNotSubscribed):
		return l.lost
	case l.lost != nil:
		return fmt.Errorf("%w; no master: %w", err, l.lost)
	}
	var why []string
	for _, refusal := range l.refusals {
		why = append(why, refusal.Error())
	}
	if len(why) > 0 {
		return fmt.Errorf("%w; of the last offers: %s", err, strings.Join(why, "; "))
	}
	return err
}

func (l *life) snapshot() (all []instance) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, i := range l.instances {
		all = append(all, *i)
	}
	return all
}

// addresses are those of the nodes that run, as far as the scheduler knows.
func (l *life) addresses() (addresses []string) {
	for _, i := range l.snapshot() {
		if i.State == mesos.TASK_RUNNING {
			addresses = append(addresses, i.Address)
		}
	}
	return addresses
}

func (l *life) frameworkID() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.framework
}

var errNotSubscribed = errors.New("not subscribed")

func (l *life) isSubscribed(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.subscribed {
		return errNotSubscribed
	}
	return nil
}

// allRunning wants word of each task from the master, not only from the store.
func (l *life) allRunning(context.Context) error {
	for _, i := range l.snapshot() {
		l.mu.Lock()
		heard := l.heard[i.Task]
		l.mu.Unlock()
		if i.State != mesos.TASK_RUNNING || !heard {
			return fmt.Errorf("%s is %v", i.Name, describe(i))
		}
	}
	return nil
}

func (l *life) hasRelaunched(before instance) func(context.Context) error {
	return func(context.Context) error {
		for _, i := range l.snapshot() {
			if i.Name == before.Name && (i.Task == before.Task || i.State != mesos.TASK_RUNNING) {
				return fmt.Errorf("%s is %v", i.Name, describe(i))
			}
		}
		return nil
	}
}

// launchedAny says whether there is anything on the cluster that this ring has made.
func (l *life) launchedAny() bool {
	return slices.ContainsFunc(l.snapshot(), func(i instance) bool { return i.Launches > 0 })
}

func (l *life) allEnded(context.Context) error {
	for _, i := range l.snapshot() {
		if !i.vacant() {
			return fmt.Errorf("%s is %v", i.Name, describe(i))
		}
	}
	return nil
}

func describe(i instance) string {
	if i.Launches == 0 {
		return "not placed"
	}
	return fmt.Sprintf("task %s in state %v on agent %s", i.Task, i.State, short(i.Agent))
}

// ready waits until every node answers for itself and has heard of all others.
func (s *story) ready(ctx context.Context) (statuses []node.Status, err error) {
	err = s.life.await(ctx, s.timeout, "the nodes", func(ctx context.Context) error {
		if err := s.life.allRunning(ctx); err != nil {
			return err
		}
		statuses = nil
		for _, i := range s.life.snapshot() {
			status, err := s.client.status(ctx, i.Address)
			if err != nil {
				return err
			}
			up := 0
			for _, member := range status.Members {
				if member.Up {
					up++
				}
			}
			if status.Instance != i.Name || up < s.nodes {
				return fmt.Errorf("%s at %s knows %d nodes of %d", status.Instance, i.Address, up, s.nodes)
			}
			statuses = append(statuses, status)
		}
		return nil
	})
	return statuses, err
}
