package operator

import (
	"context"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// An Agent is one that is registered, with the resources it has, un-allocated and in the newer format of reservations, and
// those that tasks hold or frameworks are offered.
type Agent = masterpb.Response_GetAgents_Agent

// A Framework as a master shows it.
type Framework = masterpb.Response_GetFrameworks_Framework

func (c *Client) look(ctx context.Context, t masterpb.Call_Type) (*masterpb.Response, error) {
	return c.Do(ctx, &masterpb.Call{Type: &t})
}

// Agents returns the registered agents, and as Recovered those that a new master knows of and that haven't come back to it yet.
// Agents that are unreachable or gone are in neither.
func (c *Client) Agents(ctx context.Context) (*masterpb.Response_GetAgents, error) {
	r, err := c.look(ctx, masterpb.Call_GET_AGENTS)
	return orEmpty(r.GetGetAgents(), err)
}

// Agent returns one registered agent. The error is an [ErrNoAgent] if it isn't registered.
func (c *Client) Agent(ctx context.Context, id mesos.AgentID) (*Agent, error) {
	all, err := c.Agents(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all.Agents {
		if all.Agents[i].AgentInfo.ID.GetValue() == id.Value {
			return &all.Agents[i], nil
		}
	}
	return nil, &Error{Call: masterpb.Call_GET_AGENTS.String(), Agent: id.Value, Kind: ErrNoAgent, Advice: lookAtAgents}
}

// Tasks returns the tasks: those that run or whose end isn't acknowledged, unreachable ones, and the newest completed ones.
func (c *Client) Tasks(ctx context.Context) (*masterpb.Response_GetTasks, error) {
	r, err := c.look(ctx, masterpb.Call_GET_TASKS)
	return orEmpty(r.GetGetTasks(), err)
}

// Frameworks returns the frameworks, and the newest of those that were removed.
func (c *Client) Frameworks(ctx context.Context) (*masterpb.Response_GetFrameworks, error) {
	r, err := c.look(ctx, masterpb.Call_GET_FRAMEWORKS)
	return orEmpty(r.GetGetFrameworks(), err)
}

// Executors returns the executors.
func (c *Client) Executors(ctx context.Context) ([]masterpb.Response_GetExecutors_Executor, error) {
	r, err := c.look(ctx, masterpb.Call_GET_EXECUTORS)
	return r.GetGetExecutors().GetExecutors(), err
}

// Operations returns the operations that the master has not forgotten: those of frameworks and operators that are
// pending, and those of frameworks whose end isn't acknowledged (semantics 3.15).
func (c *Client) Operations(ctx context.Context) ([]mesos.Operation, error) {
	r, err := c.look(ctx, masterpb.Call_GET_OPERATIONS)
	return r.GetGetOperations().GetOperations(), err
}

// Roles returns the roles that frameworks, reservations, quotas or weights make known.
func (c *Client) Roles(ctx context.Context) ([]mesos.Role, error) {
	r, err := c.look(ctx, masterpb.Call_GET_ROLES)
	return r.GetGetRoles().GetRoles(), err
}

// State returns tasks, executors, frameworks and agents as of one moment; none of its fields is nil. It may be large.
func (c *Client) State(ctx context.Context) (*masterpb.Response_GetState, error) {
	r, err := c.look(ctx, masterpb.Call_GET_STATE)
	state, err := orEmpty(r.GetGetState(), err)
	if err != nil {
		return nil, err
	}
	state.GetTasks, _ = orEmpty(state.GetTasks, nil)
	state.GetExecutors, _ = orEmpty(state.GetExecutors, nil)
	state.GetFrameworks, _ = orEmpty(state.GetFrameworks, nil)
	state.GetAgents, _ = orEmpty(state.GetAgents, nil)
	return state, nil
}

// Version returns the version of the leading master.
func (c *Client) Version(ctx context.Context) (mesos.VersionInfo, error) {
	r, err := c.look(ctx, masterpb.Call_GET_VERSION)
	return r.GetGetVersion().GetVersionInfo(), err
}

// Healthy says whether the leading master finds itself healthy. One that doesn't lead or can't answer is an error.
func (c *Client) Healthy(ctx context.Context) (bool, error) {
	r, err := c.look(ctx, masterpb.Call_GET_HEALTH)
	return r.GetGetHealth().GetHealthy(), err
}

// orEmpty returns a message that isn't nil unless there is an error: protobuf may leave out one that is empty.
func orEmpty[T any](m *T, err error) (*T, error) {
	if err == nil && m == nil {
		m = new(T)
	}
	return m, err
}
