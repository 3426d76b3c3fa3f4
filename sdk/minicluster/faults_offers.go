package minicluster

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// ErrNoOffer is wrapped by errors about an offer that isn't outstanding.
var ErrNoOffer = errors.New("minicluster: no such offer is outstanding")

// RescindOffer takes an outstanding offer back: its framework gets a RESCIND. What it held is offered again in the
// next round, under another id (semantics 5.7).
func (c *Cluster) RescindOffer(id string) error {
	return c.withLeader(func(m *master.Master) error {
		if id == "" || !m.Rescind(id) {
			return fmt.Errorf("%w: %q", ErrNoOffer, id)
		}
		return nil
	})
}

// RescindOffers takes all outstanding offers back, see [Cluster.RescindOffer].
func (c *Cluster) RescindOffers() error {
	return c.withLeader(func(m *master.Master) error { m.Rescind(""); return nil })
}
