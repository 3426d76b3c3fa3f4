package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// How often a cluster is looked at while something is waited for.
const (
	lookFirstAfter = 50 * time.Millisecond
	lookAtMost     = 2 * time.Second
)

// WaitForAgent waits until an agent is as wanted, such as drained. want gets nil while the agent isn't registered. It looks every two
// seconds at the most, and goes on while masters can't be reached. When ctx ends the error is an [ErrNotDone], and ctx's own.
func (c *Client) WaitForAgent(ctx context.Context, id mesos.AgentID, want func(*Agent) bool) error {
	return c.until(ctx, "GET_AGENTS", id, func() (string, error) {
		agent, err := c.Agent(ctx, id)
		if err != nil && !errors.Is(err, ErrNoAgent) {
			return "", err
		}
		if !want(agent) {
			return "the agent is not as wanted yet", nil
		}
		return "", nil
	})
}

// until looks again and again until nothing is missing. Errors that pass are waited out.
func (c *Client) until(ctx context.Context, call string, agent mesos.AgentID, look func() (missing string, err error)) error {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval, delays.MaxInterval, delays.MaxElapsedTime = lookFirstAfter, lookAtMost, 0
	delays.Reset()
	var last error // why it isn't done
	for {
		missing, err := look()
		switch {
		case err == nil && missing == "":
			return nil
		case err == nil:
			last = errors.New(missing)
		case ctx.Err() == nil && !passes(err):
			return err
		case ctx.Err() == nil || last == nil:
			last = err // else it is only that the time is over
		}
		timer := time.NewTimer(delays.NextBackOff())
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%s on agent %s: %w: %w; at last: %w", call, agent.Value, ErrNotDone, context.Cause(ctx), last)
		case <-timer.C:
		}
	}
}

// passes says whether an error may be gone later without anybody's doing. An agent may register again.
func passes(err error) bool {
	for _, kind := range []error{ErrUnreachable, ErrUnavailable, ErrNotLeader, ErrRedirect, ErrNoAgent} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
