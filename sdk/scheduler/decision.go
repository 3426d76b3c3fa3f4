package scheduler

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A Decision says what to do with one or more offers. [Accept], [Decline] and [Hold] make them.
type Decision struct {
	d session.Decision
}

// Accept launches tasks and changes reservations and volumes with the given offers, which must be of one agent and one
// role (semantics 3.2). The operations are done one after another; package ops builds them. What they leave
// of the offers is declined for [Config.Refuse]; see [Decision.WithRefuse]. Without operations it is a Decline.
func Accept(offers []mesos.Offer, operations []mesos.Offer_Operation) Decision {
	return Decision{session.Decision{Kind: session.Accept, Offers: offerIDs(offers), Operations: operations}}
}

// Decline gives offers back. For the time of refuse the master doesn't offer the same or less of that agent to the same
// role again (semantics 5.4); 0 asks for no such filter, and a negative time means [Config.Refuse].
func Decline(refuse time.Duration, offers ...mesos.Offer) Decision {
	d := Decision{session.Decision{Kind: session.Decline, Offers: offerIDs(offers)}}
	return d.WithRefuse(refuse)
}

// Hold keeps offers for up to the given time, so that they can be answered later, by a decision of another OnOffer or
// by [Driver.Answer]; then they are declined for [Config.Refuse]. Holding an offer that is on hold sets a new deadline.
// Held resources are missing to every other framework, so hold for seconds, not for hours.
func Hold(until time.Duration, offers ...mesos.Offer) Decision {
	return Decision{session.Decision{Kind: session.Hold, Offers: offerIDs(offers), Until: max(until, 0)}}
}

// WithRefuse returns the decision with another filter for what it gives back: all of a declined offer, the rest of an
// accepted one. 0 is no filter; a negative time means [Config.Refuse]. A Hold that runs out always uses the latter.
func (d Decision) WithRefuse(refuse time.Duration) Decision {
	d.d.Refuse = nil
	if refuse >= 0 {
		d.d.Refuse = new(refuse)
	}
	return d
}

// Verb is "ACCEPT", "DECLINE" or "HOLD"; "" for the zero Decision.
func (d Decision) Verb() string { return d.d.Kind.String() }

// Offers returns the ids of the offers that the decision names. Don't change them.
func (d Decision) Offers() []mesos.OfferID { return d.d.Offers }

// Operations returns the operations of an Accept. Don't change them.
func (d Decision) Operations() []mesos.Offer_Operation { return d.d.Operations }

func offerIDs(offers []mesos.Offer) []mesos.OfferID {
	ids := make([]mesos.OfferID, len(offers))
	for i := range offers {
		ids[i] = offers[i].ID
	}
	return ids
}
