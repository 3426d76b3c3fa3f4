package master

// REVIVE and SUPPRESS (semantics 5.5): all of them.

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func (m *Master) revive(f *framework, call *schedulerpb.Call_Revive) {
	if roles, ok := m.ownRoles(f, "revive", call.GetRoles()); ok {
		m.alloc.Revive(f.id, roles)
		clear(f.inverseRefused)
		m.rounds.now = true
	}
}

func (m *Master) suppress(f *framework, call *schedulerpb.Call_Suppress) {
	if roles, ok := m.ownRoles(f, "suppression", call.GetRoles()); ok {
		m.alloc.Suppress(f.id, roles)
	}
}

// ownRoles returns the roles that a call is about: all of the framework's if it names none. One that isn't
// the framework's makes the whole call void, in silence.
func (m *Master) ownRoles(f *framework, verb string, roles []string) ([]string, bool) {
	if len(roles) == 0 {
		return f.roles(), true
	}
	for _, role := range roles {
		if err := mesos.ValidateRole(role); err != nil {
			m.log.Warn(verb+" role is invalid", "framework", f.id, "role", role, "error", err)
			return nil, false
		}
		if !slices.Contains(f.roles(), role) {
			m.log.Warn(verb+" role is not one of the framework's", "framework", f.id, "role", role)
			return nil, false
		}
	}
	return roles, true
}
