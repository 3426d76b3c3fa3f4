package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// ErrConfig is wrapped by every error about a field of [Config].
var ErrConfig = errors.New("agent: invalid config")

// Config says what an agent is.
type Config struct {
	// WorkDir is the folder that everything is kept in; it is made where it doesn't exist. An agent that is
	// opened on it again has the same id, reservations and volumes. Only one agent at a time may use it.
	WorkDir string

	// Hostname as frameworks see it. Default: IP.
	Hostname string

	// IP and Port make up the address that tasks see in their environment; nothing listens there.
	// Default 127.0.0.1 and 5051.
	IP   string
	Port int32

	// Resources are the agent's static totals, static reservations included, in the form with a list of
	// reservations (semantics 2.6).
	Resources resource.Set

	// Attributes of the agent.
	Attributes []mesos.Attribute

	// Additive allows an agent that is opened again to have more resources and attributes than before, as
	// --reconfiguration_policy=additive does. Otherwise nothing may have changed (semantics 4.8).
	Additive bool

	// Runner starts the tasks. The agent closes it. Default: real processes.
	Runner Runner

	// Fault is asked about each operation, from the agent's goroutine, and may have it go wrong: with
	// OPERATION_FAILED and OPERATION_ERROR that is its outcome; with OPERATION_DROPPED the agent has never seen it.
	// May be nil.
	Fault func(op *mesos.Offer_Operation) (state mesos.OperationState, message string, wrong bool)

	// Stale is called, from the agent's goroutine, when an operation has gone wrong that the master takes for done.
	// The agent has to register again. It must not call the agent. May be nil.
	Stale func()

	// Exited is called once, from the agent's goroutine, when the agent gives up by itself: a volume's
	// directory could not be made or deleted, or a checkpoint not be written. A real agent exits then; what
	// was to be done is tried again when the agent is opened again (semantics 3.14). err is nil when it was
	// asked to shut down. It must not call the agent, whose methods do nothing any more; Close still has to be
	// called, elsewhere. May be nil.
	Exited func(err error)

	// Logger gets what a Mesos agent would log. Default: nothing is logged.
	Logger *slog.Logger
}

// complete checks the config and fills in defaults.
func (c Config) complete() (Config, error) {
	if c.WorkDir == "" {
		return c, fmt.Errorf("%w: WorkDir is empty: name the folder to keep checkpoints, volumes and sandboxes in", ErrConfig)
	}
	dir, err := filepath.Abs(c.WorkDir)
	if err != nil {
		return c, fmt.Errorf("%w: WorkDir %q: %w", ErrConfig, c.WorkDir, err)
	}
	c.WorkDir = dir
	if err := c.Resources.Validate(); err != nil {
		return c, fmt.Errorf("%w: Resources: %w", ErrConfig, err)
	}
	if slices.ContainsFunc(c.Resources, func(r mesos.Resource) bool { return resource.Checkpointed(&r) }) {
		return c, fmt.Errorf("%w: Resources %s: dynamic reservations and volumes are made by operations, not by config", ErrConfig, c.Resources)
	}
	if c.IP == "" {
		c.IP = "127.0.0.1"
	}
	if c.Port == 0 {
		c.Port = 5051
	}
	if c.Hostname == "" {
		c.Hostname = c.IP
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Runner == nil {
		c.Runner = NewProcessRunner()
	}
	return c, nil
}
