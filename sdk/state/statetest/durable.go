package statetest

import (
	"bytes"
	"os"
	"testing"

	"github.com/stateful-mesos/moor/sdk/state"
)

// RunDurable checks a store that keeps its content over a Close, and that nobody else can open meanwhile. open is called
// with an empty folder for a new store, and with the same folder again to open the same store.
func RunDurable(t *testing.T, open func(dir string) (state.Store, error)) {
	Run(t, func() (state.Store, error) { return open(t.TempDir()) })
	t.Run("content and versions outlive Close", func(t *testing.T) { outlive(t, open) })
	t.Run("one holder at a time", func(t *testing.T) { oneHolder(t, open) })
	t.Run("random walk with reopening", func(t *testing.T) {
		var dir string
		fresh := func() (s state.Store, err error) {
			if dir, err = os.MkdirTemp(t.TempDir(), ""); err != nil {
				return nil, err
			}
			return open(dir)
		}
		walk(t, fresh, func(s state.Store) (state.Store, error) {
			if err := s.Close(); err != nil {
				return nil, err
			}
			return open(dir)
		})
	})
}

func outlive(t *testing.T, open func(dir string) (state.Store, error)) {
	dir := t.TempDir()
	large := bytes.Repeat([]byte("large"), 20_000) // more than a page of anything
	s, err := open(dir)
	must(t, err)
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("1")}, state.Write{Key: "large", Value: large}))
	must(t, s.Commit(t.Context(), state.Write{Key: "gone"}))
	before, gone := version(t, s, "a"), version(t, s, "gone")
	must(t, s.Commit(t.Context(), state.Write{Key: "gone", Version: gone, Delete: true}))
	must(t, s.Close())

	s, err = open(dir)
	must(t, err)
	defer s.Close()
	wantKeys(t, s, "", "a", "large")
	wantValue(t, s, "a", "1")
	wantValue(t, s, "large", string(large))
	if after := version(t, s, "a"); after != before {
		t.Errorf("version went from %d to %d by a Close", before, after)
	}
	must(t, s.Commit(t.Context(), state.Write{Key: "gone"}))
	if again := version(t, s, "gone"); again <= gone {
		t.Errorf("a deleted key came back with version %d after a Close, it had %d", again, gone)
	}
}

func oneHolder(t *testing.T, open func(dir string) (state.Store, error)) {
	dir := t.TempDir()
	s, err := open(dir)
	must(t, err)
	second, err := open(dir)
	mustBe(t, err, state.ErrLocked)
	if err == nil {
		must(t, second.Close())
	}
	must(t, s.Commit(t.Context(), state.Write{Key: "a"}))
	must(t, s.Close())
	s, err = open(dir)
	must(t, err)
	wantKeys(t, s, "", "a")
	must(t, s.Close())
}
