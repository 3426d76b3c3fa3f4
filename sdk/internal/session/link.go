package session

import (
	"fmt"
	"math"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

const (
	// defaultHeartbeat is Mesos's, for masters that don't tell (semantics 0.4).
	defaultHeartbeat = 15 * time.Second
	// A master that promises a heartbeat outside of these bounds is taken at the nearest one.
	minHeartbeat = 10 * time.Millisecond
	maxHeartbeat = 10 * time.Minute
	// ghost is for how long after SUBSCRIBED a failover may be due to an attempt of our own that was given up.
	ghost = 10 * time.Second
)

// A link is the subscription: how far it is, and since when.
type link struct {
	phase     phase
	conn      int // number of the connection; it counts attempts, from 1
	master    int // index of the master tried last
	failures  int // attempts that failed in a row
	ready     bool
	first     bool // a SUBSCRIBED has come in this life
	deadline  time.Time
	began     time.Time // of the subscription
	heard     time.Time // when something came last
	heartbeat time.Duration
	abandoned bool // a SUBSCRIBE was given up unanswered since the last stable subscription
}

// connect asks for a subscription at the next master.
func (s *Session) connect() {
	if s.conn > 0 {
		s.master = (s.master + 1) % s.cfg.Masters
	}
	s.conn++
	s.phase = subscribing
	s.deadline = s.now.Add(s.cfg.SubscribeTimeout)
	s.emit(Connect{Conn: s.conn, Master: s.master, Call: s.subscribeCall()})
}

func (s *Session) subscribeCall() *schedulerpb.Call {
	info := s.cfg.Framework
	call := &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum()}
	info.ID = nil
	if s.id != "" {
		info.ID = &mesos.FrameworkID{Value: s.id}
		call.FrameworkID = &mesos.FrameworkID{Value: s.id}
	}
	s.roles.told = s.roles.suppressedList()
	call.Subscribe = &schedulerpb.Call_Subscribe{FrameworkInfo: info, SuppressedRoles: s.roles.told, OfferConstraints: s.cfg.Constraints}
	return call
}

// tickLink tries again, or gives up on a master that has gone silent.
func (s *Session) tickLink() {
	switch s.phase {
	case waiting:
		if !s.now.Before(s.deadline) {
			s.connect()
		}
	case subscribing:
		if !s.now.Before(s.deadline) {
			s.abandoned = true
			s.lose(fmt.Errorf("%w: no SUBSCRIBED within %v", ErrSubscribeTimeout, s.cfg.SubscribeTimeout))
		}
	case subscribed:
		if silent := s.now.Sub(s.heard); silent >= missed*s.heartbeat {
			s.lose(fmt.Errorf("%w and nothing else for %v; the master promises one every %v", ErrHeartbeat, silent.Round(time.Millisecond), s.heartbeat))
		}
	}
}

// current says whether an input is of the connection that counts.
func (s *Session) current(conn int) bool {
	return conn == s.conn && (s.phase == subscribing || s.phase == subscribed)
}

func (s *Session) alive(in Alive) {
	if s.current(in.Conn) && in.At.After(s.heard) {
		s.heard = in.At
	}
}

func (s *Session) closed(in Closed) {
	switch {
	case !s.current(in.Conn):
	case in.Fatal:
		s.end(in.Err)
	default:
		s.lose(in.Err)
	}
}

// elected tries again soon: what the last attempts have failed for is over.
func (s *Session) elected() {
	if s.phase == waiting {
		s.failures = 0
		s.cfg.Retry.Reset()
		s.deadline = s.now.Add(min(soon, s.deadline.Sub(s.now)))
	}
}

// refused takes in an ERROR event.
func (s *Session) refused(in Refused) {
	if !s.current(in.Conn) {
		return
	}
	switch {
	case s.teardownSent && in.Class == Permanent:
		// The answer to TEARDOWN was lost on the way; this is it.
		s.tornDown()
	case in.Class == FailedOver && s.abandoned && s.phase == subscribed && s.now.Sub(s.began) < ghost:
		// A master that was frozen takes up the SUBSCRIBEs it was sent meanwhile, in any order. An earlier one of our
		// own that we gave up on has displaced the later one.
		s.abandoned = false
		s.lose(fmt.Errorf("an earlier attempt of this driver was answered late: %w", in.Err))
	case in.Class == Transient:
		s.lose(in.Err)
	default:
		s.end(in.Err)
	}
}

// begin takes in a SUBSCRIBED. The id is stored before anything else happens (semantics 9, rule 1).
func (s *Session) begin(in Event) {
	e := in.Event.Subscribed
	id := e.FrameworkID.Value
	switch err := mesos.ValidateID(id); {
	case s.phase != subscribing:
		s.emit(Note{"a second SUBSCRIBED on one stream", id})
		return
	case err != nil:
		s.lose(fmt.Errorf("%w: SUBSCRIBED with the framework id %q: %w", ErrProtocol, id, err))
		return
	case s.id != "" && s.id != id:
		s.lose(fmt.Errorf("%w: subscribed as framework %q but was called %q", ErrProtocol, s.id, id))
		return
	case s.id == "":
		s.id = id
		s.emit(SaveID{id})
	}
	s.phase = subscribed
	s.began, s.heard = s.now, in.At
	s.heartbeat = interval(e.HeartbeatIntervalSeconds)
	s.push(Subscribed{Conn: s.conn, FrameworkID: id, Master: e.MasterInfo, Heartbeat: s.heartbeat, First: !s.first}, in)
	s.first = true
}

// interval is the heartbeat interval of a SUBSCRIBED, within reason.
func interval(seconds *float64) time.Duration {
	if seconds == nil || math.IsNaN(*seconds) || *seconds <= 0 {
		return defaultHeartbeat
	}
	if *seconds >= maxHeartbeat.Seconds() {
		return maxHeartbeat
	}
	return max(time.Duration(*seconds*float64(time.Second)), minHeartbeat)
}

// goAhead is called once OnSubscribed has returned: now calls may be sent.
func (s *Session) goAhead(conn int) {
	if s.phase != subscribed || conn != s.conn {
		return
	}
	s.ready = true
	if s.teardown {
		s.tearDown()
		return
	}
	for _, call := range s.deferred {
		s.send(call)
	}
	s.deferred = nil
	s.restateRoles()
	s.killAll()
	s.askAll()
	s.askImplicitly()
}

// lose gives the connection up, and plans the next attempt.
func (s *Session) lose(cause error) {
	s.emit(Disconnect{s.conn})
	if s.phase == subscribed && s.now.Sub(s.began) >= stable {
		s.failures, s.abandoned = 0, false
		s.cfg.Retry.Reset()
	} else {
		s.failures++
	}
	delay := soon
	if s.failures%s.cfg.Masters == 0 { // a round through the masters is over, or one begins
		delay = s.cfg.Retry.NextBackOff()
	}
	s.phase, s.ready = waiting, false
	s.deadline = s.now.Add(delay)
	s.roles.unsent(s.sending)
	clear(s.sending)
	s.loseOffers()
	s.push(Lost{cause}, Event{})
}

// tearDown sends TEARDOWN, if that can be done now.
func (s *Session) tearDown() {
	if s.ready {
		s.teardownSent = true
		s.send(&schedulerpb.Call{Type: schedulerpb.Call_TEARDOWN.Enum()})
	}
}

// tornDown ends the session of a framework that is no more.
func (s *Session) tornDown() {
	s.emit(Forget{})
	s.end(nil)
}
