package authorize

import (
	"slices"
	"strings"
)

// ACLs are access control lists. A nil one allows everything, as a master without authorizer does. It doesn't change,
// so it may be used from any goroutine.
type ACLs struct {
	permissive bool
	rules      map[Action][]rule
}

type kind int

const (
	some kind = iota
	anybody
	nobody
)

// entity is one side of a rule, or of a question, in which it is a single value or anybody.
type entity struct {
	kind   kind
	values []string
}

type rule struct {
	subjects, objects entity
	roles             bool // objects are roles
}

// ask is the side of a question: a value, or nil for anybody.
func ask(value *string) entity {
	if value == nil {
		return entity{kind: anybody}
	}
	return entity{values: []string{*value}}
}

// matches tells whether a rule's side e is about the side q of a question.
func (e entity) matches(q entity) bool {
	if e.kind == some {
		return q.kind == some && e.holds(q)
	}
	return true
}

// allows tells whether a side that matches allows.
func (e entity) allows(q entity) bool {
	switch e.kind {
	case anybody:
		return true
	case nobody:
		return false
	}
	return q.kind == some && e.holds(q)
}

func (e entity) holds(q entity) bool {
	return !slices.ContainsFunc(q.values, func(v string) bool { return !slices.Contains(e.values, v) })
}

// Allows tells whether subject, a principal, may carry out an action on an object: what it is, the list's second
// side says, such as a role. Nil means that there is none: such a subject or object is allowed by ANY alone.
func (a *ACLs) Allows(action Action, subject, object *string) bool {
	if a == nil {
		return true
	}
	who, what := ask(subject), ask(object)
	for _, r := range a.rules[action] {
		objects := r.objects
		if parent, ok := r.parent(); ok {
			if object == nil || !strings.HasPrefix(*object, parent) {
				continue
			}
			objects = entity{kind: anybody}
		}
		if r.subjects.matches(who) && objects.matches(what) {
			return r.subjects.allows(who) && objects.allows(what)
		}
	}
	return a.permissive
}

// AllowsAll is Allows for each of several objects. Without any, permissive decides.
func (a *ACLs) AllowsAll(action Action, subject *string, objects []string) bool {
	if a == nil {
		return true
	}
	for i := range objects {
		if !a.Allows(action, subject, &objects[i]) {
			return false
		}
	}
	return len(objects) > 0 || a.permissive
}

// below ends a role that stands for all roles below it.
const below = "/%"

// parent returns what the roles of a rule about all roles below one begin with.
func (r rule) parent() (string, bool) {
	if r.roles && len(r.objects.values) == 1 && strings.HasSuffix(r.objects.values[0], below) {
		return strings.TrimSuffix(r.objects.values[0], "%"), true
	}
	return "", false
}

// split gives roles that stand for those below them rules of their own, which go first.
func split(r rule, object string) []rule {
	r.roles = object == "roles"
	if !r.roles || r.objects.kind != some {
		return []rule{r}
	}
	var out []rule
	var plain []string
	for _, role := range r.objects.values {
		if strings.HasSuffix(role, below) {
			out = append(out, rule{r.subjects, entity{values: []string{role}}, true})
		} else {
			plain = append(plain, role)
		}
	}
	if len(plain) > 0 {
		out = append(out, rule{r.subjects, entity{values: plain}, true})
	}
	return out
}
