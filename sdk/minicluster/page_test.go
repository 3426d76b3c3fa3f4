package minicluster_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// viewer is somebody who looks at the page, without a browser.
type viewer struct {
	t       testing.TB
	changes chan shown // closed at the stream's end
	known   map[string]map[string]map[string]any
}

// shown is one event for the page.
type shown struct {
	All  bool
	Set  map[string]map[string]map[string]any
	Gone map[string][]string
}

func watch(t testing.TB, c *minicluster.Cluster) *viewer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Masters()[0]+"/page/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DialContext: c.Dial, DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("page/live: %s %v", res.Status, res.Header)
	}
	v := &viewer{t: t, changes: make(chan shown, 100), known: map[string]map[string]map[string]any{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(v.changes)
		in := bufio.NewScanner(res.Body)
		in.Buffer(nil, 64<<20)
		for in.Scan() {
			data, is := strings.CutPrefix(in.Text(), "data: ")
			if !is {
				continue
			}
			change := shown{}
			if err := json.Unmarshal([]byte(data), &change); err != nil {
				t.Errorf("event %q: %v", data, err)
				return
			}
			v.changes <- change
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = res.Body.Close() // its stream has ended
	})
	return v
}

// take follows all that has come, and returns how many events that were.
func (v *viewer) take() int {
	v.t.Helper()
	for n := 0; ; n++ {
		select {
		case change, open := <-v.changes:
			if !open {
				return n
			}
			v.follow(change)
		default:
			return n
		}
	}
}

func (v *viewer) follow(change shown) {
	if change.All {
		clear(v.known)
	}
	for set, entries := range change.Set {
		for key, value := range entries {
			if v.known[set] == nil {
				v.known[set] = map[string]map[string]any{}
			}
			v.known[set][key] = value
		}
	}
	for set, keys := range change.Gone {
		for _, key := range keys {
			delete(v.known[set], key)
		}
	}
}

// volumes returns those that are shown, by id: in use or not.
func (v *viewer) volumes() map[string]bool {
	out := map[string]bool{}
	for _, a := range v.known["agents"] {
		disks, _ := a["disks"].([]any)
		for _, d := range disks {
			parts, _ := d.(map[string]any)["parts"].([]any)
			for _, p := range parts {
				part, _ := p.(map[string]any)
				if id, is := part["id"].(string); is {
					out[id] = part["in_use"] == true
				}
			}
		}
	}
	return out
}

// settle lets a second pass: longer than changes wait to be shown.
func settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

func TestPageFollowsTheCluster(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		v := watch(t, c)
		settle()
		v.take()
		if n := len(v.known["agents"]); n != 1 || len(v.known["frameworks"]) != 0 || v.known["master"][""]["id"] != c.State().MasterID {
			t.Fatalf("at first: %v", v.known)
		}
		s := subscribe(t, c, info(timeout(3600)))
		launched(s, "t")
		s.accept(s.offer(), reserve(reserved("disk:64")), create(volume("v2", 64)))
		settle()
		v.take()
		if got := v.volumes(); len(got) != 2 || !got["v1"] || got["v2"] {
			t.Errorf("volumes, by whether they are in use: %v", got)
		}
		if f := v.known["frameworks"][s.id.Value]; f["state"] != "connected" || f["tasks"] != 1.0 {
			t.Errorf("framework = %v", f)
		}
		if len(v.known["tasks"]) != 1 || v.known["tasks"][s.id.Value+" t"]["state"] != "TASK_RUNNING" {
			t.Errorf("tasks = %v", v.known["tasks"])
		}
		s.must(&schedulerpb.Call{Type: schedulerpb.Call_TEARDOWN.Enum()})
		settle()
		v.take()
		if len(v.known["offers"]) != 0 || v.known["frameworks"][s.id.Value]["state"] != "removed" {
			t.Errorf("after the teardown: %v, %v", v.known["offers"], v.known["frameworks"])
		}
		if len(v.known["operations"]) != 5 {
			t.Errorf("operations = %v", v.known["operations"])
		}
	})
}

func TestPageIsQuietWhenNothingHappens(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		v := watch(t, c)
		s := subscribe(t, c, info(timeout(3600)))
		s.offer() // and keeps it
		settle()
		v.take()
		start := time.Now()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := v.take(); n != 0 {
			t.Errorf("%d events in %v", n, time.Since(start))
		}
	})
}

