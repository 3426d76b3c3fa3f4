package master

import (
	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Snapshot is a copy of what a master knows at one moment.
type Snapshot struct {
	MasterID   string
	Agents     []AgentSnapshot
	Frameworks []FrameworkSnapshot
	Completed  []FrameworkSnapshot
}

// AgentSnapshot is a copy of what a master knows of an agent.
type AgentSnapshot struct {
	ID        mesos.AgentID
	Hostname  string
	Connected bool
	Total     resource.Set
	Available resource.Set
	Offered   resource.Set
	Used      resource.Set
}

// FrameworkSnapshot is a copy of what a master knows of a framework.
type FrameworkSnapshot struct {
	Info       mesos.FrameworkInfo
	Connected  bool
	Recovered  bool
	Suppressed []string
	Offers     []mesos.Offer
	Tasks      []mesos.Task
	Completed  []mesos.Task
}

// Snapshot returns a copy of what the master knows; the zero one after its end.
func (m *Master) Snapshot() Snapshot {
	s, _ := ask(m, m.snapshot)
	return s
}

func (m *Master) snapshot() Snapshot {
	s := Snapshot{MasterID: m.id}
	for _, a := range m.sortedAgents() {
		s.Agents = append(s.Agents, AgentSnapshot{
			ID: mesos.AgentID{Value: a.id}, Hostname: a.info.Hostname, Connected: a.connected,
			Total: m.alloc.Total(a.id).Clone(), Available: m.alloc.Available(a.id).Clone(),
			Offered: a.offered().Clone(), Used: sumSets(a.inUse()).Clone(),
		})
	}
	for _, f := range m.sortedFrameworks() {
		s.Frameworks = append(s.Frameworks, m.snapshotOf(f))
	}
	for _, f := range m.completed.all() {
		s.Completed = append(s.Completed, m.snapshotOf(f))
	}
	return s
}

func (m *Master) snapshotOf(f *framework) FrameworkSnapshot {
	s := FrameworkSnapshot{Info: copyInfo(&f.info), Connected: f.stream != nil, Recovered: f.recovered, Suppressed: m.alloc.Suppressed(f.id)}
	for _, o := range f.sortedOffers() {
		s.Offers = append(s.Offers, *proto.Clone(&o.Offer).(*mesos.Offer))
	}
	for _, t := range f.sortedTasks() {
		s.Tasks = append(s.Tasks, *proto.Clone(&t.Task).(*mesos.Task))
	}
	for _, t := range f.done.all() {
		s.Completed = append(s.Completed, *proto.Clone(&t.Task).(*mesos.Task))
	}
	return s
}

// Sent returns the newest events that were sent, oldest first; none after the master's end.
func (m *Master) Sent() []Sent {
	sent, _ := ask(m, m.journal.all)
	return sent
}

// BreakStreams breaks off the streams of all schedulers.
func (m *Master) BreakStreams() error {
	if _, ok := ask(m, func() struct{} { m.breakStreams(); return struct{}{} }); !ok {
		return ErrEnded
	}
	return nil
}

// Allocate runs a round of offers now.
func (m *Master) Allocate() error {
	if _, ok := ask(m, func() struct{} { m.rounds.now = true; return struct{}{} }); !ok {
		return ErrEnded
	}
	return nil
}
