package master

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// maxJournal bounds what a journal keeps.
const maxJournal = 10_000

// Sent is one event that was sent to a framework.
type Sent struct {
	At          time.Time
	FrameworkID string
	Event       *schedulerpb.Event // not to be changed
}

// journal keeps the newest events that were sent, heartbeats left out.
type journal struct {
	entries []Sent
	first   int // of entries, which is a ring once it is full
}

func newJournal() *journal { return &journal{} }

func (j *journal) add(s Sent) {
	if len(j.entries) < maxJournal {
		j.entries = append(j.entries, s)
		return
	}
	j.entries[j.first] = s
	j.first = (j.first + 1) % maxJournal
}

// all returns what is kept, oldest first.
func (j *journal) all() []Sent {
	out := make([]Sent, 0, len(j.entries))
	out = append(out, j.entries[j.first:]...)
	return append(out, j.entries[:j.first]...)
}
