package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// recover reads what is in the work directory, completes what was begun, and makes the books of the agent
// from it. It runs before the loop does.
func (a *Agent) recover() error {
	exited := a.cfg.Exited // what fails here is Open's error
	a.cfg.Exited = nil
	defer func() { a.cfg.Exited = exited }()
	if err := makeDirs(filepath.Join(a.cfg.WorkDir, "meta"), 0o700); err != nil {
		return err
	}
	// Tasks compare their working directory, which has no links in it, with MESOS_SANDBOX.
	var err error
	if a.cfg.WorkDir, err = filepath.EvalSymlinks(a.cfg.WorkDir); err != nil {
		return err
	}
	if a.lock, err = lockWorkDir(filepath.Join(a.cfg.WorkDir, "meta")); err != nil {
		return err
	}
	if a.ledger, err = openLedger(a.cfg.WorkDir); err != nil {
		return err
	}
	if a.total, err = resource.ApplyCheckpointed(a.cfg.Resources, a.ledger.resources); err != nil {
		return &IncompatibleError{Checkpointed: a.ledger.resources, Resources: a.cfg.Resources, Err: err}
	}
	for _, op := range a.ledger.operations {
		a.track(op) // paused until the agent is registered
	}
	if a.journal, err = openJournal(a.cfg.WorkDir); err != nil {
		return err
	}
	info, err := a.journal.agent()
	if err != nil || info == nil {
		return err
	}
	a.id = info.ID
	return a.recoverTasks()
}

// register takes on an id.
func (a *Agent) register(id mesos.AgentID) error {
	if a.journal.closed {
		return ErrAbandoned
	}
	if a.id != nil {
		if a.id.Value != id.Value {
			return fmt.Errorf("agent %s can't be registered as %s: a new id needs meta/slaves/latest removed while the agent is closed", a.id.Value, id.Value)
		}
		return nil
	}
	if err := mesos.ValidateID(id.Value); err != nil {
		return fmt.Errorf("agent id: %w", err)
	}
	info := a.info()
	info.ID = &id
	if err := a.journal.registered(info); err != nil {
		return fmt.Errorf("checkpoint the agent's id: %w", err)
	}
	a.id = &mesos.AgentID{Value: id.Value}
	return nil
}

// recoverTasks finds the tasks of checkpointing frameworks. Their processes are gone, so those that had not
// ended have failed, with the exit status lost (semantics 4.8).
func (a *Agent) recoverTasks() error {
	frameworks, err := folders(a.journal.frameworks())
	for _, framework := range frameworks {
		executors, failed := folders(filepath.Join(framework, "executors"))
		err = errors.Join(err, failed)
		for _, executor := range executors {
			runs, failed := folders(filepath.Join(executor, "runs"))
			err = errors.Join(err, failed)
			for _, run := range runs {
				err = errors.Join(err, a.recoverRun(framework, executor, run))
			}
		}
	}
	return err
}

// folders are the paths of what is in a folder; nothing if there is no such folder.
func folders(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	paths := make([]string, len(entries))
	for i, e := range entries {
		paths[i] = filepath.Join(path, e.Name())
	}
	return paths, err
}

func (a *Agent) recoverRun(frameworkDir, executorDir, run string) error {
	info := &mesos.FrameworkInfo{}
	if found, err := readMessage(filepath.Join(frameworkDir, frameworkFile), info); err != nil || !found {
		return err // not found: nothing had begun
	}
	executorInfo := &mesos.ExecutorInfo{}
	found, err := readMessage(filepath.Join(executorDir, executorFile), executorInfo)
	if err != nil {
		return err
	}
	if !found {
		executorInfo = nil
	}
	tasks, err := folders(filepath.Join(run, "tasks"))
	if err != nil || len(tasks) == 0 {
		return err
	}
	f := a.framework(info)
	e := &executor{framework: f, id: filepath.Base(executorDir), info: executorInfo, container: filepath.Base(run), tasks: map[string]*task{}}
	e.sandbox = a.sandbox(f.id(), e.id, e.container)
	f.executors[e.id] = e
	for _, dir := range tasks {
		err = errors.Join(err, a.recoverTask(e, dir))
	}
	if len(e.tasks) == 0 && f.executors[e.id] == e {
		delete(f.executors, e.id)
	}
	if len(f.tasks) == 0 {
		delete(a.frameworks, f.id())
	}
	return err
}

func (a *Agent) recoverTask(e *executor, dir string) error {
	info := &mesos.TaskInfo{}
	if found, err := readMessage(filepath.Join(dir, taskFile), info); err != nil || !found {
		return errors.Join(err, os.RemoveAll(dir)) // not found: it was never told to anybody
	}
	t := &task{executor: e, info: info, state: mesos.TASK_STAGING, container: e.container, sandbox: e.sandbox}
	t.updates = newStream(a, a.sendUpdate(t))
	pending, newest, err := readUpdates(filepath.Join(dir, updatesFile))
	if err != nil {
		return err
	}
	e.tasks[t.id()], e.framework.tasks[t.id()] = t, t
	for _, s := range pending {
		t.updates.push(s)
	}
	if newest != nil {
		t.state = newest.State
	}
	if !t.state.Terminal() {
		t.phase = running
		a.update(t, t.agentStatus(executorTerminated))
		return a.failure
	}
	t.phase = ended
	if len(pending) == 0 { // acknowledged, and the agent ended before it forgot the task
		a.forget(t)
	}
	return a.failure
}

// readUpdates reads a task's updates: those not acknowledged, and the newest of all. A record that a crash
// cut short was never sent.
func readUpdates(path string) (pending []mesos.TaskStatus, newest *mesos.TaskStatus, err error) {
	b, err := readFile(path, maxCheckpoint)
	if err != nil {
		return nil, nil, err
	}
	for len(b) > 0 {
		record, rest, err := cutRecord(b)
		if err != nil {
			break
		}
		b = rest
		switch {
		case len(record) > 0 && record[0] == recordUpdate:
			var s mesos.TaskStatus
			if err := s.Unmarshal(record[1:]); err != nil {
				return nil, nil, fmt.Errorf("%w: %s: %w", ErrCorrupt, path, err)
			}
			pending, newest = append(pending, s), &s
		case len(record) > 0 && record[0] == recordAcknowledgement && len(pending) > 0:
			pending = pending[1:]
		default:
			return nil, nil, fmt.Errorf("%w: %s: a record of no kind", ErrCorrupt, path)
		}
	}
	return pending, newest, nil
}
