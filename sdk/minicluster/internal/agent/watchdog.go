package agent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// anchorScript leads a process group: it holds out until the group is killed. What it reads never comes. The
// pipe ends when neither hosting process nor watchdog are left; then the anchor kills its group, itself
// included.
const anchorScript = `trap '' HUP INT QUIT TERM USR1 USR2 ALRM PIPE; read -r line; kill -s KILL 0`

// watchdogScript keeps the numbers of process groups that live and, when its pipe ends, kills them with
// what left them but still descends from them. That is looked for first: a process whose parent dies has
// another one. Nothing is stopped before, as killTree does: the groups have just lost their parent, and the
// kernel answers a stop in such a group with SIGHUP to all of it. A system without ps gets the groups killed
// alone.
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
	// The pipe whose end the anchors wait for: both hosting process and watchdog hold alive open, so that
	// the watchdog has the time it needs.
	anchors, alive *os.File
}

func startWatchdog() (*watchdog, error) {
	anchors, alive, err := os.Pipe() // closed on exec: no task holds it open
	if err != nil {
		return nil, err
	}
	r, pipe, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, anchors.Close(), alive.Close())
	}
	cmd := shell(watchdogScript, r, &syscall.SysProcAttr{Setsid: true})
	cmd.ExtraFiles = []*os.File{alive}
	if err := errors.Join(cmd.Start(), r.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("start the watchdog of task processes: %w", err), pipe.Close(), anchors.Close(), alive.Close())
	}
	return &watchdog{cmd: cmd, pipe: pipe, anchors: anchors, alive: alive}, nil
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

// end lets the watchdog kill what it still knows, waits for it, and gives the anchors up.
func (w *watchdog) end() error {
	return errors.Join(w.pipe.Close(), w.cmd.Wait(), w.anchors.Close(), w.alive.Close())
}

// startAnchor starts the leader of a new process group.
func (w *watchdog) startAnchor() (*anchor, error) {
	cmd := shell(anchorScript, w.anchors, &syscall.SysProcAttr{Setpgid: true})
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a process group: %w", err)
	}
	return &anchor{cmd: cmd}, nil
}

// anchor is the leader of a task's process group.
type anchor struct{ cmd *exec.Cmd }

func (a *anchor) group() int { return a.cmd.Process.Pid }

// bury kills the anchor and reaps it. Only then its number can become another process's.
func (a *anchor) bury() error {
	err := a.cmd.Process.Kill()
	var killed *exec.ExitError
	if waited := a.cmd.Wait(); !errors.As(waited, &killed) {
		err = errors.Join(err, waited)
	}
	return err
}

// shell is /bin/sh on a script, with nothing but an input.
func shell(script string, in *os.File, attr *syscall.SysProcAttr) *exec.Cmd {
	return &exec.Cmd{
		Path: "/bin/sh", Args: []string{"sh", "-c", script}, Env: []string{"PATH=" + defaultPath},
		Dir: "/", Stdin: in, SysProcAttr: attr,
	}
}
