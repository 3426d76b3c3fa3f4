package wire

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// A peer answers connections with whatever the test wants to see survived.
type peer struct {
	t     *testing.T
	serve func(conn net.Conn, r *http.Request) // after the request was read
	group sync.WaitGroup
	mu    sync.Mutex
	seen  []*http.Request
}

func (p *peer) dial(context.Context, string, string) (net.Conn, error) {
	server, client := net.Pipe()
	p.group.Go(func() {
		defer server.Close()
		in := bufio.NewReader(server)
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return // the client has hung up
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			p.mu.Lock()
			p.seen = append(p.seen, r)
			p.mu.Unlock()
			p.serve(server, r)
			if r.Close {
				return
			}
		}
	})
	return client, nil
}

// requests are those that have come so far.
func (p *peer) requests() []*http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// write writes as much as the client takes.
func write(conn net.Conn, text string) bool {
	_, err := io.WriteString(conn, text)
	return err == nil
}

// hang says nothing until the client hangs up.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// newPeer returns a peer and a client of it. When the test ends the client has hung up.
func newPeer(t *testing.T, json bool, serve func(net.Conn, *http.Request)) (*peer, *Client) {
	p := &peer{t: t, serve: serve}
	c := NewClient(Config{Dial: p.dial, JSON: json, MaxRecord: 1 << 20})
	t.Cleanup(func() {
		c.Close()
		p.group.Wait()
	})
	return p, c
}

var leader = &url.URL{Scheme: "http", Host: "leader:5050", Path: SchedulerPath}

func subscribeCall() *schedulerpb.Call {
	return &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{
		FrameworkInfo: mesos.FrameworkInfo{Name: "f", User: "u"},
	}}
}

func reviveCall() *schedulerpb.Call {
	return &schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum(), FrameworkID: &mesos.FrameworkID{Value: "fw"}}
}

const opened = "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nMesos-Stream-Id: stream-1\r\n\r\n"
