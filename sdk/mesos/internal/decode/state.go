package decode

import (
	"math"
	"unsafe"
)

// A State is what one call of Unmarshal carries through all the messages it decodes. The zero value is ready.
// It is for one goroutine.
type State struct {
	Strings
	depth   int
	strings Slab[string]
	bools   Slab[bool]
	doubles Slab[float64]
	int32s  Slab[int32]
	int64s  Slab[int64]
	uint32s Slab[uint32]
	uint64s Slab[uint64]
}

// Enter counts a message that is entered, Leave one that is left.
func (s *State) Enter() bool {
	s.depth++
	return s.depth <= MaxDepth
}

// Leave counts a message that is left.
func (s *State) Leave() { s.depth-- }

// TooDeep is the code for a message that Enter refused.
const TooDeep = tooDeep

// StringP returns a pointer to a copy of b.
func (s *State) StringP(b string) *string {
	p := s.strings.One()
	*p = s.String(b)
	return p
}

// Append adds a copy of v to list; more such fields may follow in b.
func (s *State) Append(list []string, v, b string) []string {
	if len(list) == cap(list) {
		grown, more := s.strings.Grow(list, b)
		list = grown[:len(grown)-more]
	}
	return append(list, s.String(v))
}

// BoolP returns a pointer to a boolean; the others likewise.
func (s *State) BoolP(v uint64) *bool {
	p := s.bools.One()
	*p = v != 0
	return p
}

func (s *State) DoubleP(v uint64) *float64 {
	p := s.doubles.One()
	*p = math.Float64frombits(v)
	return p
}

func (s *State) Int32P(v uint64) *int32 {
	p := s.int32s.One()
	*p = int32(v)
	return p
}

func (s *State) Int64P(v uint64) *int64 {
	p := s.int64s.One()
	*p = int64(v)
	return p
}

func (s *State) Uint32P(v uint64) *uint32 {
	p := s.uint32s.One()
	*p = uint32(v)
	return p
}

func (s *State) Uint64P(v uint64) *uint64 {
	p := s.uint64s.One()
	*p = v
	return p
}

// Copy returns the bytes of b. The result is never nil.
func Copy(b string) []byte { return append(make([]byte, 0, len(b)), b...) }

// Input is b as a string, which the decoders read from without copying it. It must not be kept, and b must
// not change as long as it is used.
func Input(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// EnumP returns a pointer to an enum's value.
func EnumP[T ~int32](v uint64) *T { return new(T(v)) }
