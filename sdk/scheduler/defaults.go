package scheduler

import (
	"log/slog"
	"slices"
	"time"

	"go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/state"
)

// capabilities are those that Moor's own rules build on: several roles, reservations that can be refined, states that
// tell a lost task from a partitioned one, and TASK_KILLING.
var capabilities = []mesos.FrameworkInfo_Capability_Type{
	mesos.FrameworkInfo_Capability_MULTI_ROLE,
	mesos.FrameworkInfo_Capability_RESERVATION_REFINEMENT,
	mesos.FrameworkInfo_Capability_PARTITION_AWARE,
	mesos.FrameworkInfo_Capability_TASK_KILLING_STATE,
}

// withDefaults returns the config with every default filled in. Slices and pointers that it changes are copied first.
func (c Config) withDefaults() Config {
	c.Masters = slices.Clone(c.Masters)
	c.SuppressedRoles = slices.Clone(c.SuppressedRoles)
	c.Framework = c.framework()
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.Refuse, DefaultRefuse},
		{&c.SubscribeTimeout, DefaultSubscribeTimeout},
		{&c.CallTimeout, DefaultCallTimeout},
		{&c.ElectionTimeout, DefaultElectionTimeout},
		{&c.RetryMin, DefaultRetryMin},
		{&c.RetryMax, max(DefaultRetryMax, c.RetryMin)},
		{&c.ReconcileRetryMin, DefaultReconcileRetryMin},
		{&c.ReconcileRetryMax, max(DefaultReconcileRetryMax, c.ReconcileRetryMin)},
		{&c.ReconcileInterval, DefaultReconcileInterval},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	c.Refuse = max(c.Refuse, 0)
	if c.MaxRecord == 0 {
		c.MaxRecord = DefaultMaxRecord
	}
	if c.Store == nil {
		c.Store = state.NewMemory()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.TracerProvider == nil {
		c.TracerProvider = tracenoop.NewTracerProvider()
	}
	if c.MeterProvider == nil {
		c.MeterProvider = noop.NewMeterProvider()
	}
	return c
}

// framework is what the master is told of the framework.
func (c *Config) framework() mesos.FrameworkInfo {
	f := c.Framework
	f.Roles = slices.Clone(f.Roles)
	f.Capabilities = slices.Clone(f.Capabilities)
	for _, t := range capabilities {
		has := func(c mesos.FrameworkInfo_Capability) bool { return c.GetType() == t }
		if !slices.ContainsFunc(f.Capabilities, has) {
			f.Capabilities = append(f.Capabilities, mesos.FrameworkInfo_Capability{Type: t.Enum()})
		}
	}
	if f.Checkpoint == nil {
		f.Checkpoint = new(true)
	}
	if f.FailoverTimeout == nil {
		f.FailoverTimeout = new(DefaultFailoverTimeout.Seconds())
	}
	if f.Principal == nil && c.Principal != "" {
		f.Principal = new(c.Principal)
	}
	return f
}
