package election

import (
	"encoding/binary"
	"errors"
	"net"
)

// errFrame ends a connection to what is no ZooKeeper.
var errFrame = errors.New("election: the server sends what no ZooKeeper does")

// Limits of what a server sends.
const (
	maxGreeting = 64 << 10
	maxFrame    = 4 << 20
	minFrame    = 16 // a response header
	minTimeout  = 10 // ms, of a session
	peeked      = 16 // bytes of the greeting: version, session timeout, session id
)

// guard ends a connection before its server does harm: the client library takes memory for whatever length is
// announced, and panics if a frame has no room for its header or a session no time.
type guard struct {
	net.Conn
	header  []byte // of the frame that is being read, up to 4 bytes
	left    uint32 // bytes of it that are to come
	frames  int    // how many have begun
	peek    []byte // the first bytes of the first one
	failure error
}

// Read lets through what is harmless.
func (g *guard) Read(b []byte) (int, error) {
	if g.failure != nil {
		return 0, g.failure
	}
	n, err := g.Conn.Read(b)
	if g.failure = g.check(b[:n]); g.failure != nil {
		return 0, errors.Join(g.failure, g.Conn.Close())
	}
	return n, err
}

func (g *guard) check(b []byte) error {
	for len(b) > 0 {
		if g.left == 0 && len(g.header) < 4 {
			n := min(4-len(g.header), len(b))
			g.header, b = append(g.header, b[:n]...), b[n:]
			if len(g.header) < 4 {
				return nil
			}
			if err := g.begin(binary.BigEndian.Uint32(g.header)); err != nil {
				return err
			}
			continue
		}
		n := min(uint32(len(b)), g.left)
		if g.frames == 1 && len(g.peek) < peeked {
			g.peek = append(g.peek, b[:min(int(n), peeked-len(g.peek))]...)
			if err := g.greeting(); err != nil {
				return err
			}
		}
		g.left, b = g.left-n, b[n:]
		if g.left == 0 {
			g.header = g.header[:0]
		}
	}
	return nil
}

// begin checks the length of a frame.
func (g *guard) begin(length uint32) error {
	g.frames++
	if length < minFrame || length > maxFrame || g.frames == 1 && length > maxGreeting {
		return errFrame
	}
	g.left = length
	return nil
}

// greeting checks the answer to the request for a session, once the part that matters is there.
func (g *guard) greeting() error {
	if len(g.peek) < peeked {
		return nil
	}
	timeout, session := int32(binary.BigEndian.Uint32(g.peek[4:])), binary.BigEndian.Uint64(g.peek[8:])
	if session != 0 && timeout < minTimeout {
		return errFrame
	}
	return nil
}
