package boltstate

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/state"
	"github.com/stateful-mesos/moor/sdk/state/statetest"
)

func TestStore(t *testing.T) {
	statetest.RunDurable(t, func(dir string) (state.Store, error) {
		return open(filepath.Join(dir, "state"), 50*time.Millisecond)
	})
}
