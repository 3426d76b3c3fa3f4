package wire

import (
	"context"
	"net"
	"sync"
)

// A dialer makes connections and knows those that are open, so that none of them, and no attempt at one, outlives its client:
// package net/http goes on dialling for requests that nobody waits for any more.
type dialer struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	ctx   context.Context // ends with the client
	end   context.CancelFunc
	group sync.WaitGroup // attempts

	mu   sync.Mutex
	open map[*tracked]struct{}
}

func newDialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) *dialer {
	d := &dialer{dial: dial, open: make(map[*tracked]struct{})}
	d.ctx, d.end = context.WithCancel(context.Background())
	return d
}

// DialContext is for an http.Transport.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if !d.begin() {
		return nil, net.ErrClosed
	}
	defer d.group.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	t := &tracked{Conn: conn, dialer: d}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open[t] = struct{}{}
	return t, nil
}

// begin counts an attempt, unless the client has ended.
func (d *dialer) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		return false
	}
	d.group.Add(1)
	return true
}

// close ends attempts and connections.
func (d *dialer) close() {
	d.mu.Lock()
	d.end()
	d.mu.Unlock()
	d.group.Wait()
	d.mu.Lock()
	left := d.open
	d.open = nil
	d.mu.Unlock()
	for t := range left {
		_ = t.Conn.Close() // nothing is expected of it any more
	}
}

// A tracked connection tells its dialer when it is closed.
type tracked struct {
	net.Conn
	dialer *dialer
}

func (t *tracked) Close() error {
	t.dialer.mu.Lock()
	delete(t.dialer.open, t)
	t.dialer.mu.Unlock()
	return t.Conn.Close()
}
