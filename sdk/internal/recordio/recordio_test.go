package recordio

import (
	"bytes"
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// readAll returns the records of r up to its error.
func readAll(r *Reader) ([]string, error) {
	records := []string{}
	for {
		b, err := r.Next()
		if err != nil {
			return records, err
		}
		records = append(records, string(b))
	}
}

func TestRead(t *testing.T) {
	reset := errors.New("connection reset")
	for _, c := range []struct {
		name string
		in   io.Reader
		want []string
		err  error
		is   error
	}{
		{"nothing", strings.NewReader(""), []string{}, nil, io.EOF},
		{"two", strings.NewReader("5\nhello3\nabc"), []string{"hello", "abc"}, nil, io.EOF},
		{"empty record", strings.NewReader("0\n1\na0\n"), []string{"", "a", ""}, nil, io.EOF},
		{"newlines inside", strings.NewReader("4\n1\n2\n"), []string{"1\n2\n"}, nil, io.EOF},
		{"leading zeros", strings.NewReader("0003\nabc"), []string{"abc"}, nil, io.EOF},
		{"at the limit", strings.NewReader("8\n12345678"), []string{"12345678"}, nil, io.EOF},
		{"byte by byte", iotest.OneByteReader(strings.NewReader("5\nhello3\nabc")), []string{"hello", "abc"}, nil, io.EOF},
		{"data with EOF", iotest.DataErrReader(strings.NewReader("5\nhello")), []string{"hello"}, nil, io.EOF},
		{"no length", strings.NewReader("\nabc"), []string{}, &LengthError{Header: "\n"}, ErrMalformed},
		{"not a length", strings.NewReader("2\nab{}"), []string{"ab"}, &LengthError{Header: "{"}, ErrMalformed},
		{"negative", strings.NewReader("-1\n"), []string{}, &LengthError{Header: "-"}, ErrMalformed},
		{"carriage return", strings.NewReader("3\r\nabc"), []string{}, &LengthError{Header: "3\r"}, ErrMalformed},
		{"blank", strings.NewReader("3 \nabc"), []string{}, &LengthError{Header: "3 "}, ErrMalformed},
		{"endless digits", strings.NewReader(strings.Repeat("1", 1<<16)), []string{}, &LengthError{Header: strings.Repeat("1", 21)}, ErrMalformed},
		{"over the limit", strings.NewReader("9\n123456789"), []string{}, &SizeError{Size: 9, Max: 8}, ErrTooLarge},
		{"four gigabytes", strings.NewReader("4294967296\nx"), []string{}, &SizeError{Size: 1 << 32, Max: 8}, ErrTooLarge},
		{"beyond 64 bits", strings.NewReader("18446744073709551616\nx"), []string{}, &SizeError{Size: math.MaxUint64, Max: 8}, ErrTooLarge},
		{"ends in a length", strings.NewReader("1\na12"), []string{"a"}, &TruncatedError{Read: 2, Size: -1}, io.ErrUnexpectedEOF},
		{"ends after a length", strings.NewReader("5\n"), []string{}, &TruncatedError{Read: 0, Size: 5}, ErrTruncated},
		{"ends in a record", strings.NewReader("5\nhel"), []string{}, &TruncatedError{Read: 3, Size: 5}, ErrTruncated},
		{"broken at the start", iotest.ErrReader(reset), []string{}, reset, reset},
		{"broken in a record", io.MultiReader(strings.NewReader("5\nhel"), iotest.ErrReader(reset)), []string{}, reset, reset},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := NewReader(c.in, 8)
			got, err := readAll(r)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if !errors.Is(err, c.is) {
				t.Errorf("error %v is no %v", err, c.is)
			}
			if c.err != nil && c.err != c.is {
				if diff := cmp.Diff(c.err, err); diff != "" {
					t.Error(diff)
				}
			}
			if _, again := r.Next(); again != err {
				t.Errorf("a second call gave %v, want %v again", again, err)
			}
		})
	}
}

