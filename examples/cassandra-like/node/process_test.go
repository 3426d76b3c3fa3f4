package node

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// child is a node in a process of its own.
type child struct {
	*exec.Cmd
	address string
	stderr  *output
}

// output collects what a process says, and can be read meanwhile.
type output struct {
	mu   sync.Mutex
	text []byte
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, p...)
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}

// start runs a node of a ring of one on the volume; more is added to its environment.
func start(t *testing.T, volume string, more ...string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(os.Args[0]), address: freeAddress(t), stderr: new(output)}
	c.Stderr = c.stderr
	c.Env = append(os.Environ(), childEnv+"=1", EnvName+"=node-0", EnvService+"=ring", EnvVolume+"=v",
		EnvDir+"="+volume, EnvListen+"="+c.address, EnvRing+"=node-0")
	c.Env = append(c.Env, more...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.ProcessState == nil {
			c.Process.Kill()
			c.Wait()
		}
	})
	return c
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (c *child) up(t *testing.T) Status {
	t.Helper()
	var s Status
	eventually(t, "the node is up", func() error {
		raw, err := request(http.MethodGet, c.address, "/status", nil)
		if err != nil {
			return fmt.Errorf("%w; it says: %s", err, c.stderr)
		}
		return json.Unmarshal(raw, &s)
	})
	return s
}

// ended waits for the process and returns its exit code, -1 if a signal ended it.
func (c *child) ended(t *testing.T) int {
	t.Helper()
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// patience is what a slow machine may need for anything.
const patience = time.Minute

// eventually asks until there is no error.
func eventually(t *testing.T, what string, ask func() error) {
	t.Helper()
	deadline, tick := time.After(patience), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not so: %s: %v", what, err)
		}
	}
}

var testClient = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

func request(method, address, path string, body []byte) ([]byte, error) {
	r, err := http.NewRequest(method, "http://"+address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := testClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%d: %s", response.StatusCode, bytes.TrimSpace(raw))
	}
	return raw, err
}

// TestKillInWrite kills a node while several clients write, again and again. What was answered before is there after it.
func TestKillInWrite(t *testing.T) {
	volume := t.TempDir()
	var mu sync.Mutex
	answered := map[string]string{}
	for round := range 4 {
		c := start(t, volume)
		if s := c.up(t); s.PID != c.Process.Pid || s.Keys < int64(len(answered)) {
			t.Fatalf("status is %+v, want pid %d and at least %d keys", s, c.Process.Pid, len(answered))
		}
		var group sync.WaitGroup
		enough := make(chan struct{})
		count := 0
		for w := range 4 {
			group.Go(func() {
				for i := 0; ; i++ {
					key, value := fmt.Sprintf("r%d-w%d-%d", round, w, i), strings.Repeat(fmt.Sprint(i), 100)
					if _, err := request(http.MethodPut, c.address, "/keys/"+key, []byte(value)); err != nil {
						return // it was killed
					}
					mu.Lock()
					answered[key] = value
					if count++; count == 50*(round+1) {
						close(enough)
					}
					mu.Unlock()
				}
			})
		}
		<-enough
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		c.ended(t)
		group.Wait()
	}
	c := start(t, volume)
	c.up(t)
	for key, value := range answered {
		if got, err := request(http.MethodGet, c.address, "/keys/"+key, nil); err != nil || string(got) != value {
			t.Errorf("%s was written and answered, now: %.50s, %v", key, got, err)
		}
	}
}

func TestSecondProcessOnAVolume(t *testing.T) {
	t.Parallel() // most of its time is waiting
	volume := t.TempDir()
	first := start(t, volume)
	first.up(t)
	second := start(t, volume)
	if code := second.ended(t); code != ExitInUse || !strings.Contains(second.stderr.String(), "the volume is in use") {
		t.Errorf("the second writer ended with %d: %s", code, second.stderr)
	}
	// With the first frozen the second doesn't get in either: its writer may go on at any time.
	if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	third := start(t, volume)
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := first.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if code := first.ended(t); code != 0 {
		t.Errorf("SIGTERM ended the first with %d: %s", code, first.stderr)
	}
	third.up(t) // it waited
}

func TestProcessRefusals(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, identityFile), []byte(`{"service":"ring","instance":"node-9","volume":"v"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, env, says string
		code            int
	}{
		{"no volume", EnvDir + "=" + filepath.Join(t.TempDir(), "none"), "no volume", ExitForeign},
		{"another's volume", EnvDir + "=" + foreign, "it belongs to node-9", ExitForeign},
		{"port in use", EnvListen + "=" + taken.Addr().String(), "address already in use", ExitPort},
		{"no name", EnvName + "=", "Config.Name", 1},
	} {
		p := start(t, t.TempDir(), c.env)
		if code := p.ended(t); code != c.code || !strings.Contains(p.stderr.String(), c.says) {
			t.Errorf("%s: exit code %d, want %d and %q: %s", c.name, code, c.code, c.says, p.stderr)
		}
	}
}

// TestDiskFull: a node that can't write any more says so with each write, keeps what it has, and goes on reading.
func TestDiskFull(t *testing.T) {
	volume := t.TempDir()
	c := start(t, volume, limitEnv+"=1000000")
	c.up(t)
	value := bytes.Repeat([]byte("v"), MaxValue)
	written := 0
	var failure error
	for ; failure == nil && written < 100; written++ {
		_, failure = request(http.MethodPut, c.address, fmt.Sprintf("/keys/key-%d", written), value)
	}
	if failure == nil || !strings.HasPrefix(failure.Error(), "503") || !strings.Contains(failure.Error(), "write to the volume") {
		t.Fatalf("after %d writes of %d bytes into a full disk: %v", written, len(value), failure)
	}
	check := func(c *child) {
		t.Helper()
		for i := range written - 1 {
			if got, err := request(http.MethodGet, c.address, fmt.Sprintf("/keys/key-%d", i), nil); err != nil || !bytes.Equal(got, value) {
				t.Errorf("key-%d was answered for, now: %d bytes, %v", i, len(got), err)
			}
		}
	}
	check(c)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := c.ended(t); code != 0 {
		t.Errorf("ended with %d: %s", code, c.stderr)
	}
	again := start(t, volume)
	again.up(t)
	check(again)
	if _, err := request(http.MethodPut, again.address, "/keys/more", value); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
