package decode

import (
	"strings"
	"unsafe"
)

const (
	// tableBits says how many strings are remembered at a time.
	tableBits = 7
	mix       = 0x9e3779b1 // spreads bits upwards
	// longest is the longest string that is remembered: ids of masters and frameworks have some 40 bytes.
	longest = 48
)

// Strings copies strings out of a buffer, several into one piece of memory, and those that it remembers only
// once. The zero value is ready.
type Strings struct {
	text  []byte // each byte is written once, before the string that it belongs to is made
	used  int
	known [1 << tableBits]string
}

// String returns a copy of b, perhaps one made before.
func (s *Strings) String(b string) string {
	if uint(len(b)-1) >= longest { // empty, or long
		return s.copy(b)
	}
	slot := &s.known[hash(b)]
	if *slot != b {
		*slot = s.copy(b)
	}
	return *slot
}

// hash looks at the first and the last bytes of b, where names differ. b must not be empty.
func hash(b string) uint32 {
	if len(b) < 4 {
		return (uint32(b[0])<<8 + uint32(b[len(b)-1])) * mix >> (32 - tableBits)
	}
	return (single(b) + 3*single(b[len(b)-4:])) * mix >> (32 - tableBits)
}

//go:noinline
func (s *Strings) copy(b string) string {
	if len(b) > len(s.text)-s.used {
		if len(b) > chunk/4 {
			return strings.Clone(b)
		}
		s.text = make([]byte, max(len(b), min(max(64, 4*len(s.text)), chunk)))
		s.used = 0
	}
	to := s.text[s.used : s.used+len(b)]
	copy(to, b)
	s.used += len(b)
	return unsafe.String(unsafe.SliceData(to), len(to))
}
