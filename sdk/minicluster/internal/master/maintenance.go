package master

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

// mode is what a machine is up to.
type mode int

const (
	up mode = iota
	drainingMode
	down
)

// machine is one that is or was in the schedule, or that an agent of this master runs or ran on.
type machine struct {
	id             mesos.MachineID
	mode           mode
	unavailability *mesos.Unavailability // nil: none is planned
}

// maintenance is the schedule and the machines.
type maintenance struct {
	schedule masterpb.Schedule
	machines map[validate.Machine]*machine
}

// readMaintenance reads what the registry keeps; nil: nothing.
func readMaintenance(kept *Maintenance) (maintenance, error) {
	out := maintenance{machines: map[validate.Machine]*machine{}}
	if kept == nil {
		return out, nil
	}
	if err := mesosjson.Unmarshal(kept.Schedule, &out.schedule); err != nil {
		return out, err
	}
	for i := range out.schedule.Windows {
		w := &out.schedule.Windows[i]
		for _, id := range w.MachineIDs {
			out.machines[validate.MachineOf(&id)] = &machine{id: id, mode: drainingMode, unavailability: &w.Unavailability}
		}
	}
	if kept.Down == nil {
		return out, nil
	}
	var w masterpb.Window
	if err := mesosjson.Unmarshal(kept.Down, &w); err != nil {
		return out, err
	}
	for i := range w.MachineIDs {
		if one := out.machines[validate.MachineOf(&w.MachineIDs[i])]; one != nil {
			one.mode = down
		}
	}
	return out, nil
}

// keepMaintenance writes the schedule and the machines that are down to the registry.
func (m *Master) keepMaintenance() {
	kept := &Maintenance{Schedule: m.written(&m.orders.maintenance.schedule)}
	if ids := m.orders.maintenance.inMode(down); len(ids) > 0 {
		kept.Down = m.written(&masterpb.Window{MachineIDs: ids})
	}
	if len(m.orders.maintenance.schedule.Windows) == 0 {
		kept = nil
	}
	m.record(func(c *Contents) { c.Maintenance = kept })
}

// sorted returns the machines in a fixed order.
func (n *maintenance) sorted() []*machine {
	return slices.SortedFunc(maps.Values(n.machines), func(a, b *machine) int {
		return cmp.Or(cmp.Compare(a.id.GetHostname(), b.id.GetHostname()), cmp.Compare(a.id.GetIP(), b.id.GetIP()))
	})
}

// inMode returns the ids of the machines that are in a mode.
func (n *maintenance) inMode(wanted mode) []mesos.MachineID {
	var out []mesos.MachineID
	for _, one := range n.sorted() {
		if one.mode == wanted {
			out = append(out, one.id)
		}
	}
	return out
}

// find returns a machine, nil if nobody has spoken of it.
func (n *maintenance) find(id *mesos.MachineID) *machine { return n.machines[validate.MachineOf(id)] }

// scheduled returns a machine's id as the schedule has it, nil if it isn't there.
func (n *maintenance) scheduled(wanted validate.Machine) *mesos.MachineID {
	for i := range n.schedule.Windows {
		ids := n.schedule.Windows[i].MachineIDs
		for j := range ids {
			if validate.MachineOf(&ids[j]) == wanted {
				return &ids[j]
			}
		}
	}
	return nil
}

// replace makes s the schedule. As a real master does, it takes back the offers of all agents: also of those that
// the change doesn't touch (semantics 5.10).
func (m *Master) replaceSchedule(s *masterpb.Schedule) {
	n := &m.orders.maintenance
	n.schedule = *proto.Clone(s).(*masterpb.Schedule)
	planned := map[validate.Machine]*mesos.Unavailability{}
	for i := range n.schedule.Windows {
		w := &n.schedule.Windows[i]
		for j := range w.MachineIDs {
			planned[validate.MachineOf(&w.MachineIDs[j])] = &w.Unavailability
		}
	}
	for _, one := range n.sorted() {
		switch when := planned[validate.MachineOf(&one.id)]; {
		case when == nil:
			one.mode = up
			m.setUnavailability(one, nil)
		case one.mode != up:
			m.setUnavailability(one, when)
		}
	}
	for i := range n.schedule.Windows {
		w := &n.schedule.Windows[i]
		for _, id := range w.MachineIDs {
			key := validate.MachineOf(&id)
			if old := n.machines[key]; old != nil && old.mode != up {
				continue
			}
			n.machines[key] = &machine{id: id, mode: drainingMode}
			m.setUnavailability(n.machines[key], &w.Unavailability)
		}
	}
	m.keepMaintenance()
	m.rounds.now = true
}

// setUnavailability notes when a machine is to be unavailable, nil meaning never. Offers and inverse offers of its
// agents are made anew.
func (m *Master) setUnavailability(one *machine, when *mesos.Unavailability) {
	one.unavailability = when
	for _, a := range m.agentsOn(&one.id) {
		for _, o := range a.sortedOffers() {
			m.discard(o, true)
		}
		m.discardInverse(a.sortedInverse(), true)
		m.plan(a, when)
	}
}

// agentsOn returns the registered agents of a machine.
func (m *Master) agentsOn(id *mesos.MachineID) []*agent {
	wanted := validate.MachineOf(id)
	return slices.DeleteFunc(m.sortedAgents(), func(a *agent) bool { return a.machine() != wanted })
}

// housed books the machine of an agent that has come.
func (m *Master) housed(a *agent) {
	machines := m.orders.maintenance.machines
	if machines[a.machine()] == nil {
		machines[a.machine()] = &machine{id: *a.machineID()}
	}
	m.plan(a, machines[a.machine()].unavailability)
}

// bringDown ends all agents on machines, and keeps them from coming back.
func (m *Master) bringDown(ids []mesos.MachineID) {
	const why = "Operator initiated 'Machine DOWN'"
	for i := range ids {
		for _, a := range m.agentsOn(&ids[i]) {
			if a.connected {
				a.handle.Shutdown(why)
			}
			m.removeAgent(a, removal{state: lost, message: "Agent " + a.info.Hostname + " removed: " + why})
		}
		m.orders.maintenance.find(&ids[i]).mode = down
	}
	m.keepMaintenance()
}

// bringUp lets agents of machines come again, and takes these out of the schedule.
func (m *Master) bringUp(ids []mesos.MachineID) {
	n := &m.orders.maintenance
	back := map[validate.Machine]bool{}
	for i := range ids {
		one := n.find(&ids[i])
		one.mode, one.unavailability = up, nil
		back[validate.MachineOf(&ids[i])] = true
	}
	var left []masterpb.Window
	for _, w := range n.schedule.Windows {
		w.MachineIDs = slices.DeleteFunc(slices.Clone(w.MachineIDs), func(id mesos.MachineID) bool { return back[validate.MachineOf(&id)] })
		if len(w.MachineIDs) > 0 {
			left = append(left, w)
		}
	}
	n.schedule.Windows = left
	m.keepMaintenance()
}
