package minicluster

import (
	"fmt"
	"sync"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// operationFaults are the operations that are to go wrong.
type operationFaults struct {
	mu  sync.Mutex
	all []operationFault
}

type operationFault struct {
	match   func(*mesos.Offer_Operation) bool
	state   mesos.OperationState
	message string
}

// FailOperation makes the next operation for which match is true go wrong at its agent; a nil match takes any.
// The state is OPERATION_FAILED or OPERATION_ERROR, reported with the message by the agent until it is
// acknowledged; or OPERATION_DROPPED: the operation never reaches the agent, of which the framework is told without
// a uuid and a message. A framework hears of it if the operation has an id. Either way the agent's resources stay
// what they were, and the agent tells the master so by registering again: its outstanding offers are rescinded, and
// tasks of the same ACCEPT that use what doesn't exist are dropped by the agent.
//
// A real agent never fails an operation on its own resources, it exits and tries again (semantics 3.14): that is
// what resource providers do, and what a message that is lost does.
func (c *Cluster) FailOperation(match func(*mesos.Offer_Operation) bool, state mesos.OperationState, message string) error {
	switch state {
	case mesos.OPERATION_FAILED, mesos.OPERATION_ERROR, mesos.OPERATION_DROPPED:
	default:
		return fmt.Errorf("%w: FailOperation: %v is no outcome of an operation that goes wrong: use OPERATION_FAILED, OPERATION_ERROR or OPERATION_DROPPED", ErrConfig, state)
	}
	c.operationFaults.mu.Lock()
	defer c.operationFaults.mu.Unlock()
	c.operationFaults.all = append(c.operationFaults.all, operationFault{match, state, message})
	return nil
}

// next tells what goes wrong with an operation, once.
func (f *operationFaults) next(op *mesos.Offer_Operation) (mesos.OperationState, string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.all {
		if fault.match == nil || fault.match(op) {
			f.all = append(f.all[:i:i], f.all[i+1:]...)
			return fault.state, fault.message, true
		}
	}
	return 0, "", false
}
