package operator

import (
	"context"
	"time"

	"github.com/gogo/protobuf/types"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// Drain says how an agent is drained.
type Drain struct {
	// MaxGrace bounds the time that tasks are given to end, which their own kill policies may make shorter. 0: theirs alone.
	MaxGrace time.Duration
	// MarkGone marks the agent gone once it is drained: its volumes are lost to the cluster, for good.
	MarkGone bool
}

// Drain kills an agent's tasks and offers it to nobody until it is reactivated; its reservations and volumes stay. It returns when the
// master has begun: [Drained] tells [Client.WaitForAgent] when it is over.
func (c *Client) Drain(ctx context.Context, agent mesos.AgentID, how Drain) error {
	call := &masterpb.Call_DrainAgent{AgentID: agent}
	if how.MaxGrace > 0 {
		call.MaxGracePeriod = types.DurationProto(how.MaxGrace)
	}
	if how.MarkGone {
		call.MarkGone = new(true)
	}
	return c.order(ctx, &masterpb.Call{Type: masterpb.Call_DRAIN_AGENT.Enum(), DrainAgent: call})
}

// Drained says whether an agent is drained: for [Client.WaitForAgent]. One that isn't registered isn't, unless it was to be
// marked gone.
func Drained(a *Agent) bool {
	return a != nil && a.DrainInfo != nil && a.DrainInfo.State == mesos.DrainState_DRAINED
}

// Deactivate offers an agent to nobody any more. Its tasks go on.
func (c *Client) Deactivate(ctx context.Context, agent mesos.AgentID) error {
	return c.order(ctx, &masterpb.Call{
		Type: masterpb.Call_DEACTIVATE_AGENT.Enum(), DeactivateAgent: &masterpb.Call_DeactivateAgent{AgentID: agent},
	})
}

// Reactivate offers an agent again that was deactivated or drained.
func (c *Client) Reactivate(ctx context.Context, agent mesos.AgentID) error {
	return c.order(ctx, &masterpb.Call{
		Type: masterpb.Call_REACTIVATE_AGENT.Enum(), ReactivateAgent: &masterpb.Call_ReactivateAgent{AgentID: agent},
	})
}

// MarkGone declares an agent gone for good: its tasks are reported as gone, it may never register again, and its reservations and
// volumes are lost to the cluster. There is no way back.
func (c *Client) MarkGone(ctx context.Context, agent mesos.AgentID) error {
	return c.order(ctx, &masterpb.Call{
		Type: masterpb.Call_MARK_AGENT_GONE.Enum(), MarkAgentGone: &masterpb.Call_MarkAgentGone{AgentID: agent},
	})
}

// Teardown removes a framework and kills its tasks. Its id can't be used again; its reservations and volumes stay.
func (c *Client) Teardown(ctx context.Context, framework mesos.FrameworkID) error {
	return c.order(ctx, &masterpb.Call{
		Type: masterpb.Call_TEARDOWN.Enum(), Teardown: &masterpb.Call_Teardown{FrameworkID: framework},
	})
}

// order makes a call that answers nothing.
func (c *Client) order(ctx context.Context, call *masterpb.Call) error {
	_, err := c.Do(ctx, call)
	return err
}
