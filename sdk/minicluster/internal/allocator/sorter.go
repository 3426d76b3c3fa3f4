package allocator

import (
	"cmp"
	"slices"
	"strings"
)

// sorter orders clients by dominant resource fairness: least share first, then fewest allocations so far,
// then name. Clients whose names are paths form a tree, in which siblings compete and a branch counts what
// is held below it (semantics 5.2).
type sorter struct {
	root    *node
	total   map[string]int64   // owned by the Allocator: what the cluster has
	weights map[string]float64 // by path, by which shares are divided; 1 where there is none
	order   []string           // cached; nil after a change
}

// node is a path component; as a client it holds own, and its branch holds sum, with own in it.
type node struct {
	name     string
	path     string
	parent   *node
	children map[string]*node
	client   bool
	active   bool
	own, sum map[string]int64
	ownCount uint64 // allocations ever made: so that equals take turns
	sumCount uint64
}

func newSorter(total map[string]int64) *sorter {
	return &sorter{root: newNode("", "", nil), total: total, weights: map[string]float64{}}
}

func newNode(name, path string, parent *node) *node {
	return &node{name: name, path: path, parent: parent, children: map[string]*node{}, own: map[string]int64{}, sum: map[string]int64{}}
}

// find returns the node of a path, made if need be.
func (s *sorter) find(path string) *node {
	at := s.root
	for component := range strings.SplitSeq(path, "/") {
		next := at.children[component]
		if next == nil {
			next = newNode(component, strings.TrimPrefix(at.path+"/"+component, "/"), at)
			at.children[component] = next
		}
		at = next
	}
	return at
}

// add makes path a client, not yet active.
func (s *sorter) add(path string) {
	s.find(path).client = true
	s.order = nil
}

// remove forgets a client, and branches that are empty without it.
func (s *sorter) remove(path string) {
	n := s.find(path)
	n.client, n.active = false, false
	for name, amount := range n.own {
		for up := n; up != nil; up = up.parent {
			up.sum[name] -= amount
		}
	}
	n.own, n.ownCount = map[string]int64{}, 0
	for n.parent != nil && !n.client && len(n.children) == 0 {
		delete(n.parent.children, n.name)
		n = n.parent
	}
	s.order = nil
}

func (s *sorter) setActive(path string, active bool) {
	s.find(path).active = active
	s.order = nil
}

// charge adds to what a client holds, or takes from it.
func (s *sorter) charge(path string, amounts map[string]int64, sign int64) {
	n := s.find(path)
	for name, amount := range amounts {
		n.own[name] += sign * amount
		for up := n; up != nil; up = up.parent {
			up.sum[name] += sign * amount
		}
	}
	s.order = nil
}

// picked counts an allocation to a client.
func (s *sorter) picked(path string) {
	n := s.find(path)
	n.ownCount++
	for up := n; up != nil; up = up.parent {
		up.sumCount++
	}
	s.order = nil
}

// sort returns the active clients, the one to serve first in front. The slice itself doesn't change any more.
func (s *sorter) sort() []string {
	if s.order == nil {
		s.order = s.walk(s.root, []string{})
	}
	return s.order
}

// entry is a branch below a node, or (branch nil) the node itself as a client.
type entry struct {
	branch *node
	name   string
	share  float64
	count  uint64
}

func (s *sorter) walk(n *node, out []string) []string {
	entries := make([]entry, 0, len(n.children)+1)
	if n.client && n.active && len(n.children) > 0 {
		entries = append(entries, entry{name: ".", share: s.share(n.own), count: n.ownCount})
	}
	for _, c := range n.children {
		entries = append(entries, entry{branch: c, name: c.name, share: s.weighted(c), count: c.sumCount})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.share, b.share), cmp.Compare(a.count, b.count), cmp.Compare(a.name, b.name))
	})
	for _, e := range entries {
		switch {
		case e.branch == nil:
			out = append(out, n.path)
		case len(e.branch.children) > 0:
			out = s.walk(e.branch, out)
		case e.branch.client && e.branch.active:
			out = append(out, e.branch.path)
		}
	}
	return out
}

// weighted is the share of a branch.
func (s *sorter) weighted(n *node) float64 {
	share := s.share(n.sum)
	if w, ok := s.weights[n.path]; ok {
		share /= w
	}
	return share
}

// share is the largest fraction of any resource of the cluster that is held.
func (s *sorter) share(held map[string]int64) float64 {
	var share float64
	for name, total := range s.total {
		if total > 0 {
			share = max(share, float64(held[name])/float64(total))
		}
	}
	return share
}

// has tells whether path is a client.
func (s *sorter) has(path string) bool {
	at := s.root
	for component := range strings.SplitSeq(path, "/") {
		if at = at.children[component]; at == nil {
			return false
		}
	}
	return at.client
}
