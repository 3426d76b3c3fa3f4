package callcheck

import (
	"errors"
	"fmt"
)

// ErrPoison is what every error of this package wraps.
var ErrPoison = errors.New("refused: the call would kill a master or do silent damage")

// A Rule names one of the rules in the documentation of this package: "R1" to "R7", "S1" to "S6".
type Rule string

// The rules, as the package's documentation lists them.
const (
	EmptyResource      Rule = "R1"
	ResourceType       Rule = "R2"
	DuplicateVolume    Rule = "R3"
	DuplicateTask      Rule = "R4"
	Number             Rule = "R5"
	RemoveQuota        Rule = "R6"
	DuplicateDisk      Rule = "R7"
	EmptyVolume        Rule = "S1"
	EmptyTaskResource  Rule = "S2"
	BadContainerPath   Rule = "S3"
	UnknownOperation   Rule = "S4"
	QuotaForEverybody  Rule = "S5"
	UnreasonableWeight Rule = "S6"
)

// An Error says which rule a call breaks, and where.
type Error struct {
	Rule  Rule
	Field string // path in the call: "accept.operations[0].reserve.resources[2].scalar.value"; empty: the call itself
	Text  string // what is wrong and what to do
}

// Error names field, reason, way out and rule.
func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s (rule %s)", e.Text, e.Rule)
	}
	return fmt.Sprintf("%s: %s (rule %s)", e.Field, e.Text, e.Rule)
}

// Unwrap makes errors.Is find [ErrPoison].
func (e *Error) Unwrap() error { return ErrPoison }

// refuse starts an error at a field of the message at hand; the callers put the path before it.
func refuse(rule Rule, field, format string, args ...any) *Error {
	return &Error{Rule: rule, Field: field, Text: fmt.Sprintf(format, args...)}
}

// in puts a step of the path before the field: paths are built only for calls that are refused.
func (e *Error) in(step string) *Error {
	if e.Field == "" {
		e.Field = step
	} else {
		e.Field = step + "." + e.Field
	}
	return e
}

// at is in for an element of a list.
func (e *Error) at(list string, i int) *Error { return e.in(fmt.Sprintf("%s[%d]", list, i)) }

// orNil keeps a nil *Error from becoming an error that isn't nil.
func (e *Error) orNil() error {
	if e == nil {
		return nil
	}
	return e
}
