package scheduler_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

// meters writes down what is measured: sums of counters, last values of gauges, numbers of histogram entries.
type meters struct {
	metricnoop.MeterProvider
	one meter
}

type meter struct {
	metricnoop.Meter
	mu     sync.Mutex
	values map[string]int64
}

type (
	counter struct {
		metricnoop.Int64Counter
		m    *meter
		name string
	}
	gauge struct {
		metricnoop.Int64Gauge
		m    *meter
		name string
	}
	histogram struct {
		metricnoop.Float64Histogram
		m    *meter
		name string
	}
)

func (m *meters) Meter(string, ...metric.MeterOption) metric.Meter { return &m.one }

func (m *meter) Int64Counter(name string, _ ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return counter{m: m, name: name}, nil
}

func (m *meter) Int64Gauge(name string, _ ...metric.Int64GaugeOption) (metric.Int64Gauge, error) {
	return gauge{m: m, name: name}, nil
}

func (m *meter) Float64Histogram(name string, _ ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return histogram{m: m, name: name}, nil
}

func (m *meter) change(name string, change func(int64) int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[name] = change(m.values[name])
}

func (m *meter) snapshot() map[string]int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.values)
}

func (c counter) Add(_ context.Context, n int64, options ...metric.AddOption) {
	set := metric.NewAddConfig(options).Attributes()
	name := c.name
	for _, a := range set.ToSlice() {
		name += fmt.Sprintf(" %s=%s", a.Key, a.Value.AsString())
	}
	c.m.change(name, func(v int64) int64 { return v + n })
}

func (g gauge) Record(_ context.Context, n int64, _ ...metric.RecordOption) {
	g.m.change(g.name, func(int64) int64 { return n })
}

func (h histogram) Record(_ context.Context, seconds float64, options ...metric.RecordOption) {
	set := metric.NewRecordConfig(options).Attributes()
	callback, _ := set.Value("callback")
	h.m.change(h.name+" "+callback.AsString(), func(v int64) int64 { return v + 1 })
}

// spans writes down the names of spans that have ended.
type spans struct {
	tracenoop.TracerProvider
	one tracer
}

type tracer struct {
	tracenoop.Tracer
	mu    sync.Mutex
	names []string
}

type span struct {
	tracenoop.Span
	s    *tracer
	name string
}

func (s *spans) Tracer(string, ...trace.TracerOption) trace.Tracer { return &s.one }

func (s *tracer) Start(ctx context.Context, name string, _ ...trace.SpanStartOption) (context.Context, trace.Span) {
	one := &span{s: s, name: name}
	return trace.ContextWithSpan(ctx, one), one
}

func (s *span) End(...trace.SpanEndOption) {
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	s.s.names = append(s.s.names, s.name)
}

func TestTelemetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		meters, traced := &meters{one: meter{values: map[string]int64{}}}, &spans{}
		cfg.MeterProvider, cfg.TracerProvider = meters, traced
		d := drive(t, cfg, scheduler.Callbacks{
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				return []scheduler.Decision{
					scheduler.Accept(offers[:1], launch("t1", "a")),
					scheduler.Hold(time.Hour, offers[1]),
					scheduler.Accept(offers[:1], launch("t2", "a")),
				}, nil
			},
		})
		s := <-m.streams
		measured := meters.one.snapshot()
		// Before anything has happened every series is there, at zero.
		for _, name := range []string{
			"offers.received", "offers.accepted", "offers.declined", "offers.held", "dropped", "subscriptions", "losses", "unacknowledged", "backlog",
			"ignored", "calls call=ACCEPT outcome=taken", "calls call=KILL outcome=refused", "calls call=DECLINE outcome=unknown", "calls call=REVIVE outcome=unsent",
		} {
			if v, ok := measured["moor.scheduler."+name]; !ok || v != 0 {
				t.Errorf("%s: %d, %v at the start", name, v, ok)
			}
		}
		s.send(subscribedEvent("fw-1"), offersEvent(offer("o1", "a"), offer("o2", "a"), offer("o3", "a")), updateEvent("t1", mesos.TASK_RUNNING, "0123456789abcdef"))
		m.next(schedulerpb.Call_ACCEPT)
		m.next(schedulerpb.Call_DECLINE)
		m.next(schedulerpb.Call_ACKNOWLEDGE)
		s.send(&schedulerpb.Event{Type: schedulerpb.Event_Type(99).Enum()})
		synctest.Wait()
		s.close()
		m.subscribed()
		synctest.Wait()
		d.stop(t)

		got := map[string]int64{}
		for name, v := range meters.one.snapshot() {
			if v != 0 {
				got[strings.TrimPrefix(name, "moor.scheduler.")] = v
			}
		}
		want := map[string]int64{
			"offers.received": 3, "offers.accepted": 1, "offers.declined": 1, "dropped": 1, "subscriptions": 2, "losses": 1, "ignored": 1,
			"calls call=ACCEPT outcome=taken": 1, "calls call=DECLINE outcome=taken": 1, "calls call=ACKNOWLEDGE outcome=taken": 1,
			"calls call=RECONCILE outcome=taken": 1,
			"callback.duration OnOffer":          1, "callback.duration OnStatus": 1, "callback.duration OnSubscribed": 2,
			"callback.duration OnLost": 1, "callback.duration OnDropped": 1, "callback.duration OnReconciled": 1,
			"event.lag OnOffer": 1, "event.lag OnStatus": 1, "event.lag OnSubscribed": 2,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("metrics (-want +got):\n%s", diff)
		}
		count := map[string]int{}
		for _, name := range traced.one.names {
			count[name]++
		}
		wantSpans := []string{
			"moor.call ACCEPT", "moor.call ACKNOWLEDGE", "moor.call DECLINE", "moor.call RECONCILE",
			"moor.callback OnDropped", "moor.callback OnLost", "moor.callback OnOffer", "moor.callback OnReconciled", "moor.callback OnStatus", "moor.callback OnSubscribed",
		}
		if diff := cmp.Diff(wantSpans, slices.Sorted(maps.Keys(count))); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
	})
}
