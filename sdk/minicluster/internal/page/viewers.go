package page

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxViewers is how many may watch at the same time.
const maxViewers = 32

// patience is how long a viewer may take to read what it was sent.
const patience = 30 * time.Second

// Viewers are those who watch. Publish and Close never wait for them.
type Viewers struct {
	// Joined holds a token after somebody has come, who waits for a View.
	Joined chan struct{}

	mu   sync.Mutex
	all  map[*viewer]struct{}
	over bool
}

type viewer struct {
	next chan *View // holds the newest one
	end  chan struct{}
}

// NewViewers returns an empty house.
func NewViewers() *Viewers {
	return &Viewers{Joined: make(chan struct{}, 1), all: map[*viewer]struct{}{}}
}

// Empty tells whether nobody watches.
func (s *Viewers) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all) == 0
}

// Publish shows a view to all. Who hasn't read the one before doesn't get to see that.
func (s *Viewers) Publish(v *View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.all {
		select {
		case <-one.next:
		default:
		}
		one.next <- v
	}
}

// Close ends all streams; nobody comes in any more.
func (s *Viewers) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for one := range s.all {
		close(one.end)
	}
	clear(s.all)
}

func (s *Viewers) join() *viewer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || len(s.all) >= maxViewers {
		return nil
	}
	one := &viewer{next: make(chan *View, 1), end: make(chan struct{})}
	s.all[one] = struct{}{}
	select {
	case s.Joined <- struct{}{}:
	default:
	}
	return one
}

func (s *Viewers) leave(one *viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, one)
}

// ServeHTTP sends views as server-sent events until the viewer leaves or Close is called: 503 if too many watch.
// Each event is a [change].
func (s *Viewers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one := s.join()
	if one == nil {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "Too many pages are open, or the master is ending", http.StatusServiceUnavailable)
		return
	}
	defer s.leave(one)
	protect(w.Header())
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	seen := map[entryID]string(nil)
	for {
		select {
		case v := <-one.next:
			event := difference(seen, v.entries())
			seen = v.entries()
			if event == nil {
				continue
			}
			// A connection without deadlines still breaks when its peer goes.
			_ = control.SetWriteDeadline(time.Now().Add(patience))
			if _, err := w.Write(event); err != nil {
				return
			}
			if err := control.Flush(); err != nil {
				return
			}
			_ = control.SetWriteDeadline(time.Time{})
		case <-one.end:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// change is what differs between two views.
type change struct {
	All  bool                                  `json:"all,omitempty"` // nothing else is there
	Now  int64                                 `json:"now"`           // Unix milliseconds
	Set  map[string]map[string]json.RawMessage `json:"set,omitempty"`
	Gone map[string][]string                   `json:"gone,omitempty"`
}

// difference returns the event that leads from one view to another; nil: there is none. Without a view before, the
// event holds all.
func difference(before, after map[entryID]string) []byte {
	c := change{All: before == nil, Now: time.Now().UnixMilli(), Set: map[string]map[string]json.RawMessage{}, Gone: map[string][]string{}}
	for id, text := range after {
		if old, was := before[id]; was && old == text {
			continue
		}
		if c.Set[id.set] == nil {
			c.Set[id.set] = map[string]json.RawMessage{}
		}
		c.Set[id.set][id.key] = json.RawMessage(text)
	}
	for id := range before {
		if _, is := after[id]; !is {
			c.Gone[id.set] = append(c.Gone[id.set], id.key)
		}
	}
	if !c.All && len(c.Set) == 0 && len(c.Gone) == 0 {
		return nil
	}
	for _, keys := range c.Gone {
		slices.SortFunc(keys, strings.Compare)
	}
	var out bytes.Buffer
	out.WriteString("retry: 1000\ndata: ")
	encoder := json.NewEncoder(&out) // ends with a newline; JSON holds none
	if err := encoder.Encode(c); err != nil {
		return nil
	}
	out.WriteByte('\n')
	return out.Bytes()
}
