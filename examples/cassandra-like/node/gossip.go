package node

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// fanout is how many nodes are told in each round. News reaches all of n nodes in about log(n) rounds.
const fanout = 2

// gossip tells some others what this node knows and takes in what they know, again and again. Whom: anyone whose address
// is known, and the seeds, by which a node that knows nobody begins.
func (n *Node) gossip(ctx context.Context) {
	ticker := time.NewTicker(n.cfg.GossipEvery)
	defer ticker.Stop()
	for {
		mine := n.members.beat()
		for _, address := range n.partners(mine) {
			n.work.Go(func() { n.exchange(ctx, address, mine) })
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (n *Node) exchange(ctx context.Context, address string, mine []Member) {
	theirs, err := n.peers.gossip(ctx, address, mine)
	if err != nil {
		// Not worth a line each time: nodes come and go, and the table of members tells who hasn't been heard of.
		n.cfg.Logger.Debug("no gossip", "with", address, "error", err)
		return
	}
	n.members.merge(theirs)
}

func (n *Node) partners(known []Member) []string {
	addresses := slices.Clone(n.cfg.Seeds)
	for _, member := range known {
		if member.Name != n.cfg.Name {
			addresses = append(addresses, member.Address)
		}
	}
	addresses = slices.Compact(slices.Sorted(slices.Values(addresses)))
	rand.Shuffle(len(addresses), func(i, j int) { addresses[i], addresses[j] = addresses[j], addresses[i] })
	return addresses[:min(fanout, len(addresses))]
}
