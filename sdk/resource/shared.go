package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// IsShared tells whether r may be used by several tasks at once.
func IsShared(r *mesos.Resource) bool { return r.Shared != nil }

// Copies returns how many entries of s equal r. More than one can only be of a shared volume, or by mistake.
func (s Set) Copies(r *mesos.Resource) int {
	n := 0
	for i := range s {
		if Equal(&s[i], r) {
			n++
		}
	}
	return n
}

// copies returns how often each entry counts when shared volumes count once: for the first of a shared volume's copies how
// many there are, for the further ones 0, for all else 1. It is nil if nothing is shared.
func (s Set) copies() []int {
	if !s.any(IsShared) {
		return nil
	}
	counts := make([]int, len(s))
	firsts := make(map[string]int)
	for i := range s {
		first := i
		if IsShared(&s[i]) {
			kind := kindKey(&s[i])
			if at, again := firsts[kind]; again {
				first = at
			} else {
				firsts[kind] = i
			}
		}
		counts[first]++
	}
	return counts
}
