package agent

import (
	"time"

	"github.com/cenkalti/backoff/v4"
)

// Intervals at which an unacknowledged update is sent again (semantics 0.4).
const (
	firstRetry = 10 * time.Second
	lastRetry  = 10 * time.Minute
)

// stream delivers the updates of one task or operation: one in flight at a time, sent again until it is
// acknowledged, the next one only then (semantics 6.2). Owned by the agent's goroutine.
type stream[U any] struct {
	pending []U // the first is in flight, unless paused
	send    func(U)
	do      func(func()) // queues for the agent's goroutine
	retry   *backoff.ExponentialBackOff
	timer   *time.Timer
	paused  bool // not registered yet: nobody to send to
}

func newStream[U any](a *Agent, send func(U)) *stream[U] {
	retry := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstRetry),
		backoff.WithMultiplier(2),
		backoff.WithMaxInterval(lastRetry),
		backoff.WithRandomizationFactor(0),
		backoff.WithMaxElapsedTime(0), // for ever
	)
	return &stream[U]{send: send, do: a.do, retry: retry, paused: !a.registered}
}

// push adds an update, and sends it if none is in flight.
func (s *stream[U]) push(u U) {
	s.pending = append(s.pending, u)
	if len(s.pending) == 1 {
		s.resend()
	}
}

// pop removes the update in flight, which was acknowledged, and sends the next.
func (s *stream[U]) pop() U {
	u := s.pending[0]
	s.pending = s.pending[1:]
	s.resend()
	return u
}

// resend sends the update in flight once more and starts counting anew.
func (s *stream[U]) resend() {
	s.stop()
	if s.paused || len(s.pending) == 0 {
		return
	}
	s.retry.Reset()
	s.deliver()
}

func (s *stream[U]) deliver() {
	s.send(s.pending[0])
	var timer *time.Timer
	timer = time.AfterFunc(s.retry.NextBackOff(), func() {
		s.do(func() {
			if s.timer == timer { // else it was acknowledged while this was queued
				s.deliver()
			}
		})
	})
	s.timer = timer
}

// pause stops sending until start.
func (s *stream[U]) pause() {
	s.stop()
	s.paused = true
}

// start lets a stream send that was made before the agent was registered, or paused.
func (s *stream[U]) start() {
	s.paused = false
	s.resend()
}

// stop ends the retries.
func (s *stream[U]) stop() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
}
