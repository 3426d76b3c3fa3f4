package scheduler

import (
	"context"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/internal/election"
	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// A Driver keeps one framework subscribed. It is one of [Calls].
type Driver struct {
	cfg       Config // with defaults
	callbacks Callbacks
	masters   []*url.URL    // empty: zookeeper says who leads
	zookeeper *election.URL // nil: masters are listed
	telemetry *telemetry
	wishes    *wishes
	running   atomic.Bool
}

var _ Calls = (*Driver)(nil)

// New checks the configuration and returns a driver that does nothing yet: no connection is made, no file is read, the
// store is not asked. What is wrong is a [*ConfigError].
func New(cfg Config, callbacks Callbacks) (*Driver, error) {
	cfg = cfg.withDefaults()
	masters, zookeeper, err := cfg.parseMasters()
	if err == nil {
		err = cfg.validate()
	}
	if err != nil {
		return nil, err
	}
	t, err := newTelemetry(&cfg)
	if err != nil {
		return nil, &ConfigError{"MeterProvider", err.Error()}
	}
	return &Driver{cfg: cfg, callbacks: callbacks, masters: masters, zookeeper: zookeeper, telemetry: t, wishes: newWishes(cfg.Framework.Roles)}, nil
}

// Run subscribes and calls back until ctx ends, and then returns ctx's cause, leaving the framework and its tasks as they are;
// or until something needs a decision from outside, and then returns an error: [ErrFrameworkRemoved], [ErrFailedOver],
// [ErrSubscription], [ErrElection], [ErrUnauthorized], [ErrForbidden], [ErrPrincipal], [ErrCallback], [ErrStore]. After [Driver.Teardown]
// it returns nil.
//
// Nothing that Run has started outlives it. It can be called again afterwards, but not while it runs ([ErrRunning]).
// It waits for a callback that is under way, so callbacks should heed their context.
func (d *Driver) Run(ctx context.Context) error {
	if !d.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	defer d.running.Store(false)
	if _, err := d.cfg.credentials(); err != nil {
		return err
	}
	r := &run{
		Driver: d,
		keeper: keeper{store: d.cfg.Store},
		queue:  newQueue(d.cfg.MaxRecord),
		client: wire.NewClient(wire.Config{Dial: d.cfg.Dial, TLS: d.cfg.TLS, JSON: d.cfg.JSON, MaxRecord: d.cfg.MaxRecord}),
	}
	r.sender = newSender(d.cfg.CallTimeout, d.telemetry)
	if d.zookeeper != nil {
		r.leader = newLeader()
	}
	r.session = session.New(d.sessionConfig())
	return r.run(ctx)
}

func (d *Driver) sessionConfig() session.Config {
	return session.Config{
		Framework:         d.cfg.Framework,
		Suppressed:        slices.Clone(d.cfg.SuppressedRoles),
		Constraints:       d.cfg.OfferConstraints,
		Masters:           max(1, len(d.masters)),
		Refuse:            d.cfg.Refuse,
		SubscribeTimeout:  d.cfg.SubscribeTimeout,
		ReconcileInterval: d.cfg.ReconcileInterval,
		Retry:             growing(d.cfg.RetryMin, d.cfg.RetryMax, retryFactor),
		Repeat: func() session.Backoff {
			return growing(d.cfg.ReconcileRetryMin, d.cfg.ReconcileRetryMax, repeatFactor)
		},
		Record: d.cfg.Tasks == nil,
		Check:  callcheck.Scheduler,
	}
}
