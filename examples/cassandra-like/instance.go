package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/state"
)

// instance is what is stored about one node of the ring, under "ring/<name>", before the call that makes it true.
type instance struct {
	Name string `json:"name"`
	// Claim says where the node's volume is, or is about to be made: then it is an Intent, and Create the operation that
	// makes it, as long as its outcome isn't known. If it fails there is no volume, and no claim.
	Claim  *matcher.Claim `json:"claim,omitempty"`
	Create string         `json:"create,omitempty"`

	Launches int             `json:"launches"` // numbers the tasks: an id is never used twice
	Task     string          `json:"task"`     // the last one
	State    mesos.TaskState `json:"state"`    // of it
	Agent    string          `json:"agent"`    // where it was launched
	Hostname string          `json:"hostname"`
	Address  string          `json:"address"` // where the node listens
}

// vacant says whether the node may be launched: it never was, its task has ended, or nobody knows what became of it. In
// the last case it has a claim, and is launched only if its volume is offered, which means that no task holds it any more
// as far as the master knows. A process that lives on all the same keeps the new one out by its lock on the volume.
func (i *instance) vacant() bool {
	return i.Launches == 0 || i.State.Terminal() || i.State == mesos.TASK_UNREACHABLE || i.State == mesos.TASK_UNKNOWN
}

// prove takes note that the node's volume exists.
func (i *instance) prove() {
	i.Create = ""
	if i.Claim != nil && i.Claim.Intent {
		i.Claim = new(*i.Claim)
		i.Claim.Intent = false
	}
}

const instancePrefix = "ring/"

// load reads the named instances; those that were never stored are new.
func load(ctx context.Context, store state.Store, names []string) ([]*instance, error) {
	var all []*instance
	for _, name := range names {
		i := &instance{Name: name}
		raw, _, err := store.Get(ctx, instancePrefix+name)
		if err == nil {
			err = json.Unmarshal(raw, i)
		}
		if err != nil && !errors.Is(err, state.ErrNotFound) {
			return nil, fmt.Errorf("read what is stored of %s: %w", name, err)
		}
		all = append(all, i)
	}
	return all, nil
}

// save stores instances, all or none. The store's lock makes this program the only writer.
func save(ctx context.Context, store state.Store, instances ...*instance) error {
	var batch []state.Write
	for _, i := range instances {
		raw, err := json.Marshal(i)
		if err != nil {
			return err
		}
		batch = append(batch, state.Write{Key: instancePrefix + i.Name, Value: raw, Version: state.Any})
	}
	return store.Commit(ctx, batch...)
}

// owner is the name of the instance that a task id belongs to: "node-0" of "node-0.3".
func owner(task string) string {
	name, _, _ := strings.Cut(task, ".")
	return name
}
