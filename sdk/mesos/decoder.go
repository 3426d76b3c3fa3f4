package mesos

import "github.com/stateful-mesos/moor/sdk/mesos/internal/decode"

// What Unmarshal, of this package's messages and of those below it, refuses; errors wrap one of these and name
// the message. A missing required field is gogo's own *proto.RequiredNotSetError.
var (
	// ErrMalformed says that the bytes aren't a protobuf message.
	ErrMalformed = decode.ErrMalformed
	// ErrTruncated says that the message ends inside a field, or that a length in it is larger than what is
	// there. It wraps io.ErrUnexpectedEOF.
	ErrTruncated = decode.ErrTruncated
	// ErrTooDeep says that messages nest more than 100 levels deep, the master's own limit.
	ErrTooDeep = decode.ErrTooDeep
)

// A Decoder is what one call of Unmarshal carries through all the messages it decodes: memory that is handed
// out piece by piece, and strings it has met before. It is for the generated code of this package and of
// those below it; the methods XXX_Decode take it. It is for one goroutine and one message.
type Decoder struct {
	State decode.State
	slabs slabs
}
