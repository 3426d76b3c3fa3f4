package scheduler

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// Calls is what a framework asks of the master besides answering offers. A [*Driver] is one; it is an interface so that
// what uses it can be tested with a mock.
//
// Every method checks its arguments, queues and returns: it never waits for the network and never calls back. All are
// safe for concurrent use, callbacks included. They may be used before Run and while no master can be reached: what
// still makes sense then (Kill, Revive, Suppress, Reconcile, Teardown) is sent after the next subscription, and other
// calls are dropped and told to OnDropped. Errors are [ErrBusy] when the queue is full, and those named at each method.
type Calls interface {
	// Kill asks for the end of a task, and again with back-off until a terminal update of it came, because a KILL is
	// best effort (semantics 6.6). Pass the agent if it is known. The task gets grace between SIGTERM and SIGKILL;
	// 0 leaves it to the task's own kill policy (by default 3 s).
	Kill(task mesos.TaskID, agent mesos.AgentID, grace time.Duration) error

	// Revive asks for offers of the given roles again, all of the framework's if none is named: it ends Suppress and
	// removes all filters that declines have left (semantics 5.5). A role that the framework doesn't have gives
	// [ErrRole], since the master would drop the whole call without a word.
	Revive(roles ...string) error

	// Suppress stops offers for the given roles, all of the framework's if none is named, until Revive. It outlasts
	// re-subscriptions, but not Run. Offers that are out stay valid. [ErrRole] as for Revive.
	Suppress(roles ...string) error

	// Reconcile asks for the state of the given tasks, and again with back-off until each was answered; the answers
	// come to OnStatus. Without tasks it asks once about all that the master knows of this framework, which also finds
	// tasks that the framework doesn't know (semantics 6.4).
	Reconcile(tasks ...KnownTask) error

	// Answer answers offers that a decision of OnOffer has put on [Hold], from anywhere. The rules are those for
	// decisions of OnOffer: what can't be sent is told to OnDropped.
	Answer(decisions ...Decision) error

	// Message sends bytes to an executor. It is best effort, at most once (semantics 1.4).
	Message(executor mesos.ExecutorID, agent mesos.AgentID, data []byte) error

	// Shutdown asks an agent to end a custom or default executor and its tasks (semantics 6.6). It is best effort.
	Shutdown(executor mesos.ExecutorID, agent mesos.AgentID) error

	// Send sends a call made by hand, of the types that this interface has no method for: REQUEST, UPDATE_FRAMEWORK,
	// ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS. The framework id is filled in. Other types give [ErrNotByHand],
	// and what would kill a master gives [ErrPoison].
	Send(call *schedulerpb.Call) error

	// Teardown removes the framework: its tasks are killed and its id can never be used again. Reservations and
	// volumes stay (semantics 1.6). Once the master has accepted it, the id and the tasks are deleted from the store
	// and Run returns nil.
	Teardown() error
}

// A KnownTask names a task to ask about.
type KnownTask struct {
	ID    mesos.TaskID
	Agent mesos.AgentID // where it was launched; an empty value if unknown, and then the answers tell less (semantics 6.4)
}

// A KnownOperation names an operation to ask about.
type KnownOperation struct {
	ID       mesos.OperationID
	Agent    mesos.AgentID            // whose offer it was for; an empty value if unknown
	Provider mesos.ResourceProviderID // empty for an agent's own resources
}
