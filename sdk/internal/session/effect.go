package session

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// An Effect is something to be done.
type Effect interface{ effect() }

type (
	// Connect asks for a subscription at one of the masters.
	Connect struct {
		Conn   int
		Master int // index in the list of masters
		Call   *schedulerpb.Call
	}
	// Disconnect gives a connection up, with all calls that were to be sent with it.
	Disconnect struct{ Conn int }

	// SaveID stores the framework's id.
	SaveID struct{ FrameworkID string }
	// Record changes the record of what isn't ended.
	Record struct {
		Tasks          []Task
		Operations     []Operation
		DropTasks      []string
		DropOperations []string
	}
	// Forget deletes the framework's id and the record.
	Forget struct{}

	// AskKnown asks for the tasks and operations to reconcile; [Known] answers.
	AskKnown struct{}
	// Deliver asks for a callback; [Done] answers.
	Deliver struct {
		What Delivery
		At   time.Time // when it came; the zero time for what the session itself has to tell
	}
	// Send sends a call; [Sent] answers.
	Send struct {
		Conn int
		ID   int
		Call *schedulerpb.Call
	}
	// Note tells of something odd that was ignored.
	Note struct {
		What    string
		Subject string
	}
	// End ends it all. Err is nil after a [Teardown].
	End struct{ Err error }
)

func (Connect) effect()    {}
func (Disconnect) effect() {}
func (SaveID) effect()     {}
func (Record) effect()     {}
func (Forget) effect()     {}
func (AskKnown) effect()   {}
func (Deliver) effect()    {}
func (Send) effect()       {}
func (Note) effect()       {}
func (End) effect()        {}

// A Delivery is what a callback is for.
type Delivery interface{ delivery() }

type (
	// Subscribed: a subscription has begun.
	Subscribed struct {
		Conn        int
		FrameworkID string
		Master      *mesos.MasterInfo
		Heartbeat   time.Duration
		First       bool
	}
	// Offers are new offers.
	Offers struct{ Offers []mesos.Offer }
	// Rescinded is an offer on hold that was taken back.
	Rescinded struct{ ID mesos.OfferID }
	// InverseOffers are requests to leave agents.
	InverseOffers struct{ Offers []mesos.InverseOffer }
	// InverseRescinded is an inverse offer that was taken back.
	InverseRescinded struct{ ID mesos.OfferID }
	// Status is an update of a task.
	Status struct{ Status mesos.TaskStatus }
	// OperationStatus is an update of an operation.
	OperationStatus struct{ Status mesos.OperationStatus }
	// Message is what an executor sent.
	Message struct{ Message *schedulerpb.Event_Message }
	// Failure is the loss of an agent or executor.
	Failure struct{ Failure *schedulerpb.Event_Failure }
	// Lost: there is no subscription any more, or none yet.
	Lost struct{ Err error }
	// Reconciled: all questions were answered.
	Reconciled struct {
		Tasks int
		Took  time.Duration
	}
	// Discarded: a decision or call wasn't sent, or wasn't taken.
	Discarded struct {
		Call       string
		Offers     []mesos.OfferID
		Tasks      []mesos.TaskID
		Operations []mesos.OperationID
		Err        error
	}
)

func (Subscribed) delivery()       {}
func (Offers) delivery()           {}
func (Rescinded) delivery()        {}
func (InverseOffers) delivery()    {}
func (InverseRescinded) delivery() {}
func (Status) delivery()           {}
func (OperationStatus) delivery()  {}
func (Message) delivery()          {}
func (Failure) delivery()          {}
func (Lost) delivery()             {}
func (Reconciled) delivery()       {}
func (Discarded) delivery()        {}
