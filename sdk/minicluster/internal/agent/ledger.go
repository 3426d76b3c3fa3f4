package agent

import (
	"bytes"
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
	bytes      []byte // as read
	decided    bool   // it is on disk as the target of a commit

	// reached is told each step before it is done; an error makes the commit end there. For tests of crashes.
	reached func(step string) error
}

// Steps of a commit, in order.
const (
	stepTarget = "write target"
	stepCreate = "create directory"
	stepDelete = "delete directory"
	stepLegacy = "write resources.info"
	stepRename = "rename target"
	stepDone   = "tell"
)

func (l *ledger) dir() string    { return filepath.Join(l.workDir, "meta", "resources") }
func (l *ledger) file() string   { return filepath.Join(l.dir(), "resources_and_operations.state") }
func (l *ledger) target() string { return filepath.Join(l.dir(), "resources_and_operations.target") }

// The same of agents that know nothing of operations: written beside, read where it is alone (semantics 4.7).
func (l *ledger) legacy() string       { return filepath.Join(l.dir(), "resources.info") }
func (l *ledger) legacyTarget() string { return filepath.Join(l.dir(), "resources.target") }

// openLedger reads the ledger of a work directory, and completes a commit that was begun.
func openLedger(workDir string) (*ledger, error) {
	l := &ledger{workDir: workDir}
	if err := makeDirs(l.dir(), 0o700); err != nil {
		return nil, err
	}
	next, err := l.read()
	if err != nil {
		return nil, err
	}
	if err := l.sweep(); err != nil || next == nil {
		return l, err
	}
	if !next.decided { // a target of an agent that knows nothing of operations
		return l, errors.Join(l.commit(next.resources, nil), os.Remove(l.legacyTarget()))
	}
	if err := l.finish(next.resources, next.operations); err != nil {
		return nil, fmt.Errorf("target checkpointed resources %s failed to sync from current checkpointed resources %s: %w",
			next.resources, l.resources, err)
	}
	return l, nil
}

// read makes the ledger hold what is on disk and returns the state to come; nil: no commit was begun. It
// changes no file.
func (l *ledger) read() (next *ledger, err error) {
	there, err := l.load(l.file())
	if err != nil {
		return nil, corrupt(l.file(), ledgerRemedy, err)
	}
	target := &ledger{workDir: l.workDir}
	if begun, err := target.load(l.target()); err != nil {
		return nil, corrupt(l.target(), targetRemedy, err)
	} else if begun {
		next, target.decided = target, true
	}
	old := &ledger{workDir: l.workDir}
	oldThere, err := old.loadLegacy(l.legacy())
	if err != nil {
		return nil, corrupt(l.legacy(), ledgerRemedy, err)
	}
	switch {
	case there && oldThere && next == nil && !l.agrees(old):
		return nil, corrupt(l.file(), "remove the one of the two that is wrong", fmt.Errorf("%w: it says %s, and %s says %s", ErrCorrupt, l.resources, l.legacy(), old.resources))
	case there || next != nil:
		return next, nil
	}
	l.resources = old.resources
	if begun, err := target.loadLegacy(l.legacyTarget()); err != nil {
		return nil, corrupt(l.legacyTarget(), targetRemedy, err)
	} else if begun {
		return target, nil
	}
	return nil, nil
}

// agrees tells whether a state and the same of older agents say the same. What this package wrote is the same
// byte for byte.
func (l *ledger) agrees(old *ledger) bool {
	if _, rest, _ := cutRecord(l.bytes); len(rest) > 0 { // with a checksum
		b, err := encodeLegacy(l.resources)
		return err == nil && bytes.Equal(b, old.bytes)
	}
	return l.resources.Equal(old.resources)
}

// sweep removes what a crash left of files that were being written.
func (l *ledger) sweep() error {
	left, err := filepath.Glob(filepath.Join(l.dir(), "*.tmp-*"))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// load reads a state, and reports whether there is one.
func (l *ledger) load(path string) (bool, error) {
	b, err := readFile(path, maxCheckpoint)
	if err != nil || b == nil {
		return false, err
	}
	l.resources, l.operations, err = decodeState(b)
	l.bytes = b
	return true, err
}

func (l *ledger) loadLegacy(path string) (bool, error) {
	b, err := readFile(path, maxCheckpoint)
	if err != nil || b == nil {
		return false, err
	}
	l.resources, err = decodeLegacy(b)
	l.bytes = b
	return true, err
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
	if err := l.step(stepLegacy); err != nil {
		return err
	}
	b, err := encodeLegacy(resources)
	if err != nil {
		return err
	}
	if err := writeFile(l.legacy(), b); err != nil {
		return fmt.Errorf("checkpoint resources: %w", err)
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
