package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Session is one subscribed scheduler.
type Session struct {
	run         *Run
	Name        string
	FrameworkID string
	StreamID    string
	ended       bool // torn down or hung up: nothing is left to end
	body        io.ReadCloser

	mu      sync.Mutex // guards what the reading goroutine touches
	queue   []J        // events that nobody has looked for yet
	closed  bool       // the stream has ended
	arrived chan struct{}
	done    chan struct{} // closed when the reading goroutine has ended
}

// Subscribe opens a session and waits for its SUBSCRIBED event; the scenario breaks off where none comes.
func (r *Run) Subscribe(name string, call J) *Session {
	s := r.TrySubscribe(name, call)
	if s == nil {
		r.fail("subscribe %s was refused", name)
	}
	e := s.Event("SUBSCRIBED")
	s.FrameworkID = String(e, "subscribed", "framework_id", "value")
	return s
}

// TrySubscribe sends SUBSCRIBE and records the status, and the body where it was refused; nil then.
func (r *Run) TrySubscribe(name string, call J) *Session {
	streaming := &http.Client{Transport: r.transport} // no timeout: the answer never ends
	res, err := streaming.Do(r.request("POST", "/api/v1/scheduler", r.encode(call), jsonHeaders...))
	if err != nil {
		r.fail("subscribe %s: %v", name, err)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		if err != nil {
			r.fail("subscribe %s: %v", name, err)
		}
		r.add(Step{Step: "subscribe", Session: name, Request: call, Status: res.StatusCode, Body: string(text)})
		return nil
	}
	s := &Session{
		run: r, Name: name, StreamID: res.Header.Get("Mesos-Stream-Id"), body: res.Body,
		arrived: make(chan struct{}, 1), done: make(chan struct{}),
	}
	r.open = append(r.open, s)
	r.add(Step{Step: "subscribe", Session: name, Request: call, Status: res.StatusCode})
	go s.read()
	return s
}

