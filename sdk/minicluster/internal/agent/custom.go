package agent

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/executorpb"
)

// registrationTimeout is how long a custom executor may take to subscribe once it was started, and
// executorShutdownGrace what it has for its end where it names nothing else (semantics 0.4).
const (
	registrationTimeout   = time.Minute
	executorShutdownGrace = 5 * time.Second
)

// custom is what an executor has that is a program of the framework's own (semantics 6.9). Its tasks are
// whatever the program makes of them: they have no processes that the agent knows of, and their statuses
// come from it. Owned by the loop.
type custom struct {
	process    Process // nil before it is started
	cancel     context.CancelFunc
	stream     *events // nil while the executor isn't connected
	waiting    []*task // not delivered yet, in the order of their launches
	registered bool    // has been connected
	dead       bool    // nothing of it runs, or ever will
	timer      *time.Timer
	verdict    verdict // what becomes of its tasks when it ends
}

// alive reports whether an executor outlives its tasks: what the built-in ones don't.
func (e *executor) alive() bool { return e.custom != nil && !e.custom.dead }

// launchCustom hands tasks to a custom executor, which is started if it doesn't run yet. The runner of
// simulated processes has no programs, so there the tasks run as those of the default executor do.
func (a *Agent) launchCustom(info *mesos.FrameworkInfo, executorInfo *mesos.ExecutorInfo, tasks []*mesos.TaskInfo, group bool) {
	if !a.launchable(info, executorInfo.ExecutorID.Value, tasks...) {
		return
	}
	f := a.framework(info)
	e := f.executors[executorInfo.ExecutorID.Value]
	isNew := e == nil
	if isNew {
		e = a.newExecutor(f, executorInfo.ExecutorID.Value, executorInfo)
		e.custom = &custom{verdict: executorTerminated}
	}
	var added []*task
	for _, info := range tasks {
		t, err := a.addTask(e, info)
		if err != nil {
			a.fail(err)
			return
		}
		added = append(added, t)
	}
	if group {
		for _, t := range added {
			t.group = added
		}
	}
	if reason, message := a.refusal(e, added); message != "" || !e.alive() {
		if message == "" {
			reason, message = mesos.REASON_EXECUTOR_TERMINATED, "Executor terminating"
		}
		if isNew {
			e.custom.dead = true
		}
		a.refuse(reason, message, added...)
		return
	}
	e.custom.waiting = append(e.custom.waiting, added...)
	err := a.prepareGroup(e, isNew, added)
	switch {
	case err != nil:
		e.custom.verdict = launchFailed(err)
		a.endCustom(e)
	case isNew:
		a.prepareCustom(e)
	default:
		a.deliver(e)
	}
}

// prepareCustom fetches what an executor's command names and starts it.
func (a *Agent) prepareCustom(e *executor) {
	e.custom.cancel = a.fetchInto(e.sandbox, e.container, e.info.Command.GetURIs(), func(err error) {
		if e.custom.dead {
			return
		}
		if err == nil {
			err = a.startCustom(e)
		}
		if err != nil {
			e.custom.verdict = launchFailed(err)
			a.endCustom(e)
		}
	})
}

func (a *Agent) startCustom(e *executor) error {
	endpoint, err := a.serveExecutors()
	if err != nil {
		return err
	}
	c := e.info.Command
	command := Command{
		Framework: *e.framework.info.ID,
		Path:      c.GetValue(),
		Args:      c.GetArguments(),
		Env:       a.executorEnvironment(e, endpoint),
		Dir:       e.sandbox,
		Stdout:    filepath.Join(e.sandbox, "stdout"),
		Stderr:    filepath.Join(e.sandbox, "stderr"),
	}
	command.shell(c)
	process, err := a.cfg.Runner.Start(command)
	if err != nil {
		return err
	}
	e.custom.process = process
	a.workers.Go(func() {
		exit := process.Wait()
		a.do(func() { a.customExited(e, exit.waitStatus()) })
	})
	a.within(e, a.patience, func() {
		e.custom.verdict = verdict{mesos.TASK_FAILED, mesos.REASON_EXECUTOR_REGISTRATION_TIMEOUT, "Executor did not register within 1mins"}
		a.endCustom(e)
	})
	return nil
}

