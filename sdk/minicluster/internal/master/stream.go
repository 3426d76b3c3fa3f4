package master

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// maxQueued is how many bytes may wait for a scheduler that doesn't read before its stream is broken off.
const maxQueued = 64 << 20

// stream is the connection on which a scheduler, or an operator, gets its events. The loop puts them in, the goroutine of the
// HTTP request takes them out.
type stream struct {
	id   string // Mesos-Stream-Id
	json bool
	// stall may keep it quiet; nil: nothing does.
	stall *stall

	mu     sync.Mutex
	queue  []byte
	end    streamEnd
	change chan struct{} // holds a token after a change
}

// streamEnd is how a stream ends.
type streamEnd int

const (
	endless streamEnd = iota
	closed            // after what is queued
	broken            // at once, without a proper end
)

func newStream(json bool) *stream {
	return &stream{id: newUUID(), json: json, change: make(chan struct{}, 1)}
}

// event is a schedulerpb.Event or a masterpb.Event.
type event interface {
	proto.Message
	Marshal() ([]byte, error)
}

// encode returns an event as a record.
func (s *stream) encode(e event) ([]byte, error) {
	marshal := e.Marshal
	if s.json {
		marshal = func() ([]byte, error) { return mesosjson.Marshal(e) }
	}
	b, err := marshal()
	if err != nil {
		return nil, err
	}
	return recordio.Append(nil, b), nil
}

// put queues a record.
func (s *stream) put(record []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != endless {
		return
	}
	if len(s.queue)+len(record) > maxQueued {
		s.finish(broken)
		return
	}
	s.queue = append(s.queue, record...)
	s.changed()
}

// close ends the stream after what is queued.
func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(closed)
}

// abort breaks the stream off.
func (s *stream) abort() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(broken)
}

// finish and changed need mu.
func (s *stream) finish(end streamEnd) {
	s.end = max(s.end, end)
	s.changed()
}

func (s *stream) changed() {
	select {
	case s.change <- struct{}{}:
	default:
	}
}

func (s *stream) take() ([]byte, streamEnd) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.queue
	s.queue = nil
	return b, s.end
}

func (s *stream) isBroken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end == broken
}

// serve writes what is put in until the stream ends or the scheduler hangs up. It panics with
// http.ErrAbortHandler to break the connection off.
func (s *stream) serve(ctx context.Context, w http.ResponseWriter, heartbeat event, interval time.Duration) {
	control := http.NewResponseController(w)
	beat, err := s.encode(heartbeat)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if over := s.stall.wait(); over != nil && !s.isBroken() {
			select {
			case <-over:
			case <-s.change:
			case <-ctx.Done():
				return
			}
			continue
		}
		b, end := s.take()
		if end == broken {
			panic(http.ErrAbortHandler)
		}
		if len(b) > 0 {
			if _, err := w.Write(b); err != nil {
				return
			}
			if err := control.Flush(); err != nil {
				return
			}
		}
		if end == closed {
			return
		}
		select {
		case <-s.change:
		case <-ticker.C:
			s.put(beat)
		case <-ctx.Done():
			return
		}
	}
}
