package session

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

const (
	// missed is how many heartbeats in a row may be missing (semantics 9, rule 8).
	missed = 5
	// stable is how long a subscription has to last to count as a success.
	stable = time.Minute
	// soon is the delay before the next master of the same round.
	soon = 100 * time.Millisecond
	// batch is how many tasks or operations are asked for in one call.
	batch = 500
	// inverseRefuse is for how long an inverse offer isn't repeated once it was answered.
	inverseRefuse = 10 * time.Minute
	// remembered is how many uuids of handled updates, and how many ids of offers that are gone, are kept.
	remembered = 4096
	// congested is how many calls may be under way before callbacks wait.
	congested = 1000
	// most bounds the record against a master that makes tasks up.
	most = 100_000
)

// A Backoff gives delays that grow. It is that of cenkalti/backoff.
type Backoff interface {
	NextBackOff() time.Duration
	Reset()
}

// Config is what a session is made of. All fields but the optional ones must be set.
type Config struct {
	Framework   mesos.FrameworkInfo           // without id
	Suppressed  []string                      // roles that want no offers at first; optional
	Constraints *schedulerpb.OfferConstraints // optional

	Masters           int           // how many there are to try
	Refuse            time.Duration // filter of what is declined without a word
	SubscribeTimeout  time.Duration
	ReconcileInterval time.Duration
	Retry             Backoff        // between rounds through the masters
	Repeat            func() Backoff // between questions, and between kills

	Record bool                          // keep the record of tasks and operations, instead of asking
	Check  func(*schedulerpb.Call) error // refuses calls that do harm
}

// A phase is how far the subscription is.
type phase int

const (
	idle        phase = iota // before Start and after End
	waiting                  // for the time of the next attempt
	subscribing              // SUBSCRIBE is out
	subscribed               // SUBSCRIBED has come
)

// A Session is the state of one driver. It is not safe for concurrent use.
type Session struct {
	cfg Config
	now time.Time // of the Step under way
	out []Effect  // of the Step under way

	id string // the framework's; "" until the first SUBSCRIBED ever
	link
	inbox
	offers   offers
	roles    roles
	sending  map[int]*schedulerpb.Call // by Send.ID, until Sent
	lastSend int
	deferred []*schedulerpb.Call // acknowledgements for the next subscription
	seen     *memory[struct{}]   // updates that were handled, by task or operation and uuid
	record   record
	asking   asking
	kills    map[string]*kill // by task

	teardown     bool // asked for
	teardownSent bool // a TEARDOWN has gone out, and may have been taken
}

// New returns a session that waits for [Start].
func New(cfg Config) *Session {
	s := &Session{
		cfg:     cfg,
		sending: make(map[int]*schedulerpb.Call),
		seen:    newMemory[struct{}](remembered),
		kills:   make(map[string]*kill),
	}
	s.offers = offers{open: make(map[string]*offer), held: make(map[string]*offer), inverse: make(map[string]bool), gone: newMemory[error](remembered)}
	s.roles = newRoles(cfg.Framework.Roles, cfg.Suppressed)
	s.record = record{tasks: make(map[string]Task), operations: make(map[string]Operation)}
	s.asking = asking{tasks: make(map[string]question), operations: make(map[string]Operation)}
	return s
}

// Step takes in what happened at a time and returns what to do. The slice is valid until the next Step. The
// time must not go backwards.
func (s *Session) Step(now time.Time, in Input) []Effect {
	s.now = now
	clear(s.out)
	s.out = s.out[:0]
	if _, start := in.(Start); s.phase == idle && !start {
		return nil
	}
	s.take(in)
	if s.phase != idle {
		s.next()
	}
	return s.out
}

func (s *Session) take(in Input) {
	switch in := in.(type) {
	case Start:
		s.start(in)
	case Event:
		s.event(in)
	case Alive:
		s.alive(in)
	case Refused:
		s.refused(in)
	case Closed:
		s.closed(in)
	case Elected:
		s.elected()
	case Sent:
		s.sent(in)
	case Done:
		s.done(in)
	case Known:
		s.known(in)
	case Tick:
		s.tick()
	default:
		s.wish(in)
	}
}

// wish takes in what the framework wants.
func (s *Session) wish(in Input) {
	switch in := in.(type) {
	case Kill:
		s.kill(in)
	case Revive:
		s.revive(in.Roles)
	case Suppress:
		s.suppress(in.Roles)
	case Reconcile:
		s.reconcile(in.Tasks)
	case Answer:
		s.answer(in.Decisions)
	case Raw:
		s.raw(in.Call)
	case Teardown:
		s.teardown = true
		s.tearDown()
	}
}

// start begins the first life of the session. Another Start changes nothing.
func (s *Session) start(in Start) {
	if s.phase != idle || s.conn != 0 {
		return
	}
	s.id = in.FrameworkID
	for _, t := range in.Tasks {
		s.record.tasks[t.ID] = t
	}
	for _, o := range in.Operations {
		s.record.operations[o.ID] = o
	}
	s.connect()
}

// tick does what is due.
func (s *Session) tick() {
	s.tickLink()
	if s.phase == idle {
		return
	}
	s.expire()
	if s.ready {
		s.ask()
		s.killAgain()
	}
}

// Wake is when the next [Tick] is due; the zero time: never.
func (s *Session) Wake() time.Time {
	var due time.Time
	at := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	switch s.phase {
	case idle:
		return due
	case waiting, subscribing:
		at(s.deadline)
	case subscribed:
		at(s.heard.Add(missed * s.heartbeat))
	}
	for _, o := range s.offers.held {
		at(o.until)
	}
	if s.ready {
		at(s.asking.next)
		at(s.asking.round)
		for _, k := range s.kills {
			at(k.next)
		}
	}
	return due
}

// Connection is the number of the connection that is open or being opened; 0 if there is none.
func (s *Session) Connection() int {
	if s.phase == subscribing || s.phase == subscribed {
		return s.conn
	}
	return 0
}

// Subscribed says whether SUBSCRIBED has come on the present connection.
func (s *Session) Subscribed() bool { return s.phase == subscribed }

// Held is how many offers are on hold.
func (s *Session) Held() int { return len(s.offers.held) }

func (s *Session) emit(e Effect) { s.out = append(s.out, e) }

// end ends the session, with nil after a teardown.
func (s *Session) end(err error) {
	if c := s.Connection(); c != 0 {
		s.emit(Disconnect{c})
	}
	s.phase, s.ready = idle, false
	s.emit(End{err})
}
