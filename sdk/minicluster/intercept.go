package minicluster

import (
	"slices"
	"sync"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// Answer is an error of an interceptor that says what the scheduler is told: an HTTP status and a text.
type Answer = master.Answer

// ErrAnswerLost, returned by an interceptor, has the master carry the call out, and the connection break instead of
// the answer: the scheduler can't know what became of the call.
var ErrAnswerLost = master.ErrAnswerLost

// ErrCut, returned by an interceptor, breaks the connection that the call came on without an answer.
var ErrCut = master.ErrCut

// intercepts are the functions that see calls first.
type intercepts struct {
	mu  sync.Mutex
	all []*func(*schedulerpb.Call) (bool, error) // replaced, never changed
}

// Intercept lets fn see every valid call of a scheduler before the master does, on the goroutine of its HTTP
// request. fn may change the call, take its time, and call methods of the cluster.
//
// With handled false the call goes on, to interceptors that were added before and then to the master. With
// handled true it ends there: the scheduler is told 202, as if the master had taken the call, and nothing happens;
// the connection of a SUBSCRIBE breaks. An error ends it as well: the scheduler is told 503 and the error's text,
// or sees the connection break if the error is [ErrCut]; an [*Answer] is what the scheduler is told. After
// [ErrAnswerLost] the master carries the call out, and the connection breaks instead of the answer. A nil fn removes
// all interceptors; see [Cluster.DropCalls] and the like for some that are ready.
func (c *Cluster) Intercept(fn func(*schedulerpb.Call) (handled bool, err error)) {
	if fn == nil {
		c.intercepts.mu.Lock()
		defer c.intercepts.mu.Unlock()
		c.intercepts.all = nil
		return
	}
	c.intercepts.add(fn)
}

// add adds an interceptor and returns what removes it.
func (i *intercepts) add(fn func(*schedulerpb.Call) (bool, error)) (remove func()) {
	one := &fn
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all = append(slices.Clone(i.all), one)
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.all = slices.DeleteFunc(slices.Clone(i.all), func(other *func(*schedulerpb.Call) (bool, error)) bool { return other == one })
	}
}

// call asks the newest interceptor first.
func (i *intercepts) call(call *schedulerpb.Call) (bool, error) {
	i.mu.Lock()
	all := i.all
	i.mu.Unlock()
	for n := len(all) - 1; n >= 0; n-- {
		if handled, err := (*all[n])(call); handled || err != nil {
			return handled, err
		}
	}
	return false, nil
}