// within does something to an executor after a time, instead of what was to be done before.
func (a *Agent) within(e *executor, d time.Duration, do func()) {
	if e.custom.timer != nil {
		e.custom.timer.Stop()
	}
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		a.do(func() {
			if e.custom.timer == timer && !e.custom.dead {
				do()
			}
		})
	})
	e.custom.timer = timer
}

// deliver sends an executor the tasks that wait for it.
func (a *Agent) deliver(e *executor) {
	if e.custom.stream == nil {
		return
	}
	waiting := e.custom.waiting
	e.custom.waiting = nil
	for _, t := range waiting {
		if t.phase != queued {
			continue // killed before, or gone with its group
		}
		if t.group == nil {
			t.phase = running
			e.custom.stream.send(&executorpb.Event{Type: executorpb.Event_LAUNCH.Enum(), Launch: &executorpb.Event_Launch{Task: *clone(t.info)}})
			continue
		}
		group := &executorpb.Event_LaunchGroup{}
		for _, member := range t.group {
			member.phase = running
			group.TaskGroup.Tasks = append(group.TaskGroup.Tasks, *clone(member.info))
		}
		e.custom.stream.send(&executorpb.Event{Type: executorpb.Event_LAUNCH_GROUP.Enum(), LaunchGroup: group})
	}
}

// subscribed connects a custom executor, in place of an earlier connection. It is told the updates that it
// has no acknowledgement for by that acknowledgement, and gets the tasks that wait.
func (a *Agent) subscribed(e *executor, s *events, call *executorpb.Call_Subscribe) {
	c := e.custom
	if c.stream != nil {
		c.stream.close()
	}
	c.stream = s
	if c.timer != nil && !c.registered {
		c.timer.Stop()
		c.timer = nil
	}
	agent := a.info()
	s.send(&executorpb.Event{
		Type: executorpb.Event_SUBSCRIBED.Enum(),
		Subscribed: &executorpb.Event_Subscribed{
			ExecutorInfo:  *clone(e.info),
			FrameworkInfo: *clone(e.framework.info),
			AgentInfo:     agent,
			ContainerID:   &mesos.ContainerID{Value: e.container},
		},
	})
	for i := range call.GetUnacknowledgedUpdates() {
		a.executorUpdate(e, &call.UnacknowledgedUpdates[i].Status)
	}
	first := !c.registered
	c.registered = true
	a.deliver(e)
	if first && !slices.ContainsFunc(slices.Collect(maps.Values(e.tasks)), func(t *task) bool { return t.phase == running }) {
		a.shutdown(e) // all of its tasks were killed before they were delivered (semantics 6.6)
	}
}

// disconnected notes that an executor's connection has ended.
func (a *Agent) disconnected(e *executor, s *events) {
	if e.custom.stream == s {
		e.custom.stream = nil
	}
}

// executorUpdate takes a status from a custom executor and acknowledges it: from here on delivering it is the
// agent's business (semantics 6.2). One that came before, or comes after the task's end, changes nothing.
func (a *Agent) executorUpdate(e *executor, s *mesos.TaskStatus) {
	acknowledge := func() {
		if e.custom.stream != nil {
			e.custom.stream.send(&executorpb.Event{
				Type:         executorpb.Event_ACKNOWLEDGED.Enum(),
				Acknowledged: &executorpb.Event_Acknowledged{TaskID: s.TaskID, UUID: s.UUID},
			})
		}
	}
	t := e.tasks[s.TaskID.Value]
	if t == nil || t.phase == ended || t.told[string(s.UUID)] {
		a.log.Warn("status ignored: it was sent before, or its task has ended", "framework", e.framework.id(), "executor", e.id, "task", s.TaskID.Value)
		acknowledge()
		return
	}
	s = clone(s)
	s.ExecutorID = &mesos.ExecutorID{Value: e.id}
	if s.Timestamp == nil {
		s.Timestamp = new(now())
	}
	if t.told == nil {
		t.told = map[string]bool{}
	}
	t.told[string(s.UUID)] = true
	t.phase = max(t.phase, running)
	a.accept(t, s)
	acknowledge()
}

