package ops

import (
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// check checks a CheckInfo, which may be nil (semantics 3.10, row 7).
func check(c *mesos.CheckInfo) *Error {
	if c == nil {
		return nil
	}
	if c.Type == nil {
		return refuse(ErrCheck, "type", "CheckInfo must specify 'type'")
	}
	switch *c.Type {
	case mesos.CheckInfo_COMMAND:
		if c.Command == nil {
			return refuse(ErrCheck, "command", "Expecting 'command' to be set for COMMAND check")
		}
		if e := runs(&c.Command.Command, "Command check"); e != nil {
			return e.in("command.command")
		}
	case mesos.CheckInfo_HTTP:
		if c.HTTP == nil {
			return refuse(ErrCheck, "http", "Expecting 'http' to be set for HTTP check")
		}
		if e := rooted(c.HTTP.Path, "HTTP check"); e != nil {
			return e.in("http")
		}
	case mesos.CheckInfo_TCP:
		if c.TCP == nil {
			return refuse(ErrCheck, "tcp", "Expecting 'tcp' to be set for TCP check")
		}
	default:
		return refuse(ErrCheck, "type", "'%v' is not a valid check type; use COMMAND, HTTP or TCP", *c.Type)
	}
	return seconds(c.DelaySeconds, c.IntervalSeconds, c.TimeoutSeconds, nil)
}

// healthCheck checks a HealthCheck, which may be nil (semantics 3.10, row 8).
func healthCheck(h *mesos.HealthCheck) *Error {
	if h == nil {
		return nil
	}
	if h.Type == nil {
		return refuse(ErrCheck, "type", "HealthCheck must specify 'type'")
	}
	switch *h.Type {
	case mesos.HealthCheck_COMMAND:
		if h.Command == nil {
			return refuse(ErrCheck, "command", "Expecting 'command' to be set for COMMAND health check")
		}
		if e := runs(h.Command, "Command health check"); e != nil {
			return e.in("command")
		}
	case mesos.HealthCheck_HTTP:
		if e := healthCheckHTTP(h.HTTP); e != nil {
			return e
		}
	case mesos.HealthCheck_TCP:
		if h.TCP == nil {
			return refuse(ErrCheck, "tcp", "Expecting 'tcp' to be set for TCP health check")
		}
	default:
		return refuse(ErrCheck, "type", "'%v' is not a valid health check type; use COMMAND, HTTP or TCP", *h.Type)
	}
	return seconds(h.DelaySeconds, h.IntervalSeconds, h.TimeoutSeconds, h.GracePeriodSeconds)
}

func healthCheckHTTP(h *mesos.HealthCheck_HTTPCheckInfo) *Error {
	if h == nil {
		return refuse(ErrCheck, "http", "Expecting 'http' to be set for HTTP health check")
	}
	if h.Scheme != nil && *h.Scheme != "http" && *h.Scheme != "https" {
		return refuse(ErrCheck, "http.scheme", "Unsupported HTTP health check scheme: '%s'; use http or https", *h.Scheme)
	}
	return under("http", rooted(h.Path, "HTTP health check"))
}

// runs checks that a check's command is one.
func runs(c *mesos.CommandInfo, what string) *Error {
	if c.Value == nil {
		needs := "'executable path'"
		if c.Shell == nil || *c.Shell {
			needs = "'shell command'"
		}
		return refuse(ErrCheck, "value", "%s must contain %s", what, needs)
	}
	return command(c)
}

func rooted(path *string, what string) *Error {
	if path != nil && !strings.HasPrefix(*path, "/") {
		return refuse(ErrCheck, "path", "The path '%s' of %s must start with '/'", *path, what)
	}
	return nil
}

// seconds refuses negative durations. What isn't set is nil.
func seconds(delay, interval, timeout, grace *float64) *Error {
	for _, d := range []struct {
		field string
		v     *float64
	}{{"delay_seconds", delay}, {"grace_period_seconds", grace}, {"interval_seconds", interval}, {"timeout_seconds", timeout}} {
		if d.v != nil && *d.v < 0 {
			return refuse(ErrCheck, d.field, "Expecting '%s' to be non-negative", d.field)
		}
	}
	return nil
}
