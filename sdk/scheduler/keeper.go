package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/state"
)

// The keys of a driver in its store.
const (
	keyPrefix     = "scheduler/"
	keyID         = keyPrefix + "framework-id"
	keyTasks      = keyPrefix + "tasks/"      // + task id
	keyOperations = keyPrefix + "operations/" // + operation id
)

// A keeper keeps what a driver must not forget. All its errors are [ErrStore].
type keeper struct {
	store   state.Store
	version int64 // of the framework's id; 0: there is none
}

// place is what is stored of a task or an operation besides its id.
type place struct {
	Agent    string `json:"agent,omitempty"`
	Provider string `json:"provider,omitempty"`
}

// load reads everything.
func (k *keeper) load(ctx context.Context) (session.Start, error) {
	var start session.Start
	id, version, err := k.store.Get(ctx, keyID)
	switch {
	case errors.Is(err, state.ErrNotFound):
	case err != nil:
		return start, storeError("reading the framework id", err)
	default:
		start.FrameworkID = string(id)
	}
	k.version = version
	err = k.each(ctx, keyTasks, func(id string, p place) {
		start.Tasks = append(start.Tasks, session.Task{ID: id, Agent: p.Agent})
	})
	if err != nil {
		return start, err
	}
	err = k.each(ctx, keyOperations, func(id string, p place) {
		start.Operations = append(start.Operations, session.Operation{ID: id, Agent: p.Agent, Provider: p.Provider})
	})
	return start, err
}

func (k *keeper) each(ctx context.Context, prefix string, yield func(id string, p place)) error {
	keys, err := k.store.List(ctx, prefix)
	if err != nil {
		return storeError("listing "+prefix, err)
	}
	for _, key := range keys {
		value, _, err := k.store.Get(ctx, key)
		if err != nil {
			return storeError("reading "+key, err)
		}
		var p place
		if err := json.Unmarshal(value, &p); err != nil {
			return storeError("decoding "+key, err)
		}
		yield(strings.TrimPrefix(key, prefix), p)
	}
	return nil
}

// saveID stores the framework's id, unless another driver has stored one since it was read.
func (k *keeper) saveID(ctx context.Context, id string) error {
	if err := k.store.Commit(ctx, state.Write{Key: keyID, Value: []byte(id), Version: k.version}); err != nil {
		return storeError(fmt.Sprintf("storing the framework id %q", id), err)
	}
	return nil
}

// record stores a change of the record. One of more than a store takes at once is stored in parts, which does no harm:
// a task too many is asked for and then dropped.
func (k *keeper) record(ctx context.Context, r session.Record) error {
	writes := make(map[string]state.Write) // an ACCEPT may name one id twice, a batch must not
	put := func(key string, p place) error {
		value, err := json.Marshal(p)
		writes[key] = state.Write{Key: key, Value: value, Version: state.Any}
		return err
	}
	for _, t := range r.Tasks {
		if err := put(keyTasks+t.ID, place{Agent: t.Agent}); err != nil {
			return storeError("encoding task "+t.ID, err)
		}
	}
	for _, o := range r.Operations {
		if err := put(keyOperations+o.ID, place{Agent: o.Agent, Provider: o.Provider}); err != nil {
			return storeError("encoding operation "+o.ID, err)
		}
	}
	for _, id := range r.DropTasks {
		writes[keyTasks+id] = state.Write{Key: keyTasks + id, Version: state.Any, Delete: true}
	}
	for _, id := range r.DropOperations {
		writes[keyOperations+id] = state.Write{Key: keyOperations + id, Version: state.Any, Delete: true}
	}
	batch := slices.SortedFunc(maps.Values(writes), func(a, b state.Write) int { return strings.Compare(a.Key, b.Key) })
	for part := range slices.Chunk(batch, state.MaxWrites) {
		if err := k.store.Commit(ctx, part...); err != nil {
			return storeError("storing the record of tasks and operations", err)
		}
	}
	return nil
}

// Forget gives a framework's id up: it deletes what a driver keeps in the store, so that the next [Driver.Run] subscribes as
// a new framework. Reservations and volumes of the old one stay where they are, and are offered to the role. This is for
// a person to decide, after [ErrFrameworkRemoved]. No driver may run on the store. The error is [ErrStore].
func Forget(ctx context.Context, store state.Store) error {
	keys, err := store.List(ctx, keyPrefix)
	if err != nil {
		return storeError("listing "+keyPrefix, err)
	}
	// The id goes last: until then a Forget that failed can be repeated.
	slices.SortFunc(keys, func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == keyID:
			return 1
		case b == keyID:
			return -1
		}
		return strings.Compare(a, b)
	})
	for part := range slices.Chunk(keys, state.MaxWrites) {
		batch := make([]state.Write, len(part))
		for i, key := range part {
			batch[i] = state.Write{Key: key, Version: state.Any, Delete: true}
		}
		if err := store.Commit(ctx, batch...); err != nil {
			return storeError("deleting what the driver keeps", err)
		}
	}
	return nil
}

func storeError(what string, err error) error {
	return fmt.Errorf("scheduler: %w: %s: %w", ErrStore, what, err)
}
