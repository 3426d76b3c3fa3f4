package agent

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// keptRun is what is on disk of one run of an executor.
type keptRun struct {
	framework *mesos.FrameworkInfo
	executor  *mesos.ExecutorInfo // nil: of a command task
	tasks     []keptTask
}

// keptTask is what is on disk of a task; info is nil where the agent ended before it had noted one.
type keptTask struct {
	dir     string
	info    *mesos.TaskInfo
	pending []mesos.TaskStatus // not acknowledged, oldest first
	newest  *mesos.TaskStatus
}

// Readable checks all that an agent needs of its work directory to start again, which one that is suspended
// doesn't look at, and tells the id that it comes back with: nil, a new one, where meta/slaves/latest is not
// there. It changes nothing. About files that are damaged the error is a [*CorruptError].
func Readable(workDir string) (*mesos.AgentID, error) {
	if _, err := (&ledger{workDir: workDir}).read(); err != nil {
		return nil, err
	}
	j := &journal{root: filepath.Join(workDir, "meta", "slaves")}
	info, err := j.agent()
	if err != nil || info == nil {
		return nil, err
	}
	return info.ID, j.runs(func(framework, executor, run string) error {
		_, err := readRun(framework, executor, run)
		return err
	})
}

// runs calls do with the folders of each run of an executor that is kept, and joins the errors.
func (j *journal) runs(do func(framework, executor, run string) error) error {
	frameworks, err := folders(j.frameworks())
	for _, framework := range frameworks {
		executors, failed := folders(filepath.Join(framework, "executors"))
		err = errors.Join(err, failed)
		for _, executor := range executors {
			runs, failed := folders(filepath.Join(executor, "runs"))
			err = errors.Join(err, failed)
			for _, run := range runs {
				if filepath.Base(run) != "latest" { // a link to one of the others
					err = errors.Join(err, do(framework, executor, run))
				}
			}
		}
	}
	return err
}

// readRun reads what is kept of a run; nil where nothing had begun. It changes nothing.
func readRun(frameworkDir, executorDir, run string) (*keptRun, error) {
	remedy := taskRemedy(frameworkDir)
	kept := &keptRun{framework: &mesos.FrameworkInfo{}, executor: &mesos.ExecutorInfo{}}
	path := filepath.Join(frameworkDir, frameworkFile)
	found, err := readMessage(path, kept.framework)
	if err == nil && !found {
		if begun, _ := filepath.Glob(filepath.Join(run, "tasks", "*", taskFile)); len(begun) > 0 { // written later
			err = fmt.Errorf("%w: it is missing beside the framework's tasks", ErrCorrupt)
		}
	}
	if err == nil && found {
		err = named("the framework", kept.framework.ID.GetValue(), frameworkDir)
	}
	if err != nil || !found {
		return nil, corrupt(path, remedy, err)
	}
	path = filepath.Join(executorDir, executorFile)
	found, err = readMessage(path, kept.executor)
	if err == nil && found {
		err = named("the executor", kept.executor.ExecutorID.Value, executorDir)
	}
	if err != nil {
		return nil, corrupt(path, remedy, err)
	}
	if !found {
		kept.executor = nil
	}
	dirs, err := folders(filepath.Join(run, "tasks"))
	for _, dir := range dirs {
		t, failed := readTask(dir, remedy)
		kept.tasks, err = append(kept.tasks, t), errors.Join(err, failed)
	}
	return kept, err
}

func readTask(dir, remedy string) (keptTask, error) {
	t := keptTask{dir: dir, info: &mesos.TaskInfo{}}
	path := filepath.Join(dir, taskFile)
	found, err := readMessage(path, t.info)
	if err == nil && found {
		err = named("the task", t.info.TaskID.Value, dir)
	}
	if err != nil {
		return t, corrupt(path, remedy, err)
	}
	updates := filepath.Join(dir, updatesFile)
	if t.pending, t.newest, err = readUpdates(updates); err != nil {
		return t, corrupt(updates, remedy, err)
	}
	if found {
		return t, nil
	}
	t.info = nil
	if t.newest != nil {
		return t, corrupt(path, remedy, fmt.Errorf("%w: it is missing beside the task's updates", ErrCorrupt))
	}
	return t, nil
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
			if len(b) > 4 && beginsSealed(b[4:]) {
				return nil, nil, err // it isn't the record that is cut short, but its length that is damaged
			}
			break
		}
		b = rest
		if record, err = unseal(record); err != nil {
			return nil, nil, err
		}
		switch {
		case len(record) > 0 && record[0] == recordUpdate:
			var s mesos.TaskStatus
			if err := s.Unmarshal(record[1:]); err != nil {
				return nil, nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
			}
			pending, newest = append(pending, s), &s
		case len(record) > 0 && record[0] == recordAcknowledgement && len(pending) > 0:
			pending = pending[1:]
		default:
			return nil, nil, fmt.Errorf("%w: a record of no kind", ErrCorrupt)
		}
	}
	return pending, newest, nil
}
