package session

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A Kind says what a [Decision] does with its offers.
type Kind int

// The kinds of decisions. The zero Kind is none, and a decision of it is dropped.
const (
	Accept Kind = iota + 1
	Decline
	Hold
)

// String is the verb as Mesos has it, and HOLD, which Mesos doesn't know.
func (k Kind) String() string {
	switch k {
	case Accept:
		return "ACCEPT"
	case Decline:
		return "DECLINE"
	case Hold:
		return "HOLD"
	default:
		return ""
	}
}

// A Decision answers offers, or puts the answer off.
type Decision struct {
	Kind       Kind
	Offers     []mesos.OfferID
	Operations []mesos.Offer_Operation // of an Accept
	Refuse     *time.Duration          // filter for what goes back; nil: the session's default
	Until      time.Duration           // of a Hold: how long
}
