package agent

import (
	"bytes"
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
	now := a.info()
	if err := permitted(info, &now, a.cfg.Additive); err != nil {
		return err
	}
	a.renew = len(changes(info, &now)) > 0
	// Everything is read before anything is changed.
	if err := a.journal.runs(func(framework, executor, run string) error {
		_, err := readRun(framework, executor, run)
		return err
	}); err != nil {
		return err
	}
	return a.journal.runs(a.recoverRun)
}

// noteBoot keeps the number of the machine's boot, where it tells one, as Mesos agents do (semantics 4.7).
func noteBoot(workDir string) error {
	id, err := readFile("/proc/sys/kernel/random/boot_id", 1024)
	if err != nil || id == nil {
		return nil //nolint:nilerr // not every system has one, and nothing depends on it
	}
	id = bytes.TrimSpace(id)
	path := filepath.Join(workDir, "meta", "boot_id")
	if noted, err := readFile(path, 1024); err == nil && bytes.Equal(noted, id) {
		return nil
	}
	return writeFile(path, id)
}

// register takes on an id, and checkpoints what the agent is now.
func (a *Agent) register(id mesos.AgentID) error {
	switch {
	case a.journal.closed:
		return ErrAbandoned
	case a.id != nil && a.id.Value != id.Value:
		return fmt.Errorf("agent %s can't be registered as %s: a new id needs meta/slaves/latest removed while the agent is closed", a.id.Value, id.Value)
	case a.id != nil && !a.renew:
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
	a.id, a.renew = &mesos.AgentID{Value: id.Value}, false
	return a.linkLatest()
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

// recoverRun takes the tasks of one run of an executor into the books. Their processes are gone, so those that
// had not ended have failed, with the exit status lost (semantics 4.8).
func (a *Agent) recoverRun(frameworkDir, executorDir, run string) error {
	kept, err := readRun(frameworkDir, executorDir, run)
	if err != nil || kept == nil || len(kept.tasks) == 0 {
		return err
	}
	f := a.framework(kept.framework)
	e := &executor{framework: f, id: filepath.Base(executorDir), info: kept.executor, container: filepath.Base(run), tasks: map[string]*task{}}
	e.sandbox = a.sandbox(f.id(), e.id, e.container)
	f.executors[e.id] = e
	for i := range kept.tasks {
		err = errors.Join(err, a.recoverTask(e, &kept.tasks[i]))
	}
	if len(e.tasks) == 0 && f.executors[e.id] == e {
		delete(f.executors, e.id)
	}
	if len(f.tasks) == 0 {
		delete(a.frameworks, f.id())
	}
	return err
}

func (a *Agent) recoverTask(e *executor, kept *keptTask) error {
	if kept.info == nil {
		return os.RemoveAll(kept.dir) // it was never told to anybody
	}
	t := &task{executor: e, info: kept.info, state: mesos.TASK_STAGING, container: e.container, sandbox: e.sandbox}
	t.updates = newStream(a, a.sendUpdate(t))
	e.tasks[t.id()], e.framework.tasks[t.id()] = t, t
	for _, s := range kept.pending {
		t.updates.push(s)
	}
	if kept.newest != nil {
		t.state = kept.newest.State
	}
	if !t.state.Terminal() {
		t.phase = running
		a.update(t, t.agentStatus(executorTerminated))
		return a.failure
	}
	t.phase = ended
	if len(kept.pending) == 0 { // acknowledged, and the agent ended before it forgot the task
		a.forget(t)
	}
	return a.failure
}
