package master

import (
	"net/http"
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// maxNoted is how much of an answer is kept.
const maxNoted = 4 << 10

// Called is a call that came, and how it was answered.
type Called struct {
	At     time.Time // of the answer
	Call   *schedulerpb.Call
	Status int // of the answer; 0: the connection broke without one
	Body   string
}

// callNote notes one call with its answer, which it passes on.
type callNote struct {
	http.ResponseWriter
	called Called
	note   func(Called) // nil once it is noted
}

// noting returns w, with what is written to it noted as the answer to call, as that is now. The caller has to call
// finish.
func (m *Master) noting(w http.ResponseWriter, call *schedulerpb.Call) *callNote {
	n := &callNote{ResponseWriter: w, note: m.config.Called}
	if n.note != nil {
		n.called.Call = proto.Clone(call).(*schedulerpb.Call)
	}
	return n
}

// Unwrap is for http.ResponseController.
func (n *callNote) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// WriteHeader notes the status; a stream is noted when it begins.
func (n *callNote) WriteHeader(status int) {
	n.called.Status = status
	if n.called.Call.GetType() == schedulerpb.Call_SUBSCRIBE && status == http.StatusOK {
		n.finish()
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *callNote) Write(b []byte) (int, error) {
	if n.note != nil && len(n.called.Body) < maxNoted {
		n.called.Body += string(b[:min(len(b), maxNoted-len(n.called.Body))])
	}
	return n.ResponseWriter.Write(b)
}

// finish notes the call, once.
func (n *callNote) finish() {
	if n.note != nil {
		n.called.At = time.Now()
		n.note(n.called)
		n.note = nil
	}
}
