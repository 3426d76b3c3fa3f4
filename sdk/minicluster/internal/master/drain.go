package master

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// orders are what operators have ordered. The registry keeps them as well.
type orders struct {
	deactivated map[string]bool             // agents, by id, that are offered to nobody
	draining    map[string]*mesos.DrainInfo // agents, by id, that drain or have drained
	maintenance maintenance
}

// newOrders reads orders from the registry's contents: with an error, those that it understands.
func newOrders(c Contents) (*orders, error) {
	o := &orders{deactivated: map[string]bool{}, draining: map[string]*mesos.DrainInfo{}}
	var errs []error
	for id, e := range c.Agents {
		if e.Deactivated {
			o.deactivated[id] = true
		}
		if e.Drain != nil {
			info := &mesos.DrainInfo{}
			if err := mesosjson.Unmarshal(e.Drain, info); err != nil {
				errs = append(errs, err)
				continue
			}
			o.draining[id] = info
		}
	}
	var err error
	o.maintenance, err = readMaintenance(c.Maintenance)
	return o, errors.Join(append(errs, err)...)
}

// active tells whether an agent's resources are offered.
func (m *Master) active(a *agent) bool { return a.connected && !m.orders.deactivated[a.id] }

// keep records what is ordered of an agent in the registry, if that knows the agent as one that may come back.
func (m *Master) keep(agentID string) {
	m.record(func(c *Contents) {
		e, known := c.Agents[agentID]
		if !known || e.Standing == Gone {
			return
		}
		e.Deactivated, e.Drain = m.orders.deactivated[agentID], nil
		if info := m.orders.draining[agentID]; info != nil {
			e.Drain = m.written(info)
		}
		c.Agents[agentID] = e
	})
}

// record changes the registry.
func (m *Master) record(change func(*Contents)) {
	if err := m.config.Registry.Update(change); err != nil {
		m.log.Error("registry can't be written", "error", err)
	}
}

// written is a message as the registry has it; nil if it can't be written, which is logged.
func (m *Master) written(message proto.Message) json.RawMessage {
	b, err := mesosjson.Marshal(message)
	if err != nil {
		m.log.Error("message can't be kept in the registry", "error", err)
		return nil
	}
	return b
}

// deactivate takes an agent's offers back and stops more.
func (m *Master) deactivate(a *agent) {
	m.alloc.SetAgentActive(a.id, false)
	for _, o := range a.sortedOffers() {
		m.discard(o, true)
	}
	m.discardInverse(a.sortedInverse(), true)
}

// drain begins to drain an agent. One that isn't registered is told when it comes.
func (m *Master) drain(agentID string, config mesos.DrainConfig) {
	m.orders.draining[agentID] = &mesos.DrainInfo{State: mesos.DrainState_DRAINING, Config: config}
	m.orders.deactivated[agentID] = true
	m.keep(agentID)
	a := m.agents[agentID]
	if a == nil {
		return
	}
	m.deactivate(a)
	if a.connected {
		a.handle.Drain(config)
	}
	a.drainStart = time.Now()
	m.checkDrained(a)
}

// resumeOrders has what operators ordered of an agent done after it has registered again.
func (m *Master) resumeOrders(a *agent) {
	if m.orders.deactivated[a.id] {
		m.deactivate(a)
	}
	if info := m.orders.draining[a.id]; info != nil {
		a.handle.Drain(info.Config)
		m.checkDrained(a)
	}
}

// checkDrained ends the draining of an agent once all its tasks and operations are acknowledged.
func (m *Master) checkDrained(a *agent) {
	info := m.orders.draining[a.id]
	if info == nil || info.State != mesos.DrainState_DRAINING || m.agents[a.id] != a || len(a.operations) > 0 {
		return
	}
	for _, f := range m.frameworks {
		for _, t := range f.tasks {
			if t.AgentID.Value == a.id {
				return
			}
		}
	}
	if info.Config.GetMarkGone() {
		m.markGone(a.id)
		return
	}
	m.orders.draining[a.id] = &mesos.DrainInfo{State: mesos.DrainState_DRAINED, Config: info.Config}
	m.keep(a.id)
	m.log.Info("agent drained", "agent", a.id)
}
