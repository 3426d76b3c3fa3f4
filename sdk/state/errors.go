package state

import (
	"errors"
	"fmt"
)

// The sentinels that errors of a store are recognised by, with errors.Is.
var (
	// ErrNotFound: the key is not in the store.
	ErrNotFound = errors.New("state: no such key")
	// ErrConflict: a key does not have the version that a write expected; the error is a [*ConflictError].
	ErrConflict = errors.New("state: the key changed since it was read")
	// ErrTooLarge: a key, a value or a batch is over its limit; the error is a [*TooLargeError].
	ErrTooLarge = errors.New("state: too large")
	// ErrInvalid: a key or a batch that no store takes, such as an empty key or a key twice in one batch.
	ErrInvalid = errors.New("state: invalid")
	// ErrClosed: the store was used after Close.
	ErrClosed = errors.New("state: the store is closed")
	// ErrLocked: another process, or another Open in this one, holds the store.
	ErrLocked = errors.New("state: the store is in use")
	// ErrCorrupt: what is there is not a store, or a damaged one. It is never repaired or replaced by itself, because
	// an empty store in place of a lost one would make a framework forget what it owns.
	ErrCorrupt = errors.New("state: not a readable store")
	// ErrSchema: the store was written by a version of this package whose layout this one doesn't know.
	ErrSchema = errors.New("state: unknown schema version")
)

// ConflictError says which write of a batch found another version than it expected. It is an [ErrConflict].
type ConflictError struct {
	Key  string
	Want int64 // the version the write expected; 0: that the key does not exist
	Have int64 // the version in the store; 0: the key does not exist
}

// Error names the key, both versions and the way out.
func (e *ConflictError) Error() string {
	switch {
	case e.Want == 0:
		return fmt.Sprintf("state: key %q exists already, with version %d; read it, then write with that version", e.Key, e.Have)
	case e.Have == 0:
		return fmt.Sprintf("state: key %q was expected at version %d but does not exist; it was deleted since it was read", e.Key, e.Want)
	default:
		return fmt.Sprintf("state: key %q is at version %d, not %d; read it again, then decide again", e.Key, e.Have, e.Want)
	}
}

// Is makes a ConflictError an [ErrConflict].
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// TooLargeError says what is over which limit. It is an [ErrTooLarge].
type TooLargeError struct {
	Key   string // the key concerned, shortened if it is the key that is too long; empty: the batch as a whole
	What  string // "key", "value", "batch" or "number of writes"
	Size  int    // bytes, or writes
	Limit int    // in the same unit
}

// Error names the key, the size and the limit.
func (e *TooLargeError) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("state: the %s is %d, over the limit of %d; split the batch", e.What, e.Size, e.Limit)
	}
	return fmt.Sprintf("state: the %s of %q has %d bytes, over the limit of %d; keep large data elsewhere and its name here",
		e.What, e.Key, e.Size, e.Limit)
}

// Is makes a TooLargeError an [ErrTooLarge].
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }
