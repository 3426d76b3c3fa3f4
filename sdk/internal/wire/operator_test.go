package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var operated = &url.URL{Scheme: "http", Host: "leader:5050", Path: OperatorPath}

// What Ask makes of answers, and of what is none.
func TestAsk(t *testing.T) {
	tests := []struct {
		name   string
		answer string
		code   int
		body   string
		want   error // errAny: one that leaves open whether the call was taken
	}{
		{"taken", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, "", nil},
		{"answered", "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n0123456789abcdef", 200, "0123456789abcdef", nil},
		{"one byte too much", "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n0123456789abcdefg", 200, "", ErrTooLarge},
		{"cut off", "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n0123", 200, "0123", errAny},
		{"refused at length", "HTTP/1.1 409 Conflict\r\nContent-Length: 17\r\n\r\n0123456789abcdefg", 409, "0123456789abcdef", nil},
		{"a redirect to nobody", "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n\r\n", 0, "", ErrNotLeader},
		{"headers without end", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxHeader), 0, "", errAny},
		{"garbage", "garbage\r\n\r\n", 0, "", errAny},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, c := newPeer(t, false, func(conn net.Conn, _ *http.Request) {
				write(conn, test.answer)
				_ = conn.Close() // whatever is read is read by now
			})
			reply, err := c.Ask(t.Context(), operated, Credentials{"me", "hunter2"}, []byte("call"), 16)
			switch {
			case test.want == errAny && (err == nil || errors.Is(err, ErrNotSent) || errors.Is(err, ErrRedirect)):
				t.Errorf("%v, want one that leaves it open", err)
			case test.want != errAny && !errors.Is(err, test.want):
				t.Errorf("%v, want %v", err, test.want)
			}
			if reply.Code != test.code || string(reply.Body) != test.body {
				t.Errorf("%d %q, want %d %q", reply.Code, reply.Body, test.code, test.body)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the secret is told: %v", err)
			}
		})
	}
}

// A call that can't have reached anybody is told apart, also where a redirect has led to nobody; one that is under way isn't.
func TestAskNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("connection refused")
		p := &peer{t: t, serve: func(conn net.Conn, r *http.Request) {
			if r.Host == "standby:1" {
				write(conn, "HTTP/1.1 307 Temporary Redirect\r\nLocation: //nobody:1\r\nContent-Length: 0\r\n\r\n")
				return
			}
			hang(conn)
		}}
		c := NewClient(Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == "nobody:1" {
				return nil, refused
			}
			return p.dial(ctx, network, address)
		}})
		defer p.group.Wait()
		defer c.Close()
		for host, sent := range map[string]bool{"nobody:1": false, "standby:1": false, "silent:1": true} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := c.Ask(ctx, &url.URL{Scheme: "http", Host: host, Path: OperatorPath}, Credentials{}, nil, 16)
			cancel()
			if err == nil || errors.Is(err, ErrNotSent) == sent {
				t.Errorf("%s: %v, sent: %v", host, err, sent)
			}
		}
	})
}
