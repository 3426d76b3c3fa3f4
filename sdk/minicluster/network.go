package minicluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
)

// A Network is what a cluster's master can be reached over.
type Network int

const (
	// Loopback is TCP on the machine's loopback interface.
	Loopback Network = iota
	// Pipes is a network in memory: a testing/synctest bubble can hold it, because a blocked net.Pipe
	// lets the bubble's clock move on. Only [Cluster.Dial] reaches it.
	Pipes
)

// String returns "loopback" or "pipes".
func (n Network) String() string {
	switch n {
	case Loopback:
		return "loopback"
	case Pipes:
		return "pipes"
	}
	return fmt.Sprintf("Network(%d)", int(n))
}

var (
	// ErrListen is wrapped by Start's error when the master can't listen on its address, such as one in use.
	ErrListen = errors.New("minicluster: can't listen")
	// ErrRefused is wrapped by Dial's error when nothing of the cluster listens on an address.
	ErrRefused = errors.New("minicluster: connection refused")
)

// listen opens the master's listener.
func listen(ctx context.Context, network Network, address string) (net.Listener, error) {
	if network == Pipes {
		return newPipeListener(address)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w on %s: %w: choose another address, or port 0 for any", ErrListen, address, err)
	}
	return l, nil
}

// defaultPipePort stands for the port of a pipe listener that was asked for any.
const defaultPipePort = 5050

// pipeListener hands one end of a net.Pipe to Accept for each dial.
type pipeListener struct {
	address *net.TCPAddr
	dialed  chan net.Conn // unbuffered: a connection exists when both sides have it
	closed  chan struct{} // closed by Close
	once    sync.Once
}

func newPipeListener(address string) (*pipeListener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w on %s: %w", ErrListen, address, err)
	}
	ip := net.ParseIP(host)
	if ip == nil {
		ip = net.IPv4(127, 0, 0, 1)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("%w on %s: %w", ErrListen, address, err)
	}
	if n == 0 {
		n = defaultPipePort
	}
	return &pipeListener{
		address: &net.TCPAddr{IP: ip, Port: n},
		dialed:  make(chan net.Conn),
		closed:  make(chan struct{}),
	}, nil
}

// Accept waits for a dial.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.dialed:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses all later dials.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is the address that dials are for.
func (l *pipeListener) Addr() net.Addr { return l.address }

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	server, client := net.Pipe()
	select {
	case l.dialed <- server:
		return client, nil
	case <-l.closed:
		return nil, fmt.Errorf("%w: %s", ErrRefused, l.address)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
