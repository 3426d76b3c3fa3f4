package scheduler

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// instrumentation is the name that spans and metrics are under.
const instrumentation = "github.com/stateful-mesos/moor/sdk/scheduler"

// What became of a call, as the attribute "outcome".
const (
	outcomeTaken   = "taken"   // the master has it
	outcomeRefused = "refused" // the master has answered otherwise
	outcomeUnsent  = "unsent"  // the subscription was lost before
	outcomeUnknown = "unknown" // no answer
)

// telemetry is the driver's spans and metrics. README and dashboards know their names: they are not to be changed.
type telemetry struct {
	tracer trace.Tracer

	received      metric.Int64Counter // offers that OnOffer was shown
	accepted      metric.Int64Counter
	declined      metric.Int64Counter
	dropped       metric.Int64Counter // decisions and calls not sent or not taken
	held          metric.Int64Gauge
	calls         metric.Int64Counter
	subscriptions metric.Int64Counter
	losses        metric.Int64Counter
	lag           metric.Float64Histogram
	duration      metric.Float64Histogram
	unacked       metric.Int64Gauge
	backlog       metric.Int64Gauge
	ignored       metric.Int64Counter
}

func newTelemetry(cfg *Config) (*telemetry, error) {
	t := &telemetry{tracer: cfg.TracerProvider.Tracer(instrumentation)}
	m := cfg.MeterProvider.Meter(instrumentation)
	var errs []error
	counter := func(name, about, unit string) metric.Int64Counter {
		c, err := m.Int64Counter("moor.scheduler."+name, metric.WithDescription(about), metric.WithUnit(unit))
		errs = append(errs, err)
		return c
	}
	gauge := func(name, about, unit string) metric.Int64Gauge {
		g, err := m.Int64Gauge("moor.scheduler."+name, metric.WithDescription(about), metric.WithUnit(unit))
		errs = append(errs, err)
		return g
	}
	seconds := func(name, about string) metric.Float64Histogram {
		h, err := m.Float64Histogram("moor.scheduler."+name, metric.WithDescription(about), metric.WithUnit("s"))
		errs = append(errs, err)
		return h
	}
	t.received = counter("offers.received", "offers shown to OnOffer", "{offer}")
	t.accepted = counter("offers.accepted", "offers used by an ACCEPT", "{offer}")
	t.declined = counter("offers.declined", "offers given back by a DECLINE", "{offer}")
	t.held = gauge("offers.held", "offers on hold", "{offer}")
	t.dropped = counter("dropped", "decisions and calls that were not sent, or not taken by the master", "{call}")
	t.calls = counter("calls", "calls by type and outcome", "{call}")
	t.subscriptions = counter("subscriptions", "times that SUBSCRIBED came", "{subscription}")
	t.losses = counter("losses", "subscriptions lost, and attempts that failed", "{subscription}")
	t.lag = seconds("event.lag", "from the arrival of an event to its callback")
	t.duration = seconds("callback.duration", "time that callbacks take")
	t.unacked = gauge("unacknowledged", "updates that wait for their acknowledgement", "{update}")
	t.backlog = gauge("backlog", "events that wait for their callback", "{event}")
	t.ignored = counter("ignored", "events that were ignored because they make no sense", "{event}")
	return t, errors.Join(errs...)
}

// zero makes every series exist, so that a dashboard can tell zero from missing.
func (t *telemetry) zero(ctx context.Context) {
	for _, c := range []metric.Int64Counter{t.received, t.accepted, t.declined, t.dropped, t.subscriptions, t.losses, t.ignored} {
		c.Add(ctx, 0)
	}
	for _, g := range []metric.Int64Gauge{t.held, t.unacked, t.backlog} {
		g.Record(ctx, 0)
	}
	for _, call := range schedulerpb.Call_Type_name {
		if call == schedulerpb.Call_UNKNOWN.String() || call == schedulerpb.Call_SUBSCRIBE.String() {
			continue // neither goes the way of the calls that are counted
		}
		for _, outcome := range []string{outcomeTaken, outcomeRefused, outcomeUnsent, outcomeUnknown} {
			t.calls.Add(ctx, 0, callAttributes(call, outcome))
		}
	}
}

func callAttributes(call, outcome string) metric.MeasurementOption {
	return metric.WithAttributes(attribute.String("call", call), attribute.String("outcome", outcome))
}

// startCall begins the span of a call.
func (t *telemetry) startCall(ctx context.Context, call *schedulerpb.Call) (context.Context, trace.Span) {
	return t.tracer.Start(ctx, "moor.call "+call.GetType().String(), trace.WithSpanKind(trace.SpanKindClient))
}

// called counts a call.
func (t *telemetry) called(ctx context.Context, call *schedulerpb.Call, err error) {
	outcome := outcomeUnknown
	switch _, answered := errors.AsType[*AnswerError](err); {
	case err == nil:
		outcome = outcomeTaken
	case answered:
		outcome = outcomeRefused
	case errors.Is(err, ErrNotSubscribed):
		outcome = outcomeUnsent
	}
	t.calls.Add(ctx, 1, callAttributes(call.GetType().String(), outcome))
	if err == nil {
		t.accepted.Add(ctx, int64(len(call.GetAccept().GetOfferIDs())))
		t.declined.Add(ctx, int64(len(call.GetDecline().GetOfferIDs())))
	}
}

// startCallback begins the span of a callback.
func (t *telemetry) startCallback(ctx context.Context, name, subject string) (context.Context, trace.Span) {
	return t.tracer.Start(ctx, "moor.callback "+name, trace.WithAttributes(attribute.String("subject", subject)))
}

// delivered measures a callback, and how long its event had waited if it is due to one.
func (t *telemetry) delivered(ctx context.Context, name string, arrived, began time.Time) {
	callback := metric.WithAttributes(attribute.String("callback", name))
	t.duration.Record(ctx, time.Since(began).Seconds(), callback)
	if !arrived.IsZero() {
		t.lag.Record(ctx, began.Sub(arrived).Seconds(), callback)
	}
}

func endSpan(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}
