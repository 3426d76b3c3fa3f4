package agent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// ErrRunnerClosed is returned by a runner's Start after Close.
var ErrRunnerClosed = errors.New("runner is closed")

// processRunner starts real processes, each with what it starts in a process group of its own.
//
// The group is there before the process is: its leader is a shell, the anchor, that does nothing but wait
// for the end of a pipe. So no moment exists in which a process runs that nobody knows: a process joins its
// group between fork and exec, and until then it holds the pipes of the hosting process open. As long as
// the anchor isn't reaped the group's number can't be given to anybody else, so a signal never goes astray.
//
// When the hosting process ends, by SIGKILL too, the pipes end. Then the watchdog, a shell in a session of
// its own that knows all groups, kills them; and each anchor kills its own once the watchdog is gone too.
type processRunner struct {
	mu       sync.Mutex
	closed   bool
	watchdog *watchdog   // nil until the first start
	retired  []*watchdog // killed by somebody
	live     map[*process]bool
	waiters  sync.WaitGroup
}

// NewProcessRunner returns a Runner of real processes. It starts nothing before the first command.
func NewProcessRunner() Runner { return &processRunner{live: map[*process]bool{}} }

// Probes reports true: what runs can be probed.
func (r *processRunner) Probes() bool { return true }

// Start starts a command in a new process group.
func (r *processRunner) Start(c Command) (Process, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrRunnerClosed
	}
	anchor, err := r.newGroup()
	if err != nil {
		return nil, err
	}
	p := &process{runner: r, anchor: anchor, done: make(chan struct{})}
	cmd, err := p.start(c)
	if err != nil {
		_ = r.watchdog.release(anchor.group()) // if it is gone the next start finds out
		return nil, errors.Join(err, anchor.bury())
	}
	r.live[p] = true
	r.waiters.Go(func() { p.wait(cmd) })
	return p, nil
}

// newGroup makes a process group under the watchdog's eye; under that of a new one if somebody killed the
// old.
func (r *processRunner) newGroup() (*anchor, error) {
	if r.watchdog != nil {
		a, err := r.watchdog.startAnchor()
		if err != nil {
			return nil, err
		}
		if r.watchdog.watch(a.group()) == nil {
			return a, nil
		}
		_ = a.bury()
		// The pipe that the old one's anchors wait for stays open on their behalf for as long as they may live.
		r.retired = append(r.retired, r.watchdog)
	}
	w, err := startWatchdog()
	if err != nil {
		return nil, err
	}
	r.watchdog = w
	for p := range r.live {
		err = errors.Join(err, w.watch(p.anchor.group()))
	}
	if err != nil {
		return nil, err
	}
	a, err := w.startAnchor()
	if err != nil {
		return nil, err
	}
	if err := w.watch(a.group()); err != nil {
		return nil, errors.Join(err, a.bury())
	}
	return a, nil
}

// Close kills every group and ends the watchdog.
func (r *processRunner) Close() error {
	r.mu.Lock()
	r.closed = true
	live := make([]*process, 0, len(r.live))
	for p := range r.live {
		live = append(live, p)
	}
	r.mu.Unlock()
	for _, p := range live {
		p.Signal(syscall.SIGKILL)
	}
	r.waiters.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.retired {
		_ = w.end() // its exit status tells of its death
	}
	r.retired = nil
	if r.watchdog == nil {
		return nil
	}
	err := r.watchdog.end()
	r.watchdog = nil
	return err
}

// process is one command and its group.
type process struct {
	runner *processRunner
	anchor *anchor
	exit   Exit          // valid once done is closed
	done   chan struct{} // closed when the command has ended and its group is killed

	mu    sync.Mutex
	ended bool // the group is no longer ours to signal
}

// start starts the command in the anchor's group; nil where it can't be executed, which is noted on stderr
// and as exit status 1, as Mesos's launcher does it.
func (p *process) start(c Command) (*exec.Cmd, error) {
	stdout, err := openLog(c.Stdout)
	if err != nil {
		return nil, err
	}
	defer stdout.Close()
	stderr, err := openLog(c.Stderr)
	if err != nil {
		return nil, err
	}
	defer stderr.Close()
	path, err := lookPath(c)
	if err == nil {
		cmd := &exec.Cmd{
			Path: path, Args: c.Args, Env: c.Env, Dir: c.Dir, Stdout: stdout, Stderr: stderr,
			SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Pgid: p.anchor.group()},
		}
		if err = cmd.Start(); err == nil {
			return cmd, nil
		}
	}
	p.exit = Exit{Status: 1}
	_, err = fmt.Fprintf(stderr, "Failed to execute command: %v\n", err)
	return nil, err
}

// wait reaps the command and kills what is left of its group.
func (p *process) wait(cmd *exec.Cmd) {
	if cmd != nil {
		err := cmd.Wait()
		p.exit = exitOf(cmd.ProcessState, err)
	}
	p.mu.Lock()
	p.ended = true
	waitGone(killTree(p.anchor.group(), syscall.SIGKILL))
	p.mu.Unlock()

	r := p.runner
	r.mu.Lock()
	delete(r.live, p)
	if r.watchdog != nil {
		// A watchdog that is gone can't be told; the group is dead all the same.
		_ = r.watchdog.release(p.anchor.group())
	}
	r.mu.Unlock()
	_ = p.anchor.bury() // nobody to tell, nothing to do about it
	close(p.done)
}

// Wait waits for the end of the command and of its group.
func (p *process) Wait() Exit {
	<-p.done
	return p.exit
}

// Signal sends s to the group, and to what left the group but still descends from it. The anchor ignores
// what can be ignored.
func (p *process) Signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		killTree(p.anchor.group(), s)
	}
}

func exitOf(state *os.ProcessState, err error) Exit {
	if state == nil {
		return Exit{Status: 1}
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return Exit{Signal: status.Signal(), Core: status.CoreDump()}
	}
	if err != nil && state.Success() {
		return Exit{Status: 1}
	}
	return Exit{Status: state.ExitCode()}
}

// openLog opens a file that output is appended to; none named means nowhere.
func openLog(path string) (io.WriteCloser, error) {
	if path == "" {
		path = os.DevNull
	}
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}

// lookPath finds a command's program: a path as it is, from the working directory; a name in the PATH of
// the command's own environment.
func lookPath(c Command) (string, error) {
	if strings.Contains(c.Path, "/") {
		if filepath.IsAbs(c.Path) {
			return c.Path, nil
		}
		return filepath.Join(c.Dir, c.Path), nil
	}
	search := defaultPath
	for _, v := range c.Env {
		if value, ok := strings.CutPrefix(v, "PATH="); ok {
			search = value
		}
	}
	for _, dir := range filepath.SplitList(search) {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(c.Dir, dir)
		}
		path := filepath.Join(dir, c.Path)
		if info, err := os.Stat(path); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w in %s", c.Path, exec.ErrNotFound, search)
}
