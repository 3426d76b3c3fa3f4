package master

import (
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// recoverOrders takes over what operators ordered of earlier masters. What can't be read of it is logged and lost.
func (m *Master) recoverOrders() {
	contents := m.config.Registry.Contents()
	orders, err := newOrders(contents)
	if err != nil {
		m.log.Error("registry can't be understood", "error", err)
	}
	m.orders = orders
	for id, e := range contents.Agents {
		if e.Standing != Unreachable {
			continue
		}
		m.since[id] = time.Time{} // it isn't known since when
		if e.Since != nil {
			m.since[id] = *e.Since
		}
	}
}

// recoveredInfo is what the registry knows of an agent that hasn't come yet.
func (m *Master) recoveredInfo(id string) mesos.AgentInfo {
	var info mesos.AgentInfo
	if kept := m.config.Registry.Entry(id).Info; kept != nil {
		if err := mesosjson.Unmarshal(kept, &info); err != nil {
			m.log.Error("registry can't be understood", "agent", id, "error", err)
		}
	}
	info.ID = &mesos.AgentID{Value: id}
	return info
}

// recoveredPages shows the agents that haven't come yet (semantics 7.3).
func (m *Master) recoveredPages() []object {
	out := []object{}
	for _, id := range slices.SortedFunc(maps.Keys(m.recovered), compareIDs) {
		info := m.recoveredInfo(id)
		out = append(out, object{"id": id, "hostname": info.Hostname, "port": info.GetPort(), "attributes": attributes(info.Attributes)})
	}
	return out
}
