package scheduler

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// A sender sends calls one after the other: the order between an ACCEPT and a KILL matters (semantics 9, rule 10).
type sender struct {
	timeout   time.Duration
	telemetry *telemetry
	ready     chan struct{} // of one: there is a job
	done      chan struct{} // of one: there is a result

	mu      sync.Mutex
	jobs    []job
	results []session.Sent
}

// A job is a call, and the subscription that it belongs to.
type job struct {
	id     int
	call   *schedulerpb.Call
	stream *wire.Stream
	ctx    context.Context // ends with the subscription
	parent trace.SpanContext
}

func newSender(timeout time.Duration, t *telemetry) *sender {
	return &sender{timeout: timeout, telemetry: t, ready: make(chan struct{}, 1), done: make(chan struct{}, 1)}
}

func (s *sender) add(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = append(s.jobs, j)
	signal(s.ready)
}

// take takes the results that are there.
func (s *sender) take() []session.Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.results
	s.results = nil
	return list
}

// run sends until ctx ends.
func (s *sender) run(ctx context.Context) {
	var failed *wire.Stream // of whose calls one may have got lost: what was to follow it must not overtake it
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.ready:
		}
		for j, ok := s.next(); ok; j, ok = s.next() {
			err := ErrNotSubscribed
			if j.stream == failed {
				s.telemetry.called(j.ctx, j.call, err)
			} else {
				err = s.send(j)
			}
			if o := s.report(j.id, err); o == session.Unknown || o == session.Hopeless {
				failed = j.stream
			}
		}
	}
}

func (s *sender) next() (job, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.jobs) == 0 {
		s.jobs = nil
		return job{}, false
	}
	j := s.jobs[0]
	s.jobs[0] = job{}
	s.jobs = s.jobs[1:]
	return j, true
}

func (s *sender) send(j job) error {
	if err := j.ctx.Err(); err != nil {
		s.telemetry.called(j.ctx, j.call, ErrNotSubscribed)
		return ErrNotSubscribed
	}
	ctx, cancel := context.WithTimeout(j.ctx, s.timeout)
	defer cancel()
	ctx, span := s.telemetry.startCall(trace.ContextWithSpanContext(ctx, j.parent), j.call)
	err := j.stream.Send(ctx, j.call)
	endSpan(span, err)
	s.telemetry.called(ctx, j.call, err)
	return err
}

func (s *sender) report(id int, err error) session.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := outcome(err)
	s.results = append(s.results, session.Sent{ID: id, Outcome: o, Err: err})
	signal(s.done)
	return o
}

// outcome is what the session makes of a call's error.
func outcome(err error) session.Outcome {
	switch {
	case err == nil:
		return session.Taken
	case wire.MeaningOf(err) == wire.Drop:
		return session.NotTaken
	case wire.MeaningOf(err) == wire.Fatal:
		return session.Hopeless
	default:
		return session.Unknown
	}
}
