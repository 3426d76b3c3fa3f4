package agent

import (
	"sync"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// maxWaiting bounds what a cut line keeps: more than that is lost, as if the connection had been given up.
const maxWaiting = 10_000

// line is the connection between an agent and its master. While it is cut nothing gets through in either
// direction; what is sent waits, as TCP keeps it, and arrives in order when the line is mended, or never.
type line struct {
	up      Upstream
	receive func(func()) // queues for the agent's goroutine

	mu      sync.Mutex
	cut     bool
	waiting []func()
}

func (l *line) pass(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !l.cut:
		f()
	case len(l.waiting) < maxWaiting:
		l.waiting = append(l.waiting, f)
	}
}

// hear queues what the master asks for.
func (l *line) hear(f func()) { l.pass(func() { l.receive(f) }) }

func (l *line) TaskUpdate(agent mesos.AgentID, framework mesos.FrameworkID, status mesos.TaskStatus, latest mesos.TaskState) {
	l.pass(func() { l.up.TaskUpdate(agent, framework, status, latest) })
}

func (l *line) OperationUpdate(agent mesos.AgentID, framework *mesos.FrameworkID, operation string, status mesos.OperationStatus) {
	l.pass(func() { l.up.OperationUpdate(agent, framework, operation, status) })
}

func (l *line) ExecutorExited(agent mesos.AgentID, framework mesos.FrameworkID, executor mesos.ExecutorID, status int32) {
	l.pass(func() { l.up.ExecutorExited(agent, framework, executor, status) })
}

func (l *line) ExecutorMessage(agent mesos.AgentID, framework mesos.FrameworkID, executor mesos.ExecutorID, data []byte) {
	l.pass(func() { l.up.ExecutorMessage(agent, framework, executor, data) })
}

// Partition cuts the agent off from its master: nothing that either tells the other gets through, while both
// go on. It is undone by [Agent.Heal].
func (a *Agent) Partition() {
	a.line.mu.Lock()
	defer a.line.mu.Unlock()
	a.line.cut = true
}

// Heal ends a partition. With deliver what was said meanwhile arrives, in order; without it is lost, as on a
// connection that the master has given up: the agent has to register again then.
func (a *Agent) Heal(deliver bool) {
	a.line.mu.Lock()
	defer a.line.mu.Unlock()
	waiting := a.line.waiting
	a.line.cut, a.line.waiting = false, nil
	if deliver {
		for _, f := range waiting {
			f()
		}
	}
}
