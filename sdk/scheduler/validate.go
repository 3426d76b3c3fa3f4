package scheduler

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// validate says what is wrong with a config whose defaults are set.
func (c *Config) validate() error {
	for _, check := range []func() error{c.validateFramework, c.validateRoles, c.validateCredentials, c.validateTimes} {
		if err := check(); err != nil {
			return err
		}
	}
	if c.Operations != nil && c.Tasks == nil {
		return &ConfigError{"Operations", "is set without Tasks; set both, or neither to have the driver keep them"}
	}
	// What the master is told about the framework is a call like any other.
	if err := callcheck.Scheduler(subscribeCall(c)); err != nil {
		return &ConfigError{"Framework", fmt.Sprintf("would harm a master: %v", err)}
	}
	return nil
}

func (c *Config) validateFramework() error {
	f := &c.Framework
	switch {
	case f.Name == "":
		return &ConfigError{"Framework.Name", "is empty; give the framework a name"}
	case f.User == "":
		return &ConfigError{"Framework.User", "is empty; name the user that tasks run as and that owns their volumes"}
	case f.Role != nil:
		return &ConfigError{"Framework.Role", "is deprecated and refused with MULTI_ROLE; use Roles"}
	}
	if f.ID != nil {
		if err := mesos.ValidateID(f.ID.Value); err != nil {
			return &ConfigError{"Framework.ID", err.Error()}
		}
	}
	// The master keeps it as 64 bits of nanoseconds (semantics 1.5).
	if t := *f.FailoverTimeout; math.IsNaN(t) || t < 0 || t > float64(math.MaxInt64/int64(time.Second)) {
		return &ConfigError{"Framework.FailoverTimeout", fmt.Sprintf("is %v; give seconds from 0 to about 9e9", t)}
	}
	return nil
}

func (c *Config) validateRoles() error {
	roles := c.Framework.Roles
	if len(roles) == 0 {
		return &ConfigError{"Framework.Roles", "is empty; a framework without a role is offered nothing"}
	}
	for i, role := range roles {
		if err := mesos.ValidateRole(role); err != nil {
			return &ConfigError{fmt.Sprintf("Framework.Roles[%d]", i), err.Error()}
		}
		if slices.Contains(roles[:i], role) {
			return &ConfigError{fmt.Sprintf("Framework.Roles[%d]", i), fmt.Sprintf("%q is listed twice", role)}
		}
	}
	for i, role := range c.SuppressedRoles {
		if !slices.Contains(roles, role) {
			return &ConfigError{fmt.Sprintf("SuppressedRoles[%d]", i), fmt.Sprintf("%q is not in Framework.Roles", role)}
		}
	}
	for role := range c.OfferConstraints.GetRoleConstraints() {
		if !slices.Contains(roles, role) {
			return &ConfigError{"OfferConstraints", fmt.Sprintf("%q is not in Framework.Roles", role)}
		}
	}
	return nil
}

func (c *Config) validateCredentials() error {
	if err := c.login().Validate(); err != nil {
		return configError(err)
	}
	if c.Principal != "" && c.Framework.GetPrincipal() != c.Principal {
		return &ConfigError{"Framework.Principal",
			fmt.Sprintf("is %q but Config.Principal is %q; they must be the same", c.Framework.GetPrincipal(), c.Principal)}
	}
	return nil
}

func (c *Config) validateTimes() error {
	for _, t := range []struct {
		field string
		value time.Duration
	}{
		{"SubscribeTimeout", c.SubscribeTimeout}, {"CallTimeout", c.CallTimeout}, {"ElectionTimeout", c.ElectionTimeout},
		{"RetryMin", c.RetryMin}, {"ReconcileRetryMin", c.ReconcileRetryMin}, {"ReconcileInterval", c.ReconcileInterval},
	} {
		if t.value <= 0 {
			return &ConfigError{t.field, fmt.Sprintf("is %v; give a positive time", t.value)}
		}
	}
	switch {
	case c.RetryMax < c.RetryMin:
		return &ConfigError{"RetryMax", fmt.Sprintf("is %v, less than RetryMin, %v", c.RetryMax, c.RetryMin)}
	case c.ReconcileRetryMax < c.ReconcileRetryMin:
		return &ConfigError{"ReconcileRetryMax", fmt.Sprintf("is %v, less than ReconcileRetryMin, %v", c.ReconcileRetryMax, c.ReconcileRetryMin)}
	case c.MaxRecord < 1<<10:
		return &ConfigError{"MaxRecord", fmt.Sprintf("is %d bytes; no event fits less than 1024", c.MaxRecord)}
	}
	return nil
}

// subscribeCall is the SUBSCRIBE as the config has it, without the framework's id.
func subscribeCall(c *Config) *schedulerpb.Call {
	return &schedulerpb.Call{
		Type: schedulerpb.Call_SUBSCRIBE.Enum(),
		Subscribe: &schedulerpb.Call_Subscribe{
			FrameworkInfo:    c.Framework,
			SuppressedRoles:  c.SuppressedRoles,
			OfferConstraints: c.OfferConstraints,
		},
	}
}
