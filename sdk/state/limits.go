package state

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// The limits of every store. They are those of the narrowest store in sight: ZooKeeper takes packets of 1 MiB.
const (
	MaxKey        = 512       // bytes of a key
	MaxValue      = 512 << 10 // bytes of a value
	MaxWrites     = 1024      // writes in a batch
	MaxBatchBytes = 768 << 10 // bytes of all keys and values of a batch
)

// ValidateKey says whether a key can be stored: 1 to [MaxKey] bytes of UTF-8 without control characters.
// Otherwise [ErrInvalid] or [ErrTooLarge].
func ValidateKey(key string) error {
	switch {
	case key == "":
		return fmt.Errorf("%w key: it is empty", ErrInvalid)
	case len(key) > MaxKey:
		return &TooLargeError{Key: shorten(key), What: "key", Size: len(key), Limit: MaxKey}
	case !utf8.ValidString(key):
		return fmt.Errorf("%w key %q: it is not UTF-8", ErrInvalid, key)
	}
	for _, r := range key {
		if unicode.IsControl(r) {
			return fmt.Errorf("%w key %q: it has the control character %U", ErrInvalid, key, r)
		}
	}
	return nil
}

// Validate says whether a batch can be committed at all, apart from what is in the store: valid keys, each at most once,
// versions not below [Any], all within the limits. Every store calls it first. Otherwise [ErrInvalid] or [ErrTooLarge].
func Validate(batch []Write) error {
	if len(batch) > MaxWrites {
		return &TooLargeError{What: "number of writes", Size: len(batch), Limit: MaxWrites}
	}
	seen := make(map[string]bool, len(batch))
	total := 0
	for _, w := range batch {
		if err := ValidateKey(w.Key); err != nil {
			return err
		}
		if seen[w.Key] {
			return fmt.Errorf("%w batch: it has the key %q twice", ErrInvalid, w.Key)
		}
		seen[w.Key] = true
		if w.Version < Any {
			return fmt.Errorf("%w version %d for key %q: use 0, Any or a version that Get returned", ErrInvalid, w.Version, w.Key)
		}
		if !w.Delete {
			if len(w.Value) > MaxValue {
				return &TooLargeError{Key: w.Key, What: "value", Size: len(w.Value), Limit: MaxValue}
			}
			total += len(w.Value)
		}
		total += len(w.Key)
	}
	if total > MaxBatchBytes {
		return &TooLargeError{What: "size of the batch in bytes", Size: total, Limit: MaxBatchBytes}
	}
	return nil
}

// Expect compares a write with the version its key has now, 0 if it does not exist: nil or a [*ConflictError].
// It is for the authors of stores.
func (w Write) Expect(have int64) error {
	if w.Version == Any || w.Version == have {
		return nil
	}
	return &ConflictError{Key: w.Key, Want: w.Version, Have: have}
}

func shorten(key string) string {
	const enough = 40
	if len(key) <= enough {
		return key
	}
	return key[:enough] + "..."
}
