package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// journal keeps the agent's id, and the tasks and updates of frameworks that checkpoint, below meta/slaves
// (semantics 4.7). One folder per executor run is removed when its last task is forgotten.
type journal struct {
	root   string // <work dir>/meta/slaves
	closed bool   // another agent has it: nothing is written any more
}

// Names of the journal's files.
const (
	agentFile     = "slave.info"
	frameworkFile = "framework.info"
	executorFile  = "executor.info"
	taskFile      = "task.info"
	updatesFile   = "task.updates"
)

// Kinds of records in a task's updates file: the kind, then a TaskStatus or the uuid acknowledged, then a checksum.
const (
	recordUpdate          = 'U'
	recordAcknowledgement = 'A'
)

func openJournal(workDir string) (*journal, error) {
	j := &journal{root: filepath.Join(workDir, "meta", "slaves")}
	return j, makeDirs(j.root, 0o700)
}

// agent returns the info that the agent was last registered with; nil if it never was.
func (j *journal) agent() (*mesos.AgentInfo, error) {
	latest := filepath.Join(j.root, "latest")
	dir, err := filepath.EvalSymlinks(latest)
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Lstat(latest); err == nil {
			return nil, corrupt(latest, agentRemedy, fmt.Errorf("%w: the folder that it links is missing", ErrCorrupt))
		}
		return nil, nil
	}
	if err != nil {
		return nil, corrupt(latest, agentRemedy, err)
	}
	info := &mesos.AgentInfo{}
	path := filepath.Join(dir, agentFile)
	found, err := readMessage(path, info)
	if err == nil && !found {
		err = fmt.Errorf("%w: it is missing", ErrCorrupt)
	}
	if err == nil {
		err = mesos.ValidateID(info.GetID().GetValue())
	}
	if err == nil {
		err = named("the agent", info.ID.Value, dir)
	}
	if err != nil {
		return nil, corrupt(path, agentRemedy, err)
	}
	return info, nil
}

// registered makes info, which has an id, the one that agent returns.
func (j *journal) registered(info mesos.AgentInfo) error {
	id := info.ID.Value
	dir := filepath.Join(j.root, id)
	if err := makeDirs(dir, 0o700); err != nil {
		return err
	}
	b, err := messageFile(&info)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, agentFile), b); err != nil {
		return err
	}
	if err := link(id, filepath.Join(j.root, "latest")); err != nil {
		return err
	}
	return syncDir(j.root)
}

func (j *journal) frameworks() string { return filepath.Join(j.root, "latest", "frameworks") }

func (j *journal) framework(id string) string { return filepath.Join(j.frameworks(), id) }

func (j *journal) executor(e *executor) string {
	return filepath.Join(j.framework(e.framework.id()), "executors", e.id)
}

func (j *journal) run(e *executor) string {
	return filepath.Join(j.executor(e), "runs", e.container)
}

func (j *journal) task(t *task) string {
	return filepath.Join(j.run(t.executor), "tasks", t.id())
}

func (j *journal) keeps(t *task) bool {
	return !j.closed && t.executor.framework.info.GetCheckpoint() && !t.executor.framework.ended
}

// launched notes a task before anything is done for it.
func (j *journal) launched(t *task) error {
	if !j.keeps(t) {
		return nil
	}
	if err := makeDirs(j.task(t), 0o700); err != nil {
		return err
	}
	e := t.executor
	if err := link(e.container, filepath.Join(j.executor(e), "runs", "latest")); err != nil {
		return err
	}
	write := func(path string, m interface{ Marshal() ([]byte, error) }) error {
		b, err := messageFile(m)
		if err != nil {
			return err
		}
		return writeFile(path, b)
	}
	err := write(filepath.Join(j.framework(e.framework.id()), frameworkFile), e.framework.info)
	if e.info != nil {
		err = errors.Join(err, write(filepath.Join(j.executor(e), executorFile), e.info))
	}
	return errors.Join(err, write(filepath.Join(j.task(t), taskFile), t.info))
}

// update notes an update before it is sent.
func (j *journal) update(t *task, s *mesos.TaskStatus) error {
	if !j.keeps(t) {
		return nil
	}
	b, err := s.Marshal()
	if err != nil {
		return err
	}
	return j.append(t, append([]byte{recordUpdate}, b...))
}

// acknowledge notes an acknowledgement before the next update is sent.
func (j *journal) acknowledge(t *task, uuid string) error {
	if !j.keeps(t) {
		return nil
	}
	return j.append(t, append([]byte{recordAcknowledgement}, uuid...))
}

func (j *journal) append(t *task, record []byte) error {
	f, err := os.OpenFile(filepath.Join(j.task(t), updatesFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY|os.O_SYNC, 0o600)
	if err != nil {
		return fmt.Errorf("checkpoint update of task %s: %w", t.id(), err)
	}
	_, err = f.Write(appendRecord(nil, sealed(record)))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("checkpoint update of task %s: %w", t.id(), err)
	}
	return nil
}

// forget removes what is kept of a task that is through, and what held only that.
func (j *journal) forget(t *task) error {
	if !j.keeps(t) {
		return nil
	}
	e := t.executor
	switch {
	case len(e.framework.tasks) == 0:
		return j.forgetFramework(e.framework.id())
	case len(e.tasks) == 0:
		return os.RemoveAll(j.executor(e))
	}
	return os.RemoveAll(j.task(t))
}

// forgetFramework removes what is kept of a framework.
func (j *journal) forgetFramework(id string) error {
	if j.closed {
		return nil
	}
	return os.RemoveAll(j.framework(id))
}
