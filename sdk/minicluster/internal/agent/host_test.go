package agent

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// hostEnv makes the test binary host an agent in the folder it names, with the tasks of hostTasks, until it
// is killed.
const hostEnv = "MOOR_TEST_HOST"

// hostTasks are shell lines that leave the number of each of their processes in the file pids and stay.
var hostTasks = map[string]string{
	"plain":     `echo $$ >> pids; exec sleep 1000`,
	"forks":     `echo $$ >> pids; sleep 1000 & echo $! >> pids; sh -c 'echo $$ >> pids; sleep 1000 & echo $! >> pids; wait' & wait`,
	"deaf":      `trap '' TERM HUP INT; echo $$ >> pids; sleep 1000 & echo $! >> pids; wait; wait`,
	"stopped":   `sleep 1000 & echo $! >> pids; echo $$ >> pids; kill -STOP 0`,
	"own-group": leave + `sleep 1000 & echo $! >> pids; echo $$ >> pids; wait`,
}

// leave is a prefix that makes a command leave its process group.
var leave = func() string {
	if _, err := exec.LookPath("setsid"); err == nil {
		return "setsid "
	}
	return `perl -e 'setpgrp(0, 0); exec @ARGV' `
}()

// host runs the agent of a hosting process: it prints the processes of its own that must end with it, then
// waits for a death that it can't see coming.
func host(dir string) {
	runner := NewProcessRunner().(*processRunner)
	a, err := Open(Config{WorkDir: dir, Resources: resource.MustParse(agentResources), Runner: runner}, nobody{})
	if err == nil {
		err = a.Registered(mesos.AgentID{Value: "S0"})
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for name, line := range hostTasks {
		a.Launch(client(), command(name, line))
	}
	a.Tasks() // waits for the launches
	runner.mu.Lock()
	fmt.Println(runner.watchdog.cmd.Process.Pid)
	for p := range runner.live {
		fmt.Println(p.anchor.group())
	}
	runner.mu.Unlock()
	fmt.Println("ready")
	select {}
}

// nobody is an Upstream that forgets what it is told.
type nobody struct{}

func (nobody) TaskUpdate(mesos.AgentID, mesos.FrameworkID, mesos.TaskStatus, mesos.TaskState)   {}
func (nobody) OperationUpdate(mesos.AgentID, *mesos.FrameworkID, string, mesos.OperationStatus) {}
func (nobody) ExecutorExited(mesos.AgentID, mesos.FrameworkID, mesos.ExecutorID, int32)         {}
func (nobody) ExecutorMessage(mesos.AgentID, mesos.FrameworkID, mesos.ExecutorID, []byte)       {}

// startHost starts a hosting process and returns it with the numbers of all processes that belong to it.
func startHost(t *testing.T, dir string) (*exec.Cmd, []int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), hostEnv+"="+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	var pids []int
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
		pid, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("the host says %q", lines.Text())
		}
		pids = append(pids, pid)
	}
	if want := len(hostTasks) + 1; len(pids) != want {
		t.Fatalf("the host names %d processes, want %d", len(pids), want)
	}
	for name, line := range hostTasks {
		pids = append(pids, pidsOf(t, dir, name, strings.Count(line, ">> pids"))...)
	}
	t.Cleanup(func() {
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return cmd, pids
}

// pidsOf waits until a task has left n numbers.
func pidsOf(t *testing.T, dir, task string, n int) []int {
	t.Helper()
	var pids []int
	eventually(t, "processes of "+task, func() bool {
		b, err := os.ReadFile(dir + "/" + sandboxOf(task) + "/pids")
		if err != nil || !strings.HasSuffix(string(b), "\n") {
			return false
		}
		pids = pids[:0]
		for _, f := range strings.Fields(string(b)) {
			pid, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
		return len(pids) == n
	})
	return pids
}

// alive reports whether a process runs: one that waits to be reaped doesn't.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat[strings.LastIndexByte(string(stat), ')'):]), " Z ")
}

// eventually polls, with a deadline, what no channel tells: what other processes do.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestNothingOutlivesTheHost(t *testing.T) {
	for _, watched := range []bool{true, false} {
		t.Run(fmt.Sprintf("watchdog=%v", watched), func(t *testing.T) {
			host, pids := startHost(t, t.TempDir())
			if !watched {
				// The anchors are the second line; what is stopped, and what left its group, only the
				// watchdog gets.
				if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			for _, pid := range pids[1:] {
				if !alive(pid) {
					t.Fatalf("process %d is gone before its host is", pid)
				}
			}
			if err := host.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			for _, pid := range pids {
				eventually(t, fmt.Sprintf("process %d is gone with its host", pid), func() bool {
					return !alive(pid) || !watched && !anchored(pid, pids)
				})
			}
		})
	}
}

// anchored reports whether a process is in a group whose anchor runs.
func anchored(pid int, pids []int) bool {
	group, err := syscall.Getpgid(pid)
	return err == nil && slices.Contains(pids[1:len(hostTasks)+1], group) && !stopped(group)
}

func stopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat[strings.LastIndexByte(string(stat), ')'):]), " T ")
}
