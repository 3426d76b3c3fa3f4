package master

// ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS (semantics 1.4, 5.10): all of them. The inverse offers need not be
// the caller's, as in a real master. Nothing is done about an answer but to show it.

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// answerInverse records what a framework answers, and leaves it alone for a while.
func (m *Master) answerInverse(ids []mesos.OfferID, filters *mesos.Filters, status masterpb.InverseOfferStatus_Status) {
	var seconds *float64
	if filters != nil {
		seconds = filters.RefuseSeconds
	}
	now := time.Now()
	for _, id := range ids {
		o := m.inverse[id.Value]
		if o == nil {
			m.log.Warn("answer to an inverse offer that is no longer valid ignored", "offer", id.Value)
			continue
		}
		m.removeInverse(o)
		if o.agent.plan != nil {
			o.agent.plan.answers[o.framework.id] = masterpb.InverseOfferStatus{
				Status: status.Enum(), FrameworkID: o.FrameworkID, Timestamp: *timeInfo(now),
			}
		}
		o.framework.refuseInverse(o.agent.id, now, seconds)
	}
}
