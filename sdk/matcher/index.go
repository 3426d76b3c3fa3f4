package matcher

import (
	"cmp"
	"slices"
)

func (m *Matcher) insert(k *known) {
	id := k.need.ID
	if m.needs[id] = append(m.needs[id], k); len(m.needs[id]) == 2 {
		m.doubles[id] = struct{}{}
	}
	if k.err != nil {
		m.faulty[k] = struct{}{}
		return
	}
	for i := range k.volumes {
		key := k.volumeKey(i)
		if m.volumes[key] = append(m.volumes[key], k); len(m.volumes[key]) == 2 {
			m.clashes[key] = struct{}{}
		}
	}
	switch claim := k.need.Claim; {
	case claim == nil:
		m.fresh = inserted(m.fresh, k)
		m.shapes[k.shape]++
		m.freshKey[k.key]++
	case claim.Intent:
		include(m.intents, claim.AgentID, k)
		include(m.claimed, k.key, k)
	case len(k.volumes) > 0:
		include(m.claimed, k.key, k)
	default:
		if m.bound[k.key] == nil {
			m.bound[k.key] = map[string][]*known{}
		}
		m.bound[k.key][k.shape] = inserted(m.bound[k.key][k.shape], k)
	}
}

// drop takes k out of everything but needs and doubles.
func (m *Matcher) drop(k *known) {
	if k.err != nil {
		delete(m.faulty, k)
		return
	}
	for i := range k.volumes {
		m.dropVolume(k.volumeKey(i), k)
	}
	switch claim := k.need.Claim; {
	case claim == nil:
		m.fresh = removed(m.fresh, k)
		lessen(m.shapes, k.shape)
		lessen(m.freshKey, k.key)
	case claim.Intent:
		exclude(m.intents, claim.AgentID, k)
		exclude(m.claimed, k.key, k)
	case len(k.volumes) > 0:
		exclude(m.claimed, k.key, k)
	default:
		shapes := m.bound[k.key]
		if shapes[k.shape] = removed(shapes[k.shape], k); len(shapes[k.shape]) == 0 {
			delete(shapes, k.shape)
		}
		if len(shapes) == 0 {
			delete(m.bound, k.key)
		}
	}
}

func (m *Matcher) dropVolume(key volumeKey, k *known) {
	owners := slices.DeleteFunc(m.volumes[key], func(o *known) bool { return o == k })
	m.volumes[key] = owners
	if len(owners) == 0 {
		delete(m.volumes, key)
	}
	if len(owners) < 2 {
		delete(m.clashes, key)
	}
}

// usable tells whether k may be matched: it is valid and no other need has its id or its volumes.
func (m *Matcher) usable(k *known) bool {
	if k.err != nil || len(m.needs[k.need.ID]) > 1 {
		return false
	}
	for i := range k.volumes {
		if len(m.volumes[k.volumeKey(i)]) > 1 {
			return false
		}
	}
	return true
}

func include(index map[string]map[*known]struct{}, key string, k *known) {
	if index[key] == nil {
		index[key] = map[*known]struct{}{}
	}
	index[key][k] = struct{}{}
}

func exclude(index map[string]map[*known]struct{}, key string, k *known) {
	if delete(index[key], k); len(index[key]) == 0 {
		delete(index, key)
	}
}

func lessen(counts map[string]int, key string) {
	if counts[key]--; counts[key] == 0 {
		delete(counts, key)
	}
}

func byNeed(k *known, id string) int { return cmp.Compare(k.need.ID, id) }

// inserted keeps list ordered by id, and equal ids in the order they came.
func inserted(list []*known, k *known) []*known {
	if n := len(list); n == 0 || list[n-1].need.ID <= k.need.ID {
		return append(list, k)
	}
	at, _ := slices.BinarySearchFunc(list, k.need.ID, byNeed)
	return slices.Insert(list, at, k)
}

func removed(list []*known, k *known) []*known {
	at, _ := slices.BinarySearchFunc(list, k.need.ID, byNeed)
	for at < len(list) && list[at] != k {
		at++
	}
	if at == len(list) {
		return list
	}
	return slices.Delete(list, at, at+1)
}
