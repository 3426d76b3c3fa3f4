package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/state/boltstate"
)

// program is the example, built once.
var program = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "build", "-o", filepath.Join(scratch, service), ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return filepath.Join(scratch, service), err
})

var scratch string // removed by TestMain

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "cassandra-like-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := os.RemoveAll(scratch); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// process is a run of the program.
type process struct {
	*exec.Cmd
	lines  chan string // of stdout, closed at its end
	stdout strings.Builder
	stderr bytes.Buffer
}

func begin(t *testing.T, args ...string) *process {
	t.Helper()
	if testing.Short() {
		t.Skip("runs whole clusters: left out with -short")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(path, args...), lines: make(chan string, 1000)}
	p.Stderr = &p.stderr
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.lines <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		if p.ProcessState == nil {
			p.Process.Kill()
			p.end(t)
		}
	})
	return p
}

// until reads stdout up to the line that contains the text.
func (p *process) until(t *testing.T, text string) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.end(t)
				t.Fatalf("it ended without saying %q:\n%s%s", text, &p.stdout, &p.stderr)
			}
			fmt.Fprintln(&p.stdout, line)
			if strings.Contains(line, text) {
				return
			}
		case <-late:
			t.Fatalf("it didn't say %q within two minutes:\n%s", text, &p.stdout)
		}
	}
}

// end waits for the program and returns all it said and its exit code.
func (p *process) end(t *testing.T) (stdout string, code int) {
	t.Helper()
	for line := range p.lines {
		fmt.Fprintln(&p.stdout, line)
	}
	var exit *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.stdout.String(), p.ProcessState.ExitCode()
}

// mustSucceed runs the program to its end, which has to be a good one.
func mustSucceed(t *testing.T, args ...string) string {
	t.Helper()
	p := begin(t, args...)
	stdout, code := p.end(t)
	text := strings.TrimSpace(stdout)
	last := text[strings.LastIndexByte(text, '\n')+1:]
	if code != 0 || !strings.HasPrefix(last, "ok:") {
		t.Fatalf("%v ended with %d and the line %q:\n%s%s", args, code, last, stdout, &p.stderr)
	}
	return stdout
}

func contains(t *testing.T, stdout string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(stdout, text) {
			t.Errorf("it didn't say %q:\n%s", text, stdout)
		}
	}
}

func word(t *testing.T, stdout, pattern string) string {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(stdout)
	if match == nil {
		t.Fatalf("no %s in:\n%s", pattern, stdout)
	}
	return match[1]
}

func TestWithoutFlags(t *testing.T) {
	stdout := mustSucceed(t)
	contains(t, stdout, "wrote 1000 keys", "SIGKILL to node-1", "TASK_FAILED of task node-1.1", "same agent S1, same volume", "the scheduler has ended", "read all 1000 keys back")
	if _, err := os.Stat(word(t, stdout, `work dir (\S+)`)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary work dir is still there: %v", err)
	}
	for _, match := range regexp.MustCompile(`pid (\d+)`).FindAllStringSubmatch(stdout, -1) {
		pid, err := strconv.Atoi(match[1])
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is still there: %v", pid, err)
		}
	}
}

// TestTwice: the second run is a new cluster process, a new scheduler and new nodes, with nothing but the work dir in common.
func TestTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a work dir")
	first := mustSucceed(t, "-work-dir", dir, "-keys", "300")
	contains(t, first, "reservations and volumes remain")
	second := mustSucceed(t, "-work-dir", dir, "-keys", "200")
	contains(t, second, "300 keys in it", "all 300 keys of an earlier run are still there", "with its volume cassandra-like.node-2")
	if strings.Contains(second, "making volume") {
		t.Errorf("the second run made a volume:\n%s", second)
	}
	framework := `as framework (\S+)`
	if a, b := word(t, first, framework), word(t, second, framework); a != b {
		t.Errorf("the framework was %s, then %s", a, b)
	}
	p := begin(t, "-work-dir", dir, "-nodes", "2")
	if _, code := p.end(t); code != 1 || !strings.Contains(p.stderr.String(), "-nodes 3") {
		t.Errorf("a ring of another size ended with %d: %s", code, &p.stderr)
	}
}