// killCustom passes a kill on (semantics 6.6).
func (a *Agent) killCustom(t *task, grace *time.Duration) {
	c := t.executor.custom
	if t.phase == ended || c.stream == nil {
		a.log.Warn("kill ignored: the task has ended, or its executor isn't connected", "framework", t.executor.framework.id(), "task", t.id())
		return
	}
	kill := &executorpb.Event_Kill{TaskID: t.info.TaskID}
	if grace != nil {
		kill.KillPolicy = &mesos.KillPolicy{GracePeriod: &mesos.DurationInfo{Nanoseconds: grace.Nanoseconds()}}
	}
	c.stream.send(&executorpb.Event{Type: executorpb.Event_KILL.Enum(), Kill: kill})
}

// message passes a framework's message on, if there is somebody to take it.
func (a *Agent) message(frameworkID, executorID string, data []byte) {
	f := a.frameworks[frameworkID]
	if f == nil || f.executors[executorID] == nil || !f.executors[executorID].alive() || f.executors[executorID].custom.stream == nil {
		a.log.Warn("message dropped: no such executor is connected", "framework", frameworkID, "executor", executorID)
		return
	}
	f.executors[executorID].custom.stream.send(&executorpb.Event{Type: executorpb.Event_MESSAGE.Enum(), Message: &executorpb.Event_Message{Data: data}})
}

// shutdownCustom asks an executor to end and ends it after its grace period.
func (a *Agent) shutdownCustom(e *executor) {
	c := e.custom
	if c.dead {
		return
	}
	if c.process == nil || c.stream == nil {
		a.endCustom(e)
		return
	}
	grace := executorShutdownGrace
	if p := e.info.ShutdownGracePeriod; p != nil {
		grace = max(time.Duration(p.Nanoseconds), 0)
	}
	c.stream.send(&executorpb.Event{Type: executorpb.Event_SHUTDOWN.Enum()})
	a.within(e, grace, func() { a.endCustom(e) })
}

// endCustom kills an executor, with everything it started.
func (a *Agent) endCustom(e *executor) {
	if e.custom.process != nil {
		e.custom.process.Signal(sigKill) // customExited follows
		return
	}
	a.customExited(e, -1)
}

// customExited ends the tasks of an executor that has ended, and tells the master. status is that of wait(2);
// -1: there was no process.
func (a *Agent) customExited(e *executor, status int32) {
	c := e.custom
	if c.dead {
		return
	}
	a.stopCustom(e)
	c.dead = true
	for _, t := range e.tasks {
		if t.phase != ended {
			a.update(t, t.agentStatus(c.verdict))
		}
	}
	f := e.framework
	if !f.ended {
		e.reported = true
		a.up.ExecutorExited(mesos.AgentID{Value: a.id.Value}, mesos.FrameworkID{Value: f.id()}, mesos.ExecutorID{Value: e.id}, status)
	}
	if len(e.tasks) == 0 {
		a.forgetExecutor(e)
	}
	a.settle(f)
}

// stopCustom ends what goes on about an executor, but for its process.
func (a *Agent) stopCustom(e *executor) {
	c := e.custom
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if c.cancel != nil {
		c.cancel()
	}
	if c.stream != nil {
		c.stream.close()
		c.stream = nil
	}
}

// errNoExecutors says why an executor can't be run.
var errNoExecutors = errors.New("no address for executors to reach the agent at")
