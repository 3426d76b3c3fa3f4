package mocks

import (
	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

// A mock that was not generated anew after its interface changed doesn't compile here.
var (
	_ scheduler.Calls = (*MockCalls)(nil)
	_ state.Store     = (*MockStore)(nil)
	_ matcher.Rule    = (*MockRule)(nil)
)
