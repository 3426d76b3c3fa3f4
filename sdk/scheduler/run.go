package scheduler

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// A run is one life of a driver. Its fields are owned by the goroutine of Run, but for those that are safe by themselves.
type run struct {
	*Driver
	keeper  keeper
	client  *wire.Client
	queue   *queue
	sender  *sender
	session *session.Session
	leader  *leader        // nil: masters are listed
	group   sync.WaitGroup // readers and the sender

	reader  *reader      // of the connection that counts; nil: none
	stream  *wire.Stream // once it is open
	effects []todo       // to be carried out, in order
	ended   bool
	err     error // why, if ended
}

// A todo is an effect, and the callback that it follows from.
type todo struct {
	effect session.Effect
	parent trace.SpanContext
}

// run works until ctx or the session ends, and waits for everything it has started.
func (r *run) run(outer context.Context) error {
	ctx, cancel := context.WithCancel(outer)
	defer func() {
		cancel()
		r.group.Wait()
		r.client.Close()
	}()
	r.telemetry.zero(ctx)
	start, err := r.keeper.load(ctx)
	if err == nil {
		err = r.adopt(ctx, &start)
	}
	if err != nil {
		return r.result(outer, err)
	}
	r.group.Go(func() { r.sender.run(ctx) })
	if r.leader != nil {
		r.group.Go(func() { r.watch(ctx) })
	}
	r.step(ctx, start)
	r.loop(ctx)
	return r.result(outer, r.err)
}

// result is what Run returns: the context's cause if it is that which has ended the run, or has made something fail.
func (r *run) result(ctx context.Context, err error) error {
	if ctx.Err() != nil && (!r.ended || errors.Is(err, ctx.Err())) {
		return context.Cause(ctx)
	}
	return err
}

// adopt reconciles the framework id of the config with the one in the store.
func (r *run) adopt(ctx context.Context, start *session.Start) error {
	id := r.cfg.Framework.GetID().GetValue()
	switch {
	case id == "" || id == start.FrameworkID:
		return nil
	case start.FrameworkID != "":
		return &ConfigError{"Framework.ID",
			fmt.Sprintf("is %q, but the store has %q; leave it empty, or Forget the one in the store", id, start.FrameworkID)}
	}
	start.FrameworkID = id
	return r.keeper.saveID(ctx, id)
}

// loop waits for what happens, and carries out what follows from it.
func (r *run) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		r.arrived(ctx)
		r.wished(ctx)
		r.tick(ctx)
		r.perform(ctx)
		if r.ended || ctx.Err() != nil {
			return
		}
		r.observe(ctx)
		if wake := r.session.Wake(); wake.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(wake))
		}
		select {
		case <-ctx.Done():
		case <-r.queue.ready:
		case <-r.sender.done:
		case <-r.wishes.ready:
		case <-timer.C:
		}
	}
}

// step tells the session something, and takes down what it wants done.
func (r *run) step(ctx context.Context, in session.Input) {
	parent := trace.SpanContextFromContext(ctx)
	for _, e := range r.session.Step(time.Now(), in) {
		r.effects = append(r.effects, todo{e, parent})
	}
}

// arrived tells the session all that has come over the network, and what became of calls.
func (r *run) arrived(ctx context.Context) {
	for _, a := range r.queue.take() {
		switch {
		case a.election != nil:
			r.end(a.election)
		case a.leader != nil:
			r.follow(ctx, a.leader)
		case a.opened != nil:
			if r.reader != nil && r.reader.conn == a.conn {
				r.stream = a.opened
			}
		case a.event != nil:
			r.step(ctx, *a.event)
		case a.closed != nil:
			r.step(ctx, session.Closed{Conn: a.conn, Err: a.closed, Fatal: wire.MeaningOf(a.closed) == wire.Fatal || errors.Is(a.closed, ErrConfig)})
		default:
			err, class := refusalOf(a.failed, r.stream != nil && r.session.Subscribed())
			r.step(ctx, session.Refused{Conn: a.conn, Class: class, Err: err})
		}
	}
	for _, sent := range r.sender.take() {
		r.step(ctx, sent)
	}
	r.queue.hold(r.session.Backlog())
}

// follow leaves a master that doesn't lead any more, and doesn't wait any longer before asking one that does.
func (r *run) follow(ctx context.Context, leader *url.URL) {
	if reader := r.reader; reader != nil {
		if asked := reader.master.Load(); asked != nil && *asked != *leader {
			r.step(ctx, session.Closed{Conn: reader.conn, Err: errAnotherLeader})
		}
	}
	r.step(ctx, session.Elected{})
}

// wished tells the session what the framework has asked for.
func (r *run) wished(ctx context.Context) {
	for _, w := range r.wishes.take() {
		r.step(ctx, w)
	}
}

// tick lets the session do what is due, after it was told when the master was last heard.
func (r *run) tick(ctx context.Context) {
	now := time.Now()
	if r.reader != nil {
		r.step(ctx, session.Alive{Conn: r.reader.conn, At: r.reader.lastHeard(now)})
	}
	if wake := r.session.Wake(); !wake.IsZero() && !now.Before(wake) {
		r.step(ctx, session.Tick{})
	}
}

// perform carries effects out until there are none, or the run has ended.
func (r *run) perform(ctx context.Context) {
	for len(r.effects) > 0 && !r.ended && ctx.Err() == nil {
		next := r.effects[0]
		r.effects[0] = todo{}
		r.effects = r.effects[1:]
		if err := r.do(ctx, next); err != nil {
			r.end(err)
		}
	}
	if len(r.effects) == 0 {
		r.effects = nil
	}
}

func (r *run) end(err error) {
	r.ended, r.err = true, err
	r.disconnect()
}

// observe takes the readings of gauges.
func (r *run) observe(ctx context.Context) {
	events, _ := r.session.Backlog()
	r.telemetry.backlog.Record(ctx, int64(events))
	r.telemetry.held.Record(ctx, int64(r.session.Held()))
	r.telemetry.unacked.Record(ctx, int64(r.session.Unacknowledged()))
}
