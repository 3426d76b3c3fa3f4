package scheduler

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// Errors that end [Driver.Run], for errors.Is. They need a person, or another program, to decide something.
var (
	// ErrFrameworkRemoved: the master has removed the framework for good, because its failover_timeout ran out or it
	// was torn down; its tasks were killed, its reservations and volumes are still there. The id can't be used again.
	// The driver never takes a new one by itself, because that may abandon data: [Forget] the id if that is what is
	// wanted (semantics 9, rule 3).
	ErrFrameworkRemoved = errors.New("the framework has been removed")
	// ErrFailedOver: another scheduler has subscribed with the same framework id, and the newest one wins
	// (semantics 9, rule 6). Stop, and find out which of the two should run.
	ErrFailedOver = errors.New("another scheduler took the framework over")
	// ErrSubscription: the master refuses the framework for what it says about itself, such as its roles or principal.
	// The error is a [*SubscriptionError].
	ErrSubscription = errors.New("the master refuses the subscription")
	// ErrElection: the ZooKeeper named by [Config.Masters] doesn't let us read who leads: wrong credentials, or no right to.
	// One that can't be reached is tried for ever instead.
	ErrElection = errors.New("the election of masters can't be followed")
	// ErrCallback: a callback returned an error. The error is a [*CallbackError].
	ErrCallback = errors.New("callback failed")
	// ErrStore: the [Config.Store] failed. Nothing that depended on the write was sent.
	ErrStore = errors.New("store failed")
)

// Answers of the master and troubles of the connection, for errors.Is on the cause given to OnLost, on [Dropped].Err and on
// what Run returns. Those with an HTTP answer are an [*AnswerError].
var (
	// ErrStaleStream: the call belonged to a subscription that has ended.
	ErrStaleStream = wire.ErrStaleStream
	// ErrUnknownFramework: the master doesn't know the framework, as after an election.
	ErrUnknownFramework = wire.ErrUnknownFramework
	// ErrNotSubscribed: there is no subscription that the call could go with.
	ErrNotSubscribed = wire.ErrNotSubscribed
	// ErrPrincipal: the principal of the credentials isn't that of the framework. It ends Run.
	ErrPrincipal = wire.ErrPrincipal
	// ErrUnauthorized: the master wants credentials, or other ones. It ends Run.
	ErrUnauthorized = wire.ErrUnauthorized
	// ErrForbidden: the master's ACLs say no. For a subscription it ends Run.
	ErrForbidden = wire.ErrForbidden
	// ErrRefused: the master found a call invalid.
	ErrRefused = wire.ErrRefused
	// ErrNotLeader: the master asked isn't the leader, or there is none.
	ErrNotLeader = wire.ErrNotLeader
	// ErrUnavailable: the master couldn't answer.
	ErrUnavailable = wire.ErrUnavailable
	// ErrNotMaster: what answered isn't a master's scheduler API.
	ErrNotMaster = wire.ErrNotMaster
	// ErrRedirect: a redirect that isn't followed: too many, or to another scheme.
	ErrRedirect = wire.ErrRedirect
	// ErrHeartbeat: nothing came for five heartbeats, so the master or the network is gone without a word (semantics 9, rule 8).
	ErrHeartbeat = session.ErrHeartbeat
	// ErrSubscribeTimeout: SUBSCRIBED didn't come within [Config.SubscribeTimeout].
	ErrSubscribeTimeout = session.ErrSubscribeTimeout
)

// Why a decision or call was dropped, for errors.Is on [Dropped].Err.
var (
	// ErrRescinded: the master took the offer back.
	ErrRescinded = session.ErrRescinded
	// ErrAnswered: the offer was answered before, or is named twice.
	ErrAnswered = session.ErrAnswered
	// ErrExpired: the time of the [Hold] was over, and the offer was declined.
	ErrExpired = session.ErrExpired
	// ErrOfferLost: the subscription that the offer came with has ended.
	ErrOfferLost = session.ErrOfferLost
	// ErrUnknownOffer: no such offer is known.
	ErrUnknownOffer = session.ErrUnknownOffer
	// ErrMixedOffers: the offers of one Accept aren't all of one agent and one role.
	ErrMixedOffers = session.ErrMixedOffers
	// ErrNoOffers: the decision names no offer.
	ErrNoOffers = session.ErrNoOffers
	// ErrNoDecision: the decision is none of Accept, Decline and Hold.
	ErrNoDecision = session.ErrNoDecision
	// ErrPoison: the call would kill a master or do silent damage. The error says which field is wrong.
	ErrPoison = callcheck.ErrPoison
)

// Errors of the methods of [Driver].
var (
	// ErrBusy: too many calls wait to be sent. Try later.
	ErrBusy = errors.New("too many calls are waiting")
	// ErrRole: the framework doesn't have the role.
	ErrRole = errors.New("not a role of the framework")
	// ErrNotByHand: the call has a method of its own, or the driver makes it.
	ErrNotByHand = errors.New("the call can't be made by hand")
	// ErrRunning: Run was called while it runs.
	ErrRunning = errors.New("the driver is running")
	// ErrConfig: a field of [Config] is wrong. The error is a [*ConfigError].
	ErrConfig = errors.New("invalid configuration")
)

// An AnswerError is an answer of a master other than success: what it said, what that means (for errors.Is), and what to do.
type AnswerError = wire.AnswerError

// A ConfigError names the field of [Config] that is wrong, and how to put it right. It is an [ErrConfig].
type ConfigError struct {
	Field  string // "Framework.Roles[1]"
	Reason string
}

// Error names field and reason.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("scheduler: Config.%s: %s", e.Field, e.Reason)
}

// Unwrap is ErrConfig.
func (e *ConfigError) Unwrap() error { return ErrConfig }

// A CallbackError is an error of a callback, which ended Run. It is an [ErrCallback] and the error that was returned.
type CallbackError struct {
	Callback string // "OnStatus"
	Subject  string // what it was called for: a task, an operation, an agent; may be empty
	Err      error  // what it returned
}

// Error says which callback failed, for what.
func (e *CallbackError) Error() string {
	subject := ""
	if e.Subject != "" {
		subject = fmt.Sprintf(" for %q", e.Subject)
	}
	return fmt.Sprintf("scheduler: %s failed%s; nothing was acknowledged, it comes again to the next Run: %v", e.Callback, subject, e.Err)
}

// Unwrap is ErrCallback and the callback's error.
func (e *CallbackError) Unwrap() []error { return []error{ErrCallback, e.Err} }

// A SubscriptionError is an ERROR event of the master: the text, what it means, and what to do.
type SubscriptionError struct {
	Message string // the master's own words
	Kind    error  // ErrFrameworkRemoved, ErrFailedOver, ErrPrincipal, ErrForbidden, ErrUnavailable or ErrSubscription
	Advice  string
}

// Error tells all of it.
func (e *SubscriptionError) Error() string {
	return fmt.Sprintf("scheduler: %v: the master says %q; %s", e.Kind, e.Message, e.Advice)
}

// Unwrap is the kind.
func (e *SubscriptionError) Unwrap() error { return e.Kind }
