package decode

// Codes that stand where a position should be.
const (
	truncated = -1 - iota
	malformed
	tooDeep
)

// The wire types, the low three bits of a tag.
const (
	varint  = 0
	fixed64 = 1
	sized   = 2
	group   = 3
	fixed32 = 5
)

// Short reads the field at i as Next does if it is one of the short ones that nearly all are: a tag of one
// byte, and a value below 128 or so many bytes. Otherwise next is 0. It is small enough to become a part of
// its callers.
func Short(b string, i int) (tag, value uint64, next int) {
	if i < 0 || i+1 >= len(b) {
		return 0, 0, 0
	}
	t, n := b[i], b[i+1]
	if (t|n) >= 0x80 || t < 8 {
		return 0, 0, 0
	}
	i += 2
	switch t & 7 {
	case varint:
		return uint64(t), uint64(n), i
	case sized:
		if i += int(n); i <= len(b) {
			return uint64(t), uint64(n), i
		}
	}
	return 0, 0, 0
}

// Next reads the field at i, which must be a position in b: its tag (number and wire type), its value or, if
// that is bytes, how many, and the position behind it, which is negative if something is wrong: see [Fail].
func Next(b string, i int) (tag, value uint64, next int) {
	rest := b[i:]
	if len(rest) > 8 && rest[0] < 0x80 && rest[0] >= 8 { // what Short leaves is nearly always one of these two
		switch rest[0] & 7 {
		case sized:
			if end := shortBytes(rest); end > 0 {
				return uint64(rest[0]), length(rest), i + end
			}
		case fixed64:
			return uint64(rest[0]), double(rest[1:]), i + 9
		}
	}
	return other(b, i)
}

// shortBytes returns where the field at the beginning of b ends, if its tag is one byte and its length one or
// two, which [length] then returns; otherwise 0.
func shortBytes(b string) int {
	if len(b) < 3 || b[0] >= 0x80 || b[1]&b[2] >= 0x80 {
		return 0
	}
	end := int(length(b)) + 2 + int(b[1]>>7)
	if end > len(b) {
		return 0
	}
	return end
}

func length(b string) uint64 {
	if b[1] < 0x80 {
		return uint64(b[1])
	}
	return uint64(b[1]) - 0x80 + uint64(b[2])<<7
}

func other(b string, i int) (tag, value uint64, next int) {
	if tag, i = readTag(b, i); i < 0 {
		return 0, 0, i
	}
	value, next = read(b, tag, i)
	return tag, value, next
}

// readTag reads the tag at i.
func readTag(b string, i int) (uint64, int) {
	tag, i := Varint(b, i)
	if i >= 0 && (tag < 8 || tag >= 1<<32) { // field number 0, or one above 2^29-1
		return 0, malformed
	}
	return tag, i
}

// read reads what follows a tag.
func read(b string, tag uint64, i int) (value uint64, next int) {
	switch tag & 7 {
	case varint:
		return Varint(b, i)
	case sized:
		n, i := Varint(b, i)
		if i < 0 {
			return 0, i
		}
		if n > uint64(len(b)-i) {
			return 0, truncated
		}
		return n, i + int(n)
	case fixed64:
		if len(b)-i < 8 {
			return 0, truncated
		}
		return double(b[i:]), i + 8
	case fixed32:
		if len(b)-i < 4 {
			return 0, truncated
		}
		return uint64(single(b[i:])), i + 4
	case group:
		return 0, skipGroup(b, tag, i, MaxDepth)
	}
	return 0, malformed // an end without a group, or no wire type
}

// double reads eight bytes, single four.
func double(b string) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func single(b string) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// Varint reads a number of one to ten bytes; bits beyond the 64th are dropped.
func Varint(b string, i int) (uint64, int) {
	var v uint64
	for shift := 0; shift < 70; shift += 7 {
		if i >= len(b) {
			return 0, truncated
		}
		c := b[i]
		i++
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v, i
		}
	}
	return 0, malformed
}

// skipGroup passes over the fields of a group and its end.
func skipGroup(b string, start uint64, i, depth int) int {
	if depth == 0 {
		return tooDeep
	}
	for i < len(b) {
		tag, next := readTag(b, i)
		switch {
		case next < 0:
			return next
		case tag == start+1:
			return next // the end of this group
		case tag&7 == group:
			i = skipGroup(b, tag, next, depth-1)
		default:
			_, i = read(b, tag, next)
		}
		if i < 0 {
			return i
		}
	}
	return truncated
}
