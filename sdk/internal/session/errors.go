package session

import "errors"

// Why a subscription was given up.
var (
	ErrHeartbeat        = errors.New("no heartbeat")
	ErrSubscribeTimeout = errors.New("not subscribed in time")
	ErrProtocol         = errors.New("the master does not follow the protocol")
)

// Why a decision or a call was not carried out.
var (
	ErrRescinded     = errors.New("the offer was rescinded")
	ErrAnswered      = errors.New("the offer was answered already")
	ErrExpired       = errors.New("the offer was held for too long and declined")
	ErrOfferLost     = errors.New("the offer was lost with its subscription")
	ErrUnknownOffer  = errors.New("no such offer")
	ErrMixedOffers   = errors.New("the offers are of several agents or roles")
	ErrNoOffers      = errors.New("the decision names no offer")
	ErrNoDecision    = errors.New("the decision is none of Accept, Decline and Hold")
	ErrNotSubscribed = errors.New("not subscribed")
)
