package scheduler

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// mostWishes bounds the calls that wait for Run.
const mostWishes = 10_000

// wishes are the calls that were asked for and that Run hasn't taken up.
type wishes struct {
	ready chan struct{} // of one: there is something to take

	mu    sync.Mutex
	list  []session.Input
	roles []string
}

func newWishes(roles []string) *wishes {
	return &wishes{ready: make(chan struct{}, 1), roles: slices.Clone(roles)}
}

func (w *wishes) add(in session.Input) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.list) >= mostWishes {
		return ErrBusy
	}
	w.list = append(w.list, in)
	signal(w.ready)
	return nil
}

func (w *wishes) take() []session.Input {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.list
	w.list = nil
	return list
}

// known says whether the framework has all these roles, or may come to have them by an UPDATE_FRAMEWORK.
func (w *wishes) known(roles []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, role := range roles {
		if !slices.Contains(w.roles, role) {
			return fmt.Errorf("%w: %q; it has %q", ErrRole, role, w.roles)
		}
	}
	return nil
}

// learn adds roles to those that are known.
func (w *wishes) learn(roles []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, role := range roles {
		if !slices.Contains(w.roles, role) {
			w.roles = append(w.roles, role)
		}
	}
}

// signal makes a channel of one readable.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Kill implements [Calls]. The error is what is wrong with the task's id.
func (d *Driver) Kill(task mesos.TaskID, agent mesos.AgentID, grace time.Duration) error {
	if err := mesos.ValidateID(task.Value); err != nil {
		return fmt.Errorf("task id %q: %w", task.Value, err)
	}
	return d.wishes.add(session.Kill{Task: session.Task{ID: task.Value, Agent: agent.Value}, Grace: grace})
}

// Revive implements [Calls].
func (d *Driver) Revive(roles ...string) error {
	if err := d.wishes.known(roles); err != nil {
		return err
	}
	return d.wishes.add(session.Revive{Roles: slices.Clone(roles)})
}

// Suppress implements [Calls].
func (d *Driver) Suppress(roles ...string) error {
	if err := d.wishes.known(roles); err != nil {
		return err
	}
	return d.wishes.add(session.Suppress{Roles: slices.Clone(roles)})
}

// Reconcile implements [Calls]. The error is what is wrong with a task's id.
func (d *Driver) Reconcile(tasks ...KnownTask) error {
	for _, t := range tasks {
		if err := mesos.ValidateID(t.ID.Value); err != nil {
			return fmt.Errorf("task id %q: %w", t.ID.Value, err)
		}
	}
	return d.wishes.add(session.Reconcile{Tasks: sessionTasks(tasks)})
}

// Answer implements [Calls].
func (d *Driver) Answer(decisions ...Decision) error {
	return d.wishes.add(session.Answer{Decisions: sessionDecisions(decisions)})
}

// Message implements [Calls].
func (d *Driver) Message(executor mesos.ExecutorID, agent mesos.AgentID, data []byte) error {
	return d.wishes.add(session.Raw{Call: &schedulerpb.Call{
		Type:    schedulerpb.Call_MESSAGE.Enum(),
		Message: &schedulerpb.Call_Message{AgentID: agent, ExecutorID: executor, Data: slices.Clone(data)},
	}})
}

// Shutdown implements [Calls].
func (d *Driver) Shutdown(executor mesos.ExecutorID, agent mesos.AgentID) error {
	return d.wishes.add(session.Raw{Call: &schedulerpb.Call{
		Type:     schedulerpb.Call_SHUTDOWN.Enum(),
		Shutdown: &schedulerpb.Call_Shutdown{ExecutorID: executor, AgentID: agent},
	}})
}

// Send implements [Calls]. In an UPDATE_FRAMEWORK what is not set is filled in as New does, but principal, checkpoint and
// failover_timeout from the present framework: Mesos lets nobody change the first two (semantics 1.8). What it
// says holds for the later subscriptions of this Run, too.
func (d *Driver) Send(call *schedulerpb.Call) error {
	if err := callcheck.Scheduler(call); err != nil {
		return err
	}
	c := proto.Clone(call).(*schedulerpb.Call)
	switch c.GetType() {
	case schedulerpb.Call_REQUEST, schedulerpb.Call_ACCEPT_INVERSE_OFFERS, schedulerpb.Call_DECLINE_INVERSE_OFFERS:
	case schedulerpb.Call_UPDATE_FRAMEWORK:
		if c.UpdateFramework == nil {
			return fmt.Errorf("UPDATE_FRAMEWORK: %w: update_framework is not set", ErrRefused)
		}
		if err := d.update(c.UpdateFramework); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s: %w", c.GetType(), ErrNotByHand)
	}
	return d.wishes.add(session.Raw{Call: c})
}

// update completes an UPDATE_FRAMEWORK and checks it as New would.
func (d *Driver) update(u *schedulerpb.Call_UpdateFramework) error {
	now := &d.cfg.Framework
	cfg := d.cfg
	cfg.Framework, cfg.SuppressedRoles, cfg.OfferConstraints = u.FrameworkInfo, u.SuppressedRoles, u.OfferConstraints
	f := &cfg.Framework
	if f.Principal == nil {
		f.Principal = now.Principal
	}
	if f.Checkpoint == nil {
		f.Checkpoint = now.Checkpoint
	}
	if f.FailoverTimeout == nil {
		f.FailoverTimeout = now.FailoverTimeout
	}
	cfg.Framework = cfg.framework()
	if err := cfg.validate(); err != nil {
		return fmt.Errorf("UPDATE_FRAMEWORK: %w", err)
	}
	u.FrameworkInfo = cfg.Framework
	d.wishes.learn(f.Roles)
	return nil
}

// Teardown implements [Calls].
func (d *Driver) Teardown() error { return d.wishes.add(session.Teardown{}) }

func sessionTasks(tasks []KnownTask) []session.Task {
	list := make([]session.Task, len(tasks))
	for i, t := range tasks {
		list[i] = session.Task{ID: t.ID.Value, Agent: t.Agent.Value}
	}
	return list
}

func sessionDecisions(decisions []Decision) []session.Decision {
	list := make([]session.Decision, len(decisions))
	for i, d := range decisions {
		list[i] = d.d
	}
	return list
}
