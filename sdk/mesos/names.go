package mesos

import (
	"errors"
	"strings"
)

// ErrInvalidID is what every error of [ValidateID] wraps.
var ErrInvalidID = errors.New("invalid id")

// ErrInvalidRole is what every error of [ValidateRole] wraps.
var ErrInvalidRole = errors.New("invalid role")

// A NameError says which id or role Mesos would refuse, and why. Its text is the master's own.
type NameError struct {
	Name string // the id or role
	Kind error  // ErrInvalidID or ErrInvalidRole
	Text string // as the master words it
}

func (e *NameError) Error() string { return e.Text }

// Unwrap makes errors.Is find ErrInvalidID or ErrInvalidRole.
func (e *NameError) Unwrap() error { return e.Kind }

// maxID is NAME_MAX: ids become names of folders on the agent.
const maxID = 255

// ValidateID tells whether the master takes id as the id of a task, an executor, an agent, a framework or
// a persistent volume: 1 to 255 bytes, not "." or "..", without control characters, "/" and "\". Blanks
// and other Unicode are fine (semantics 1.10). The error is a [*NameError].
func ValidateID(id string) error {
	refuse := func(text string) error { return &NameError{Name: id, Kind: ErrInvalidID, Text: text} }
	switch {
	case id == "":
		return refuse("ID must not be empty")
	case len(id) > maxID:
		return refuse("ID must not be greater than 255 characters")
	case id == "." || id == "..":
		return refuse("'" + id + "' is disallowed")
	}
	for i := range len(id) {
		if c := id[i]; c < 0x20 || c == 0x7f || c == '/' || c == '\\' {
			return refuse("'" + id + "' contains invalid characters")
		}
	}
	return nil
}

// ValidateRole tells whether the master takes role as the name of a role: "*", or components joined by
// single slashes, none of them ".", "..", "*", begun with a dash, or with white space or 0x7f in it
// (semantics 1.10). The error is a [*NameError].
func ValidateRole(role string) error {
	refuse := func(text string) error { return &NameError{Name: role, Kind: ErrInvalidRole, Text: text} }
	switch {
	case role == "*":
		return nil
	case strings.HasPrefix(role, "/"):
		return refuse("Role '" + role + "' cannot start with a slash")
	case strings.HasSuffix(role, "/"):
		return refuse("Role '" + role + "' cannot end with a slash")
	case strings.Contains(role, "//"):
		return refuse("Role '" + role + "' cannot contain two adjacent slashes")
	case role == "":
		return refuse("Role names cannot be the empty string")
	}
	for component := range strings.SplitSeq(role, "/") {
		switch {
		case component == "." || component == ".." || component == "*":
			return refuse("Role '" + role + "' cannot include '" + component + "' as a component")
		case component[0] == '-':
			return refuse("Role component '" + component + "' is invalid because it starts with a dash")
		case strings.ContainsAny(component, "\t\n\v\f\r \x7f"):
			return refuse("Role component '" + component + "' is invalid because it contains backspace or whitespace")
		}
	}
	return nil
}

// IsSubrole tells whether child lies below parent in the hierarchy of roles: "a/b" and "a/b/c" are below
// "a"; "a" itself and "ab" are not (semantics 1.10).
func IsSubrole(child, parent string) bool {
	return len(child) > len(parent) && child[len(parent)] == '/' && child[:len(parent)] == parent
}

// Terminal tells whether a task in state s has ended for the master: its resources are free and no further
// update comes. TASK_LOST counts as terminal though the task of a partitioned agent may still run and come
// back; TASK_UNREACHABLE and TASK_UNKNOWN do not (semantics 6.1).
func (s TaskState) Terminal() bool {
	switch s {
	case TASK_FINISHED, TASK_FAILED, TASK_KILLED, TASK_ERROR, TASK_LOST, TASK_DROPPED, TASK_GONE, TASK_GONE_BY_OPERATOR:
		return true
	}
	return false
}

// Terminal tells whether an operation in state s is decided. Once a terminal status is acknowledged the
// master forgets the operation. OPERATION_UNREACHABLE, OPERATION_RECOVERING and OPERATION_UNKNOWN decide
// nothing (semantics 3.15).
func (s OperationState) Terminal() bool {
	switch s {
	case OPERATION_FINISHED, OPERATION_FAILED, OPERATION_ERROR, OPERATION_DROPPED, OPERATION_GONE_BY_OPERATOR:
		return true
	}
	return false
}
