package master

import "sync"

// stall lets streams go quiet without ending.
type stall struct {
	mu   sync.Mutex
	over chan struct{} // closed when they go on; nil: they do
}

// wait returns a channel that is closed when streams go on, nil if they do.
func (s *stall) wait() <-chan struct{} {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// StallStreams keeps all streams of schedulers, those that begin later too, from sending anything: what is to be
// sent waits. ResumeStreams lets them go on.
func (m *Master) StallStreams() {
	m.stall.mu.Lock()
	defer m.stall.mu.Unlock()
	if m.stall.over == nil {
		m.stall.over = make(chan struct{})
	}
}

// ResumeStreams ends what StallStreams began.
func (m *Master) ResumeStreams() {
	m.stall.mu.Lock()
	defer m.stall.mu.Unlock()
	if m.stall.over != nil {
		close(m.stall.over)
		m.stall.over = nil
	}
}
