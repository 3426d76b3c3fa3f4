package node

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// Member is what nodes tell each other about a node.
type Member struct {
	Name    string `json:"name"`
	Address string `json:"address"` // host:port
	// Generation numbers the node's lives, Beat counts within one. The greater pair is the later news.
	Generation uint64 `json:"generation"`
	Beat       uint64 `json:"beat"`
}

func (m Member) laterThan(other Member) bool {
	return cmp.Or(cmp.Compare(m.Generation, other.Generation), cmp.Compare(m.Beat, other.Beat)) > 0
}

// members is one node's view of all nodes. Names that aren't on the ring are not let in, so it can't grow.
type members struct {
	self  string
	ring  map[string]bool
	after time.Duration // without news for so long a node counts as down

	mu    sync.Mutex
	table map[string]sighting
}

type sighting struct {
	Member
	seen time.Time // when the news came
}

func newMembers(self Member, ring []string, after time.Duration) *members {
	m := &members{self: self.Name, ring: map[string]bool{}, after: after, table: map[string]sighting{}}
	for _, name := range ring {
		m.ring[name] = true
	}
	m.table[self.Name] = sighting{Member: self}
	return m
}

// beat says that this node lives and returns all it knows, to be told to others.
func (m *members) beat() []Member {
	m.mu.Lock()
	defer m.mu.Unlock()
	me := m.table[m.self]
	me.Beat++
	m.table[m.self] = me
	return m.all()
}

// merge takes in what another node knows and returns what this one knows then. About itself a node believes no one.
func (m *members) merge(news []Member) []Member {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, member := range news {
		known, ok := m.table[member.Name]
		if member.Name == m.self || !m.ring[member.Name] || ok && !member.laterThan(known.Member) {
			continue
		}
		m.table[member.Name] = sighting{Member: member, seen: time.Now()}
	}
	return m.all()
}

// all needs mu.
func (m *members) all() []Member {
	list := make([]Member, 0, len(m.table))
	for _, name := range slices.Sorted(maps.Keys(m.table)) {
		list = append(list, m.table[name].Member)
	}
	return list
}

// address returns where a node is, and whether there was news of it lately.
func (m *members) address(name string) (address string, up bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.table[name]
	return s.Address, ok && (name == m.self || time.Since(s.seen) < m.after)
}

// MemberStatus is a member as [Status] shows it.
type MemberStatus struct {
	Member
	Up bool `json:"up"` // it has been heard of lately
}

func (m *members) status() []MemberStatus {
	m.mu.Lock()
	list := m.all()
	m.mu.Unlock()
	status := make([]MemberStatus, len(list))
	for i, member := range list {
		_, up := m.address(member.Name)
		status[i] = MemberStatus{Member: member, Up: up}
	}
	return status
}
