package decode

import (
	"errors"
	"fmt"
	"io"

	"github.com/gogo/protobuf/proto"
)

var (
	// ErrMalformed says that bytes aren't a protobuf message.
	ErrMalformed = errors.New("malformed protobuf message")
	// ErrTruncated says that a message ends inside a field, or that a length is larger than what is there.
	ErrTruncated = fmt.Errorf("truncated protobuf message: %w", io.ErrUnexpectedEOF)
	// ErrTooDeep says that messages nest more than MaxDepth levels deep.
	ErrTooDeep = errors.New("protobuf message nests too deeply")
)

// MaxDepth is how deeply messages may nest, as in the master.
const MaxDepth = 100

// Fail is the error for a code that came instead of a position, found in the message of that name.
func Fail(message string, code int) error {
	err := ErrMalformed
	switch code {
	case truncated:
		err = ErrTruncated
	case tooDeep:
		err = ErrTooDeep
	}
	return fmt.Errorf("decode %s: %w", message, err)
}

// Missing is the error for a message in which a required field is missing: the first of names whose bit isn't
// set in has. It is gogo's own, *proto.RequiredNotSetError.
func Missing(has uint64, message string, names ...string) error {
	for i, name := range names {
		if has&(1<<i) == 0 {
			return proto.NewRequiredNotSetError(message + "." + name)
		}
	}
	return nil
}
