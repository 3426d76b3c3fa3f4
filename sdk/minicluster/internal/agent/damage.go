package agent

import (
	"errors"
	"fmt"
	"path/filepath"
)

// ErrCorrupt is wrapped by errors about checkpoint files that can't be understood. Nothing is guessed, and
// nothing deleted: see [CorruptError] for what to do.
var ErrCorrupt = errors.New("corrupt checkpoint")

// CorruptError names a checkpoint file that can't be read or understood. It wraps [ErrCorrupt] and Err.
type CorruptError struct {
	Path   string
	Remedy string // what to do, and what that costs
	Err    error
}

// Error tells the file, what is wrong with it, and what to do.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s can't be used: %v; nothing was changed: restore the file, or %s", e.Path, e.Err, e.Remedy)
}

// Unwrap returns ErrCorrupt and Err.
func (e *CorruptError) Unwrap() []error { return []error{ErrCorrupt, e.Err} }

// corrupt tells what to do about a damaged file. An error that tells so already stays as it is.
func corrupt(path, remedy string, err error) error {
	if err == nil {
		return nil
	}
	if told := new(*CorruptError); errors.As(err, told) {
		return err
	}
	return &CorruptError{Path: path, Remedy: remedy, Err: err}
}

// What to do about damaged files, by kind.
const (
	agentRemedy  = "remove meta/slaves/latest: the agent then gets a new id and keeps its reservations and volumes"
	ledgerRemedy = "remove the folder meta/resources: reservations and volumes are forgotten then, but their directories stay, and " +
		"reserving and creating them anew with the same role and id gives the data back"
	targetRemedy = "remove the file: the operation that it was for is undone then"
)

func taskRemedy(framework string) string {
	return "remove the folder " + framework + ": the agent then forgets the framework's tasks"
}

// named checks that what a file says agrees with the folder it lies in.
func named(what, says, path string) error {
	if folder := filepath.Base(path); says != folder {
		return fmt.Errorf("%w: it holds %s %q and lies in the folder of %q", ErrCorrupt, what, says, folder)
	}
	return nil
}
