package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/test/zookeeper"
)

// patience is how long anything may take on a busy machine.
const patience = time.Minute

// running is a moor cluster in a process of its own.
type running struct {
	*exec.Cmd
	masters []string // addresses
	stderr  bytes.Buffer
	left    chan error // what Wait returned
}

// startCluster starts one on a free port and waits until it says that it is there.
func startCluster(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{left: make(chan error, 1)}
	r.Cmd = exec.Command(program, append([]string{"cluster", "-listen", "127.0.0.1:0"}, args...)...)
	r.Stderr = &r.stderr
	stdout, err := r.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Process.Kill() }) // most have ended by then
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C") {
		if url, ok := strings.CutPrefix(lines.Text(), "master "); ok {
			_, address, _ := strings.Cut(url, "://")
			r.masters = append(r.masters, address)
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, stdout)
		r.left <- r.Wait()
	}()
	if len(r.masters) == 0 {
		t.Fatalf("it says no master's address, but %v, %s", <-r.left, &r.stderr)
	}
	return r
}

// end sends a signal and waits for the end.
func (r *running) end(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := r.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-r.left:
		if err != nil && signal != syscall.SIGKILL {
			t.Errorf("after %v: %v, %s", signal, err, &r.stderr)
		}
	case <-time.After(patience):
		t.Fatalf("%v doesn't end it", signal)
	}
}

// get returns a page, as JSON; post sends a form.
func (r *running) get(t *testing.T, path string) (status int, body map[string]any) {
	t.Helper()
	return decodeAnswer(t)(http.Get("http://" + r.masters[0] + path))
}

func (r *running) post(t *testing.T, path string, fields url.Values) int {
	t.Helper()
	status, _ := decodeAnswer(t)(http.PostForm("http://"+r.masters[0]+path, fields))
	return status
}

func decodeAnswer(t *testing.T) func(*http.Response, error) (int, map[string]any) {
	return func(res *http.Response, err error) (int, map[string]any) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer http.DefaultClient.CloseIdleConnections()
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]any
		if res.Header.Get("Content-Type") == "application/json" {
			if err := json.Unmarshal(b, &body); err != nil {
				t.Fatalf("%v: %s", err, b)
			}
		}
		return res.StatusCode, body
	}
}

// what /slaves shows of what outlives a cluster, by agent id.
func (r *running) kept(t *testing.T) map[string]any {
	t.Helper()
	_, page := r.get(t, "/slaves")
	out := map[string]any{}
	slaves, _ := page["slaves"].([]any)
	for _, s := range slaves {
		slave, _ := s.(map[string]any)
		id, _ := slave["id"].(string)
		out[id] = []any{slave["reserved_resources_full"], slave["attributes"], slave["hostname"]}
	}
	return out
}

// TestClusterGoesOn: ended by either signal, or killed, a cluster goes on with the same agents, reservations and
// volumes when it is started on the same work dir.
func TestClusterGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "work")
	args := []string{"-work-dir", dir, "-agents", "2", "-agent-resources", "cpus:2;mem:512;disk:1024", "-agent-attributes", "rack:r1", "-agent-attributes", "rack:r2"}
	r := startCluster(t, args...)
	before := r.kept(t)
	if len(before) != 2 {
		t.Fatalf("agents are %v, want 2", before)
	}
	const reservation = `"reservations":[{"type":"DYNAMIC","role":"r","principal":"p"}]`
	for id := range before {
		status := r.post(t, "/reserve", url.Values{"slaveId": {id}, "resources": {`[{"name":"disk","type":"SCALAR","scalar":{"value":64},` + reservation + `}]`}})
		if status != http.StatusAccepted {
			t.Fatalf("/reserve answers %d", status)
		}
		status = r.post(t, "/create-volumes", url.Values{"slaveId": {id}, "volumes": {`[{"name":"disk","type":"SCALAR","scalar":{"value":64},` + reservation +
			`,"disk":{"persistence":{"id":"v","principal":"p"},"volume":{"mode":"RW","container_path":"data"}}}]`}})
		if status != http.StatusAccepted {
			t.Fatalf("/create-volumes answers %d", status)
		}
	}
	want := r.kept(t)
	if cmp.Equal(before, want) {
		t.Fatalf("nothing was reserved: %v", want)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		r.end(t, signal)
		r = startCluster(t, args...)
		if diff := cmp.Diff(want, r.kept(t)); diff != "" {
			t.Errorf("after %v: %s", signal, diff)
		}
	}
	// While it runs, nobody else may have its work dir or its address.
	for _, args := range [][]string{{"-work-dir", dir, "-listen", "127.0.0.1:0"}, {"-listen", r.masters[0]}} {
		if status, _, bad := command(t, append([]string{"cluster"}, args...)...); status != exitFailed || strings.Count(bad, "\n") != 1 {
			t.Errorf("%v, in use: status %d, %q; want status 1 and a line", args, status, bad)
		}
	}
	r.end(t, syscall.SIGINT)
}

