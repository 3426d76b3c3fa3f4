package scheduler

import (
	"time"

	"github.com/cenkalti/backoff/v4"
)

const (
	retryFactor  = 1.5
	repeatFactor = 2
	// jitter keeps schedulers that lost one master from coming back in step (semantics 9, rule 8).
	jitter = 0.5
)

// growing returns delays that grow by a factor from about first to most, which is the longest, for ever: backoff's own default
// gives up after 15 minutes.
func growing(first, most time.Duration, factor float64) backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.MaxInterval = time.Duration(float64(most) / (1 + jitter))
	b.InitialInterval = min(first, b.MaxInterval)
	b.Multiplier, b.RandomizationFactor, b.MaxElapsedTime = factor, jitter, 0
	b.Reset()
	return b
}
