package recordio

import (
	"io"
	"strconv"
)

// Append adds record, with its length before it, to dst and returns the result.
func Append(dst, record []byte) []byte {
	dst = strconv.AppendUint(dst, uint64(len(record)), 10)
	dst = append(dst, '\n')
	return append(dst, record...)
}

// Write writes record, with its length before it, to w in a single call, so that records written by several
// goroutines don't mix as long as w's own Write is safe for them.
func Write(w io.Writer, record []byte) error {
	b := make([]byte, 0, len(record)+maxHeader+1)
	_, err := w.Write(Append(b, record))
	return err
}
