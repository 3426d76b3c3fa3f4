package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// An Agent holds resources and runs tasks for a master. Its methods may be called from any goroutine; they
// queue what they ask for and it is done in the order of the calls. Those that return something wait for
// what was queued before, and never for the Upstream.
type Agent struct {
	cfg     Config
	up      Upstream // line
	line    *line
	log     *slog.Logger
	inbox   *inbox
	workers sync.WaitGroup // goroutines that wait for processes, fetch or probe; they report to the inbox
	lock    *workDirLock
	stopped chan struct{} // closed when the loop has ended
	closing sync.Once
	closed  error // result of Close

	after sync.Mutex // guards the fields below once stopped is closed; before, the loop owns them

	failure    error // why the agent gave up by itself
	id         *mesos.AgentID
	renew      bool               // its info has changed since it was checkpointed
	registered bool               // a master has the agent: there is somebody to report to
	away       bool               // suspended
	recovery   *time.Timer        // runs while the agent is away
	drained    *mesos.DrainConfig // of the latest drain; nil: none goes on, see draining
	leaving    bool               // asked to shut down
	left       bool               // and done with it
	ledger     *ledger
	journal    *journal
	total      resource.Set
	frameworks map[string]*framework // by id
	ending     map[*framework]bool   // shut down, with processes left
	operations map[string]*stream[mesos.Operation]
	server     *http.Server  // of the executor API; nil before the first custom executor
	endpoint   string        // its address
	patience   time.Duration // with executors that don't register
}

// Open reads what an agent left in cfg.WorkDir, or begins anew, and starts the agent's goroutine. It takes
// over cfg.Runner, also when it fails.
//
// A checkpoint that was begun is completed first (semantics 4.7). Where the reservations and volumes on disk
// don't fit cfg.Resources the error is an [*IncompatibleError]; where another agent has the folder, it wraps
// [ErrInUse]; where files in it can't be understood, [ErrCorrupt].
//
// The tasks of checkpointing frameworks that the agent had when it was closed have failed: their updates
// are sent when the agent is registered (semantics 4.8). Others are forgotten.
func Open(cfg Config, up Upstream) (*Agent, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, errors.Join(err, closeRunner(cfg.Runner))
	}
	a := &Agent{
		cfg:        cfg,
		log:        cfg.Logger,
		inbox:      newInbox(),
		stopped:    make(chan struct{}),
		frameworks: map[string]*framework{},
		ending:     map[*framework]bool{},
		operations: map[string]*stream[mesos.Operation]{},
		patience:   registrationTimeout,
	}
	a.line = &line{up: up, receive: a.do}
	a.up = a.line
	if err := a.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("agent %s: %w", cfg.WorkDir, err), a.lock.release(), closeRunner(cfg.Runner))
	}
	go a.loop()
	return a, nil
}

func closeRunner(r Runner) error {
	if r == nil {
		return nil
	}
	return r.Close()
}

func (a *Agent) loop() {
	defer close(a.stopped)
	for f := a.inbox.next(); f != nil; f = a.inbox.next() {
		if a.failure == nil && !a.left {
			f()
		}
	}
}

// do queues f for the agent's goroutine.
func (a *Agent) do(f func()) { a.inbox.put(f) }

// ask runs f in the order of the calls and waits for it. Once the agent has ended f runs right away.
func (a *Agent) ask(f func()) {
	done := make(chan struct{})
	if a.inbox.put(func() { f(); close(done) }) {
		select {
		case <-done:
			return
		case <-a.stopped:
		}
		select {
		case <-done:
			return
		default:
		}
	}
	<-a.stopped
	a.after.Lock()
	defer a.after.Unlock()
	f()
}

// fail ends the agent as a real one exits: nothing that is queued or comes later is done.
func (a *Agent) fail(err error) {
	a.log.Error("agent exits", "agent", a.id.GetValue(), "error", err)
	a.stopEverything()
	a.failure = err
	a.inbox.close(func() {})
	if a.cfg.Exited != nil {
		a.cfg.Exited(err)
	}
}

// Close ends all of the agent's processes with SIGKILL and waits for them and for the agent's goroutines.
// What it knows of the tasks of checkpointing frameworks stays on disk. The error is that of the agent having
// given up by itself before (see [Config.Exited]) or of ending processes. Further calls return the same.
func (a *Agent) Close() error {
	a.closing.Do(func() {
		a.inbox.close(func() { a.stopEverything() })
		<-a.stopped
		err := errors.Join(a.closeServer(), a.cfg.Runner.Close())
		a.workers.Wait()
		a.after.Lock()
		defer a.after.Unlock()
		a.closed = errors.Join(a.failure, err, a.lock.release())
	})
	return a.closed
}

// Info describes the agent as it registers: its static resources, not what operations made of them. ID is
// nil until the agent is registered, unless it was recovered.
func (a *Agent) Info() mesos.AgentInfo {
	var info mesos.AgentInfo
	a.ask(func() { info = a.info() })
	return info
}

func (a *Agent) info() mesos.AgentInfo {
	info := mesos.AgentInfo{
		Hostname:   a.cfg.Hostname,
		Port:       new(a.cfg.Port),
		Resources:  a.cfg.Resources.Clone(),
		Attributes: slices.Clone(a.cfg.Attributes),
	}
	if a.id != nil {
		info.ID = &mesos.AgentID{Value: a.id.Value}
	}
	return info
}

// Registered tells the agent that a master has it under this id: for the first time, when the id is
// checkpointed, or again after a restart of either, when the id is the one recovered. Updates that are not
// acknowledged are sent, again if need be (semantics 6.2).
func (a *Agent) Registered(id mesos.AgentID) error {
	var err error
	a.ask(func() {
		if err = errors.Join(a.register(id), noteBoot(a.cfg.WorkDir)); err == nil {
			a.away, a.registered = false, true
			if a.recovery != nil {
				a.recovery.Stop()
			}
			a.resendAll()
			a.repeatUnheard()
		}
	})
	return err
}

// Total is what the agent has: its static resources with reservations and volumes applied. Nothing is
// allocated in it.
func (a *Agent) Total() resource.Set {
	var total resource.Set
	a.ask(func() { total = a.total.Clone() })
	return total
}

// Checkpointed is the part of Total that is kept on disk: dynamic reservations and volumes (semantics 2.9).
func (a *Agent) Checkpointed() resource.Set {
	var s resource.Set
	a.ask(func() { s = a.ledger.resources.Clone() })
	return s
}

// Operations are those whose outcome the master has not acknowledged, in no order; UUID.Value is the text
// that [Agent.Apply] was given.
func (a *Agent) Operations() []mesos.Operation {
	var all []mesos.Operation
	a.ask(func() {
		for i := range a.ledger.operations {
			all = append(all, *clone(&a.ledger.operations[i]))
		}
	})
	return all
}

// clone copies a message with everything below it.
func clone[M proto.Message](m M) M { return proto.Clone(m).(M) }
