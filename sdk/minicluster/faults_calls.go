package minicluster

import (
	"slices"
	"sync"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// OfType matches calls of some types, for [Cluster.DropCalls] and the like.
func OfType(types ...schedulerpb.Call_Type) func(*schedulerpb.Call) bool {
	return func(call *schedulerpb.Call) bool { return slices.Contains(types, call.GetType()) }
}

// First matches the first n calls that match does, nil being any.
func First(n int, match func(*schedulerpb.Call) bool) func(*schedulerpb.Call) bool {
	var mu sync.Mutex
	return func(call *schedulerpb.Call) bool {
		if match != nil && !match(call) {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		n--
		return n >= 0
	}
}

// DropCalls loses the calls for which match is true, nil being all, on their way: the master doesn't see them, and
// their connections break. It ends with stop.
func (c *Cluster) DropCalls(match func(*schedulerpb.Call) bool) (stop func()) {
	return c.interceptError(match, ErrCut)
}

// LoseAnswers has the master carry out the calls for which match is true, nil being all, and breaks their
// connections instead of answering. It ends with stop.
func (c *Cluster) LoseAnswers(match func(*schedulerpb.Call) bool) (stop func()) {
	return c.interceptError(match, ErrAnswerLost)
}

// AnswerCalls answers the calls for which match is true, nil being all, with an HTTP status and a text; the master
// doesn't see them. It ends with stop.
func (c *Cluster) AnswerCalls(match func(*schedulerpb.Call) bool, status int, text string) (stop func()) {
	return c.interceptError(match, &Answer{Status: status, Body: text})
}

// DelayCalls keeps the calls for which match is true, nil being all, for a time before the master sees them. Others
// overtake them. It ends with stop, for calls to come; those that are kept stay so.
func (c *Cluster) DelayCalls(match func(*schedulerpb.Call) bool, d time.Duration) (stop func()) {
	return c.intercepts.add(func(call *schedulerpb.Call) (bool, error) {
		if match == nil || match(call) {
			timer := time.NewTimer(d)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-c.closing:
			}
		}
		return false, nil
	})
}

func (c *Cluster) interceptError(match func(*schedulerpb.Call) bool, err error) (stop func()) {
	return c.intercepts.add(func(call *schedulerpb.Call) (bool, error) {
		if match == nil || match(call) {
			return false, err
		}
		return false, nil
	})
}

// StallStreams lets the event streams of all schedulers go quiet, heartbeats included, while they stay open, as
// those of a master that hangs do. Calls are answered. What is to be sent waits for [Cluster.ResumeStreams], up to 64
// MiB a stream. A master that takes over begins without.
func (c *Cluster) StallStreams() error {
	return c.withLeader(func(m *master.Master) error { m.StallStreams(); return nil })
}

// ResumeStreams lets streams go on with what has waited, in order.
func (c *Cluster) ResumeStreams() error {
	return c.withLeader(func(m *master.Master) error { m.ResumeStreams(); return nil })
}

// Call is one that came from a scheduler, with its answer.
type Call struct {
	At          time.Time         // when it was answered
	FrameworkID string            // whose it says it is; empty for the SUBSCRIBE of a new framework
	Call        *schedulerpb.Call // as it came, before interceptors; not to be changed
	Status      int               // of the answer, 200 for a stream that began; 0: the connection broke without one
	Answer      string            // its text, as far as 4 KiB
}

// maxCalls bounds what is kept of calls.
const maxCalls = 10_000

// calls keeps the newest calls.
type calls struct {
	mu    sync.Mutex
	all   []Call
	first int // of all, which is a ring once it is full
}

func (c *calls) add(one master.Called) {
	call := Call{At: one.At, FrameworkID: one.Call.FrameworkID.GetValue(), Call: one.Call, Status: one.Status, Answer: one.Body}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) < maxCalls {
		c.all = append(c.all, call)
		return
	}
	c.all[c.first] = call
	c.first = (c.first + 1) % maxCalls
}

// Calls returns the newest 10,000 calls of schedulers that could be read, whichever master answered them, in the
// order of the answers, oldest first.
func (c *Cluster) Calls() []Call {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	return slices.Concat(c.calls.all[c.calls.first:], c.calls.all[:c.calls.first])
}
