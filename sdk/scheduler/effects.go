package scheduler

import (
	"context"
	"log/slog"
	"net/url"

	"github.com/stateful-mesos/moor/sdk/internal/session"
)

// do carries out one effect. An error ends the run.
func (r *run) do(ctx context.Context, next todo) error {
	switch e := next.effect.(type) {
	case session.Connect:
		r.connect(ctx, e)
	case session.Disconnect:
		r.disconnect()
	case session.SaveID:
		return r.keeper.saveID(ctx, e.FrameworkID)
	case session.Record:
		return r.keeper.record(ctx, e)
	case session.Forget:
		return Forget(ctx, r.cfg.Store)
	case session.AskKnown:
		return r.askKnown(ctx)
	case session.Deliver:
		return r.deliver(ctx, e)
	case session.Send:
		r.send(e, next)
	case session.Note:
		r.telemetry.ignored.Add(ctx, 1)
		r.cfg.Logger.Warn("ignored", slog.String("what", e.What), slog.String("subject", e.Subject))
	case session.End:
		r.end(e.Err)
	}
	return nil
}

// connect starts an attempt at a subscription.
func (r *run) connect(ctx context.Context, e session.Connect) {
	ctx, cancel := context.WithCancel(ctx)
	r.reader = &reader{conn: e.Conn, ctx: ctx, cancel: cancel, queue: r.queue}
	find, secret, reader := r.finder(e.Master), r.cfg.credentials, r.reader
	r.cfg.Logger.Debug("subscribing", slog.Int("attempt", e.Conn))
	r.group.Go(func() {
		defer cancel()
		reader.run(r.client, find, secret, e.Call)
	})
}

// finder finds the master that an attempt is for: one of those listed, or the one that leads.
func (r *run) finder(index int) findMaster {
	if r.leader != nil {
		return r.leader.find
	}
	master := r.masters[index]
	return func(context.Context) (*url.URL, error) { return master, nil }
}

// disconnect gives the connection up, with the calls that were to go with it.
func (r *run) disconnect() {
	if r.reader != nil {
		r.reader.cancel()
	}
	r.reader, r.stream = nil, nil
}

func (r *run) send(e session.Send, next todo) {
	if r.stream == nil || r.reader == nil || r.reader.conn != e.Conn {
		return // given up since; the session doesn't wait for the outcome
	}
	r.sender.add(job{id: e.ID, call: e.Call, stream: r.stream, ctx: r.reader.ctx, parent: next.parent})
}

// askKnown asks the framework for what it wants to be reconciled.
func (r *run) askKnown(ctx context.Context) error {
	tasks, err := r.cfg.Tasks(ctx)
	if err != nil {
		return &CallbackError{Callback: "Config.Tasks", Err: err}
	}
	known := session.Known{Tasks: sessionTasks(tasks)}
	if r.cfg.Operations != nil {
		operations, err := r.cfg.Operations(ctx)
		if err != nil {
			return &CallbackError{Callback: "Config.Operations", Err: err}
		}
		known.Ops = true
		for _, o := range operations {
			known.Operations = append(known.Operations, session.Operation{ID: o.ID.Value, Agent: o.Agent.Value, Provider: o.Provider.Value})
		}
	}
	r.step(ctx, known)
	return nil
}
