package session

import (
	"maps"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// roles are the framework's roles, and which of them want offers.
type roles struct {
	all        []string
	suppressed map[string]bool
	revive     map[string]bool // to be revived: asked for and not sent, or sent and not known to be taken
	told       []string        // suppressed as of the last SUBSCRIBE
}

func newRoles(all, suppressed []string) roles {
	r := roles{all: all, suppressed: make(map[string]bool), revive: make(map[string]bool)}
	for _, role := range suppressed {
		r.suppressed[role] = true
	}
	return r
}

func (r *roles) suppressedList() []string { return slices.Sorted(maps.Keys(r.suppressed)) }

// named are the roles that are meant: all if none is named.
func (r *roles) named(some []string) []string {
	if len(some) == 0 {
		return r.all
	}
	return some
}

// short is a list of roles as a call wants it: empty if it is all of them.
func (r *roles) short(some []string) []string {
	if len(some) == len(r.all) {
		return nil
	}
	return some
}

func (s *Session) revive(some []string) {
	for _, role := range s.roles.named(some) {
		delete(s.roles.suppressed, role)
		s.roles.revive[role] = true
	}
	if s.ready {
		s.sendRevive()
	}
}

func (s *Session) sendRevive() {
	due := slices.Sorted(maps.Keys(s.roles.revive))
	if len(due) == 0 {
		return
	}
	clear(s.roles.revive)
	s.send(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum(), Revive: &schedulerpb.Call_Revive{Roles: s.roles.short(due)}})
}

func (s *Session) suppress(some []string) {
	list := s.roles.named(some)
	for _, role := range list {
		s.roles.suppressed[role] = true
		delete(s.roles.revive, role)
	}
	if s.ready {
		s.sendSuppress(list)
	}
}

func (s *Session) sendSuppress(list []string) {
	s.send(&schedulerpb.Call{Type: schedulerpb.Call_SUPPRESS.Enum(), Suppress: &schedulerpb.Call_Suppress{Roles: s.roles.short(list)}})
}

// restateRoles says at a new subscription what SUBSCRIBE hasn't said: roles suppressed since, and roles to revive, whose filters
// outlast a subscription that the master didn't see end (semantics 1.5).
func (s *Session) restateRoles() {
	since := slices.DeleteFunc(s.roles.suppressedList(), func(role string) bool { return slices.Contains(s.roles.told, role) })
	if len(since) > 0 {
		s.sendSuppress(since)
	}
	s.sendRevive()
}

// unsent takes back into account the revivals that were under way when the subscription was lost.
func (r *roles) unsent(sending map[int]*schedulerpb.Call) {
	for _, call := range sending {
		if call.GetType() != schedulerpb.Call_REVIVE {
			continue
		}
		for _, role := range r.named(call.Revive.Roles) {
			if !r.suppressed[role] {
				r.revive[role] = true
			}
		}
	}
}
