package agent

import "sync"

// inbox is the unbounded, ordered queue of an agent's goroutine. It is unbounded because a caller that had
// to wait, the master's goroutine, may be what the agent's goroutine reports to.
type inbox struct {
	mu     sync.Mutex
	queue  []func()
	closed bool
	wake   chan struct{} // holds one token while there may be something to see
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// put queues f and reports whether it was taken: after close nothing is.
func (b *inbox) put(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.queue = append(b.queue, f)
	b.signal()
	return true
}

// close queues f as the last thing and takes nothing more; it reports whether it was the first to do so.
func (b *inbox) close(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.closed = true
	b.queue = append(b.queue, f)
	b.signal()
	return true
}

func (b *inbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// next waits for the oldest function queued; nil once the inbox is closed and empty.
func (b *inbox) next() func() {
	for {
		b.mu.Lock()
		if len(b.queue) > 0 {
			f := b.queue[0]
			b.queue[0] = nil
			b.queue = b.queue[1:]
			b.mu.Unlock()
			return f
		}
		closed := b.closed
		b.mu.Unlock()
		if closed {
			return nil
		}
		<-b.wake
	}
}
