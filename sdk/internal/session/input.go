package session

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// An Input is something that happened.
type Input interface{ input() }

type (
	// Start begins, with what is known from the last life.
	Start struct {
		FrameworkID string // "": a new framework
		Tasks       []Task
		Operations  []Operation
	}

	// Event is an event of a connection, but no ERROR and no HEARTBEAT.
	Event struct {
		Conn  int
		Event *schedulerpb.Event
		Size  int       // bytes of its record
		At    time.Time // when it was read
	}

	// Alive says when something was last heard on a connection, heartbeats included.
	Alive struct {
		Conn int
		At   time.Time
	}

	// Refused is an ERROR event.
	Refused struct {
		Conn  int
		Class Refusal
		Err   error
	}

	// Closed says that a connection has ended or could not be made.
	Closed struct {
		Conn  int
		Err   error
		Fatal bool // trying again is of no use
	}

	// Sent is the outcome of a [Send].
	Sent struct {
		ID      int
		Outcome Outcome
		Err     error // nil if it was Taken
	}

	// Done says that the callback of the last [Deliver] has succeeded.
	Done struct {
		Decisions []Decision      // of Offers
		Agreed    []mesos.OfferID // of InverseOffers
	}

	// Known answers [AskKnown].
	Known struct {
		Tasks      []Task
		Operations []Operation
		// Ops says whether Operations is meant; otherwise the session's own view counts.
		Ops bool
	}

	// Elected says that it is worth trying now: another master leads.
	Elected struct{}

	// Tick says that time has passed.
	Tick struct{}
)

// What a framework asks for by itself.
type (
	// Kill wants a task to end.
	Kill struct {
		Task  Task
		Grace time.Duration // 0: the task's own
	}
	// Revive wants offers for the roles again; none: all roles.
	Revive struct{ Roles []string }
	// Suppress wants no more offers for the roles; none: all roles.
	Suppress struct{ Roles []string }
	// Reconcile wants to know the state of tasks; none: of all that the master knows.
	Reconcile struct{ Tasks []Task }
	// Answer decides on offers on hold.
	Answer struct{ Decisions []Decision }
	// Raw is a call to be sent as it is, but for the framework's id.
	Raw struct{ Call *schedulerpb.Call }
	// Teardown wants the framework to be removed.
	Teardown struct{}
)

func (Start) input()     {}
func (Event) input()     {}
func (Alive) input()     {}
func (Refused) input()   {}
func (Closed) input()    {}
func (Sent) input()      {}
func (Done) input()      {}
func (Known) input()     {}
func (Elected) input()   {}
func (Tick) input()      {}
func (Kill) input()      {}
func (Revive) input()    {}
func (Suppress) input()  {}
func (Reconcile) input() {}
func (Answer) input()    {}
func (Raw) input()       {}
func (Teardown) input()  {}

// A Refusal is a class of ERROR events.
type Refusal int

const (
	// Transient: another subscription may succeed.
	Transient Refusal = iota
	// Permanent: it will be refused again.
	Permanent
	// FailedOver: another subscription with the same framework id has taken this one's place.
	FailedOver
)

// An Outcome is what became of a call.
type Outcome int

const (
	// Taken: the master has it.
	Taken Outcome = iota
	// Unknown: nobody knows, or the subscription is void.
	Unknown
	// NotTaken: the master refused it, and the subscription is not concerned.
	NotTaken
	// Hopeless: the master didn't take it and won't take any.
	Hopeless
)

// A Task is a task that may be running.
type Task struct {
	ID    string
	Agent string // "": not known
}

// An Operation is an operation whose outcome isn't known.
type Operation struct {
	ID       string
	Agent    string
	Provider string
}
