package scheduler

import (
	"strings"

	"github.com/stateful-mesos/moor/sdk/internal/session"
)

// A refusal is what an ERROR event means. After one the master closes the stream (semantics 1.7).
type refusal struct {
	text   string // what the message begins with
	kind   error
	class  session.Refusal
	advice string
}

// refusals has a row for each ERROR text that a framework may meet (semantics 1.5). The first one that fits counts.
var refusals = []refusal{
	{"Framework has been removed", ErrFrameworkRemoved, session.Permanent,
		"its tasks are gone, its reservations and volumes are not; to go on with a new id, call scheduler.Forget on its store"},
	{"Framework failed over", ErrFailedOver, session.FailedOver, "stop one of the two schedulers that use this id"},
	{"Not authorized to register framework", ErrForbidden, session.Permanent, "the master's ACLs must let this principal use these roles"},
	{"Authorization failure", ErrUnavailable, session.Transient, "the master's authorizer failed; trying again"},
	{"Changing framework's principal is not allowed", ErrPrincipal, session.Permanent,
		"use the principal that the framework first subscribed with, or Forget its id and start as a new framework"},
	{"User 'root' is not allowed", ErrForbidden, session.Permanent, "set Config.Framework.User to another user"},
	{"Roles {", ErrSubscription, session.Permanent, "the master has a list of roles (--roles); use those or have it changed"},
	{"Suppressed roles", ErrSubscription, session.Permanent, "Config.SuppressedRoles must be roles of the framework"},
	{"Offer constraints", ErrSubscription, session.Permanent, "correct Config.OfferConstraints"},
	{"The framework failover_timeout", ErrSubscription, session.Permanent,
		"set a Config.Framework.FailoverTimeout that fits 64 bits of nanoseconds"},
	{"'FrameworkInfo.role", ErrSubscription, session.Permanent, "correct Config.Framework.Roles"},
}

// refusalOf looks an ERROR message up. An unknown one before SUBSCRIBED is taken for permanent, since nearly all are;
// after it, another subscription will show.
func refusalOf(message string, subscribed bool) (*SubscriptionError, session.Refusal) {
	for _, r := range refusals {
		if strings.HasPrefix(message, r.text) {
			return &SubscriptionError{Message: message, Kind: r.kind, Advice: r.advice}, r.class
		}
	}
	if subscribed {
		return &SubscriptionError{Message: message, Kind: ErrSubscription, Advice: "subscribing again"}, session.Transient
	}
	return &SubscriptionError{Message: message, Kind: ErrSubscription, Advice: "correct Config.Framework"}, session.Permanent
}
