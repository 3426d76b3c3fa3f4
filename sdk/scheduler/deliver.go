package scheduler

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// deliver makes a callback, and tells the session what came of it.
func (r *run) deliver(ctx context.Context, e session.Deliver) error {
	name, subject, call := r.callback(ctx, e.What)
	began := time.Now()
	spanned, span := r.telemetry.startCallback(ctx, name, subject)
	done, err := call(spanned)
	endSpan(span, err)
	r.telemetry.delivered(ctx, name, e.At, began)
	if err != nil {
		return &CallbackError{Callback: name, Subject: subject, Err: err}
	}
	// What came in meanwhile counts first: a rescind must not be overtaken by a decision on its offer.
	r.arrived(ctx)
	r.step(spanned, done)
	r.queue.hold(r.session.Backlog())
	r.wished(ctx)
	r.tick(ctx)
	return nil
}

// A callback is one of the framework's, applied to what it is for.
type callback func(ctx context.Context) (session.Done, error)

// on applies a callback to its argument. Nil does nothing.
func on[T any](f func(context.Context, T) error, arg T) callback {
	return func(ctx context.Context) (session.Done, error) {
		if f == nil {
			return session.Done{}, nil
		}
		return session.Done{}, f(ctx, arg)
	}
}

// callback finds the callback for a delivery, its name, and what it is about in a word.
func (r *run) callback(ctx context.Context, what session.Delivery) (name, subject string, call callback) {
	c := &r.callbacks
	switch d := what.(type) {
	case session.Subscribed:
		return "OnSubscribed", d.FrameworkID, on(c.OnSubscribed, r.subscription(ctx, d))
	case session.Offers:
		return "OnOffer", "", r.onOffer(d.Offers)
	case session.Rescinded:
		return "OnRescind", d.ID.Value, on(c.OnRescind, d.ID)
	case session.InverseOffers:
		return "OnInverseOffer", "", r.onInverseOffer(d.Offers)
	case session.InverseRescinded:
		return "OnInverseRescind", d.ID.Value, on(c.OnInverseRescind, d.ID)
	case session.Status:
		return "OnStatus", d.Status.TaskID.Value, on(c.OnStatus, d.Status)
	case session.OperationStatus:
		return "OnOperation", d.Status.GetOperationID().GetValue(), on(c.OnOperation, d.Status)
	case session.Message:
		return "OnMessage", d.Message.ExecutorID.Value, on(c.OnMessage, Message{d.Message.AgentID, d.Message.ExecutorID, d.Message.Data})
	case session.Failure:
		f := failure(d.Failure)
		return "OnFailure", f.AgentID.Value, on(c.OnFailure, f)
	case session.Lost:
		return "OnLost", "", on(c.OnLost, r.lost(ctx, d.Err))
	case session.Reconciled:
		return "OnReconciled", "", on(c.OnReconciled, Reconciliation{Tasks: d.Tasks, Took: d.Took})
	case session.Discarded:
		return "OnDropped", d.Call, on(c.OnDropped, r.discarded(ctx, d))
	}
	return "", "", on[error](nil, nil) // there is no other
}

func (r *run) subscription(ctx context.Context, d session.Subscribed) Subscription {
	s := Subscription{FrameworkID: mesos.FrameworkID{Value: d.FrameworkID}, Master: d.Master, Heartbeat: d.Heartbeat, First: d.First}
	if r.stream != nil {
		s.Address = r.stream.Address()
	}
	r.telemetry.subscriptions.Add(ctx, 1)
	r.cfg.Logger.Info("subscribed",
		slog.String("master", s.Address), slog.String("framework", d.FrameworkID), slog.Duration("heartbeat", d.Heartbeat))
	return s
}

func (r *run) onOffer(offers []mesos.Offer) callback {
	return func(ctx context.Context) (session.Done, error) {
		r.telemetry.received.Add(ctx, int64(len(offers)))
		if r.callbacks.OnOffer == nil {
			return session.Done{}, nil
		}
		decisions, err := r.callbacks.OnOffer(ctx, offers)
		return session.Done{Decisions: sessionDecisions(decisions)}, err
	}
}

func (r *run) onInverseOffer(offers []mesos.InverseOffer) callback {
	return func(ctx context.Context) (session.Done, error) {
		if r.callbacks.OnInverseOffer == nil {
			return session.Done{}, nil
		}
		agreed, err := r.callbacks.OnInverseOffer(ctx, offers)
		return session.Done{Agreed: agreed}, err
	}
}

func (r *run) lost(ctx context.Context, err error) error {
	r.telemetry.losses.Add(ctx, 1)
	r.cfg.Logger.Warn("not subscribed, trying again", slog.Any("cause", err))
	return err
}

func (r *run) discarded(ctx context.Context, d session.Discarded) Dropped {
	err := d.Err
	if errors.Is(err, session.ErrNotSubscribed) {
		err = ErrNotSubscribed
	}
	r.telemetry.dropped.Add(ctx, 1)
	r.cfg.Logger.Warn("dropped",
		slog.String("call", d.Call), slog.Int("offers", len(d.Offers)), slog.Int("tasks", len(d.Tasks)), slog.Any("cause", err))
	return Dropped{Call: d.Call, Offers: d.Offers, Tasks: d.Tasks, Operations: d.Operations, Err: err}
}

func failure(e *schedulerpb.Event_Failure) Failure {
	return Failure{AgentID: value(e.AgentID), ExecutorID: value(e.ExecutorID), Status: e.Status}
}

// value is what a pointer points to, or the zero value.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
