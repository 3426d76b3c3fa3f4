package decode

import "unsafe"

// chunk is about how many bytes a slab takes at a time.
const chunk = 2 << 10

// A Slab hands out values of one type from a piece of memory that it replaces when it is used up. The zero
// value is ready. What it hands out shares no bytes, and slices have no capacity beyond their length, so that
// an append never reaches a neighbour.
type Slab[T any] struct {
	values []T // replaced, never moved on: storing pointers is dear while the garbage collector runs
	used   int
}

// One returns a pointer to a zero value.
func (s *Slab[T]) One() *T {
	if s.used == len(s.values) {
		s.refill(1)
	}
	p := &s.values[s.used]
	s.used++
	return p
}

// most is how many T a chunk has.
func most[T any]() int { return max(1, chunk/size[T]()) }

func size[T any]() int {
	var zero T
	return max(1, int(unsafe.Sizeof(zero)))
}

// refill takes the next piece: a small one at first, for small messages, and room for n values at least.
func (s *Slab[T]) refill(n int) {
	s.values = make([]T, max(n, min(4*len(s.values), most[T]())))
	s.used = 0
}

// slice returns n zero values.
func (s *Slab[T]) slice(n int) []T {
	if n > len(s.values)-s.used {
		if 4*n >= most[T]() {
			return make([]T, n)
		}
		s.refill(n)
	}
	s.used += n
	return s.values[s.used-n : s.used : s.used]
}

// Grow returns list with n zero values added, for the first n fields in b, which all have the tag of the first
// one and a length. It may leave some of such a run for another call.
func (s *Slab[T]) Grow(list []T, b string) (grown []T, n int) {
	n, bytes := run(b)
	if list == nil && n <= believed[T](bytes) { // as nearly always
		return s.slice(n), n
	}
	return Grow(list, b)
}

// Grow is Slab.Grow for a type without a slab.
func Grow[T any](list []T, b string) (grown []T, n int) {
	n, bytes := run(b)
	n = min(n, believed[T](bytes))
	if n <= cap(list)-len(list) {
		grown = list[:len(list)+n]
		clear(grown[len(list):])
		return grown, n
	}
	// At least doubled, so that many short runs don't cost a copy each.
	grown = make([]T, len(list)+n, len(list)+max(n, len(list)))
	copy(grown, list)
	return grown, n
}

// believed is how many elements memory is taken for: they may take eight times the bytes they come in. Empty
// elements, which a message may hold by the million, aren't believed before they are read.
func believed[T any](bytes int) int { return max(1, 8*bytes/size[T]()) }

// run counts the fields at the beginning of b that have the tag of the first one and a length, and their bytes.
func run(b string) (n, size int) {
	for i := 0; i < len(b) && b[i] == b[0]; n++ {
		if end := shortBytes(b[i:]); end > 0 {
			i += end
		} else {
			tag, _, next := Next(b, i)
			if first, _, _ := Next(b, 0); tag != first || next < 0 {
				break // a fault is found again when its field is read
			}
			i = next
		}
		size = i
	}
	return n, size
}
