package decode

import "strings"

// A Repeat remembers the last value of a field, of a pointer's or a slice's type, and the bytes that it was
// made of. The zero value is ready.
type Repeat[T any] struct {
	bytes string
	value T
}

// Find returns the value if b begins with its bytes, and how many they are.
func (r *Repeat[T]) Find(b string) (value T, size int) {
	if !strings.HasPrefix(b, r.bytes) {
		return value, 0
	}
	return r.value, len(r.bytes)
}

// Keep remembers what the fields in b, tags and lengths included, have become.
func (r *Repeat[T]) Keep(b string, value T) { r.bytes, r.value = b, value }
