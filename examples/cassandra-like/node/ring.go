package node

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
)

// tokensPerNode is how many places a node has on the ring: enough that each gets about its share of the keys.
const tokensPerNode = 128

// Ring says which nodes hold which key, by consistent hashing: every node has many places on a circle of hashes, and a
// key belongs to the nodes of the next places after its own hash. A node that joins or leaves moves only its own keys.
// A Ring doesn't change and may be used from any goroutine.
type Ring struct {
	tokens []token
	nodes  int
}

type token struct {
	hash uint64
	node string
}

// NewRing makes the ring of the named nodes; their order doesn't matter, and a name given twice counts once.
func NewRing(names []string) *Ring {
	distinct := slices.Compact(slices.Sorted(slices.Values(names)))
	r := &Ring{nodes: len(distinct)}
	for _, name := range distinct {
		for i := range uint64(tokensPerNode) {
			r.tokens = append(r.tokens, token{hash: hash(name, i), node: name})
		}
	}
	slices.SortFunc(r.tokens, func(a, b token) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.node, b.node))
	})
	return r
}

// Replicas returns the n nodes that hold a key, the first one first; all nodes if there are no more than n.
func (r *Ring) Replicas(key string, n int) []string {
	n = min(n, r.nodes)
	replicas := make([]string, 0, max(n, 0))
	start, _ := slices.BinarySearchFunc(r.tokens, hash(key, 0), func(t token, h uint64) int { return cmp.Compare(t.hash, h) })
	for i := 0; len(replicas) < n; i++ {
		node := r.tokens[(start+i)%len(r.tokens)].node
		if !slices.Contains(replicas, node) {
			replicas = append(replicas, node)
		}
	}
	return replicas
}

// hash is FNV-1a, and after it a mixing step: FNV alone leaves the high bits of short strings that differ in their last
// byte nearly equal, and nodes would sit in clusters.
func hash(name string, i uint64) uint64 {
	f := fnv.New64a()
	f.Write([]byte(name))
	f.Write(binary.LittleEndian.AppendUint64(nil, i))
	h := f.Sum64()
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
