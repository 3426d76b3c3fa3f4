package statetest

import (
	"encoding/binary"
	"errors"
	"sync"
	"testing"

	"github.com/stateful-mesos/moor/sdk/state"
)

// contention counts up one key from several goroutines by compare-and-set: each success must have been the only one on
// its version, so the final count is the number of successes.
func contention(t *testing.T, s state.Store) {
	const writers, each = 4, 10
	must(t, s.Commit(t.Context(), state.Write{Key: "n", Value: make([]byte, 8)}))
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for done := 0; done < each; {
				value, version, err := s.Get(t.Context(), "n")
				if err != nil {
					t.Errorf("Get: %v", err)
					return
				}
				next := binary.BigEndian.AppendUint64(nil, binary.BigEndian.Uint64(value)+1)
				err = s.Commit(t.Context(), state.Write{Key: "n", Value: next, Version: version})
				switch {
				case err == nil:
					done++
				case !errors.Is(err, state.ErrConflict):
					t.Errorf("Commit: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	value, _, err := s.Get(t.Context(), "n")
	must(t, err)
	if n := binary.BigEndian.Uint64(value); n != writers*each {
		t.Errorf("counted %d, want %d", n, writers*each)
	}
}
