package master

import "sync"

// mailbox is a queue without bound: agents and HTTP handlers never wait for the master, which may be waiting
// for an agent.
type mailbox struct {
	mu     sync.Mutex
	queue  []func()
	closed bool
	ready  chan struct{} // holds a token while the queue may be other than empty
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

// put queues f, and tells whether there is somebody left to run it.
func (b *mailbox) put(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.queue = append(b.queue, f)
	select {
	case b.ready <- struct{}{}:
	default:
	}
	return true
}

// take returns what is queued, in order.
func (b *mailbox) take() []func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.queue
	b.queue = nil
	return all
}

// close refuses what comes from now on.
func (b *mailbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}
