package ops

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// An Error says why a step can't be sent.
type Error struct {
	Step      int    // from 1, in the order of the calls; 0: the offers themselves
	Operation string // "CREATE"; empty: the offers themselves
	Field     string // path in the operation: "create.volumes[0].disk.persistence.id"; empty: the operation as a whole
	Rule      error  // ErrNotContained and so on
	Text      string // what is wrong, in the master's words where it has some, and what to do
	Err       error  // what told so, such as a *mesos.NameError; may be nil
}

// Error names step, field, reason and way out.
func (e *Error) Error() string {
	where := "ops: offers"
	if e.Operation != "" {
		where = fmt.Sprintf("ops: step %d (%s)", e.Step, e.Operation)
	}
	if e.Field != "" {
		where += ": " + e.Field
	}
	return where + ": " + e.Text
}

// Unwrap makes errors.Is find the rule, and errors.As what is below it.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Rule}
	}
	return []error{e.Rule, e.Err}
}

// refuse starts an error at a field of the message at hand; the callers put the path before it.
func refuse(rule error, field, format string, args ...any) *Error {
	return &Error{Rule: rule, Field: field, Text: fmt.Sprintf(format, args...)}
}

// because notes what told that the rule is broken.
func (e *Error) because(err error) *Error {
	e.Err = err
	return e
}

// in puts a step of the path before the field.
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

// poison is what callcheck refuses, in the terms of this package.
func poison(op *mesos.Offer_Operation) *Error {
	var found *callcheck.Error
	err := callcheck.Operation(op)
	if !errors.As(err, &found) {
		return nil
	}
	rule := ErrZero
	switch found.Rule {
	case callcheck.ResourceType:
		rule = ErrResource
	case callcheck.DuplicateVolume:
		rule = ErrDuplicateVolume
	case callcheck.DuplicateTask:
		rule = ErrDuplicateTask
	case callcheck.DuplicateDisk:
		rule = ErrMountWhole
	case callcheck.Number:
		rule = ErrNumber
	case callcheck.BadContainerPath:
		rule = ErrContainerPath
	case callcheck.UnknownOperation:
		rule = ErrOperation
	}
	return refuse(rule, found.Field, "%s", found.Text).because(found)
}
