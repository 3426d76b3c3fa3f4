package scheduler

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/session"
	"github.com/stateful-mesos/moor/sdk/internal/wire"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// mostEvents bounds the events that wait for callbacks.
const mostEvents = 1024

// An arrival is what a connection, or the election, has to tell the loop. Exactly one field besides conn is set.
type arrival struct {
	conn   int
	opened *wire.Stream
	event  *session.Event
	failed string // the message of an ERROR event
	closed error

	// Of no connection:
	leader   *url.URL // another master leads
	election error    // and nobody will tell any more who does
}

// A queue is between the goroutines that read connections and the loop. It pushes back: while what waits in it and in the
// session has reached its bounds, readers wait, so the master does.
type queue struct {
	ready chan struct{} // of one: there is something to take
	room  chan struct{} // of one: there may be room again
	most  int           // bytes

	mu        sync.Mutex
	list      []arrival
	bytes     int
	held      int // events that wait in the session
	heldBytes int
}

func newQueue(most int) *queue {
	return &queue{ready: make(chan struct{}, 1), room: make(chan struct{}, 1), most: most}
}

// push waits for room for an event, at most until ctx ends. One event always fits into an empty queue, whatever its size.
// It says whether it had to wait.
func (q *queue) push(ctx context.Context, conn int, event *schedulerpb.Event, size int, at time.Time) (waited bool, err error) {
	a := arrival{conn: conn, event: &session.Event{Conn: conn, Event: event, Size: size, At: at}}
	for !q.tryPush(a) {
		waited = true
		select {
		case <-q.room:
		case <-ctx.Done():
			return true, ctx.Err()
		}
	}
	return waited, nil
}

func (q *queue) tryPush(a arrival) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := len(q.list) + q.held
	if waiting > 0 && (waiting >= mostEvents || q.bytes+q.heldBytes+a.event.Size > q.most) {
		return false
	}
	q.list = append(q.list, a)
	q.bytes += a.event.Size
	signal(q.ready)
	return true
}

// tell adds what has no size: that a connection was opened, refused or closed.
func (q *queue) tell(a arrival) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, a)
	signal(q.ready)
}

// take takes all that is there; it counts as held until hold says otherwise.
func (q *queue) take() []arrival {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.held += len(list)
	q.heldBytes += q.bytes
	q.list, q.bytes = nil, 0
	return list
}

// hold says how much of what was taken still waits in the session, and lets readers go on if that leaves room.
func (q *queue) hold(events, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	less := events < q.held || bytes < q.heldBytes
	q.held, q.heldBytes = events, bytes
	if less {
		signal(q.room)
	}
}
