package agent

import (
	"fmt"
	"syscall"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A Runner starts the processes of one agent's tasks. An agent owns the runner it was given: closing the
// agent closes it.
type Runner interface {
	// Start starts a command. A command that can't be executed, such as a missing program, is no error here
	// but a process that fails: Mesos tells of it by the exit status 1 and a line on stderr.
	Start(c Command) (Process, error)
	// Probes reports whether health checks can be run against what it starts.
	Probes() bool
	// Close ends every process that is left and waits for it.
	Close() error
}

// A Command is what a Runner starts.
type Command struct {
	Framework mesos.FrameworkID // whose task it is
	Task      mesos.TaskInfo    // for simulated processes; real ones are what follows
	Path      string            // program; searched for in the PATH of Env unless it has a slash
	Args      []string          // argv, the program's own name first
	Env       []string          // "NAME=value", nothing else is inherited
	Dir       string            // working directory: the sandbox
	Stdout    string            // file that standard output is appended to
	Stderr    string            // file that standard error is appended to
}

// A Process is a started command with everything that it started itself.
type Process interface {
	// Wait blocks until the command has ended and everything left of it is killed. Any number of goroutines
	// may call it.
	Wait() Exit
	// Signal sends a signal to the command and to what it started. It does nothing once the command has ended.
	Signal(s syscall.Signal)
}

// An Exit is how a command ended.
type Exit struct {
	Status int            // exit status, where Signal is 0
	Signal syscall.Signal // what killed it; 0: it exited
	Core   bool           // with a core dump
}

// Success reports whether the command exited with status 0.
func (e Exit) Success() bool { return e.Signal == 0 && e.Status == 0 }

// waitStatus is the end as wait(2) has it.
func (e Exit) waitStatus() int32 {
	status := int32(e.Status)<<8 | int32(e.Signal)
	if e.Core {
		status |= 0x80
	}
	return status
}

// String words the end as Mesos does: "exited with status 3", "terminated with signal Killed".
func (e Exit) String() string {
	if e.Signal == 0 {
		return fmt.Sprintf("exited with status %d", e.Status)
	}
	text := "terminated with signal " + signalName(e.Signal)
	if e.Core {
		text += " (core dumped)"
	}
	return text
}

// signalName is what strsignal(3) of the GNU C library, which Mesos prints, calls a signal.
func signalName(s syscall.Signal) string {
	switch s {
	case syscall.SIGHUP:
		return "Hangup"
	case syscall.SIGINT:
		return "Interrupt"
	case syscall.SIGQUIT:
		return "Quit"
	case syscall.SIGILL:
		return "Illegal instruction"
	case syscall.SIGTRAP:
		return "Trace/breakpoint trap"
	case syscall.SIGABRT:
		return "Aborted"
	case syscall.SIGBUS:
		return "Bus error"
	case syscall.SIGFPE:
		return "Floating point exception"
	case syscall.SIGKILL:
		return "Killed"
	case syscall.SIGUSR1:
		return "User defined signal 1"
	case syscall.SIGSEGV:
		return "Segmentation fault"
	case syscall.SIGUSR2:
		return "User defined signal 2"
	case syscall.SIGPIPE:
		return "Broken pipe"
	case syscall.SIGALRM:
		return "Alarm clock"
	case syscall.SIGTERM:
		return "Terminated"
	case syscall.SIGXCPU:
		return "CPU time limit exceeded"
	case syscall.SIGXFSZ:
		return "File size limit exceeded"
	case syscall.SIGSYS:
		return "Bad system call"
	}
	return fmt.Sprintf("Unknown signal %d", int(s))
}
