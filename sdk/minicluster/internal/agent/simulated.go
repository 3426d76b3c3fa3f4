package agent

import (
	"sync"
	"syscall"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// A Simulation says how a simulated process runs.
type Simulation struct {
	// Runs is how long it runs. 0: until it is killed, or ended by [SimulatedRunner.End].
	Runs time.Duration
	// Status is its exit status when it ends by itself.
	Status int
	// Stubborn makes it ignore SIGTERM, so that only SIGKILL after the grace period ends it.
	Stubborn bool
	// Work is called when it starts, with its sandbox, where volumes are found at their container paths; an
	// error ends it at once with exit status 1. It is called on the agent's goroutine, so it must not wait for
	// the cluster. May be nil.
	Work func(sandbox string) error
}

// SimulatedRunner is a Runner that starts no processes: nothing but timers, so it works in a testing/synctest
// bubble. Health checks are not run against what it starts.
type SimulatedRunner struct {
	decide func(framework mesos.FrameworkID, task mesos.TaskInfo) Simulation
	mu     sync.Mutex
	closed bool
	live   map[*simulated]bool
}

// NewSimulatedRunner returns a runner that asks decide, from the agent's goroutine, how each task runs. A nil
// decide lets every task run until it is killed or ended.
func NewSimulatedRunner(decide func(framework mesos.FrameworkID, task mesos.TaskInfo) Simulation) *SimulatedRunner {
	if decide == nil {
		decide = func(mesos.FrameworkID, mesos.TaskInfo) Simulation { return Simulation{} }
	}
	return &SimulatedRunner{decide: decide, live: map[*simulated]bool{}}
}

// Probes reports false.
func (r *SimulatedRunner) Probes() bool { return false }

// Start begins a simulated process.
func (r *SimulatedRunner) Start(c Command) (Process, error) {
	s := r.decide(c.Framework, c.Task)
	if s.Work != nil && s.Work(c.Dir) != nil {
		s = Simulation{Runs: time.Nanosecond, Status: 1}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrRunnerClosed
	}
	p := &simulated{runner: r, framework: c.Framework.Value, task: c.Task.TaskID.Value, stubborn: s.Stubborn, done: make(chan struct{})}
	r.live[p] = true
	if s.Runs > 0 {
		p.timer = time.AfterFunc(s.Runs, func() { p.end(Exit{Status: s.Status}) })
	}
	return p, nil
}

// End ends the simulated process of a task and reports whether there was one.
func (r *SimulatedRunner) End(framework mesos.FrameworkID, task mesos.TaskID, exit Exit) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.live {
		if p.framework == framework.Value && p.task == task.Value {
			p.endLocked(exit)
			return true
		}
	}
	return false
}

// Close ends all processes.
func (r *SimulatedRunner) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for p := range r.live {
		p.endLocked(Exit{Signal: syscall.SIGKILL})
	}
	return nil
}

type simulated struct {
	runner          *SimulatedRunner
	framework, task string
	stubborn        bool
	timer           *time.Timer
	exit            Exit
	done            chan struct{}
}

func (p *simulated) Wait() Exit {
	<-p.done
	return p.exit
}

// Signal ends the process by SIGKILL, or by SIGTERM unless it is stubborn. Other signals do nothing.
func (p *simulated) Signal(s syscall.Signal) {
	if s == syscall.SIGKILL || s == syscall.SIGTERM && !p.stubborn {
		p.end(Exit{Signal: s})
	}
}

func (p *simulated) end(exit Exit) {
	p.runner.mu.Lock()
	defer p.runner.mu.Unlock()
	p.endLocked(exit)
}

func (p *simulated) endLocked(exit Exit) {
	if !p.runner.live[p] {
		return
	}
	delete(p.runner.live, p)
	if p.timer != nil {
		p.timer.Stop()
	}
	p.exit = exit
	close(p.done)
}
