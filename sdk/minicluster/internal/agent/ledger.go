package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// ledger is what an agent must not forget: its reservations and volumes, and the operations whose outcome
// nobody has acknowledged. It lies outside the folder of the agent's id, so a new id finds it (semantics 4.8).
//
// A change is made durable in steps (semantics 4.7): the next state is written to the target file; the
// volumes' directories are made and deleted; the target is renamed over the state. Whatever happens between,
// the next open finishes or has nothing to finish, because each step can be repeated.
type ledger struct {
	workDir    string
	resources  resource.Set // all of them checkpointed ones
	operations []mesos.Operation

	// reached is told each step before it is done; an error makes the commit end there. For tests of crashes.
	reached func(step string) error
}

// Steps of a commit, in order.
const (
	stepTarget = "write target"
	stepCreate = "create directory"
	stepDelete = "delete directory"
	stepRename = "rename target"
	stepDone   = "tell"
)

func (l *ledger) file() string {
	return filepath.Join(l.workDir, "meta", "resources", "resources_and_operations.state")
}

func (l *ledger) target() string {
	return filepath.Join(l.workDir, "meta", "resources", "resources_and_operations.target")
}

// openLedger reads the ledger of a work directory, and completes a commit that was begun.
func openLedger(workDir string) (*ledger, error) {
	l := &ledger{workDir: workDir}
	if err := makeDirs(filepath.Dir(l.file()), 0o700); err != nil {
		return nil, err
	}
	if err := l.sweep(); err != nil {
		return nil, err
	}
	var err error
	if l.resources, l.operations, err = l.load(l.file()); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(l.target()); errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	resources, operations, err := l.load(l.target())
	if err != nil {
		return nil, err
	}
	if err := l.finish(resources, operations); err != nil {
		return nil, fmt.Errorf("target checkpointed resources %s failed to sync from current checkpointed resources %s: %w",
			resources, l.resources, err)
	}
	return l, nil
}

// sweep removes what a crash left of files that were being written.
func (l *ledger) sweep() error {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(l.file()), "*.tmp-*"))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func (l *ledger) load(path string) (resource.Set, []mesos.Operation, error) {
	b, err := readFile(path, maxCheckpoint)
	if err != nil || b == nil {
		return nil, nil, err
	}
	s, operations, err := decodeState(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range s {
		if !resource.Checkpointed(&s[i]) {
			return nil, nil, fmt.Errorf("%w: %s: unexpected checkpointed resources %s", ErrCorrupt, path, resource.String(&s[i]))
		}
	}
	return s, operations, nil
}

// commit makes the ledger hold these resources and operations, and the directories agree with them. After
// an error it is unchanged in memory; on disk the change may be begun, which the next open completes.
func (l *ledger) commit(resources resource.Set, operations []mesos.Operation) error {
	b, err := encodeState(resources, operations)
	if err != nil {
		return err
	}
	if err := l.step(stepTarget); err != nil {
		return err
	}
	if err := writeFile(l.target(), b); err != nil {
		return fmt.Errorf("checkpoint resources: %w", err)
	}
	return l.finish(resources, operations)
}

// finish does the steps of a commit after the target is written.
func (l *ledger) finish(resources resource.Set, operations []mesos.Operation) error {
	if err := l.syncVolumes(resources); err != nil {
		return err
	}
	if err := l.step(stepRename); err != nil {
		return err
	}
	if err := os.Rename(l.target(), l.file()); err != nil {
		return fmt.Errorf("commit checkpointed resources: %w", err)
	}
	if err := syncDir(filepath.Dir(l.file())); err != nil {
		return err
	}
	l.resources, l.operations = resources.Clone(), slices.Clone(operations)
	return l.step(stepDone)
}

// syncVolumes makes the directories of volumes that the ledger doesn't have yet, then deletes those of
// volumes that it is to have no more.
func (l *ledger) syncVolumes(next resource.Set) error {
	before, err := volumePaths(l.workDir, l.resources)
	if err != nil {
		return err
	}
	after, err := volumePaths(l.workDir, next)
	if err != nil {
		return err
	}
	for path := range after {
		if before[path] != nil {
			continue
		}
		if err := l.step(stepCreate); err != nil {
			return err
		}
		if err := makeVolume(path); err != nil {
			return err
		}
	}
	for path, volume := range before {
		if after[path] != nil {
			continue
		}
		if err := l.step(stepDelete); err != nil {
			return err
		}
		if err := deleteVolume(path, volume); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) step(name string) error {
	if l.reached == nil {
		return nil
	}
	return l.reached(name)
}
