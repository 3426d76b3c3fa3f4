package agent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// anchorScript leads a process group: it holds out until its pipe ends or the group is killed. What it
// reads never comes; at the end of the pipe it kills its group, itself included.
const anchorScript = `trap '' HUP INT QUIT TERM USR1 USR2 ALRM PIPE; read -r line; kill -s KILL 0`

// watchdogScript keeps the numbers of process groups that live and, when its pipe ends, kills them with
// what left them but still descends from them. What descends is looked for first: a process whose parent
// dies has another one. A system without ps gets the groups killed alone.
const watchdogScript = `trap '' HUP INT QUIT TERM USR1 USR2 ALRM PIPE
groups=' '
while read -r what group; do
  case $what in
  watch) groups="$groups$group " ;;
  release) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
  esac
done
tree=$(ps -A -o pid= -o ppid= -o pgid= 2>/dev/null | awk -v groups="$groups" '
  BEGIN { n = split(groups, g, " "); for (i = 1; i <= n; i++) wanted[g[i]] = 1 }
  { parent[$1] = $2; if ($3 in wanted) found[$1] = 1 }
  END {
    do { more = 0; for (p in parent) if (!(p in found) && (parent[p] in found)) { found[p] = 1; more = 1 } } while (more)
    for (p in found) print p
  }')
for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null
for pid in $tree; do kill -s KILL "$pid"; done 2>/dev/null
exit 0`

// watchdog is the shell that outlives the hosting process by a moment.
type watchdog struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

func startWatchdog() (*watchdog, error) {
	cmd, pipe, err := startShell(watchdogScript, &syscall.SysProcAttr{Setsid: true})
	if err != nil {
		return nil, fmt.Errorf("start the watchdog of task processes: %w", err)
	}
	return &watchdog{cmd: cmd, pipe: pipe}, nil
}

func (w *watchdog) watch(group int) error {
	if _, err := fmt.Fprintf(w.pipe, "watch %d\n", group); err != nil {
		return fmt.Errorf("the watchdog of task processes is gone: %w", err)
	}
	return nil
}

func (w *watchdog) release(group int) error {
	_, err := fmt.Fprintf(w.pipe, "release %d\n", group)
	return err
}

// end lets the watchdog kill what it still knows, and waits for it.
func (w *watchdog) end() error {
	return errors.Join(w.pipe.Close(), w.cmd.Wait())
}

// anchor is the leader of a task's process group.
type anchor struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

func startAnchor() (*anchor, error) {
	cmd, pipe, err := startShell(anchorScript, &syscall.SysProcAttr{Setpgid: true})
	if err != nil {
		return nil, fmt.Errorf("start a process group: %w", err)
	}
	return &anchor{cmd: cmd, pipe: pipe}, nil
}

func (a *anchor) group() int { return a.cmd.Process.Pid }

// bury ends the group and reaps its leader, which has been killed or kills itself now.
func (a *anchor) bury() error {
	err := a.pipe.Close()
	var killed *exec.ExitError
	if waited := a.cmd.Wait(); !errors.As(waited, &killed) {
		err = errors.Join(err, waited)
	}
	return err
}

// startShell starts /bin/sh on a script, with nothing but a pipe from this process as its input.
func startShell(script string, attr *syscall.SysProcAttr) (*exec.Cmd, io.WriteCloser, error) {
	r, w, err := os.Pipe() // closed on exec: no other child holds it open
	if err != nil {
		return nil, nil, err
	}
	cmd := &exec.Cmd{
		Path: "/bin/sh", Args: []string{"sh", "-c", script}, Env: []string{"PATH=" + defaultPath},
		Dir: "/", Stdin: r, SysProcAttr: attr,
	}
	if err := errors.Join(cmd.Start(), r.Close()); err != nil {
		return nil, nil, errors.Join(err, w.Close())
	}
	return cmd, w, nil
}
