package statetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/state"
)

// model is the dumbest store there is, with the versions that were ever seen of each key beside it.
type model struct {
	values   map[string]string
	versions map[string]int64
	greatest map[string]int64 // over all incarnations of the key
}

var walkKeys = []string{"a", "b", "c/1", "c/2", "d"}

// walk does random batches with right and wrong versions against the store and the model. With reopen the store is
// closed and opened again now and then: nothing may be lost, and versions go on where they were.
func walk(t *testing.T, open func() (state.Store, error), reopen func(state.Store) (state.Store, error)) {
	rapid.Check(t, func(rt *rapid.T) {
		s, err := open()
		if err != nil {
			rt.Fatalf("open: %v", err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				rt.Fatalf("Close: %v", err)
			}
		}()
		m := model{values: map[string]string{}, versions: map[string]int64{}, greatest: map[string]int64{}}
		actions := map[string]func(*rapid.T){
			"commit": func(rt *rapid.T) { m.commit(rt, t, s) },
			"":       func(rt *rapid.T) { m.compare(rt, t, s) },
		}
		if reopen != nil {
			actions["reopen"] = func(rt *rapid.T) {
				again, err := reopen(s)
				if err != nil {
					rt.Fatalf("reopen: %v", err)
				}
				s = again
			}
		}
		rt.Repeat(actions)
	})
}

func (m *model) commit(rt *rapid.T, t *testing.T, s state.Store) {
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom(walkKeys), 0, 3, rapid.ID[string]).Draw(rt, "keys")
	var batch []state.Write
	conflict := false
	for _, key := range keys {
		w := state.Write{
			Key:    key,
			Value:  []byte(rapid.StringN(0, 8, -1).Draw(rt, "value")),
			Delete: rapid.IntRange(0, 3).Draw(rt, "delete") == 0,
		}
		switch rapid.SampledFrom([]string{"right", "right", "right", "any", "absent", "old"}).Draw(rt, "version") {
		case "right":
			w.Version = m.versions[key]
		case "any":
			w.Version = state.Any
		case "old": // the last version of an earlier incarnation, or one behind
			w.Version = max(0, m.greatest[key]-int64(rapid.IntRange(0, 2).Draw(rt, "behind")))
		}
		conflict = conflict || w.Version != state.Any && w.Version != m.versions[key]
		batch = append(batch, w)
	}
	err := s.Commit(t.Context(), batch...)
	if conflict != errors.Is(err, state.ErrConflict) || !conflict && err != nil {
		rt.Fatalf("Commit: %v, want a conflict: %v", err, conflict)
	}
	if conflict {
		return
	}
	for _, w := range batch {
		delete(m.values, w.Key)
		delete(m.versions, w.Key)
		if !w.Delete {
			m.values[w.Key] = string(w.Value)
			if err := m.learn(t, s, w.Key); err != nil {
				rt.Fatal(err)
			}
		}
	}
}

// learn takes the version that a write gave its key, which must be one that the key never had.
func (m *model) learn(t *testing.T, s state.Store, key string) error {
	_, version, err := s.Get(t.Context(), key)
	if err != nil {
		return err
	}
	if version <= m.greatest[key] {
		return fmt.Errorf("%q has version %d after it had %d", key, version, m.greatest[key])
	}
	m.versions[key], m.greatest[key] = version, version
	return nil
}

func (m *model) compare(rt *rapid.T, t *testing.T, s state.Store) {
	prefix := rapid.SampledFrom([]string{"", "a", "c/", "e"}).Draw(rt, "prefix")
	got, err := s.List(t.Context(), prefix)
	if err != nil {
		rt.Fatalf("List: %v", err)
	}
	var want []string
	for _, key := range walkKeys {
		value, exists := m.values[key]
		if exists && strings.HasPrefix(key, prefix) {
			want = append(want, key)
		}
		have, version, err := s.Get(t.Context(), key)
		if exists != (err == nil) || string(have) != value || version != m.versions[key] {
			rt.Fatalf("Get(%q) = %q, %d, %v, want %q, %d", key, have, version, err, value, m.versions[key])
		}
	}
	if !slices.Equal(got, want) {
		rt.Fatalf("List(%q), -want +got:\n%s", prefix, cmp.Diff(want, got))
	}
}
