package scheduler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

// A store that can't be read, or not be made sense of, ends Run before anything is sent.
func TestUnreadableStore(t *testing.T) {
	store := state.NewMemory()
	if err := store.Commit(t.Context(), state.Write{Key: "scheduler/tasks/t1", Value: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	cfg := config(&master{})
	cfg.Store = store
	d, err := scheduler.New(cfg, scheduler.Callbacks{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); !errors.Is(err, scheduler.ErrStore) || !strings.Contains(err.Error(), "scheduler/tasks/t1") {
		t.Errorf("Run returned %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); !errors.Is(err, scheduler.ErrStore) || !errors.Is(err, state.ErrClosed) {
		t.Errorf("Run returned %v", err)
	}
	if err := scheduler.Forget(t.Context(), store); !errors.Is(err, scheduler.ErrStore) {
		t.Errorf("Forget returned %v", err)
	}
}

// A context that has ended is what Run returns, not the failures that follow from it.
func TestRunWithEndedContext(t *testing.T) {
	cfg := config(&master{})
	d, err := scheduler.New(cfg, scheduler.Callbacks{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	if err := d.Run(ctx); !errors.Is(err, errStop) {
		t.Errorf("Run returned %v", err)
	}
}

// An id from the configuration is used and kept, and never in place of another one.
func TestFrameworkIDFromConfig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		cfg.Store = state.NewMemory()
		cfg.Framework.ID = &mesos.FrameworkID{Value: "fw-1"}
		d := drive(t, cfg, scheduler.Callbacks{})
		if s := m.subscribed(); s.call.FrameworkID.GetValue() != "fw-1" {
			t.Errorf("subscribed as %v", s.call.FrameworkID)
		}
		d.stop(t)
		if id, _, err := cfg.Store.Get(t.Context(), "scheduler/framework-id"); err != nil || string(id) != "fw-1" {
			t.Errorf("the store has the id %q, %v", id, err)
		}
		d = drive(t, cfg, scheduler.Callbacks{})
		m.subscribed()
		d.stop(t)
		cfg.Framework.ID.Value = "fw-2"
		d = drive(t, cfg, scheduler.Callbacks{})
		if err := <-d.result; !errors.Is(err, scheduler.ErrConfig) {
			t.Errorf("Run returned %v", err)
		}
	})
}

// Forget takes what is the driver's, however much, and nothing else.
func TestForget(t *testing.T) {
	store := state.NewMemory()
	keep := state.Write{Key: "mine", Value: []byte("x")}
	batch := []state.Write{keep, {Key: "scheduler/framework-id", Value: []byte("fw-1")}}
	for i := range 3000 {
		batch = append(batch, state.Write{Key: "scheduler/tasks/" + strings.Repeat("t", i%200+1) + string(rune('a'+i/200)), Value: []byte("{}")})
		if len(batch) == state.MaxWrites/2 || i == 2999 {
			if err := store.Commit(t.Context(), batch...); err != nil {
				t.Fatal(err)
			}
			batch = nil
		}
	}
	if err := scheduler.Forget(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if keys, err := store.List(t.Context(), ""); err != nil || len(keys) != 1 || keys[0] != "mine" {
		t.Errorf("left: %v, %v", keys, err)
	}
}
