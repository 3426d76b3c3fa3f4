package master

// MARK_AGENT_GONE, DRAIN_AGENT, DEACTIVATE_AGENT and REACTIVATE_AGENT (semantics 5.8, 7.2): all of them. What a real
// master answers while its registry is being written doesn't come up, because here it is written at once.

import (
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/gogo/protobuf/types"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

const messageGone = "Agent has been marked gone"

// known tells whether an agent may be there, or come back: it is registered, known from the registry, or unreachable.
func (m *Master) known(agentID string) bool {
	return m.agents[agentID] != nil || m.recovered[agentID] || m.standing(agentID) == Unreachable
}

func (m *Master) markAgentGone(call *masterpb.Call_MarkAgentGone, principal *string) answer {
	id := call.AgentID.Value
	switch {
	case !m.permits(authorize.MarkAgentGone, principal, nil):
		return forbidden
	case m.standing(id) == Gone:
	case !m.known(id):
		return refuse(http.StatusNotFound, "Agent '"+id+"' not found")
	default:
		m.markGone(id)
	}
	return answer{status: http.StatusOK}
}

// markGone ends an agent for good. Of one that is only known from the registry nobody is told, and it stays among
// those that are waited for, as in a real master (MESOS-9739).
func (m *Master) markGone(agentID string) {
	if err := m.config.Registry.Set(agentID, Gone); err != nil {
		m.log.Error("registry can't be written", "error", err)
	}
	m.log.Info("agent marked gone", "agent", agentID)
	if a := m.agents[agentID]; a != nil {
		if a.connected {
			a.handle.Shutdown(messageGone)
		}
		m.removeAgent(a, removal{state: goneForGood, message: messageGone})
		return
	}
	if m.recovered[agentID] {
		return
	}
	delete(m.since, agentID)
	delete(m.orders.draining, agentID)
	delete(m.orders.deactivated, agentID)
	for _, f := range m.sortedFrameworks() {
		for _, t := range f.unreachable.all() {
			if t.AgentID.Value == agentID {
				m.giveUpUnreachable(f, t)
			}
		}
	}
}

// giveUpUnreachable ends a task that was out of reach until its agent was marked gone.
func (m *Master) giveUpUnreachable(f *framework, t *task) {
	v := m.fateOf(f, t, removal{state: goneForGood, message: messageGone})
	t.State = v.state
	m.updateTask(f, t, v.status())
	m.tell(f, v)
	f.unreachable.remove(t.TaskID.Value)
	f.done.add(t.TaskID.Value, t)
}

func (m *Master) drainAgent(call *masterpb.Call_DrainAgent, principal *string) answer {
	id := call.AgentID.Value
	if a := m.agents[id]; a != nil {
		if machine := m.orders.maintenance.scheduled(a.machine()); machine != nil {
			return refuse(http.StatusBadRequest, "Agent "+id+" is part of a maintenance schedule under Machine "+machineText(machine))
		}
		if !slices.Contains(a.capabilities, mesos.AgentInfo_Capability_AGENT_DRAINING) {
			return refuse(http.StatusBadRequest, "Agent "+id+" is not capable of draining")
		}
	}
	if !m.permits(authorize.DrainAgent, principal, nil) || call.GetMarkGone() && !m.permits(authorize.MarkAgentGone, principal, nil) {
		return forbidden
	}
	if !m.known(id) {
		return refuse(http.StatusBadRequest, "Unknown agent")
	}
	config := mesos.DrainConfig{MarkGone: new(call.GetMarkGone())}
	if p := call.MaxGracePeriod; p != nil {
		config.MaxGracePeriod = &mesos.DurationInfo{Nanoseconds: nanoseconds(p)}
	}
	m.drain(id, config)
	return answer{status: http.StatusOK}
}

// nanoseconds is a duration as agents get it; one that is too long is the longest there is.
func nanoseconds(d *types.Duration) int64 {
	const most = math.MaxInt64 / int64(time.Second)
	switch {
	case d.Seconds >= most:
		return math.MaxInt64
	case d.Seconds <= -most:
		return math.MinInt64
	}
	return d.Seconds*int64(time.Second) + int64(d.Nanos)
}

// machineText is a machine as the master prints one.
func machineText(id *mesos.MachineID) string {
	switch {
	case id.Hostname == nil:
		return "(" + id.GetIP() + ")"
	case id.IP == nil:
		return *id.Hostname
	}
	return *id.Hostname + " (" + *id.IP + ")"
}

func (m *Master) deactivateAgent(call *masterpb.Call_DeactivateAgent, principal *string) answer {
	id := call.AgentID.Value
	if !m.permits(authorize.DeactivateAgent, principal, nil) {
		return forbidden
	}
	if !m.known(id) {
		return refuse(http.StatusBadRequest, "Unknown agent")
	}
	m.orders.deactivated[id] = true
	m.keep(id)
	if a := m.agents[id]; a != nil {
		m.deactivate(a)
	}
	return answer{status: http.StatusOK}
}

// reactivateAgent offers an agent again, from the next round on. For one that isn't registered it does what it can,
// and says that the agent was removed meanwhile.
func (m *Master) reactivateAgent(call *masterpb.Call_ReactivateAgent, principal *string) answer {
	id := call.AgentID.Value
	if !m.permits(authorize.ReactivateAgent, principal, nil) {
		return forbidden
	}
	if !m.orders.deactivated[id] {
		return refuse(http.StatusBadRequest, "Agent is not deactivated")
	}
	if info := m.orders.draining[id]; info != nil && info.State == mesos.DrainState_DRAINING {
		return refuse(http.StatusBadRequest, "Agent is still in the DRAINING state")
	}
	delete(m.orders.draining, id)
	delete(m.orders.deactivated, id)
	m.keep(id)
	a := m.agents[id]
	if a == nil {
		return refuse(http.StatusConflict, "Agent removed while processing the call")
	}
	if a.connected {
		m.alloc.SetAgentActive(id, true)
	}
	a.drainStart = time.Time{}
	return answer{status: http.StatusOK}
}

// machine is where an agent runs.
func (a *agent) machine() validate.Machine {
	return validate.MachineOf(a.machineID())
}

func (a *agent) machineID() *mesos.MachineID {
	return &mesos.MachineID{Hostname: new(a.info.Hostname), IP: new(a.ip)}
}
