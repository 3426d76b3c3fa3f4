package resource

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A ledger adds up entries by kind, in time that hardly grows faster than their number.
type ledger struct {
	set    Set              // what was added, and zero values where all was taken away
	at     map[string][]int // kind to places in set; more than one only for what is taken whole
	gone   int              // number of zero values in set
	merged map[int]bool     // places to be tidied up
	arena  arena
}

// ledgerOf adds up the entries that keep accepts.
func ledgerOf(keep func(*mesos.Resource) bool, parts ...Set) *ledger {
	l := &ledger{at: make(map[string][]int), merged: make(map[int]bool)}
	for _, part := range parts {
		l.arena.entries += len(part)
	}
	l.addAll(keep, parts...)
	return l
}

// addAll adds the entries that keep accepts.
func (l *ledger) addAll(keep func(*mesos.Resource) bool, parts ...Set) {
	for _, part := range parts {
		for i := range part {
			if keep(&part[i]) {
				l.add(&part[i])
			}
		}
	}
	for at := range l.merged {
		tidy(&l.set[at])
	}
	clear(l.merged)
}

// add merges r into the entry of its kind, leaving ranges and items as they come, or appends a copy.
func (l *ledger) add(r *mesos.Resource) {
	kind := kindKey(r)
	at := l.at[kind]
	if len(at) == 0 || whole(r) {
		l.at[kind] = append(at, len(l.set))
		l.set = l.arena.append(l.set, r)
		return
	}
	switch e := &l.set[at[0]]; r.Type {
	case mesos.SCALAR:
		mergeAmount(e, r)
		return
	case mesos.RANGES:
		e.Ranges.Range = append(e.Ranges.Range, r.Ranges.Range...)
	case mesos.SET:
		e.Set.Item = append(e.Set.Item, r.Set.Item...)
	}
	l.merged[at[0]] = true
}

// has tells whether l contains what o has of a kind.
func (l *ledger) has(o *ledger, kind string) bool {
	mine, want := l.at[kind], o.at[kind]
	if len(mine) == 0 {
		return false
	}
	r := &o.set[want[0]]
	if whole(r) {
		return len(mine) >= len(want) || !IsVolume(r)
	}
	return covers(&l.set[mine[0]], r)
}

// contains tells whether l contains all of o.
func (l *ledger) contains(o *ledger) bool {
	for kind := range o.at {
		if !l.has(o, kind) {
			return false
		}
	}
	return true
}

// subtract takes away what o has, as far as it is there.
func (l *ledger) subtract(o *ledger) {
	for kind, wanted := range o.at {
		mine := l.at[kind]
		for _, at := range wanted[:min(len(mine), len(wanted))] {
			e, r := &l.set[mine[0]], &o.set[at]
			if whole(r) || !subtractAmount(e, r) {
				*e = mesos.Resource{}
				l.gone++
				mine = mine[1:]
			}
		}
		l.at[kind] = mine
	}
}

// left returns what the ledger holds. The ledger must not be used after that.
func (l *ledger) left() Set {
	if l.gone == 0 {
		return l.set
	}
	return slices.DeleteFunc(l.set, func(r mesos.Resource) bool { return r.Name == "" })
}

func isGood(r *mesos.Resource) bool { return quality(r) == good }

func isBad(r *mesos.Resource) bool { return quality(r) == bad }

// containsMany is Contains for large sets, and for those with several entries of a kind.
func (s Set) containsMany(o Set) bool {
	return !o.any(isBad) && ledgerOf(isGood, s).contains(ledgerOf(isGood, o))
}

// minusMany is Minus for large sets, and for those with several entries of a kind.
func (s Set) minusMany(o Set) (Set, bool) {
	have, want := ledgerOf(isGood, s), ledgerOf(isGood, o)
	contained := have.contains(want) && !o.any(isBad)
	have.subtract(want)
	return have.left(), contained
}
