package main

import (
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// retry paces the launches of one instance: at once after a first failure, then ever more slowly while it goes on failing.
type retry struct {
	pace      *backoff.ExponentialBackOff
	last      time.Time // of a failure
	due       time.Time
	addresses []string // that the latest failures were on
}

const (
	calm         = 30 * time.Second // without a failure for so long the next one counts as the first
	maxAddresses = 20
)

func newRetry() *retry {
	pace := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(500*time.Millisecond), backoff.WithMaxInterval(15*time.Second), backoff.WithMaxElapsedTime(0))
	return &retry{pace: pace}
}

// failed takes note that a launch came to nothing, on the given address.
func (r *retry) failed(address string, now time.Time) {
	if now.Sub(r.last) > calm {
		r.pace.Reset()
		r.due = now
	} else {
		r.due = now.Add(r.pace.NextBackOff())
	}
	r.last = now
	if !slices.Contains(r.addresses, address) {
		r.addresses = append(r.addresses, address)
	}
	r.addresses = r.addresses[max(0, len(r.addresses)-maxAddresses):]
}
