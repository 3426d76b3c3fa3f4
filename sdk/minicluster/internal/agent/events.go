package agent

import (
	"net/http"
	"sync"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos/executorpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/api"
)

// maxEvents is how many events may wait for an executor that doesn't read before its connection is ended.
const maxEvents = 10_000

// events is the connection on which an executor gets its events. The loop puts them in, the goroutine of the
// HTTP request takes them out.
type events struct {
	marshal func(proto.Message) ([]byte, error)
	mu      sync.Mutex
	queue   []*executorpb.Event
	ended   bool
	change  chan struct{} // holds a token after a change
}

func newEvents(kind string) *events {
	return &events{marshal: api.Marshaler(kind), change: make(chan struct{}, 1)}
}

// send queues an event.
func (s *events) send(e *executorpb.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.queue = append(s.queue, e)
		s.ended = len(s.queue) > maxEvents
		s.changed()
	}
}

// close ends the connection after what is queued.
func (s *events) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.changed()
}

// changed needs mu.
func (s *events) changed() {
	select {
	case s.change <- struct{}{}:
	default:
	}
}

func (s *events) take() (queue []*executorpb.Event, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue, s.queue = s.queue, nil
	return queue, s.ended
}

// serve writes what is sent until the stream ends or the executor hangs up.
func (s *events) serve(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	ticker := time.NewTicker(executorHeartbeat)
	defer ticker.Stop()
	for {
		queue, ended := s.take()
		for _, e := range queue {
			b, err := s.marshal(e)
			if err != nil {
				return
			}
			if _, err := w.Write(recordio.Append(nil, b)); err != nil {
				return
			}
		}
		if err := control.Flush(); err != nil || ended {
			return
		}
		select {
		case <-s.change:
		case <-ticker.C:
			s.send(&executorpb.Event{Type: executorpb.Event_HEARTBEAT.Enum()})
		case <-r.Context().Done():
			return
		}
	}
}
