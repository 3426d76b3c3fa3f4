package validate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// check judges a task's check (row 7 of semantics 3.10).
func check(c *mesos.CheckInfo) error {
	if c == nil {
		return nil
	}
	if c.Type == nil {
		return errors.New("CheckInfo must specify 'type'")
	}
	if err := checkKind(c); err != nil {
		return err
	}
	return nonNegative(named{"delay_seconds", c.DelaySeconds}, named{"interval_seconds", c.IntervalSeconds}, named{"timeout_seconds", c.TimeoutSeconds})
}

func checkKind(c *mesos.CheckInfo) error {
	switch *c.Type {
	case mesos.CheckInfo_COMMAND:
		if c.Command == nil {
			return errors.New("Expecting 'command' to be set for COMMAND check")
		}
		if c.Command.Command.Value == nil {
			return errors.New("Command check must contain " + commandKind(&c.Command.Command))
		}
		return wrap("Check's `CommandInfo` is invalid: ", command(&c.Command.Command))
	case mesos.CheckInfo_HTTP:
		if c.HTTP == nil {
			return errors.New("Expecting 'http' to be set for HTTP check")
		}
		return path("HTTP check", c.HTTP.Path)
	case mesos.CheckInfo_TCP:
		if c.TCP == nil {
			return errors.New("Expecting 'tcp' to be set for TCP check")
		}
		return nil
	}
	return fmt.Errorf("'%s' is not a valid check type", c.Type)
}

// healthCheck judges a task's health check (row 8 of semantics 3.10).
func healthCheck(c *mesos.HealthCheck) error {
	if c == nil {
		return nil
	}
	if c.Type == nil {
		return errors.New("HealthCheck must specify 'type'")
	}
	if err := healthKind(c); err != nil {
		return err
	}
	return nonNegative(named{"delay_seconds", c.DelaySeconds}, named{"grace_period_seconds", c.GracePeriodSeconds}, named{"interval_seconds", c.IntervalSeconds}, named{"timeout_seconds", c.TimeoutSeconds})
}

func healthKind(c *mesos.HealthCheck) error {
	switch *c.Type {
	case mesos.HealthCheck_COMMAND:
		if c.Command == nil {
			return errors.New("Expecting 'command' to be set for COMMAND health check")
		}
		if c.Command.Value == nil {
			return errors.New("Command health check must contain " + commandKind(c.Command))
		}
		return wrap("Health check's `CommandInfo` is invalid: ", command(c.Command))
	case mesos.HealthCheck_HTTP:
		if c.HTTP == nil {
			return errors.New("Expecting 'http' to be set for HTTP health check")
		}
		if s := c.HTTP.Scheme; s != nil && *s != "http" && *s != "https" {
			return fmt.Errorf("Unsupported HTTP health check scheme: '%s'", *s)
		}
		return path("HTTP health check", c.HTTP.Path)
	case mesos.HealthCheck_TCP:
		if c.TCP == nil {
			return errors.New("Expecting 'tcp' to be set for TCP health check")
		}
		return nil
	}
	return fmt.Errorf("'%s' is not a valid health check type", c.Type)
}

func commandKind(c *mesos.CommandInfo) string {
	if c.GetShell() {
		return "'shell command'"
	}
	return "'executable path'"
}

func path(of string, p *string) error {
	if p != nil && !strings.HasPrefix(*p, "/") {
		return fmt.Errorf("The path '%s' of %s must start with '/'", *p, of)
	}
	return nil
}

type named struct {
	name  string
	value *float64
}

func nonNegative(fields ...named) error {
	for _, f := range fields {
		if f.value != nil && *f.value < 0 {
			return fmt.Errorf("Expecting '%s' to be non-negative", f.name)
		}
	}
	return nil
}
