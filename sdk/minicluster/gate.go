package minicluster

import (
	"net"
	"sync"
)

// gate stops whoever comes to it while it is shut. It waits on a channel, which lets a bubble's clock move on.
type gate struct {
	mu   sync.Mutex
	shut chan struct{} // nil: open; closed when it opens
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut == nil {
		g.shut = make(chan struct{})
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

// opened returns a channel that is closed when the gate is open; nil if it is open now.
func (g *gate) opened() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut
}

// wait returns when the gate is open or done is closed.
func (g *gate) wait(done <-chan struct{}) {
	for opened := g.opened(); opened != nil; opened = g.opened() {
		select {
		case <-opened:
		case <-done:
			return
		}
	}
}

// gatedConn is a connection on which not a byte moves while its gate is shut: what a process holds that is
// stopped, and whose kernel goes on to accept connections.
type gatedConn struct {
	net.Conn
	gate   *gate
	closed chan struct{}
	once   sync.Once
}

func gated(conn net.Conn, g *gate) *gatedConn {
	return &gatedConn{Conn: conn, gate: g, closed: make(chan struct{})}
}

// Read keeps what has arrived until the gate is open.
func (c *gatedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.gate.wait(c.closed)
	return n, err
}

// Write waits for the gate.
func (c *gatedConn) Write(b []byte) (int, error) {
	c.gate.wait(c.closed)
	return c.Conn.Write(b)
}

// Close doesn't wait for the gate.
func (c *gatedConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