// read queues the stream's events until it ends.
func (s *Session) read() {
	defer close(s.done)
	in := bufio.NewReader(s.body)
	for {
		e, err := readEvent(in)
		s.mu.Lock()
		if s.closed = err != nil; !s.closed && e["type"] != "HEARTBEAT" {
			s.queue = append(s.queue, e)
		}
		s.mu.Unlock()
		select {
		case s.arrived <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// readEvent reads one RecordIO record that holds JSON.
func readEvent(in *bufio.Reader) (J, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || n < 0 || n > 16<<20 {
		return nil, fmt.Errorf("a record's length is %q", line)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, err
	}
	var e J
	return e, json.Unmarshal(b, &e)
}

// tearDown removes the session's framework, unless the scenario saw to that.
func (s *Session) tearDown() {
	if s.FrameworkID != "" && !s.ended {
		s.post(J{"type": "TEARDOWN", "framework_id": ID(s.FrameworkID)})
	}
}

// hangUp breaks the stream off.
func (s *Session) hangUp() {
	s.body.Close()
	<-s.done
}

// take waits for the first queued event that is wanted and removes it from the queue.
func (s *Session) take(wait time.Duration, wanted func(J) bool) (J, bool) {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		for i, e := range s.queue {
			if wanted(e) {
				s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
				s.mu.Unlock()
				return e, true
			}
		}
		closed := s.closed
		s.mu.Unlock()
		if closed {
			return nil, false
		}
		select {
		case <-s.arrived:
		case <-deadline.C:
			return nil, false
		}
	}
}

// Event waits for the next event of a type and records it.
func (s *Session) Event(kind string) J {
	return s.EventWhere(kind, func(J) bool { return true })
}

// First waits for the next event of any type but OFFERS and records it.
func (s *Session) First() J {
	e, found := s.take(s.run.patience, func(e J) bool { return e["type"] != "OFFERS" })
	if !found {
		s.run.fail("session %s: no event within %s", s.Name, s.run.patience)
	}
	s.run.add(Step{Step: "event", Session: s.Name, Event: e})
	return e
}

// EventWhere waits for the next event of a type that satisfies ok, and records it.
func (s *Session) EventWhere(kind string, ok func(J) bool) J {
	e, found := s.take(s.run.patience, func(e J) bool { return e["type"] == kind && ok(e) })
	if !found {
		s.run.fail("session %s: no %s within %s (queued: %s)", s.Name, kind, s.run.patience, s.kinds())
	}
	s.run.add(Step{Step: "event", Session: s.Name, Event: e})
	return e
}

func (s *Session) kinds() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, e := range s.queue {
		out = append(out, fmt.Sprint(e["type"]))
	}
	return strings.Join(out, " ")
}

// None records that no event of a type came within a while, or the event if one did.
func (s *Session) None(kind string, wait time.Duration) {
	e, found := s.take(wait, func(e J) bool { return e["type"] == kind })
	if found {
		s.run.add(Step{Step: "event", Session: s.Name, Event: e, Note: "where none was looked for"})
		return
	}
	s.run.add(Step{Step: "none", Session: s.Name, Note: "no " + kind})
}

// Closed waits for the master to end the stream.
func (s *Session) Closed() {
	select {
	case <-s.done:
		s.ended = true
		s.run.add(Step{Step: "closed", Session: s.Name})
	case <-time.After(s.run.patience):
		s.run.fail("session %s: the stream stayed open", s.Name)
	}
}

// Status waits for a task's update in a given state, acknowledges it where it has a uuid, and records it.
func (s *Session) Status(taskID, state string) {
	e := s.EventWhere("UPDATE", func(e J) bool {
		return String(e, "update", "status", "task_id", "value") == taskID && String(e, "update", "status", "state") == state
	})
	status := Get(e, "update", "status")
	if uuid := String(status, "uuid"); uuid != "" {
		s.post(J{"type": "ACKNOWLEDGE", "framework_id": ID(s.FrameworkID),
			"acknowledge": J{"agent_id": Get(status, "agent_id"), "task_id": Get(status, "task_id"), "uuid": uuid}})
	}
}

// Skip is Status without a line in the record: for the updates before the one that matters.
func (s *Session) Skip(taskID, state string) {
	n := len(s.run.steps)
	s.Status(taskID, state)
	s.run.steps = s.run.steps[:n]
}

// Offer waits for an offer that satisfies ok and records it; every other offer is declined for no time,
// unrecorded.
func (s *Session) Offer(ok func(J) bool) J {
	deadline := time.Now().Add(s.run.patience)
	for {
		e, found := s.take(time.Until(deadline), func(e J) bool { return e["type"] == "OFFERS" })
		if !found {
			s.run.fail("session %s: no wanted offer within %s", s.Name, s.run.patience)
		}
		offers, _ := Get(e, "offers", "offers").(L)
		var chosen J
		for _, o := range offers {
			offer, isObject := o.(J)
			switch {
			case !isObject:
				s.run.fail("session %s: an offer that is %v", s.Name, o)
			case chosen == nil && ok(offer):
				chosen = offer
			default:
				s.post(s.decline(offer, 0))
			}
		}
		if chosen != nil {
			s.run.add(Step{Step: "event", Session: s.Name, Event: J{"type": "OFFERS", "offers": J{"offers": L{chosen}}}})
			return chosen
		}
	}
}

// AnyOffer waits for the next offer.
func (s *Session) AnyOffer() J { return s.Offer(func(J) bool { return true }) }

func (s *Session) decline(offer J, seconds float64) J {
	return J{"type": "DECLINE", "framework_id": ID(s.FrameworkID), "decline": J{"offer_ids": L{offer["id"]}, "filters": J{"refuse_seconds": seconds}}}
}

// Decline declines an offer for a number of seconds and records it.
func (s *Session) Decline(offer J, seconds float64) { s.Call(s.decline(offer, seconds)) }

// Call sends a call on this session, its framework_id filled in, and records the answer.
func (s *Session) Call(call J) {
	if _, ok := call["framework_id"]; !ok && s.FrameworkID != "" {
		call["framework_id"] = ID(s.FrameworkID)
	}
	status, body := s.post(call)
	s.run.add(Step{Step: "call", Session: s.Name, Request: call, Status: status, Body: body})
	if call["type"] == "TEARDOWN" {
		s.ended = true
	}
}

// Accept answers one offer with operations, the rest of it to be offered again at once.
func (s *Session) Accept(offer J, operations ...J) {
	ops := L{}
	for _, o := range operations {
		ops = append(ops, o)
	}
	s.Call(J{"type": "ACCEPT", "accept": J{"offer_ids": L{offer["id"]}, "operations": ops, "filters": J{"refuse_seconds": 0.0}}})
}

func (s *Session) post(call J) (int, string) {
	r := s.run
	return r.do(r.request("POST", "/api/v1/scheduler", r.encode(call), append(jsonHeaders[:len(jsonHeaders):len(jsonHeaders)], "Mesos-Stream-Id: "+s.StreamID)...))
}
