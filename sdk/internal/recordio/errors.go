package recordio

import (
	"errors"
	"fmt"
	"io"
)

var (
	// ErrMalformed is what a [*LengthError] wraps: where a length should be, there is something else.
	ErrMalformed = errors.New("malformed record length")
	// ErrTooLarge is what a [*SizeError] wraps: a record is longer than the reader's limit.
	ErrTooLarge = errors.New("record too large")
	// ErrTruncated is what a [*TruncatedError] wraps: the stream ended inside a record.
	ErrTruncated = errors.New("truncated record")
)

// A LengthError tells what stands where the length of a record was expected.
type LengthError struct {
	Header string // what was read, at most maxHeader bytes of it
}

func (e *LengthError) Error() string {
	return fmt.Sprintf("%v %q: expected decimal digits and a newline; is this a RecordIO stream?", ErrMalformed, e.Header)
}

// Unwrap makes errors.Is find ErrMalformed.
func (e *LengthError) Unwrap() error { return ErrMalformed }

// A SizeError tells how long a record was announced to be. None of its bytes has been read.
type SizeError struct {
	Size uint64 // bytes; math.MaxUint64 if it doesn't fit
	Max  int    // the reader's limit, bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%v: %d bytes announced, at most %d are taken", ErrTooLarge, e.Size, e.Max)
}

// Unwrap makes errors.Is find ErrTooLarge.
func (e *SizeError) Unwrap() error { return ErrTooLarge }

// A TruncatedError tells how far the stream got with its last record.
type TruncatedError struct {
	Read int // bytes of the record that arrived; of its length, if Size is -1
	Size int // bytes announced; -1: the stream ended inside the length
}

func (e *TruncatedError) Error() string {
	if e.Size < 0 {
		return fmt.Sprintf("%v: the stream ended after %d bytes of a length", ErrTruncated, e.Read)
	}
	return fmt.Sprintf("%v: the stream ended after %d of %d bytes", ErrTruncated, e.Read, e.Size)
}

// Unwrap makes errors.Is find ErrTruncated and io.ErrUnexpectedEOF.
func (e *TruncatedError) Unwrap() []error { return []error{ErrTruncated, io.ErrUnexpectedEOF} }
