package scheduler

import (
	"context"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Callbacks is what a framework does about events. All are optional: a nil one does nothing and succeeds. They run one
// at a time on Run's goroutine, in the order of the events; ctx is Run's.
//
// An error returned by any of them ends Run with a [*CallbackError] that wraps it. Whatever the event was about is then
// not acknowledged and comes again to the next Run, so a callback has to be ready to see an event twice.
type Callbacks struct {
	// OnSubscribed is called after each SUBSCRIBED, when the framework id is already in the store. No call is sent and
	// no event delivered before it has returned.
	OnSubscribed func(ctx context.Context, s Subscription) error

	// OnOffer gets new offers and returns what to do with them; offers that no decision names are declined for
	// [Config.Refuse]. Decisions may also name offers on hold. Nil declines everything.
	OnOffer func(ctx context.Context, offers []mesos.Offer) ([]Decision, error)

	// OnRescind tells that an offer on hold was taken back by the master. Rescinds of offers that OnOffer hasn't seen
	// or that were answered are not told: the first can't be missed, and the second come as TASK_DROPPED and
	// OPERATION_ERROR if they were too late (semantics 3.2).
	OnRescind func(ctx context.Context, id mesos.OfferID) error

	// OnInverseOffer gets requests to leave an agent because of maintenance, and returns those it agrees to; the
	// others are declined. Agreeing binds to nothing, and the machine may go down all the same (semantics 5.10).
	// Nil declines.
	OnInverseOffer func(ctx context.Context, offers []mesos.InverseOffer) (agreed []mesos.OfferID, err error)

	// OnInverseRescind tells that an inverse offer is void, because the maintenance was called off.
	OnInverseRescind func(ctx context.Context, id mesos.OfferID) error

	// OnStatus gets updates of tasks. One with a uuid is acknowledged when it returns nil, so what must not be forgotten
	// is to be stored before that. It comes at least once; one uuid comes again only if it failed before.
	OnStatus func(ctx context.Context, status mesos.TaskStatus) error

	// OnOperation gets updates of operations that have an id; acknowledged as those of tasks are.
	OnOperation func(ctx context.Context, status mesos.OperationStatus) error

	// OnMessage gets what executors send. It is best effort.
	OnMessage func(ctx context.Context, m Message) error

	// OnFailure tells that an agent is lost or an executor has ended. It is best effort, and proves nothing about what
	// is on the agent (semantics 5.8).
	OnFailure func(ctx context.Context, f Failure) error

	// OnLost tells that the subscription has ended, or could not be had, and why; the driver goes on trying by itself.
	// It is called once for each subscription that was lost and once for each attempt that failed. Offers are void,
	// held ones included. Tasks are not concerned.
	OnLost func(ctx context.Context, cause error) error

	// OnReconciled tells that every known task and operation was answered since this subscription, or since the round began;
	// at once if none is known. A task counts as answered whatever the answer: TASK_UNKNOWN may be wrong while agents are
	// coming back to a new master.
	OnReconciled func(ctx context.Context, r Reconciliation) error

	// OnDropped tells that a decision or a call was not sent, or was refused by the master, and why. It is for logs and
	// counters: what matters comes in the next offers.
	OnDropped func(ctx context.Context, d Dropped) error
}

// A Subscription is what the master said to SUBSCRIBE.
type Subscription struct {
	FrameworkID mesos.FrameworkID
	Master      *mesos.MasterInfo // nil if the master doesn't tell
	Address     string            // of the master that answered, after redirects: "host:port"
	Heartbeat   time.Duration     // how often the master says that it lives
	First       bool              // the first of this Run; the later ones follow an OnLost
}

// A Failure says that an agent was removed, or that an executor ended.
type Failure struct {
	AgentID    mesos.AgentID
	ExecutorID mesos.ExecutorID // empty if it is the agent that failed
	Status     *int32           // the executor's exit status as wait(2) gives it, if known
}

// AgentLost says whether it is an agent that was lost, not an executor.
func (f Failure) AgentLost() bool { return f.ExecutorID.Value == "" }

// A Message is what an executor sent.
type Message struct {
	AgentID    mesos.AgentID
	ExecutorID mesos.ExecutorID
	Data       []byte
}

// A Reconciliation sums up a finished round of asking.
type Reconciliation struct {
	Tasks int           // how many were asked for
	Took  time.Duration // from the first question to the last answer
}

// Dropped says what was not done.
type Dropped struct {
	Call       string              // what it would have been or was: "ACCEPT", "DECLINE", "MESSAGE", ...
	Offers     []mesos.OfferID     // all that the decision named
	Tasks      []mesos.TaskID      // that it would have launched
	Operations []mesos.OperationID // that it would have done, as far as they have ids
	Err        error               // why: see the errors of this package
}
