package decode

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// TestShort: what Short takes is what the long way makes of it.
func TestShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := string(rapid.SliceOfN(rapid.OneOf(rapid.ByteRange(0, 20), rapid.Byte()), 1, 40).Draw(t, "bytes"))
		i := rapid.IntRange(0, len(b)-1).Draw(t, "position")
		tag, value, next := other(b, i)
		if shortTag, shortValue, end := Short(b, i); end != 0 && (shortTag != tag || shortValue != value || end != next) {
			t.Fatalf("Short: %d, %d, %d; other: %d, %d, %d", shortTag, shortValue, end, tag, value, next)
		}
		if nextTag, nextValue, end := Next(b, i); nextTag != tag || nextValue != value || end != next {
			t.Fatalf("Next: %d, %d, %d; other: %d, %d, %d", nextTag, nextValue, end, tag, value, next)
		}
	})
}

// TestRun: the run ends where another field, or something broken, begins.
func TestRun(t *testing.T) {
	long := "\x0a\xc8\x01" + strings.Repeat("x", 200)
	huge := "\x0a\xf0\xa2\x04" + strings.Repeat("x", 70000)
	for _, c := range []struct {
		in      string
		n, size int
	}{
		{"\x0a\x00", 1, 2},
		{"\x0a\x01a\x0a\x02bc\x12\x00", 2, 7},
		{"\x0a\x01a\x0a\x05bc", 1, 3},
		{long + long + "\x0a\x00" + huge + "\x0a\x01a", 5, 2*len(long) + 2 + len(huge) + 3},
		{"\x8a\x01\x00\x8a\x01\x00\x8a\x02\x00", 2, 6}, // the third is another field
	} {
		if n, size := run(c.in); n != c.n || size != c.size {
			t.Errorf("%.20q: %d in %d bytes, want %d in %d", c.in, n, size, c.n, c.size)
		}
	}
}

// TestVarint: against the standard library, which refuses what is beyond 64 bits.
func TestVarint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.OneOf(rapid.ByteRange(0x80, 0xff), rapid.Byte()), 0, 12).Draw(t, "bytes")
		want, n := binary.Uvarint(b)
		got, next := Varint(string(b), 0)
		switch {
		case n > 0 && (got != want || next != n),
			n == 0 && next != truncated,
			n < 0 && next != malformed && next != 10:
			t.Fatalf("%d, %d; the library: %d, %d", got, next, want, n)
		}
	})
}

// TestSlab: whatever the order of requests, all values are zero, none is handed out twice, and slices are
// exactly as long as asked for.
func TestSlab(t *testing.T) {
	type value struct{ a, b int64 }
	rapid.Check(t, func(t *rapid.T) {
		var s Slab[value]
		seen := map[*value]bool{}
		take := func(v *value) {
			if *v != (value{}) || seen[v] {
				t.Fatalf("%v handed out, before: %v", *v, seen[v])
			}
			seen[v] = true
			v.a, v.b = 1, 1
		}
		for range rapid.IntRange(1, 300).Draw(t, "requests") {
			if n := rapid.IntRange(0, 40).Draw(t, "n"); n > 0 {
				list := s.slice(n)
				if len(list) != n || cap(list) != n {
					t.Fatalf("%d of %d, asked for %d", len(list), cap(list), n)
				}
				for i := range list {
					take(&list[i])
				}
			} else {
				take(s.One())
			}
		}
	})
}

// TestSlabBeginsSmall: a message with a single value doesn't pay for a chunk.
func TestSlabBeginsSmall(t *testing.T) {
	var s Slab[int64]
	for _, want := range []int{1, 4, 16, 64, 256, 256} {
		s.used = len(s.values)
		if s.One(); len(s.values) != want {
			t.Errorf("took %d, want %d", len(s.values), want)
		}
	}
}

// TestGrow: growing in many short runs, with foreign memory behind the list, keeps what was there and zeroes
// what is new.
func TestGrow(t *testing.T) {
	var s Slab[int32]
	backing := []int32{1, 2, 3, 4, 5}
	list := backing[:2]
	for i := range 100 {
		n := i%3 + 1
		grown, got := s.Grow(list, strings.Repeat("\x0a\x05abcde", n))
		if got != n || len(grown) != len(list)+n {
			t.Fatalf("%d more: %d, from %d to %d", n, got, len(list), len(grown))
		}
		for k, v := range grown {
			if want := int32(k + 1); k < len(list) && v != want || k >= len(list) && v != 0 {
				t.Fatalf("step %d: element %d is %d", i, k, v)
			}
			grown[k] = int32(k + 1)
		}
		list = grown
	}
	if cap(list) > 2*len(list) {
		t.Errorf("room for %d, %d are used", cap(list), len(list))
	}
}

func TestStrings(t *testing.T) {
	var s Strings
	text := []string{"", "a", "cpus", "mem", strings.Repeat("x", longest), strings.Repeat("y", longest+1), strings.Repeat("z", 5000), "cpus\x00", "\xff\xfe\xfd"}
	var first []string
	for round := range 300 {
		for i, want := range text {
			b := []byte(want)
			got := s.String(Input(b))
			clear(b)
			if got != want {
				t.Fatalf("%q became %q", want, got)
			}
			if round == 0 {
				first = append(first, got)
			} else if len(want) > 0 && len(want) <= 4 && unsafe.StringData(got) != unsafe.StringData(first[i]) {
				t.Fatalf("%q is there twice", want)
			}
		}
	}
	for i := range first {
		if first[i] != text[i] {
			t.Errorf("%q became %q later", text[i], first[i])
		}
	}
	for i := range 1000 { // the strings remembered are replaced by others
		if want := strings.Repeat(string(rune('a'+i%26)), i%60); s.String(want) != want {
			t.Errorf("%q", want)
		}
	}
}

func TestCopy(t *testing.T) {
	if b := Copy(""); b == nil {
		t.Error("empty bytes are set")
	}
	if b := Copy("ab"); !bytes.Equal(b, []byte("ab")) {
		t.Errorf("%q", b)
	}
}

// TestRepeat: a value is found where its bytes are, and nowhere else.
func TestRepeat(t *testing.T) {
	var r Repeat[*int]
	if _, size := r.Find("abc"); size != 0 {
		t.Error("found before anything was kept")
	}
	kept := new(7)
	r.Keep("ab", kept)
	for in, want := range map[string]int{"": 0, "a": 0, "ab": 2, "abc": 2, "b": 0} {
		if v, size := r.Find(in); size != want || size > 0 && v != kept {
			t.Errorf("%q: %v, %d", in, v, size)
		}
	}
}
