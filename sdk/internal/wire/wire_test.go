package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func TestSubscribeAndSend(t *testing.T) {
	for _, json := range []bool{false, true} {
		media := "application/x-protobuf"
		if json {
			media = "application/json"
		}
		t.Run(media, func(t *testing.T) {
			heartbeat := &schedulerpb.Event{Type: schedulerpb.Event_HEARTBEAT.Enum()}
			record, err := heartbeat.Marshal()
			if json {
				record, err = mesosjson.Marshal(heartbeat)
			}
			if err != nil {
				t.Fatal(err)
			}
			p, c := newPeer(t, json, func(conn net.Conn, r *http.Request) {
				if r.Header.Get("Mesos-Stream-Id") != "" {
					write(conn, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
					return
				}
				write(conn, strings.Replace(opened, "application/x-protobuf", media, 1)+string(recordio.Append(nil, record)))
			})
			s, err := c.Subscribe(t.Context(), leader, Credentials{"me", "secret"}, subscribeCall())
			if err != nil {
				t.Fatal(err)
			}
			event, size, err := s.Next()
			if err != nil || event.GetType() != schedulerpb.Event_HEARTBEAT || size != len(record) {
				t.Errorf("Next: %v, %d bytes, %v", event, size, err)
			}
			for range 2 { // the second one over the same connection
				if err := s.Send(t.Context(), reviveCall()); err != nil {
					t.Error(err)
				}
			}
			if _, _, err := s.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("at the end of the stream: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			var got []string
			for _, r := range p.requests() {
				got = append(got, fmt.Sprintf("%s %s %s accept=%s stream=%s auth=%s", r.Method, r.URL, r.Header.Get("Content-Type"),
					r.Header.Get("Accept"), r.Header.Get("Mesos-Stream-Id"), r.Header.Get("Authorization")))
			}
			line := "POST /api/v1/scheduler " + media + " accept=" + media + " stream=%s auth=Basic bWU6c2VjcmV0"
			want := []string{fmt.Sprintf(line, ""), fmt.Sprintf(line, "stream-1"), fmt.Sprintf(line, "stream-1")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// errAny stands for any error.
var errAny = errors.New("any error")

func TestRedirects(t *testing.T) {
	redirect := func(location string) string {
		return "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"
	}
	tests := []struct {
		name   string
		to     []string // the answers of each host in turn: locations
		want   error
		master string // who answered in the end
		hops   int
	}{
		{"none", nil, nil, "leader:5050", 1},
		{"without a scheme, under /master", []string{"//10.0.0.2:5051/master/api/v1/scheduler"}, nil, "10.0.0.2:5051", 2},
		{"with our scheme", []string{"http://other:5050/api/v1/scheduler"}, nil, "other:5050", 2},
		{"four", []string{"//a:1/", "//b:1/", "//c:1/", "//d:1/"}, nil, "d:1", 5},
		{"five", []string{"//a:1/", "//b:1/", "//c:1/", "//d:1/", "//e:1/"}, ErrRedirect, "", 5},
		{"to another scheme", []string{"https://other:5050/"}, ErrRedirect, "", 1},
		{"to a scheme that isn't HTTP", []string{"file:///etc/passwd"}, ErrRedirect, "", 1},
		{"nowhere", []string{""}, ErrRedirect, "", 1},
		{"to nonsense", []string{"//[::1"}, errAny, "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var hop int
			p, c := newPeer(t, false, func(conn net.Conn, r *http.Request) {
				hop++ // one request at a time
				if hop <= len(test.to) {
					write(conn, redirect(test.to[hop-1]))
					return
				}
				write(conn, opened)
			})
			s, err := c.Subscribe(t.Context(), leader, Credentials{"me", "secret"}, subscribeCall())
			if !errors.Is(err, test.want) && (test.want != errAny || err == nil) {
				t.Errorf("Subscribe: %v, want %v", err, test.want)
			}
			if err == nil {
				if s.Address() != test.master {
					t.Errorf("the stream is from %s, want %s", s.Address(), test.master)
				}
				s.Close()
			}
			if got := len(p.requests()); got != test.hops {
				t.Errorf("%d requests, want %d", got, test.hops)
			}
			if MeaningOf(err) != Retry {
				t.Errorf("a redirect that isn't followed means %v", MeaningOf(err))
			}
		})
	}
}

// A call is never redirected: that master doesn't lead any more, and its stream is void.
func TestCallIsNotRedirected(t *testing.T) {
	_, c := newPeer(t, false, func(conn net.Conn, r *http.Request) {
		if r.Header.Get("Mesos-Stream-Id") == "" {
			write(conn, opened)
			return
		}
		write(conn, "HTTP/1.1 307 Temporary Redirect\r\nLocation: //other:5050/\r\nContent-Length: 0\r\n\r\n")
	})
	s, err := c.Subscribe(t.Context(), leader, Credentials{}, subscribeCall())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Send(t.Context(), reviveCall()); !errors.Is(err, ErrNotLeader) || MeaningOf(err) != Retry {
		t.Errorf("Send: %v (%v)", err, MeaningOf(err))
	}
}

func TestAnswers(t *testing.T) {
	const subscribe, call = true, false
	tests := []struct {
		code      int
		text      string
		subscribe bool
		kind      error
		meaning   Meaning
	}{
		{400, "The stream ID 'x' included in this request didn't match the stream ID currently associated with framework ID y", call, ErrStaleStream, Retry},
		{400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header", call, ErrStaleStream, Retry},
		{400, "Framework cannot be found", call, ErrUnknownFramework, Retry},
		{400, "Failed to validate scheduler::Call: Expecting 'accept' to be present", call, ErrRefused, Drop},
		{400, "Failed to validate scheduler::Call: Not a valid UUID", call, ErrRefused, Drop},
		{400, "Failed to parse body into Call protobuf", call, ErrRefused, Drop},
		{400, "Failed to validate scheduler::Call: 'framework_id' differs from 'subscribe.framework_info.id'", subscribe, ErrRefused, Fatal},
		{400, "Failed to validate scheduler::Call: Authenticated principal 'a' does not match principal 'b' set in `FrameworkInfo`", subscribe, ErrPrincipal, Fatal},
		{400, "Authenticated principal 'a' does not match principal 'b' set in `FrameworkInfo`", call, ErrPrincipal, Fatal},
		{401, "401 Unauthorized.", subscribe, ErrUnauthorized, Fatal},
		{401, "401 Unauthorized.", call, ErrUnauthorized, Retry},
		{403, "Framework is not subscribed", call, ErrNotSubscribed, Retry},
		{403, "Framework is not connected via HTTP", call, ErrNotSubscribed, Retry},
		{403, "The request's authenticated principal contains claims, but no value string", subscribe, ErrForbidden, Fatal},
		{403, "Not authorized to register framework x with roles { r }", call, ErrForbidden, Drop},
		{404, "", subscribe, ErrNotMaster, Retry},
		{405, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.", subscribe, ErrNotMaster, Fatal},
		{406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'", subscribe, ErrNotMaster, Fatal},
		{415, "Expecting 'Content-Type' of application/json or application/x-protobuf", subscribe, ErrNotMaster, Fatal},
		{307, "", call, ErrNotLeader, Retry},
		{308, "", subscribe, ErrNotLeader, Retry},
		{301, "", subscribe, ErrNotMaster, Retry},
		{200, "a page", subscribe, ErrNotMaster, Retry},
		{202, "", subscribe, ErrNotMaster, Retry},
		{409, "", call, ErrRefused, Drop},
		{413, "", subscribe, ErrNotMaster, Retry},
		{429, "", call, ErrUnavailable, Retry},
		{500, "", subscribe, ErrUnavailable, Retry},
		{501, "", call, ErrRefused, Drop},
		{503, "No leader elected", subscribe, ErrNotLeader, Retry},
		{503, "Master has not finished recovery", subscribe, ErrUnavailable, Retry},
		{503, "Master has not finished recovery", call, ErrUnavailable, Retry},
		{504, "", call, ErrUnavailable, Retry},
	}
	for _, test := range tests {
		name := "REVIVE"
		if test.subscribe {
			name = "SUBSCRIBE"
		}
		err := error(newAnswer(name, "m:1", test.code, test.text))
		if !errors.Is(err, test.kind) || MeaningOf(err) != test.meaning {
			t.Errorf("%s %d %q: %v, meaning %d, want %v, %d", name, test.code, test.text, err, MeaningOf(err), test.kind, test.meaning)
		}
		if answer, ok := errors.AsType[*AnswerError](err); !ok || answer.Advice == "" || answer.Code != test.code {
			t.Errorf("%s %d: %+v", name, test.code, answer)
		}
	}
}

// Every row of the table can be reached.
func TestAnswerRows(t *testing.T) {
	for _, want := range answers {
		got, _ := meaning(want.code, want.text+" and more", false)
		if got != want {
			t.Errorf("%d %q gives the row %+v", want.code, want.text, got)
		}
	}
}

func TestParseMasters(t *testing.T) {
	tests := []struct{ text, want, err string }{
		{"10.0.0.1:5050", "http://10.0.0.1:5050/api/v1/scheduler", ""},
		{"master", "http://master:5050/api/v1/scheduler", ""},
		{"https://master", "https://master:5050/api/v1/scheduler", ""},
		{"http://master:80/", "http://master:80/api/v1/scheduler", ""},
		{"[::1]:5050", "http://[::1]:5050/api/v1/scheduler", ""},
		{"", "", "no host"},
		{":5050", "", "no host"},
		{"zk://a:2181/mesos", "", "list the masters themselves"},
		{"master:0", "", "the port must be from 1 to 65535"},
		{"master:99999", "", "the port must be from 1 to 65535"},
		{"http://master:5050/api/v1", "", "more than host and port"},
		{"http://master:5050?x=y", "", "more than host and port"},
		{"http://me:hunter2@master:5050", "", "credentials"},
		{"http://me:hunter2@master:port", "", "credentials"},
		{"ma ster:5050", "", "does not parse"},
	}
	for _, test := range tests {
		u, err := ParseMasters([]string{test.text}, SchedulerPath)
		switch {
		case test.err == "" && (err != nil || u[0].String() != test.want):
			t.Errorf("ParseMasters(%q) = %v, %v, want %s", test.text, u, err, test.want)
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("ParseMasters(%q) = %v, %v, want an error with %q and no password", test.text, u, err, test.err)
		}
	}
}

func TestUndecodable(t *testing.T) {
	for _, json := range []bool{false, true} {
		if err := encodingFor(json).unmarshal([]byte{0xff}, new(schedulerpb.Event)); err == nil {
			t.Errorf("json %v: no error", json)
		}
		// A call without its required fields is ours to find, not the master's.
		bad := &schedulerpb.Call{Type: schedulerpb.Call_KILL.Enum(), Kill: &schedulerpb.Call_Kill{TaskID: mesos.TaskID{Value: "t"}}}
		if _, err := encodingFor(json).marshal(bad); err != nil {
			t.Errorf("json %v: %v", json, err)
		}
	}
}

// When a client is closed nothing of it is left, not even an attempt to connect that nobody waits for.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dialling := make(chan struct{}, 1)
		c := NewClient(Config{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			dialling <- struct{}{}
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := c.Subscribe(ctx, leader, Credentials{}, subscribeCall())
			done <- err
		}()
		<-dialling
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Subscribe: %v", err)
		}
		c.Close()
		if _, err := c.Subscribe(t.Context(), leader, Credentials{}, subscribeCall()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Subscribe after Close: %v", err)
		}

		// A stream that is open ends, too.
		_, c = newPeer(t, false, func(conn net.Conn, _ *http.Request) {
			write(conn, opened)
			hang(conn)
		})
		s, err := c.Subscribe(t.Context(), leader, Credentials{}, subscribeCall())
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if _, _, err := s.Next(); err == nil {
			t.Error("an event from a closed client")
		}
	})
}
