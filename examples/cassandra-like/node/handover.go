package node

import (
	"context"
	"time"
)

// handover brings replicas that are back what they missed, for as long as the node lives.
func (n *Node) handover(ctx context.Context) {
	ticker := time.NewTicker(2 * n.cfg.GossipEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if n.storage.hints.Load() == 0 {
			continue
		}
		for _, replica := range n.cfg.Ring {
			if err := n.handoverTo(ctx, replica); err != nil {
				n.cfg.Logger.Debug("hints not handed over", "replica", replica, "error", err)
			}
		}
	}
}

func (n *Node) handoverTo(ctx context.Context, replica string) error {
	for ctx.Err() == nil {
		records, err := n.storage.hintsFor(replica)
		if err != nil || len(records) == 0 {
			return err
		}
		if err := n.storeOn(ctx, replica, records); err != nil {
			return err
		}
		if err := n.storage.dropHints(replica, records); err != nil {
			return err
		}
		n.cfg.Logger.Info("hints handed over", "replica", replica, "records", len(records))
	}
	return ctx.Err()
}
