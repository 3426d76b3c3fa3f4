package master

// SUBSCRIBE (semantics 1.5): all of it but v0 frameworks.

import (
	"maps"
	"slices"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

// subscribe registers a framework whose events go to s. What is wrong with the framework is told there.
func (m *Master) subscribe(call *schedulerpb.Call_Subscribe, principal *string, s *stream) {
	info := call.FrameworkInfo
	if principal != nil && info.Principal == nil {
		info.Principal = new(*principal)
	}
	compiled, err := m.judge(&info, call.SuppressedRoles, call.OfferConstraints)
	if err == nil {
		err = m.permitFramework(&info)
	}
	f := m.frameworks[info.ID.GetValue()]
	if err == nil && f != nil {
		err = validate.Principal(&f.info, &info)
	}
	if err == nil {
		err = validate.PoisonousFilters(&info)
	}
	if err != nil {
		m.refuseStream(s, info.ID.GetValue(), err.Error())
		return
	}
	now, added := time.Now(), false
	switch {
	case f == nil:
		if added = info.ID.GetValue() == ""; added {
			info.ID = &mesos.FrameworkID{Value: m.newFrameworkID()}
		}
		f = newFramework(info)
		if !added { // it is taken for one that another master knew
			f.recovered = true
			m.announceFramework(f, true)
			f.recovered = false
		}
		f.registered, f.reregistered = now, now
		m.frameworks[f.id] = f
	default:
		info.User, info.Checkpoint = f.info.User, f.info.Checkpoint // can't change (MESOS-703)
		f.reregistered = now
		if f.recovered {
			f.recovered, f.registered = false, now
		}
	}
	m.adopt(f, info, call.SuppressedRoles, call.OfferConstraints, compiled)
	m.attach(f, s)
	m.announceFramework(f, added)
}

// judge checks what a framework says about itself: steps 2 to 11.
func (m *Master) judge(info *mesos.FrameworkInfo, suppressed []string, constraints *schedulerpb.OfferConstraints) (allocator.Constraints, error) {
	if err := validate.Framework(info, m.config.Roles); err != nil {
		return nil, err
	}
	if _, removed := m.completed.get(info.ID.GetValue()); removed {
		return nil, errRemoved
	}
	return m.judgeRoles(info, suppressed, constraints)
}

// judgeRoles checks what a framework says about its roles: steps 9 to 11.
func (m *Master) judgeRoles(info *mesos.FrameworkInfo, suppressed []string, constraints *schedulerpb.OfferConstraints) (allocator.Constraints, error) {
	if err := validate.Suppressed(info, suppressed); err != nil {
		return nil, err
	}
	if constraints == nil {
		return nil, nil
	}
	if err := validate.ConstraintRoles(info, slices.Collect(maps.Keys(constraints.RoleConstraints))); err != nil {
		return nil, err
	}
	compiled, err := allocator.CompileConstraints(constraints)
	if err != nil {
		return nil, prefixed("Offer constraints are not valid: ", err)
	}
	return compiled, nil
}

// attach makes s the framework's stream. A framework that was connected loses its offers, and its older
// stream; one that was not is offered to at once.
func (m *Master) attach(f *framework, s *stream) {
	old := f.stream
	if old != nil {
		m.refuseStream(old, f.id, "Framework failed over")
		for _, o := range f.sortedOffers() {
			m.discard(o, false)
		}
		m.discardInverse(f.sortedInverse(), false)
	}
	f.stopTimer()
	f.stream = s
	m.send(f, &schedulerpb.Event{
		Type: schedulerpb.Event_SUBSCRIBED.Enum(),
		Subscribed: &schedulerpb.Event_Subscribed{
			FrameworkID:              mesos.FrameworkID{Value: f.id},
			HeartbeatIntervalSeconds: new(m.config.Heartbeat.Seconds()),
			MasterInfo:               m.info(),
		},
	})
	m.send(f, &schedulerpb.Event{Type: schedulerpb.Event_HEARTBEAT.Enum()})
	if old == nil {
		m.alloc.Activate(f.id, true)
		m.rounds.now = true
	}
	for _, a := range m.sortedAgents() {
		if a.connected {
			a.handle.ResendUpdates(mesos.FrameworkID{Value: f.id})
		}
	}
}

// refuseStream sends ERROR and ends the stream.
func (m *Master) refuseStream(s *stream, frameworkID, why string) {
	m.sendOn(s, frameworkID, &schedulerpb.Event{
		Type:  schedulerpb.Event_ERROR.Enum(),
		Error: &schedulerpb.Event_Error{Message: why},
	})
	s.close()
}

// Info describes a master of a config, as schedulers see it and ZooKeeper shows it.
func Info(config Config) *mesos.MasterInfo { return (&Master{config: config, id: config.ID}).info() }

// info describes the master as schedulers see it.
func (m *Master) info() *mesos.MasterInfo {
	capability := func(t mesos.MasterInfo_Capability_Type) mesos.MasterInfo_Capability {
		return mesos.MasterInfo_Capability{Type: t.Enum()}
	}
	return &mesos.MasterInfo{
		ID:       m.id,
		IP:       networkOrder(m.config.IP),
		Port:     new(uint32(m.config.Port)),
		Pid:      new("master@" + m.address()),
		Hostname: new(m.config.IP),
		Version:  new(Version),
		Address:  &mesos.Address{Hostname: new(m.config.IP), IP: new(m.config.IP), Port: int32(m.config.Port)},
		Capabilities: []mesos.MasterInfo_Capability{
			capability(mesos.MasterInfo_Capability_AGENT_UPDATE),
			capability(mesos.MasterInfo_Capability_AGENT_DRAINING),
			capability(mesos.MasterInfo_Capability_QUOTA_V2),
		},
	}
}

// copyInfo returns a FrameworkInfo that shares nothing.
func copyInfo(info *mesos.FrameworkInfo) mesos.FrameworkInfo {
	return *proto.Clone(info).(*mesos.FrameworkInfo)
}
