package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/stateful-mesos/moor/sdk/matcher"
)

// spread is the placement rule: one node per host, unless the cluster turns out to have too few hosts for that.
type spread struct {
	mode    string    // auto, host or none
	since   time.Time // when the rule first kept a node waiting
	relaxed bool
}

// patience is how long auto waits for another host to offer itself.
const patience = 5 * time.Second

func parseSpread(mode string) error {
	switch mode {
	case "auto", "host", "none":
		return nil
	default:
		return fmt.Errorf("%q is not one of auto, host and none", mode)
	}
}

func (s *spread) rules() []matcher.Rule {
	if s.mode == "none" || s.relaxed {
		return nil // the matcher spreads as well as it can all the same
	}
	return []matcher.Rule{matcher.MaxPerHost(1)}
}

// watch relaxes the rule if for some time it has been all that keeps a node from being placed.
func (s *spread) watch(refusals []matcher.Refusal, now time.Time, line *timeline) {
	if s.mode != "auto" || s.relaxed {
		return
	}
	for _, refusal := range refusals {
		if !errors.Is(refusal, matcher.ErrRule) {
			continue
		}
		switch {
		case s.since.IsZero():
			s.since = now
		case now.Sub(s.since) > patience:
			s.relaxed = true
			line.say("note: the cluster has too few hosts for one node on each, so some share a host (-spread=host would wait): %v", refusal)
			return
		}
	}
}
