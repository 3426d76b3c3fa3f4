package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/stateful-mesos/moor/sdk/state"
	"github.com/stateful-mesos/moor/sdk/state/boltstate"
)

// run is the program: it returns the code to exit with, 0, 1 for a failure, 2 for bad flags.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	line := &timeline{out: stdout, start: time.Now()}
	ok, err := tell(ctx, o, line)
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return 1
	}
	fmt.Fprintln(stdout, ok)
	return 0
}

// story is what the example shows, step by step.
type story struct {
	options
	*place
	line    *timeline
	store   state.Store
	client  *client
	life    *life // of the scheduler
	promise promise
}

// tell sets the stage, plays, and clears up, whatever happened in between. It returns the line to end with.
func tell(ctx context.Context, o options, line *timeline) (ok string, err error) {
	p, err := o.openWorkDir()
	if err != nil {
		return "", err
	}
	s := &story{options: o, place: p, line: line}
	defer func() {
		interrupted := ctx.Err() != nil
		err = errors.Join(err, s.close(err != nil && !interrupted))
	}()
	if err := s.openStore(); err != nil {
		return "", err
	}
	if err := o.checkLayout(ctx, s.store); err != nil {
		return "", err
	}
	if s.promise, err = loadPromise(ctx, s.store); err != nil {
		return "", err
	}
	if err := p.installNode(); err != nil {
		return "", err
	}
	if err := p.startCluster(ctx, o); err != nil {
		return "", err
	}
	line.say("work dir %s", p.dir)
	if p.cluster != nil {
		line.say("a cluster of our own with 3 agents, master at %s", p.leaders[0])
	}
	s.client = newClient(func() []string { return s.life.addresses() }, func() string { return s.life.frameworkID() })
	if err := s.play(ctx); err != nil {
		return "", errors.Join(err, s.stop(ctx))
	}
	ok = fmt.Sprintf("ok: all %d keys are there after a killed node and a restarted scheduler (%.1f s)", s.promise.Keys, time.Since(line.start).Seconds())
	if o.stay {
		line.say("%s", ok)
		line.say("the ring stays up until Ctrl-C; for example: curl http://%s/keys/%s", s.life.addresses()[0], keyName(0))
		<-ctx.Done()
		ok = "ok: stopped"
	}
	return ok, s.stop(ctx)
}

func (s *story) play(ctx context.Context) error {
	for _, step := range []func(context.Context) error{s.start, s.deploy, s.verify, s.write, s.kill, s.restart, s.read} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// deploy waits for all nodes. Whether they are launched now or run since earlier is the scheduler's business.
func (s *story) deploy(ctx context.Context) error {
	if err := s.life.await(ctx, min(s.timeout, subscribePatience), "a master to answer", s.life.isSubscribed); err != nil {
		return err
	}
	statuses, err := s.ready(ctx)
	if err != nil {
		return err
	}
	for _, st := range statuses {
		s.line.say("%s is up at %s, pid %d, volume %s, %d keys in it", st.Instance, st.Address, st.PID, st.Volume, st.Keys)
	}
	return nil
}

// verify reads what an earlier run on this work dir has written.
func (s *story) verify(ctx context.Context) error {
	if s.promise.Keys == 0 {
		return nil
	}
	if err := s.check(ctx); err != nil {
		return fmt.Errorf("the keys of an earlier run: %w", err)
	}
	s.line.say("all %d keys of an earlier run are still there", s.promise.Keys)
	return nil
}

func (s *story) write(ctx context.Context) error {
	begin := time.Now()
	keys := max(s.keys, s.promise.Keys)
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	if err := s.promise.write(ctx, s.client, s.store, keys); err != nil {
		return err
	}
	s.line.say("wrote %d keys at QUORUM in %.1f s", keys, time.Since(begin).Seconds())
	return nil
}

// kill ends one node's process the hard way and watches it come back on its data. A tenth of the keys gets new values
// meanwhile.
func (s *story) kill(ctx context.Context) error {
	before := s.life.snapshot()[s.nodes/2]
	status, err := s.client.status(ctx, before.Address)
	if err != nil {
		return err
	}
	if err := killProcess(before, status, s.binary); err != nil {
		return err
	}
	s.line.say("SIGKILL to %s, pid %d", before.Name, status.PID)
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	if some := s.promise.Keys / 10; some > 0 {
		if err := s.promise.write(bounded, s.client, s.store, some); err != nil {
			return err
		}
		s.line.say("wrote %d of the keys again meanwhile", some)
	}
	if err := s.life.await(ctx, s.timeout, before.Name+" to be relaunched", s.life.hasRelaunched(before)); err != nil {
		return err
	}
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	after := s.life.snapshot()[s.nodes/2]
	now, err := s.client.status(ctx, after.Address)
	switch {
	case err != nil:
		return err
	case after.Agent != before.Agent || now.Identity != status.Identity:
		return fmt.Errorf("%s came back as %v on agent %s, it was %v on agent %s", before.Name, now.Identity, after.Agent, status.Identity, before.Agent)
	case now.Keys < status.Keys:
		return fmt.Errorf("%s came back with %d keys, it had %d", before.Name, now.Keys, status.Keys)
	}
	s.line.say("%s is back as task %s: same agent %s, same volume %s with %d keys; pid %d, port %s (was %s)",
		after.Name, after.Task, short(after.Agent), now.Volume, now.Keys, now.PID, port(after.Address), port(before.Address))
	return nil
}

// restart ends the scheduler and begins a new one of nothing but the store.
func (s *story) restart(ctx context.Context) error {
	if err := s.life.end(); err != nil {
		return err
	}
	if err := s.store.Close(); err != nil {
		return err
	}
	s.line.say("the scheduler has ended; its nodes go on")
	if err := s.openStore(); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := s.life.await(ctx, s.timeout, "word of all tasks", s.life.allRunning); err != nil {
		return err
	}
	s.line.say("a new scheduler knows its %d nodes again, from its store and the master", s.nodes)
	return nil
}

func (s *story) read(ctx context.Context) error {
	begin := time.Now()
	if err := s.check(ctx); err != nil {
		return err
	}
	s.line.say("read all %d keys back at QUORUM in %.1f s", s.promise.Keys, time.Since(begin).Seconds())
	return nil
}

func (s *story) check(ctx context.Context) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return s.promise.check(ctx, s.client)
}

func (s *story) openStore() error {
	store, err := boltstate.Open(filepath.Join(s.dir, "state"))
	if err != nil {
		s.store = nil // and not an interface with a nil pointer in it
		return err
	}
	s.store = store
	return nil
}

func (s *story) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("it took more than %v", s.timeout))
}
