package agent

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// framework returns the agent's entry for a framework, made if need be, with its newest info.
func (a *Agent) framework(info *mesos.FrameworkInfo) *framework {
	f := a.frameworks[info.ID.GetValue()]
	if f == nil {
		f = &framework{tasks: map[string]*task{}, executors: map[string]*executor{}}
		a.frameworks[info.ID.GetValue()] = f
	}
	f.info = info
	return f
}

// launchable reports whether a task can be taken in at all: its ids become names of folders.
func (a *Agent) launchable(framework *mesos.FrameworkInfo, executorID string, tasks ...*mesos.TaskInfo) bool {
	a.inUse()
	err := errors.Join(mesos.ValidateID(framework.ID.GetValue()), mesos.ValidateID(executorID))
	for _, t := range tasks {
		err = errors.Join(err, mesos.ValidateID(t.TaskID.Value))
		if f := a.frameworks[framework.ID.GetValue()]; f != nil && f.tasks[t.TaskID.Value] != nil {
			// An update about the second one would end the first one in the master's books.
			err = errors.Join(err, fmt.Errorf("task %s is here already", t.TaskID.Value))
		}
	}
	if a.id == nil {
		err = errors.Join(err, errors.New("the agent is not registered"))
	}
	if err != nil {
		a.log.Error("launch ignored", "framework", framework.ID.GetValue(), "executor", executorID, "error", err)
	}
	return err == nil
}

// launch begins a command task, or one for a custom executor.
func (a *Agent) launch(info *mesos.FrameworkInfo, task *mesos.TaskInfo) {
	if e := task.Executor; e != nil {
		if a.cfg.Runner.Probes() {
			a.launchCustom(info, e, []*mesos.TaskInfo{task}, false)
			return
		}
		task.Command = e.Command // where there are no programs the task stands for both
		a.launchGroup(info, e, []*mesos.TaskInfo{task})
		return
	}
	executorID := task.TaskID.Value
	if !a.launchable(info, executorID, task) {
		return
	}
	draining := a.draining() != nil
	f := a.framework(info)
	e := f.executors[executorID]
	taken := e != nil
	if !taken {
		e = a.newExecutor(f, executorID, nil)
	}
	t, err := a.addTask(e, task)
	if err != nil {
		a.fail(err)
		return
	}
	switch {
	case draining:
		a.refuse(mesos.REASON_AGENT_DRAINING, launchedWhileDraining, t)
	case taken:
		a.refuse(mesos.REASON_TASK_INVALID, "Cannot reuse an already existing executor for a command task", t)
	case !a.ledger.resources.Contains(held(task.Resources)):
		a.refuse(mesos.REASON_RESOURCES_UNKNOWN, unknownResources, t)
	default:
		a.prepare(t)
	}
}

const unknownResources = "The checkpointed resources being used by the task or task group are unknown to the agent"

func (a *Agent) newExecutor(f *framework, id string, info *mesos.ExecutorInfo) *executor {
	e := &executor{framework: f, id: id, info: info, container: newContainerID(), tasks: map[string]*task{}}
	e.sandbox = a.sandbox(f.id(), id, e.container)
	f.executors[id] = e
	return e
}

// addTask takes a task into the books, on disk as well if the framework checkpoints.
func (a *Agent) addTask(e *executor, info *mesos.TaskInfo) (*task, error) {
	t := &task{executor: e, info: info, state: mesos.TASK_STAGING, container: e.container, sandbox: e.sandbox}
	if e.info != nil && e.custom == nil {
		t.container = newContainerID()
		t.sandbox = filepath.Join(e.sandbox, "containers", t.container)
	}
	t.updates = newStream(a, a.sendUpdate(t))
	e.tasks[t.id()], e.framework.tasks[t.id()] = t, t
	return t, a.journal.launched(t)
}

// refuse ends tasks that never come to run.
func (a *Agent) refuse(reason mesos.TaskStatus_Reason, message string, tasks ...*task) {
	for _, t := range tasks {
		a.update(t, t.agentStatus(verdict{t.executor.framework.dropped(), reason, message}))
	}
}

// launchFailed is the end of a task whose container could not be made.
func launchFailed(err error) verdict {
	return verdict{mesos.TASK_FAILED, mesos.REASON_CONTAINER_LAUNCH_FAILED, "Failed to launch container: " + err.Error()}
}

