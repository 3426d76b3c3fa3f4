package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/operator"
)

// agentChange is what was done to an agent, or would be.
type agentChange struct {
	Action   string `json:"action"`
	Done     bool   `json:"done"` // false: only said, or only begun
	AgentID  string `json:"agent_id"`
	Hostname string `json:"hostname"`
}

// order does something to the agent that it is called for, and prints how that is called.
func order(env *environment, f *clientFlags, name, action, text string, do func(*view, mesos.AgentID) error) error {
	return f.with(env, func(v *view) error {
		a, err := v.agent(name)
		if err != nil {
			return err
		}
		if err := do(v, *a.AgentInfo.ID); err != nil {
			return err
		}
		return f.print(env, agentChange{action, true, agentID(a), a.AgentInfo.Hostname}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s agent %s on %s\n", text, agentID(a), printable(a.AgentInfo.Hostname))
			return err
		})
	})
}

// agentsDeactivate is moor agents deactivate.
type agentsDeactivate struct {
	clientFlags
	agentArg
}

// Run deactivates an agent.
func (c *agentsDeactivate) Run(env *environment) error {
	return order(env, &c.clientFlags, c.Agent, "deactivate", "deactivated", func(v *view, id mesos.AgentID) error { return v.Deactivate(env, id) })
}

// agentsReactivate is moor agents reactivate.
type agentsReactivate struct {
	clientFlags
	agentArg
}

// Run reactivates an agent.
func (c *agentsReactivate) Run(env *environment) error {
	return order(env, &c.clientFlags, c.Agent, "reactivate", "reactivated", func(v *view, id mesos.AgentID) error { return v.Reactivate(env, id) })
}

// agentsDrain is moor agents drain.
type agentsDrain struct {
	clientFlags
	agentArg
	MaxGrace duration `default:"0s" placeholder:"TIME" help:"The most that tasks are given to end; 0, the default: what they say themselves."`
	Wait     duration `default:"0s" placeholder:"TIME" help:"How long to wait until it is drained; 0, the default: not at all."`
	MarkGone bool     `help:"Mark it gone once it is drained: its volumes are lost to the cluster. Needs --yes."`
	Yes      bool     `help:"With --mark-gone: do it. Without this the command only says what it would do."`
}

// Run drains an agent.
func (c *agentsDrain) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		a, err := v.agent(c.Agent)
		if err != nil {
			return err
		}
		if c.MarkGone && !c.Yes {
			return v.refuseToLose(env, &c.clientFlags, a, "drain and mark gone")
		}
		if err := v.Drain(env, *a.AgentInfo.ID, operator.Drain{MaxGrace: time.Duration(c.MaxGrace), MarkGone: c.MarkGone}); err != nil {
			return err
		}
		if c.Wait > 0 {
			err := c.drained(env, v, *a.AgentInfo.ID)
			if err != nil {
				return fmt.Errorf("the agent is draining, but: %w", err)
			}
		}
		return c.print(env, agentChange{"drain", c.Wait > 0, agentID(a), a.AgentInfo.Hostname}, func(w io.Writer) error {
			text := "draining"
			if c.Wait > 0 {
				text = "drained"
			}
			_, err := fmt.Fprintf(w, "%s agent %s on %s\n", text, agentID(a), printable(a.AgentInfo.Hostname))
			return err
		})
	})
}

func (c *agentsDrain) drained(ctx context.Context, v *view, id mesos.AgentID) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(c.Wait), fmt.Errorf("%v of --wait are over", time.Duration(c.Wait)))
	defer cancel()
	return v.WaitForAgent(ctx, id, func(a *operator.Agent) bool { return operator.Drained(a) || a == nil && c.MarkGone })
}

// agentsGone is moor agents gone.
type agentsGone struct {
	clientFlags
	Agent string `arg:"" help:"Agent, by id; by host only if it is registered."`
	Yes   bool   `help:"Do it. Without this the command only says what it would mark gone."`
}

// Run marks an agent gone. It may be one that isn't registered any more, which is what this is mostly for.
func (c *agentsGone) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		a, err := v.agent(c.Agent)
		if _, unclear := errors.AsType[usageError](err); unclear {
			return err
		}
		if err != nil {
			a = &operator.Agent{AgentInfo: mesos.AgentInfo{ID: &mesos.AgentID{Value: c.Agent}}}
		}
		if !c.Yes {
			return v.refuseToLose(env, &c.clientFlags, a, "mark gone")
		}
		if err := v.MarkGone(env, *a.AgentInfo.ID); err != nil {
			return err
		}
		return c.print(env, agentChange{"gone", true, agentID(a), a.AgentInfo.Hostname}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "marked agent %s gone\n", printable(agentID(a)))
			return err
		})
	})
}

// refuseToLose says what would be lost with an agent.
func (v *view) refuseToLose(env *environment, f *clientFlags, a *operator.Agent, action string) error {
	shown := v.shown(a)
	return unconfirmed(f.print(env, agentChange{action, false, shown.ID, shown.Hostname}, func(w io.Writer) error {
		if shown.Hostname == "" {
			_, err := fmt.Fprintf(w, "would %s agent %s, which is not registered now: its reservations and volumes would never come back\n", action, printable(shown.ID))
			return err
		}
		volumes := "no volumes"
		if len(shown.Volumes) > 0 {
			volumes = "the volumes " + strings.Join(shown.Volumes, ", ")
		}
		_, err := fmt.Fprintf(w, "would %s agent %s on %s: %d tasks would end and %s be lost\n",
			action, shown.ID, printable(shown.Hostname), shown.Tasks, printable(volumes))
		return err
	}))
}
