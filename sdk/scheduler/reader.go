package scheduler

import (
	"context"
	"errors"
	"io"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/wire"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// A reader is one attempt at a subscription, on a goroutine of its own.
type reader struct {
	conn    int
	cancel  context.CancelFunc // owned by the loop
	ctx     context.Context    // of the connection and of the calls that belong to it
	queue   *queue
	heard   atomic.Pointer[time.Time] // when something came last; a pointer keeps the monotonic clock
	blocked atomic.Bool               // waits for the loop, not for the master
	master  atomic.Pointer[url.URL]   // that is asked; nil before it is known
}

// A findMaster returns the master to ask, which it may have to wait for.
type findMaster func(context.Context) (*url.URL, error)

// errClosed is a stream that the master has ended properly.
var errClosed = errors.New("the master closed the event stream")

// run subscribes and reads until the stream ends. Everything it has to say goes to the queue.
func (r *reader) run(client *wire.Client, find findMaster, secret func() (wire.Credentials, error), call *schedulerpb.Call) {
	err := r.read(client, find, secret, call)
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = errClosed
	}
	r.queue.tell(arrival{conn: r.conn, closed: err})
}

func (r *reader) read(client *wire.Client, find findMaster, secret func() (wire.Credentials, error), call *schedulerpb.Call) error {
	who, err := secret()
	if err != nil {
		return err
	}
	master, err := find(r.ctx)
	if err != nil {
		return err
	}
	r.master.Store(master)
	stream, err := client.Subscribe(r.ctx, master, who, call)
	if err != nil {
		return err
	}
	defer func() { _ = stream.Close() }() // it was only read from
	r.queue.tell(arrival{conn: r.conn, opened: stream})
	for {
		event, size, err := stream.Next()
		if err != nil {
			return err
		}
		now := time.Now()
		r.heard.Store(&now)
		switch {
		case event.GetType() == schedulerpb.Event_HEARTBEAT:
			// Counted even while a callback runs; there is nothing else to do about it.
		case event.GetType() == schedulerpb.Event_ERROR:
			r.queue.tell(arrival{conn: r.conn, failed: event.GetError().GetMessage()})
			return errClosed // the master closes after it (semantics 1.7)
		default:
			if err := r.push(event, size, now); err != nil {
				return err
			}
		}
	}
}

// push hands an event to the loop. While the queue is full the master can't be heard, which is not its fault.
func (r *reader) push(event *schedulerpb.Event, size int, now time.Time) error {
	r.blocked.Store(true)
	defer r.blocked.Store(false)
	waited, err := r.queue.push(r.ctx, r.conn, event, size, now)
	if waited {
		r.heard.Store(new(time.Now()))
	}
	return err
}

// lastHeard is when the master was last heard, or could have been if the loop had kept up.
func (r *reader) lastHeard(now time.Time) time.Time {
	if r.blocked.Load() {
		return now
	}
	if heard := r.heard.Load(); heard != nil {
		return *heard
	}
	return time.Time{}
}