// TestClusterLeavesNoProcess: tasks end with the cluster, by a signal as by kill -9.
func TestClusterLeavesNoProcess(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		r := startCluster(t)
		file := filepath.Join(t.TempDir(), "pid")
		launch(t, r.masters, "echo $$ > "+file+"; exec sleep 1000")
		pid := readPid(t, file)
		if err := syscall.Kill(pid, 0); err != nil {
			t.Fatalf("the task doesn't run: %v", err)
		}
		r.end(t, signal)
		for deadline := time.Now().Add(patience); syscall.Kill(pid, 0) == nil; {
			if time.Now().After(deadline) {
				t.Fatalf("%v: process %d of a task lives on", signal, pid)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// readPid waits for a task to write its process id: it is running before its shell has written anything.
func readPid(t *testing.T, file string) int {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(file)
		if pid, bad := strconv.Atoi(strings.TrimSpace(string(text))); bad == nil {
			return pid
		} else if time.Now().After(deadline) {
			t.Fatalf("no process id in %s: %v, %v", file, err, bad)
		}
	}
}

// launch runs a command as a task and returns when it has begun; the framework stays away then.
func launch(t *testing.T, masters []string, shell string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	begun := false
	driver, err := scheduler.New(scheduler.Config{
		Masters:   masters,
		Framework: mesos.FrameworkInfo{Name: "test", User: "root", Roles: []string{"r"}, FailoverTimeout: new(600.0)},
	}, scheduler.Callbacks{
		OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			operations, err := ops.On(offers[0]).Launch(mesos.TaskInfo{
				Name: "t", TaskID: mesos.TaskID{Value: "t"}, Resources: resource.MustParse("cpus:0.1;mem:32").Allocate("r"),
				Command: &mesos.CommandInfo{Value: new(shell)},
			}).Build()
			return []scheduler.Decision{scheduler.Accept(offers[:1], operations)}, err
		},
		OnStatus: func(_ context.Context, s mesos.TaskStatus) error {
			if s.GetState() == mesos.TASK_RUNNING {
				begun = true
				cancel()
			} else if s.GetState().Terminal() {
				t.Errorf("the task ended: %v", s.GetMessage())
				cancel()
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Run(ctx); err != nil && !errors.Is(err, context.Canceled) || !begun {
		t.Fatalf("the task doesn't begin: %v", err)
	}
}

// TestClusterAsksForCredentials: who isn't in the file is refused.
func TestClusterAsksForCredentials(t *testing.T) {
	r := startCluster(t, "-credentials", writeFile(t, "ops xyzzy\n"))
	if status, _ := r.get(t, "/state"); status != http.StatusUnauthorized {
		t.Errorf("without credentials: %d, want 401", status)
	}
	r.masters[0] = "ops:xyzzy@" + r.masters[0]
	if status, _ := r.get(t, "/state"); status != http.StatusOK {
		t.Errorf("with them: %d, want 200", status)
	}
	r.end(t, syscall.SIGTERM)
}

// TestClusterOfSeveralMasters: a client that is told of all masters, or of one that stands by, gets through.
func TestClusterOfSeveralMasters(t *testing.T) {
	r := startCluster(t, "-masters", "3", "-acls", `{"permissive": true}`)
	if len(r.masters) != 3 {
		t.Fatalf("masters are %v, want 3", r.masters)
	}
	launch(t, r.masters[2:], "sleep 1000")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get("http://" + r.masters[1] + "/state")
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	defer res.Body.Close()
	if got, want := res.Header.Get("Location"), "//"+r.masters[0]+"/master/state"; res.StatusCode != http.StatusTemporaryRedirect || got != want {
		t.Errorf("a standby answers %d, to %q; want 307 to %q", res.StatusCode, got, want)
	}
	r.end(t, syscall.SIGINT)
}

// TestClustersInZooKeeper: of two programs one leads, and the other one takes over when it is killed.
func TestClustersInZooKeeper(t *testing.T) {
	server := zookeeper.Start(t)
	args := []string{"-zk", "zk://moor:secret@" + server.Address() + "/mesos", "-session-timeout", "2s", "-log-level", "debug"}
	one, two := startCluster(t, args...), startCluster(t, args...)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	named := func() string {
		res, err := client.Get("http://" + two.masters[0] + "/redirect")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return strings.TrimPrefix(res.Header.Get("Location"), "//")
	}
	if got := named(); got != one.masters[0] {
		t.Errorf("the second names %q, want the first, %q", got, one.masters[0])
	}
	one.end(t, syscall.SIGKILL)
	for deadline := time.Now().Add(patience); named() != two.masters[0]; {
		if time.Now().After(deadline) {
			t.Fatalf("the second doesn't lead, but names %q", named())
		}
		time.Sleep(20 * time.Millisecond)
	}
	if kept := two.kept(t); len(kept) != 1 {
		t.Errorf("its agents are %v, want 1", kept)
	}
	two.end(t, syscall.SIGTERM)
	for _, r := range []*running{one, two} {
		if strings.Contains(r.stderr.String(), "secret") {
			t.Errorf("the log tells the password: %s", &r.stderr)
		}
	}
}

// TestClusterWarns: of an address that others reach, unless they have to say who they are.
func TestClusterWarns(t *testing.T) {
	for _, c := range []struct {
		listen, credentials string
		want                bool
	}{
		{"127.0.0.1:5050", "", false}, {"localhost:5050", "", false}, {"[::1]:5050", "", false}, {"127.1.2.3:5050", "", false},
		{"0.0.0.0:5050", "", true}, {":5050", "", true}, {"10.0.0.1:5050", "", true}, {"example.org:5050", "", true}, {"0.0.0.0:5050", "file", false},
	} {
		var bad bytes.Buffer
		(&clusterCommand{Listen: c.listen, Credentials: c.credentials}).warn(&environment{stderr: &bad})
		if got := strings.Contains(bad.String(), "warning"); got != c.want {
			t.Errorf("%s, credentials %q: warned %v, want %v", c.listen, c.credentials, got, c.want)
		}
	}
}
