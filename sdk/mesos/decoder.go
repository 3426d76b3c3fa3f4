package mesos

import (
	"runtime"
	"sync"

	"github.com/stateful-mesos/moor/sdk/mesos/internal/decode"
)

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
// out piece by piece, and strings and fields it has met before. It is for the generated code of this package
// and of those below it; the methods XXX_Decode take it. It is for one goroutine and one message.
type Decoder struct {
	State   decode.State
	slabs   slabs
	repeats repeats
}

// offersAlone is how many bytes of offers are worth a goroutine: decoding them takes some 0.2 ms.
const offersAlone = 32 << 10

// XXX_Offers decodes the offers that begin at i in b, as many as list has, and returns the position behind
// them. Each processor takes a part of them. b must hold so many whole fields of the same tag, as Grow has
// found.
func (d *Decoder) XXX_Offers(list []Offer, b string, i int) (next int, err error) {
	bytes := len(b) - i
	parts := max(1, min(runtime.GOMAXPROCS(0), bytes/offersAlone, len(list)))
	errs := make([]error, parts)
	var others sync.WaitGroup
	for p := range parts - 1 {
		n := len(list) / (parts - p)
		part, from := list[:n], i
		for range part {
			_, _, i = decode.Next(b, i)
		}
		others.Go(func() { _, errs[p] = new(Decoder).offers(part, b, from) })
		list = list[n:]
	}
	next, errs[parts-1] = d.offers(list, b, i)
	others.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err // the first in the order of the bytes, however many goroutines there are
		}
	}
	return next, nil
}

// offers is XXX_Offers in one goroutine.
func (d *Decoder) offers(list []Offer, b string, i int) (next int, err error) {
	for k := range list {
		var size uint64
		_, size, i = decode.Next(b, i)
		if err := list[k].XXX_Decode(d, b[:i], i-int(size)); err != nil {
			return 0, err
		}
	}
	return i, nil
}
