package recordio

import (
	"bufio"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
)

const (
	// maxHeader is how many digits the length of any record could have: those of a 64-bit number.
	maxHeader = 20
	// step is how much of a record is read before more memory is taken for it.
	step = 64 << 10
	// keep is the largest buffer that outlives its record: one huge event must not stay pinned for a day.
	keep = 1 << 20
)

// A Reader reads the records of one stream. It is for one goroutine.
type Reader struct {
	r   *bufio.Reader
	max int
	buf []byte
	err error // sticks: after an error nobody knows where the next record begins
}

// NewReader returns a Reader of r that refuses records of more than maxRecord bytes.
func NewReader(r io.Reader, maxRecord int) *Reader {
	return &Reader{r: bufio.NewReader(r), max: maxRecord}
}

// Next returns the next record as soon as its last byte has arrived. The slice is valid until the next call.
// At the end of the stream the error is io.EOF, inside a record a [*TruncatedError]; otherwise it is a
// [*LengthError], a [*SizeError] or what the stream's own Read returned. Every later call returns it again.
func (r *Reader) Next() ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	size, err := r.length()
	if err == nil {
		err = r.record(size)
	}
	if err != nil {
		r.err, r.buf = err, nil
		return nil, err
	}
	return r.buf, nil
}

// length reads up to and with the newline that ends a length.
func (r *Reader) length() (int, error) {
	var header [maxHeader]byte
	for n := 0; ; n++ {
		c, err := r.r.ReadByte()
		switch {
		case err == io.EOF && n > 0:
			return 0, &TruncatedError{Read: n, Size: -1}
		case err != nil:
			return 0, err // io.EOF before the first digit is a clean end
		case c == '\n' && n > 0:
			return r.parse(string(header[:n]))
		case c < '0' || c > '9' || n == maxHeader:
			return 0, &LengthError{Header: string(header[:n]) + string(rune(c))}
		}
		header[n] = c
	}
}

func (r *Reader) parse(digits string) (int, error) {
	size, err := strconv.ParseUint(digits, 10, 64)
	if err != nil { // only digits get here: it doesn't fit
		size = math.MaxUint64
	}
	if size > uint64(max(r.max, 0)) {
		return 0, &SizeError{Size: size, Max: r.max}
	}
	return int(size), nil
}

// record reads size bytes into r.buf, which grows no faster than they come.
func (r *Reader) record(size int) error {
	if cap(r.buf) > keep {
		r.buf = nil
	}
	r.buf = r.buf[:0]
	for len(r.buf) < size {
		n := len(r.buf)
		more := min(size-n, max(step, n))
		r.buf = slices.Grow(r.buf, more)[:n+more]
		got, err := io.ReadFull(r.r, r.buf[n:])
		switch {
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
			return &TruncatedError{Read: n + got, Size: size}
		case err != nil:
			return err
		}
	}
	return nil
}