func TestPageIsThrottled(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		v := watch(t, c)
		settle()
		v.take()
		start := time.Now()
		for i := range 200 {
			s := subscribe(t, c, info(timeout(3600)))
			if i%2 == 0 {
				s.must(&schedulerpb.Call{Type: schedulerpb.Call_TEARDOWN.Enum()})
			}
			time.Sleep(10 * time.Millisecond)
		}
		took := time.Since(start)
		settle()
		if n := v.take(); n < 2 || n > int(took/(300*time.Millisecond))+3 {
			t.Errorf("%d events in %v", n, took)
		}
		if n := len(v.known["frameworks"]); n != 110 {
			t.Errorf("%d frameworks are shown", n) // all that are there, and the last ten that are not
		}
	})
}

func TestPageEndsWithTheCluster(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		viewers := make([]*viewer, 32)
		for i := range viewers {
			viewers[i] = watch(t, c)
		}
		if code, _, _ := do(t, c, "GET", "/page/live", ""); code != http.StatusServiceUnavailable {
			t.Errorf("one viewer too many: %d", code)
		}
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		settle()
		for _, v := range viewers {
			for range v.changes { // until it is closed
			}
		}
		again := watch(t, c)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		for range again.changes {
		}
	})
}

func TestPageFiles(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		for _, tt := range []struct {
			method, path string
			code         int
			kind         string
		}{
			{"GET", "/", 200, "text/html; charset=utf-8"},
			{"GET", "/master/", 200, "text/html; charset=utf-8"},
			{"HEAD", "/", 200, "text/html; charset=utf-8"},
			{"GET", "/page/script.js", 200, "text/javascript; charset=utf-8"},
			{"GET", "/master/page/style.css", 200, "text/css; charset=utf-8"},
			{"GET", "/page/icon.svg", 200, "image/svg+xml"},
			{"GET", "/master", 308, "text/html; charset=utf-8"},
			{"GET", "/page/", 404, "text/plain"},
			{"GET", "/page/assets", 404, "text/plain"},
			{"GET", "/page/../page.go", 404, "text/plain"},
			{"POST", "/", 405, "text/plain"},
		} {
			code, body, header := do(t, c, tt.method, tt.path, "")
			if code != tt.code || header.Get("Content-Type") != tt.kind {
				t.Errorf("%s %s: %d %q %.60q", tt.method, tt.path, code, header.Get("Content-Type"), body)
			}
			if code == 200 && (header.Get("ETag") == "" || !strings.HasPrefix(header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'")) {
				t.Errorf("%s %s: %v", tt.method, tt.path, header)
			}
		}
		_, _, header := do(t, c, "GET", "/", "")
		if code, _, _ := do(t, c, "GET", "/", "", "If-None-Match: "+header.Get("ETag")); code != http.StatusNotModified {
			t.Errorf("the same again: %d", code)
		}
	})
}

func TestPageAsksForCredentials(t *testing.T) {
	bubble(t, minicluster.Config{Credentials: map[string]string{"p": "secret"}}, func(t *testing.T, c *minicluster.Cluster) {
		for _, path := range []string{"/", "/page/script.js", "/page/live"} {
			code, _, header := do(t, c, "GET", path, "")
			if code != 401 || header.Get("WWW-Authenticate") != `Basic realm="mesos-master-readonly"` {
				t.Errorf("%s: %d %v", path, code, header)
			}
		}
		if code, _, _ := do(t, c, "GET", "/", "", "Authorization: Basic cDpzZWNyZXQ="); code != 200 {
			t.Errorf("with credentials: %d", code)
		}
	})
}

func TestPageIsForThoseWhoMaySeeAll(t *testing.T) {
	cfg := minicluster.Config{
		Credentials: map[string]string{"p": "secret", "q": "secret"},
		ACLs:        lists(true, "view_tasks p ANY", "view_tasks ANY NONE"),
	}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		if code, body, _ := do(t, c, "GET", "/page/live", "", "Authorization: Basic cTpzZWNyZXQ="); code != 403 || body != "403 Forbidden." {
			t.Errorf("page/live of q: %d %q", code, body)
		}
		if code, _, _ := do(t, c, "HEAD", "/page/live", "", "Authorization: Basic cDpzZWNyZXQ="); code != 200 {
			t.Errorf("page/live of p: %d", code)
		}
	})
}
