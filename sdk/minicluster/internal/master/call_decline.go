package master

// DECLINE (semantics 1.4): all of it. The offers need not be the caller's, as in a real master.

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func (m *Master) decline(call *schedulerpb.Call_Decline) {
	var refuse *float64
	if call.Filters != nil {
		refuse = call.Filters.RefuseSeconds
	}
	for _, id := range call.OfferIDs {
		if o := m.offers[id.Value]; o != nil {
			m.discard(o, false)
			m.alloc.Refuse(time.Now(), o.framework.id, o.agent.id, o.resources(), refuse)
		}
	}
}
