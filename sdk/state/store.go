package state

import "context"

// Any as the version of a [Write] replaces, makes or deletes the key whatever its version.
const Any int64 = -1

// Store is a small durable compare-and-set map. All methods may be called from any goroutine.
//
// A context that is done fails a method before it does anything; what has begun runs to its end. After Close every
// method but Close fails with [ErrClosed].
type Store interface {
	// Get returns a key's value, which the caller may keep and change, and its version, which is greater than 0.
	// [ErrNotFound] if there is no such key, [ErrInvalid] if there cannot be one.
	Get(ctx context.Context, key string) (value []byte, version int64, err error)

	// List returns the keys that begin with prefix, sorted by bytes; all keys for an empty prefix, none is no error.
	List(ctx context.Context, prefix string) ([]string, error)

	// Commit does all writes of the batch or none. An empty batch does nothing.
	//
	// [ErrConflict] (as a [*ConflictError]) if a key's version is not the expected one, [ErrInvalid] or [ErrTooLarge]
	// if the batch breaks the rules of [Validate]; none of the writes has happened then. After any other error
	// (a failing disk, say) the batch is in the store as a whole or not at all, and only Get tells.
	Commit(ctx context.Context, batch ...Write) error

	// Close ends the use of the store and releases what it holds. A second Close does nothing.
	Close() error
}

// Write is one change of a batch: it sets Key to Value, or deletes it.
type Write struct {
	// Key names the entry; see [ValidateKey]. A batch has each key at most once.
	Key string
	// Value is stored as it is; nil is an empty value. Not used by a deletion.
	Value []byte
	// Version is the version the key must have for the batch to happen, as Get returned it; 0: the key must not exist;
	// [Any]: no condition.
	Version int64
	// Delete removes the key. To delete what isn't there is no error, if Version allows that.
	Delete bool
}
