package allocator

import (
	"math"
	"time"

	"github.com/stateful-mesos/moor/sdk/resource"
)

const (
	defaultRefusal = 5 * time.Second
	longestRefusal = 365 * 24 * time.Hour
)

// place is the scope of a refusal, within a framework.
type place struct{ role, agent string }

// refusal keeps offers away that hold no more than what was refused.
type refusal struct {
	resources resource.Set // not allocated to a role
	until     time.Time
}

// RefusalTime reads Filters.refuse_seconds; nil is its default, 5 s. ok is false where nothing is to be
// filtered: 0 seconds, or less than a nanosecond. A negative or invalid number means the default too (semantics 5.4).
func RefusalTime(seconds *float64, interval time.Duration) (d time.Duration, ok bool) {
	switch {
	case seconds == nil || math.IsNaN(*seconds) || *seconds < 0:
		d = defaultRefusal
	case *seconds == 0:
		return 0, false
	case *seconds > longestRefusal.Seconds():
		d = longestRefusal
	default:
		if d = time.Duration(*seconds * float64(time.Second)); d == 0 {
			return 0, false
		}
	}
	return max(d, interval), true
}

// refused tells whether an unexpired refusal covers the resources, and drops the expired ones of the place.
func (f *framework) refused(now time.Time, at place, resources resource.Set) bool {
	kept := f.refusals[at][:0]
	found := false
	for _, r := range f.refusals[at] {
		if !now.Before(r.until) {
			continue
		}
		kept = append(kept, r)
		found = found || r.resources.Contains(resources)
	}
	if len(kept) == 0 {
		delete(f.refusals, at)
	} else {
		f.refusals[at] = kept
	}
	return found
}

// nextExpiry returns the earliest end of a refusal after now, zero if there is none.
func (a *Allocator) nextExpiry(now time.Time) time.Time {
	var next time.Time
	for _, f := range a.frameworks {
		for _, list := range f.refusals {
			for _, r := range list {
				if r.until.After(now) && (next.IsZero() || r.until.Before(next)) {
					next = r.until
				}
			}
		}
	}
	return next
}
