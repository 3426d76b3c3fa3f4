package minicluster_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// listener is an operator who has subscribed.
type listener struct {
	t      testing.TB
	events chan *masterpb.Event // closed at the stream's end
	end    error                // valid when events is closed; nil: a proper end
}

// listen subscribes as an operator; kind is "json" or "x-protobuf".
func listen(t testing.TB, c *minicluster.Cluster, kind string, headers ...string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	body := `{"type":"SUBSCRIBE"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.Masters()[0]+"/api/v1", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/"+kind)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	transport := &http.Transport{DialContext: c.Dial, DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/"+kind || res.Header.Get("Mesos-Stream-Id") != "" {
		t.Fatalf("SUBSCRIBE: %s %v", res.Status, res.Header)
	}
	l := &listener{t: t, events: make(chan *masterpb.Event, 1000)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(l.events)
		for in := recordio.NewReader(res.Body, 64<<20); ; {
			record, err := in.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					l.end = err
				}
				return
			}
			e := &masterpb.Event{}
			if kind == "json" {
				err = mesosjson.Unmarshal(record, e)
			} else {
				err = e.Unmarshal(record)
			}
			if err != nil {
				t.Errorf("record %q: %v", record, err)
				return
			}
			l.events <- e
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = res.Body.Close() // its stream has ended
	})
	return l
}

// take returns what has come, heartbeats left out.
func (l *listener) take() []*masterpb.Event {
	synctest.Wait()
	var out []*masterpb.Event
	for {
		select {
		case e, open := <-l.events:
			if !open {
				return out
			}
			if e.GetType() != masterpb.Event_HEARTBEAT {
				out = append(out, e)
			}
		default:
			return out
		}
	}
}

// told returns events in short.
func told(events []*masterpb.Event) []string {
	out := []string{}
	for _, e := range events {
		text := e.GetType().String()
		switch {
		case e.TaskAdded != nil:
			text += " " + e.TaskAdded.Task.TaskID.Value + " " + e.TaskAdded.Task.State.String()
		case e.TaskUpdated != nil:
			text += " " + e.TaskUpdated.Status.TaskID.Value + " " + e.TaskUpdated.State.String()
		case e.FrameworkAdded != nil:
			text += state(&e.FrameworkAdded.Framework)
		case e.FrameworkUpdated != nil:
			text += state(&e.FrameworkUpdated.Framework)
		}
		out = append(out, text)
	}
	return out
}

func state(f *masterpb.Response_GetFrameworks_Framework) string {
	text := ""
	for word, is := range map[string]bool{" connected": f.Connected && f.Active, " recovered": f.Recovered} {
		if is {
			text += word
		}
	}
	return text
}

func TestOperatorsHearWhatHappens(t *testing.T) {
	for _, kind := range []string{"json", "x-protobuf"} {
		t.Run(kind, func(t *testing.T) {
			bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
				l := listen(t, c, kind)
				first := l.take()
				if len(first) != 1 || first[0].Subscribed == nil || first[0].Subscribed.GetHeartbeatIntervalSeconds() != 15 || len(first[0].Subscribed.GetState.GetAgents.Agents) != 1 {
					t.Fatalf("first: %v", first)
				}
				s := subscribe(t, c, info(timeout(3600)))
				launched(s, "t")
				time.Sleep(time.Second)
				if err := c.FinishTask("t"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				s.must(&schedulerpb.Call{Type: schedulerpb.Call_TEARDOWN.Enum()})
				want := []string{
					"FRAMEWORK_ADDED connected", "TASK_ADDED t TASK_STAGING", "TASK_UPDATED t TASK_STARTING", "TASK_UPDATED t TASK_RUNNING",
					"TASK_UPDATED t TASK_FINISHED", "TASK_UPDATED t TASK_FINISHED", "FRAMEWORK_REMOVED",
				}
				got := l.take()
				if diff := cmp.Diff(want, told(got)); diff != "" {
					t.Fatal(diff)
				}
				// The end of the framework is told of a task whose end it hasn't acknowledged, though it changes nothing.
				if s := got[5].TaskUpdated.Status; s.State != mesos.TASK_KILLED || s.GetReason() != mesos.REASON_FRAMEWORK_REMOVED {
					t.Errorf("last status: %v", s)
				}
			})
		})
	}
}

func TestOperatorsHearOfFrameworksAndAgents(t *testing.T) {
	bubble(t, minicluster.Config{PingTimeout: time.Minute}, func(t *testing.T, c *minicluster.Cluster) {
		l := listen(t, c, "x-protobuf")
		l.take()
		s := subscribe(t, c, info(timeout(1e6), checkpointing))
		launched(s, "t")
		l.take()
		s.cancel() // a disconnection is no event
		if got := told(l.take()); len(got) != 0 {
			t.Errorf("after a disconnection: %q", got)
		}
		s = subscribe(t, c, info(timeout(1e6), checkpointing, as(s.id)))
		changed := info(timeout(1e6), checkpointing, as(s.id))
		changed.Name = "other"
		for range 2 { // the second changes nothing
			code, body := s.call(&schedulerpb.Call{Type: schedulerpb.Call_UPDATE_FRAMEWORK.Enum(), UpdateFramework: &schedulerpb.Call_UpdateFramework{FrameworkInfo: changed}})
			if code != http.StatusOK {
				t.Fatalf("UPDATE_FRAMEWORK: %d %s", code, body)
			}
		}
		if diff := cmp.Diff([]string{"FRAMEWORK_UPDATED connected", "FRAMEWORK_UPDATED connected"}, told(l.take())); diff != "" {
			t.Error(diff)
		}
		stranger := subscribe(t, c, info(timeout(1e6), as(&mesos.FrameworkID{Value: "of-another-master"})))
		if diff := cmp.Diff([]string{"FRAMEWORK_ADDED recovered", "FRAMEWORK_UPDATED connected"}, told(l.take())); diff != "" {
			t.Error(diff)
		}
		_ = stranger

		if err := c.StopAgent(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if diff := cmp.Diff([]string{"TASK_UPDATED t TASK_UNREACHABLE"}, told(l.take())); diff != "" { // and not that it is removed
			t.Error(diff)
		}
		if err := c.StartAgent(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		got := l.take()
		added := (*masterpb.Event)(nil)
		for _, e := range got {
			if e.AgentAdded != nil {
				added = e
			}
		}
		if added == nil || added.AgentAdded.Agent.AgentInfo.ID.Value != c.AgentID(0).Value || !added.AgentAdded.Agent.Active {
			t.Fatalf("after it came back: %q", told(got))
		}
		for _, r := range added.AgentAdded.Agent.TotalResources {
			if len(r.Reservations) > 0 && r.GetRole() != role {
				t.Errorf("%v isn't in both formats", r)
			}
		}
	})
}

func TestOperatorHeartbeats(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		l := listen(t, c, "json")
		synctest.Wait()
		start := time.Now()
		var beats []time.Duration
		for len(beats) < 4 {
			if e := <-l.events; e.GetType() == masterpb.Event_HEARTBEAT {
				beats = append(beats, time.Since(start))
			}
		}
		if diff := cmp.Diff([]time.Duration{0, 15 * time.Second, 30 * time.Second, 45 * time.Second}, beats); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheOldestOperatorHasToGo(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		oldest := listen(t, c, "json")
		second := listen(t, c, "json")
		synctest.Wait()
		for range 999 {
			listen(t, c, "x-protobuf")
		}
		synctest.Wait()
		oldest.take()
		if _, open := <-oldest.events; open || oldest.end != nil {
			t.Errorf("the oldest stream: open %v, %v", open, oldest.end)
		}
		second.take()
		subscribe(t, c, info())
		if diff := cmp.Diff([]string{"FRAMEWORK_ADDED connected"}, told(second.take())); diff != "" {
			t.Error(diff)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		second.take()
		if _, open := <-second.events; open {
			t.Error("a stream outlives the cluster")
		}
	})
}

func TestOperatorsHearWhatTheyMaySee(t *testing.T) {
	cfg := minicluster.Config{
		Credentials: map[string]string{"p": "secret", "q": "secret", principal: "secret"},
		ACLs:        lists(true, "view_tasks p ANY", "view_tasks ANY NONE", "view_frameworks p,q ANY", "view_frameworks ANY NONE"),
	}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		p := listen(t, c, "json", "Authorization: Basic cDpzZWNyZXQ=")
		q := listen(t, c, "json", "Authorization: Basic cTpzZWNyZXQ=")
		other := listen(t, c, "json", "Authorization: Basic ZGItZnc6c2VjcmV0")
		p.take()
		q.take()
		other.take()
		if code, _, header := do(t, c, "POST", "/api/v1", `{"type":"SUBSCRIBE"}`, "Content-Type: application/json"); code != 401 || header.Get("WWW-Authenticate") == "" {
			t.Errorf("without credentials: %d", code)
		}
		call := `{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"x","roles":["` + role + `"],"capabilities":[{"type":"MULTI_ROLE"}]}}}`
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.Masters()[0]+"/api/v1/scheduler", strings.NewReader(call))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.SetBasicAuth(principal, "secret")
		transport := &http.Transport{DialContext: c.Dial, DisableKeepAlives: true}
		res, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		for _, tt := range []struct {
			who  string
			l    *listener
			want []string
		}{{"p", p, []string{"FRAMEWORK_ADDED connected"}}, {"q", q, []string{"FRAMEWORK_ADDED connected"}}, {"other", other, []string{}}} {
			if diff := cmp.Diff(tt.want, told(tt.l.take())); diff != "" {
				t.Errorf("%s: %s", tt.who, diff)
			}
		}
		_ = res.Body.Close() // ends the framework
	})
}
