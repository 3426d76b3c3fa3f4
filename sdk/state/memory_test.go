package state_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/state"
	"github.com/stateful-mesos/moor/sdk/state/statetest"
)

func TestMemory(t *testing.T) {
	statetest.Run(t, func() (state.Store, error) { return state.NewMemory(), nil })
}