// failLaunch ends all tasks of an executor whose container could not be made.
func (a *Agent) failLaunch(e *executor, err error) {
	for _, t := range e.tasks {
		a.update(t, t.agentStatus(launchFailed(err)))
	}
}

// prepare makes a command task's sandbox, with its volumes, and runs the task once what its command names is
// fetched.
func (a *Agent) prepare(t *task) {
	err := a.makeSandbox(t)
	if err == nil {
		err = a.linkVolumes(t.executor, t.info.Resources)
	}
	if err != nil {
		a.failLaunch(t.executor, err)
		return
	}
	a.fetch(t, func(err error) {
		if t.phase != queued {
			return // killed meanwhile
		}
		if err != nil {
			a.failLaunch(t.executor, err)
			return
		}
		a.update(t, t.executorStatus(mesos.TASK_STARTING, ""))
		a.start(t)
	})
}

// fetch fetches what a task's command names and goes on with then, on the loop; at once if that is nothing.
// The error has Mesos's words; what went wrong is on stderr in the sandbox, where its fetcher writes.
func (a *Agent) fetch(t *task, then func(error)) {
	if cancel := a.fetchInto(t.sandbox, t.containerText(), t.info.Command.GetURIs(), then); cancel != nil {
		t.cancel = cancel
	}
}

// fetchInto is fetch for any sandbox. It returns what cancels it, nil where it is over already.
func (a *Agent) fetchInto(sandbox, container string, uris []mesos.CommandInfo_URI, then func(error)) context.CancelFunc {
	if len(uris) == 0 {
		then(nil)
		return nil
	}
	if err := validateURIs(uris); err != nil {
		then(fmt.Errorf("Could not fetch: %w", err)) //nolint:staticcheck // Mesos's own text
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.workers.Go(func() {
		defer cancel()
		err := fetchAll(ctx, uris, sandbox)
		if err != nil {
			a.log.Warn("fetching failed", "sandbox", sandbox, "error", err)
			err = errors.Join(
				fmt.Errorf("Failed to fetch all URIs for container '%s': exited with status 1", container), //nolint:staticcheck // Mesos's own text
				appendLine(filepath.Join(sandbox, "stderr"), err.Error()))
		}
		a.do(func() { then(err) })
	})
	return cancel
}

// start runs the command of a task whose TASK_STARTING was sent.
func (a *Agent) start(t *task) {
	t.phase = starting
	command := t.info.Command
	if command.GetValue() == "" {
		// The built-in executor of Mesos aborts on such a command, which the master lets through.
		a.update(t, t.agentStatus(verdict{mesos.TASK_FAILED, mesos.REASON_EXECUTOR_TERMINATED, "Executor terminated"}))
		return
	}
	process, err := a.cfg.Runner.Start(a.command(t, command))
	if err != nil {
		a.update(t, t.agentStatus(launchFailed(err)))
		return
	}
	t.process = process
	t.phase = running
	a.update(t, t.executorStatus(mesos.TASK_RUNNING, ""))
	a.workers.Go(func() {
		exit := process.Wait()
		a.do(func() { a.exited(t, exit) })
	})
	if limit := time.Duration(t.info.MaxCompletionTime.GetNanoseconds()); limit > 0 {
		t.completion = time.AfterFunc(limit, func() { a.do(func() { a.outOfTime(t) }) })
	}
	a.probe(t)
}

// command is what a task runs: value through the shell, or value with arguments as argv (semantics 6.7).
func (a *Agent) command(t *task, c *mesos.CommandInfo) Command {
	cmd := Command{
		Framework: *t.executor.framework.info.ID,
		Task:      *t.info,
		Path:      c.GetValue(),
		Args:      c.Arguments,
		Env:       a.environment(t),
		Dir:       t.sandbox,
		Stdout:    filepath.Join(t.sandbox, "stdout"),
		Stderr:    filepath.Join(t.sandbox, "stderr"),
	}
	cmd.shell(c)
	return cmd
}

// shell makes a shell run c where it is to do so, and gives a program without arguments its name.
func (cmd *Command) shell(c *mesos.CommandInfo) {
	if c.GetShell() {
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", c.GetValue()}
	} else if len(cmd.Args) == 0 {
		cmd.Args = []string{c.GetValue()}
	}
}