func TestErrorTexts(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&LengthError{Header: "{"}, `malformed record length "{": expected decimal digits and a newline; is this a RecordIO stream?`},
		{&SizeError{Size: 1 << 32, Max: 8}, "record too large: 4294967296 bytes announced, at most 8 are taken"},
		{&TruncatedError{Read: 3, Size: 5}, "truncated record: the stream ended after 3 of 5 bytes"},
		{&TruncatedError{Read: 2, Size: -1}, "truncated record: the stream ended after 2 bytes of a length"},
	} {
		if c.err.Error() != c.want {
			t.Errorf("got %q, want %q", c.err, c.want)
		}
	}
}

// TestNoWaiting: a record is handed out when it is complete, though the stream stays open and silent.
func TestNoWaiting(t *testing.T) {
	pr, pw := io.Pipe()
	defer pw.Close()
	r := NewReader(pr, 100)
	for _, want := range []string{"first", "", "second"} {
		go pw.Write(Append(nil, []byte(want)))
		if got, err := r.Next(); err != nil || string(got) != want {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
}

// TestMemory: what is announced costs nothing until it arrives, and a huge record's buffer isn't kept.
func TestMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := NewReader(strings.NewReader("1073741824\nabc"), 1<<30).Next(); !errors.Is(err, ErrTruncated) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Fatalf("%d bytes taken for 3", took)
	}
	huge := bytes.Repeat([]byte("x"), 3<<20)
	r := NewReader(io.MultiReader(bytes.NewReader(Append(nil, huge)), strings.NewReader("1\na")), 4<<20)
	if b, err := r.Next(); err != nil || !bytes.Equal(b, huge) {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if b, err := r.Next(); err != nil || string(b) != "a" || cap(b) > keep {
		t.Fatalf("%q of capacity %d, %v", b, cap(b), err)
	}
}

type countingWriter struct {
	bytes.Buffer
	calls int
}

func (w *countingWriter) Write(b []byte) (int, error) {
	w.calls++
	return w.Buffer.Write(b)
}

func TestWrite(t *testing.T) {
	var w countingWriter
	for _, record := range []string{"hello", ""} {
		if err := Write(&w, []byte(record)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := w.String(), "5\nhello0\n"; got != want || w.calls != 2 {
		t.Errorf("wrote %q in %d calls, want %q in 2", got, w.calls, want)
	}
	if err := Write(failing{}, []byte("a")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("the writer's error was lost: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOf(rapid.StringN(0, 40, 400)).Draw(t, "records")
		var stream []byte
		for _, record := range records {
			stream = Append(stream, []byte(record))
		}
		chunk := rapid.IntRange(1, 50).Draw(t, "chunk")
		got, err := readAll(NewReader(chunked{bytes.NewReader(stream), chunk}, 400))
		if err != io.EOF {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]string{}, records...), got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// chunked hands out at most n bytes at a time.
type chunked struct {
	r io.Reader
	n int
}

func (c chunked) Read(b []byte) (int, error) { return c.r.Read(b[:min(len(b), c.n)]) }

// FuzzReader: whatever comes, no panic and no record over the limit; and what was read, written again and
// read again, is the same.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"", "5\nhello3\nabc", "0\n0\n", "12", "5\nhel", "99999999999999999999999\n", "-1\n", "4294967296\n", "007\n1234567", "\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		records, err := readAll(NewReader(bytes.NewReader(in), 1000))
		if err == nil {
			t.Fatal("the stream never ended")
		}
		var again []byte
		for _, record := range records {
			if len(record) > 1000 {
				t.Fatalf("a record of %d bytes got through", len(record))
			}
			again = Append(again, []byte(record))
		}
		if got, err := readAll(NewReader(bytes.NewReader(again), 1000)); err != io.EOF || !cmp.Equal(records, got) {
			t.Fatalf("%q became %q: %v", records, got, err)
		}
	})
}
