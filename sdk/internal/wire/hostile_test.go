package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
)

// Whatever comes in place of an answer to SUBSCRIBE is an error, in bounded time and memory.
func TestHostileAnswers(t *testing.T) {
	endless := func(line string) func(net.Conn) {
		return func(conn net.Conn) {
			for write(conn, line) {
			}
		}
	}
	tests := []struct {
		name  string
		serve func(net.Conn)
		want  error // nil: any
	}{
		{"nothing", hang, context.DeadlineExceeded},
		{"hangs up", func(c net.Conn) { c.Close() }, io.EOF},
		{"not HTTP", func(c net.Conn) { write(c, "SSH-2.0-OpenSSH_9.6\r\n") }, nil},
		{"half a status line", func(c net.Conn) {
			write(c, "HTTP/1.1 2")
			hang(c)
		}, context.DeadlineExceeded},
		{"headers without end", func(c net.Conn) {
			write(c, "HTTP/1.1 200 OK\r\n")
			endless("X-Filler: " + strings.Repeat("x", 1000) + "\r\n")(c)
		}, nil},
		{"informational answers without end", endless("HTTP/1.1 100 Continue\r\n\r\n"), nil},
		{"headers that drip", func(c net.Conn) {
			for write(c, "H") {
				time.Sleep(time.Second)
			}
		}, nil},
		{"an error text without end", func(c net.Conn) {
			write(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			endless(strings.Repeat("x", 1000))(c)
		}, ErrRefused},
		{"an error text that doesn't come", func(c net.Conn) {
			write(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 10\r\n\r\n")
			hang(c)
		}, ErrUnavailable},
		{"a page", func(c net.Conn) {
			write(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nhtml")
		}, ErrNotMaster},
		{"no stream id", func(c net.Conn) { write(c, "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n\r\n") }, ErrNotMaster},
		{"a stream id too long", func(c net.Conn) {
			write(c, "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nMesos-Stream-Id: "+strings.Repeat("x", 1000)+"\r\n\r\n")
		}, ErrNotMaster},
		{"nothing to take", func(c net.Conn) { write(c, "HTTP/1.1 204 No Content\r\n\r\n") }, ErrNotMaster},
		{"redirects in a circle", func(c net.Conn) {
			write(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: //leader:5050/api/v1/scheduler\r\nContent-Length: 0\r\n\r\n")
		}, ErrRedirect},
		{"a redirect whose text has no end", func(c net.Conn) {
			write(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: //leader:5050/\r\n\r\n")
			endless("x")(c)
		}, ErrRedirect},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, c := newPeer(t, false, func(conn net.Conn, _ *http.Request) { test.serve(conn) })
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := c.Subscribe(ctx, leader, Credentials{"me", "hunter2"}, subscribeCall())
				if err == nil || test.want != nil && !errors.Is(err, test.want) {
					t.Errorf("Subscribe: %v, want %v", err, test.want)
				}
				if err != nil && (len(err.Error()) > 1000 || strings.Contains(err.Error(), "hunter2")) {
					t.Errorf("error text: %v", err)
				}
			})
		})
	}
}

// Whatever comes in place of events is an error, too.
func TestHostileStreams(t *testing.T) {
	tests := []struct {
		name, stream string
		want         error // nil: any
	}{
		{"garbage", "\x00\x01\x02", recordio.ErrMalformed},
		{"a page", "<html>", recordio.ErrMalformed},
		{"a length of 4 GiB", "4294967296\n", recordio.ErrTooLarge},
		{"a length without end", strings.Repeat("9", 100), recordio.ErrMalformed},
		{"a negative length", "-1\n", recordio.ErrMalformed},
		{"half a record", "10\nabc", recordio.ErrTruncated},
		{"not an event", "3\n\xff\xff\xff", nil},
		{"half an event", "2\n\x1a\x05", nil},
		{"an event without what it requires", "4\n\x08\x01\x12\x00", nil},
		{"nested without end", "100\n" + strings.Repeat("\x13", 100), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, c := newPeer(t, false, func(conn net.Conn, _ *http.Request) { write(conn, opened+test.stream) })
			s, err := c.Subscribe(t.Context(), leader, Credentials{}, subscribeCall())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if e, _, err := s.Next(); err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("Next: %v, %v, want %v", e, err, test.want)
			}
		})
	}
}

// A call whose answer has no end, or none at all, ends with its context.
func TestHostileCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := make(chan string, 1)
		_, c := newPeer(t, false, func(conn net.Conn, r *http.Request) {
			if r.Header.Get("Mesos-Stream-Id") == "" {
				write(conn, opened)
				return
			}
			answer := <-answers
			if answer == "" {
				hang(conn)
				return
			}
			for write(conn, answer) {
				answer = strings.Repeat("x", 1000)
			}
		})
		s, err := c.Subscribe(t.Context(), leader, Credentials{}, subscribeCall())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, test := range []struct {
			answer string
			want   error
		}{
			{"", context.DeadlineExceeded},
			{"HTTP/1.1 202 Accepted\r\n\r\n", nil}, // taken, whatever follows
			{"HTTP/1.1 400 Bad Request\r\n\r\n", ErrRefused},
		} {
			answers <- test.answer
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if err := s.Send(ctx, reviveCall()); !errors.Is(err, test.want) {
				t.Errorf("%q: %v, want %v", test.answer, err, test.want)
			}
			cancel()
		}
	})
}

// FuzzStream feeds a stream anything: an event or an error, never a panic, and after an error no more events.
func FuzzStream(f *testing.F) {
	f.Add([]byte("2\n\x08\x08"))
	f.Add([]byte("20\n{\"type\":\"HEARTBEAT\"}"))
	f.Add([]byte("4294967296\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, json := range []bool{false, true} {
			s := &Stream{client: &Client{encoding: encodingFor(json)}, master: leader, records: recordio.NewReader(strings.NewReader(string(stream)), 1<<16)}
			for {
				event, _, err := s.Next()
				if (event == nil) == (err == nil) {
					t.Fatalf("Next: %v, %v", event, err)
				}
				if err == nil {
					continue
				}
				if _, _, again := s.Next(); errors.Is(err, io.EOF) && !errors.Is(again, io.EOF) {
					t.Fatalf("after the end: %v", again)
				}
				break
			}
		}
	})
}
