package minicluster

import (
	"sync"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// ErrCut, returned by an interceptor, breaks the connection that the call came on without an answer.
var ErrCut = master.ErrCut

// intercepts are the functions that see calls first.
type intercepts struct {
	mu  sync.Mutex
	all []func(*schedulerpb.Call) (bool, error)
}

// Intercept lets fn see every valid call of a scheduler before the master does, on the goroutine of its HTTP
// request. fn may change the call, take its time, and call methods of the cluster.
//
// With handled false the call goes on, to interceptors that were added before and then to the master. With
// handled true it ends there: the scheduler is told 202, as if the master had taken the call, and nothing happens;
// the connection of a SUBSCRIBE breaks. An error ends it as well: the scheduler is told 503 and the error's text,
// or sees the connection break if the error is [ErrCut]. A nil fn removes all interceptors.
func (c *Cluster) Intercept(fn func(*schedulerpb.Call) (handled bool, err error)) {
	c.intercepts.mu.Lock()
	defer c.intercepts.mu.Unlock()
	if fn == nil {
		c.intercepts.all = nil
		return
	}
	c.intercepts.all = append(c.intercepts.all[:len(c.intercepts.all):len(c.intercepts.all)], fn)
}

// call asks the newest interceptor first.
func (i *intercepts) call(call *schedulerpb.Call) (bool, error) {
	i.mu.Lock()
	all := i.all
	i.mu.Unlock()
	for n := len(all) - 1; n >= 0; n-- {
		if handled, err := all[n](call); handled || err != nil {
			return handled, err
		}
	}
	return false, nil
}