// TestOneAgent plays on a cluster of somebody else's with a single agent, to which it comes back after Ctrl-C and after it
// was killed.
func TestOneAgent(t *testing.T) {
	t.Parallel() // with TestWhatCannotWork: both mostly wait
	if testing.Short() {
		t.Skip("runs whole clusters: left out with -short")
	}
	cluster := minicluster.New(t, minicluster.Config{Agents: []minicluster.Agent{{Resources: "cpus:4;mem:4096;disk:4096;ports:[31500-31599]"}}})
	dir := t.TempDir()
	args := []string{"-master", "127.0.0.1:1, " + cluster.Masters()[0], "-work-dir", dir, "-role", "eng/db", "-keys", "100"}

	p := begin(t, append(args, "-stay")...)
	p.until(t, "the ring stays up")
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	stdout, code := p.end(t)
	contains(t, stdout, "note: ", "ok: all 100 keys", "the tasks are killed", "ok: stopped")
	if code != 0 {
		t.Errorf("Ctrl-C ended it with %d: %s", code, &p.stderr)
	}

	p = begin(t, append(args, "-stay")...)
	p.until(t, "the ring stays up")
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.end(t)
	stdout = mustSucceed(t, args...)
	contains(t, stdout, "all 100 keys of an earlier run are still there")
	if before, _, _ := strings.Cut(stdout, "of an earlier run"); strings.Contains(before, "launching task") {
		t.Errorf("nodes that ran were launched again:\n%s", before)
	}

	// A key that was promised and isn't there is found out.
	store, err := boltstate.Open(filepath.Join(dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	promised, err := loadPromise(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	promised.Keys++
	if err := errors.Join(promised.save(t.Context(), store), store.Close()); err != nil {
		t.Fatal(err)
	}
	p = begin(t, args...)
	stdout, code = p.end(t)
	if code != 1 || !strings.Contains(p.stderr.String(), "1 of 101 keys are missing or wrong: key-00100 is missing") {
		t.Errorf("with a key missing it ended with %d: %s", code, &p.stderr)
	}
	if strings.Contains(stdout, "ok:") {
		t.Errorf("it said ok with a key missing:\n%s", stdout)
	}
	left := cluster.State()
	if len(left.Frameworks) != 1 || len(left.Completed) != 0 {
		t.Fatalf("%d frameworks and %d that were torn down, want the one of all runs", len(left.Frameworks), len(left.Completed))
	}
	for _, task := range left.Frameworks[0].Tasks {
		if !task.State.Terminal() {
			t.Errorf("task %s is left behind as %v", task.TaskID.Value, task.State)
		}
	}
	volumes := left.Agents[0].Total.Filter(resource.IsVolume)
	if len(volumes) != 3 {
		t.Errorf("volumes left are %v, want three", volumes)
	}
}

// TestPortsTaken: another program has a port that is offered, and another ring of the same names, with a cluster of its own,
// goes for the same ports all the time.
func TestPortsTaken(t *testing.T) {
	if testing.Short() {
		t.Skip("runs whole clusters: left out with -short")
	}
	l, err := net.Listen("tcp", "127.0.0.1:31100")
	if err == nil {
		defer l.Close()
	} // else it is taken all the same
	rings := []*process{begin(t, "-keys", "200"), begin(t, "-keys", "200")}
	for _, ring := range rings {
		stdout, code := ring.end(t)
		if code != 0 {
			t.Errorf("a ring ended with %d:\n%s%s", code, stdout, &ring.stderr)
		}
		contains(t, stdout, "TASK_FAILED of task node-1.1: Command exited with status 69 (its port is taken)", "with its volume cassandra-like.node-1")
	}
}

func TestWhatCannotWork(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs whole clusters: left out with -short")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	locked := t.TempDir()
	store, err := boltstate.Open(filepath.Join(locked, "state"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "state"), []byte(strings.Repeat("x", 99999)), 0o600); err != nil {
		t.Fatal(err)
	}
	small := minicluster.New(t, minicluster.Config{Agents: []minicluster.Agent{{Resources: "cpus:0.1;mem:4096;disk:4096;ports:[31500-31599]"}}})
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-none"}, 2, "not defined: -none"},
		{[]string{"extra"}, 2, `"extra" is not a flag`},
		{[]string{"-nodes", "0"}, 2, "-nodes"},
		{[]string{"-keys", "-1"}, 2, "-keys"},
		{[]string{"-spread", "wide"}, 2, "-spread"},
		{[]string{"-role", "*"}, 2, "-role"},
		{[]string{"-role", "a//b"}, 2, "-role"},
		{[]string{"-timeout", "-1s"}, 2, "-timeout"},
		{[]string{"-master", "nowhere.invalid", "-timeout", "1s"}, 1, "nowhere.invalid"},
		{[]string{"-master", "host:port:more"}, 1, "host:port:more"},
		{[]string{"-master", "127.0.0.1:1", "-timeout", "1s"}, 1, "waited 1s for a master to answer: "},
		{[]string{"-work-dir", filepath.Join(file, "below")}, 1, "not a directory"},
		{[]string{"-work-dir", locked}, 1, "the store is in use"},
		{[]string{"-work-dir", damaged}, 1, "not a readable store"},
		{[]string{"-secret-file", filepath.Join(locked, "none"), "-timeout", "5s"}, 1, "no such file"},
		{[]string{"-master", small.Masters()[0], "-timeout", "2s"}, 1, "cpus"},
	} {
		p := begin(t, c.args...)
		stdout, code := p.end(t)
		if code != c.code || !strings.Contains(p.stderr.String(), c.says) || strings.Contains(stdout, "ok:") {
			t.Errorf("%v ended with %d, want %d and %q:\n%s%s", c.args, code, c.code, c.says, stdout, &p.stderr)
		}
		if dir := regexp.MustCompile(`work dir (\S+)`).FindStringSubmatch(stdout); dir != nil {
			if _, err := os.Stat(dir[1]); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%v left %s behind, though nothing had been launched: %v", c.args, dir[1], err)
			}
		}
	}
	p := begin(t, "-help")
	if _, code := p.end(t); code != 0 || !strings.Contains(p.stderr.String(), "-work-dir") {
		t.Errorf("-help ended with %d: %s", code, &p.stderr)
	}
}
