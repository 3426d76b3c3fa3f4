package matcher

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What the rules of this package give as reasons, inside a [*RuleError].
var (
	// ErrLimit: there are as many instances as may be; the reason is a [*LimitError].
	ErrLimit = errors.New("matcher: limit reached")
	// ErrMismatch: a host name or attribute isn't what is wanted; the reason is a [*MismatchError].
	ErrMismatch = errors.New("matcher: host or attribute doesn't match")
	// ErrNeighbour: who must be on the host isn't, or who mustn't is; the reason is a [*NeighbourError].
	ErrNeighbour = errors.New("matcher: wrong neighbours")
	// ErrMaintenance: the agent is going to be taken down; the reason is a [*MaintenanceError].
	ErrMaintenance = errors.New("matcher: maintenance announced")
	// ErrNot: the rule that must not agree agrees.
	ErrNot = errors.New("matcher: agrees, and must not")
	// ErrPattern: a pattern doesn't compile or is too large.
	ErrPattern = errors.New("matcher: bad pattern")
)

// LimitError: an agent's value of an attribute has as many instances of the group as may be. It is an [ErrLimit].
type LimitError struct {
	Attribute, Value, Group string
	Have, Limit             int
}

// Error has the value, the number there and the limit.
func (e *LimitError) Error() string {
	group := ""
	if e.Group != "" {
		group = fmt.Sprintf(" of group %q", e.Group)
	}
	return fmt.Sprintf("%s %s has %d instances%s, may have %d", e.Attribute, e.Value, e.Have, group, e.Limit)
}

// Is makes a LimitError an [ErrLimit].
func (e *LimitError) Is(target error) bool { return target == ErrLimit }

// MismatchError: what the agent has, and what it would have to have. It is an [ErrMismatch].
type MismatchError struct {
	Attribute string
	Have      []string // empty: the agent hasn't got the attribute
	Want      string
}

// Error has what the agent has and what is wanted.
func (e *MismatchError) Error() string {
	if len(e.Have) == 0 {
		return fmt.Sprintf("the agent has no %s, wanted %s", e.Attribute, e.Want)
	}
	return fmt.Sprintf("%s is %s, wanted %s", e.Attribute, strings.Join(e.Have, ", "), e.Want)
}

// Is makes a MismatchError an [ErrMismatch].
func (e *MismatchError) Is(target error) bool { return target == ErrMismatch }

// NeighbourError: the instance, or the group, that decides, and where it is. It is an [ErrNeighbour].
type NeighbourError struct {
	Neighbour string   // ID of a need, or the name of a group
	Hosts     []string // where it is; empty: nowhere yet, or, of a group, not on the agent's host
	Wanted    bool     // true: must be on the host
}

// Error names the neighbour and where it is.
func (e *NeighbourError) Error() string {
	switch {
	case e.Wanted && len(e.Hosts) == 0:
		return fmt.Sprintf("%q isn't on the host", e.Neighbour)
	case e.Wanted:
		return fmt.Sprintf("%q is on %s", e.Neighbour, strings.Join(e.Hosts, ", "))
	}
	return fmt.Sprintf("%q is on the host", e.Neighbour)
}

// Is makes a NeighbourError an [ErrNeighbour].
func (e *NeighbourError) Is(target error) bool { return target == ErrNeighbour }

// MaintenanceError: when the agent's announced unavailability begins, and how long it is to last. It is an
// [ErrMaintenance].
type MaintenanceError struct {
	Start    time.Time
	Duration time.Duration // 0: not said
}

// Error has the time in UTC and the duration.
func (e *MaintenanceError) Error() string {
	text := "unavailable from " + e.Start.UTC().Format(time.RFC3339)
	if e.Duration > 0 {
		text += " for " + e.Duration.String()
	}
	return text
}

// Is makes a MaintenanceError an [ErrMaintenance].
func (e *MaintenanceError) Is(target error) bool { return target == ErrMaintenance }
