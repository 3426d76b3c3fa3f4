package scheduler

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/state"
)

// The defaults of a [Config].
const (
	DefaultRefuse            = 5 * time.Second        // Mesos's own (semantics 0.4)
	DefaultFailoverTimeout   = 7 * 24 * time.Hour     // of FrameworkInfo
	DefaultSubscribeTimeout  = 30 * time.Second       // until SUBSCRIBED
	DefaultCallTimeout       = 30 * time.Second       // of one call
	DefaultRetryMin          = 500 * time.Millisecond // first delay between subscriptions
	DefaultRetryMax          = 15 * time.Second       // longest delay between subscriptions
	DefaultReconcileRetryMin = 10 * time.Second       // until a question is repeated the first time
	DefaultReconcileRetryMax = 2 * time.Minute        // longest time between two questions for one task
	DefaultReconcileInterval = 15 * time.Minute       // between rounds (semantics 6.4)
	DefaultElectionTimeout   = 10 * time.Second       // session timeout of ZooKeeper (semantics 1.13)
	DefaultMaxRecord         = 16 << 20               // bytes of one event
)

// Config is what a driver is made of. Masters and Framework with its Name, User and Roles must be set; everything else has
// a default. A Config is copied by New.
type Config struct {
	// Masters are the masters to try, in turn: "host:port", "http://host:port" or "https://host:port". One that stands
	// by redirects to the leader, so any one that is up is enough; more are for when it isn't.
	//
	// Or one address of the ZooKeeper that the masters contend in, as Mesos's own --master has it:
	// "zk://host1:port1,host2:port2/path", with user:password@ before the hosts where it asks for them. Then the leader is
	// followed as it changes, also away from one that is frozen with its stream open (semantics 1.13). ZooKeeper doesn't
	// say whether masters speak TLS: they are asked by https if TLS is set.
	Masters []string

	// ElectionTimeout is how long ZooKeeper may be out of reach until it is no longer known who leads: its session
	// timeout. A subscription lives on meanwhile. Default: [DefaultElectionTimeout], Mesos's own.
	ElectionTimeout time.Duration

	// Framework describes the framework. New adds what a framework with state can't do without, unless it is set:
	//
	//   - the capabilities MULTI_ROLE, RESERVATION_REFINEMENT, PARTITION_AWARE and TASK_KILLING_STATE, always;
	//   - checkpoint true, or an agent's restart would kill its tasks, and which can't be changed later on the same id;
	//   - failover_timeout of one week, because Mesos's default of 0 kills every task at the first broken connection
	//     (semantics 9, rules 2 and 4);
	//   - principal, from Principal.
	//
	// ID is normally left to the Store. If it is set, it must agree with what the Store has.
	Framework mesos.FrameworkInfo

	// SuppressedRoles are roles that want no offers at first; see [Calls].Suppress and Revive.
	SuppressedRoles []string

	// OfferConstraints restrict which agents are offered, by role (semantics 1.11). Nil: no restriction.
	OfferConstraints *schedulerpb.OfferConstraints

	// Store keeps the framework id and, unless Tasks is set, the tasks and operations that aren't ended. Nil: memory,
	// and then a restarted process is a new framework, whose volumes belong to nobody. The driver uses keys that begin
	// with "scheduler/" and does not close it.
	Store state.Store

	// Tasks returns the tasks whose state matters, for reconciliation: it is asked after each subscription and before each
	// round, on Run's goroutine. Nil: the driver keeps its own record in the Store of the tasks that it launched and
	// that haven't ended, at the cost of one write for each ACCEPT that launches and for each end of a task.
	Tasks func(ctx context.Context) ([]KnownTask, error)

	// Operations returns the operations whose outcome isn't known yet, likewise; it may only be set with Tasks.
	// Nil with Tasks set: those that this driver sent and saw no final answer to.
	Operations func(ctx context.Context) ([]KnownOperation, error)

	// Principal and its secret authenticate every request by HTTP Basic. Empty: no authentication. Neither may contain
	// a colon: Mesos takes no such credentials (semantics 1.1). At most one of Secret, SecretFile and SecretEnv is set;
	// file and environment variable are read before each subscription, so that secrets can be changed under way.
	// White space around what a file holds is not part of the secret.
	Principal  string
	Secret     Secret
	SecretFile string
	SecretEnv  string

	// TLS is for https masters. Nil: the defaults of package tls.
	TLS *tls.Config

	// Dial makes the connections. Nil: a net.Dialer with a timeout of 10 s. No proxy is used.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// JSON talks JSON to the master in place of protobuf; for looking at what goes over the wire.
	JSON bool

	// Refuse is how long what is declined without a word about it is not offered again. Default: [DefaultRefuse].
	// Negative: no filter, so it is offered again at once.
	Refuse time.Duration

	// SubscribeTimeout is how long to wait for SUBSCRIBED. Default: [DefaultSubscribeTimeout].
	SubscribeTimeout time.Duration

	// CallTimeout is how long one call may take. Default: [DefaultCallTimeout].
	CallTimeout time.Duration

	// RetryMin and RetryMax bound the time between attempts to subscribe: about RetryMin at first, and by half more after
	// each round through Masters, with jitter, up to RetryMax. It starts again after a subscription that lasted a minute.
	// Defaults: [DefaultRetryMin], [DefaultRetryMax].
	RetryMin, RetryMax time.Duration

	// ReconcileRetryMin and ReconcileRetryMax bound the time until an unanswered task or operation is asked for again,
	// and a task killed again; it doubles, with jitter. Defaults: [DefaultReconcileRetryMin], [DefaultReconcileRetryMax].
	ReconcileRetryMin, ReconcileRetryMax time.Duration

	// ReconcileInterval is the time between rounds of reconciliation. Default: [DefaultReconcileInterval].
	ReconcileInterval time.Duration

	// MaxRecord is the longest event in bytes that is taken; a longer one breaks the connection. It bounds memory, too:
	// what waits for callbacks is at most this many bytes and one event. Once decoded that is a few times as much, and
	// in the worst case that a master could make up about 40 times. Default: [DefaultMaxRecord].
	MaxRecord int

	// Logger gets what happens, without offers and secrets. Nil: nothing.
	Logger *slog.Logger

	// TracerProvider and MeterProvider get a span for each callback and call, and the metrics moor.scheduler.*.
	// Nil: nothing.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
}
