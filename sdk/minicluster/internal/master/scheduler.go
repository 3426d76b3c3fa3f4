package master

import (
	"errors"
	"net/http"

	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

// ErrCut, wrapped by an interceptor's error, makes the connection break instead of being answered.
var ErrCut = errors.New("connection cut")

// ErrAnswerLost, wrapped by an interceptor's error, has the call carried out, and the connection break instead of
// the answer.
var ErrAnswerLost = errors.New("answer lost")

// Answer is an interceptor's error that answers the call.
type Answer struct {
	Status int
	Body   string
}

// Error returns the body.
func (a *Answer) Error() string { return a.Body }

// streamHeader names the stream that a call belongs to.
const streamHeader = "Mesos-Stream-Id"

// scheduler serves /api/v1/scheduler. The order of its checks is that of semantics 1.1.
func (m *Master) scheduler(w http.ResponseWriter, r *http.Request) {
	principal, ok := m.authenticate(w, r, realmScheduler)
	if !ok {
		return
	}
	if r.Method != http.MethodPost {
		notAllowed(w, r, http.MethodPost)
		return
	}
	call := &schedulerpb.Call{}
	if failed := decode(r, call); failed.status != 0 {
		failed.write(w)
		return
	}
	note := m.noting(w, call)
	defer note.finish()
	w = note
	if err := validate.Call(call, principal); err != nil {
		refuse(http.StatusBadRequest, "Failed to validate scheduler::Call: "+err.Error()).write(w)
		return
	}
	streamID, hasStream := streamOf(r)
	kind := accepted(r)
	switch call.GetType() {
	case schedulerpb.Call_SUBSCRIBE, schedulerpb.Call_RECONCILE_OPERATIONS:
		if kind == "" {
			refuse(http.StatusNotAcceptable, notAcceptable).write(w)
			return
		}
	}
	if call.GetType() == schedulerpb.Call_SUBSCRIBE && hasStream {
		refuse(http.StatusBadRequest, "Subscribe calls should not include the 'Mesos-Stream-Id' header").write(w)
		return
	}
	done, mute := m.intercepted(w, call)
	if done {
		return
	}
	if call.GetType() == schedulerpb.Call_SUBSCRIBE {
		m.stream(w, r, call, principal, kind, mute)
		return
	}
	a, alive := ask(m, func() answer { return m.call(call, principal, streamID) })
	if !alive || mute {
		panic(http.ErrAbortHandler)
	}
	a.write(w)
}

func streamOf(r *http.Request) (*string, bool) {
	values := r.Header[http.CanonicalHeaderKey(streamHeader)]
	if len(values) == 0 {
		return nil, false
	}
	return &values[0], true
}

// intercepted shows a call to the interceptor and tells whether that is the end of it: the master is said to
// have taken the call, or to be unavailable, or the connection breaks. Otherwise the call is to be carried out,
// and if mute is true its answer is lost.
func (m *Master) intercepted(w http.ResponseWriter, call *schedulerpb.Call) (done, mute bool) {
	if m.config.Intercept == nil {
		return false, false
	}
	handled, err := m.config.Intercept(call)
	given := new(*Answer)
	switch {
	case errors.Is(err, ErrAnswerLost):
		return false, true
	case errors.As(err, given):
		refuse((*given).Status, (*given).Body).write(w)
		return true, false
	case errors.Is(err, ErrCut), handled && err == nil && call.GetType() == schedulerpb.Call_SUBSCRIBE:
		panic(http.ErrAbortHandler)
	case err != nil:
		refuse(http.StatusServiceUnavailable, err.Error()).write(w)
		return true, false
	case handled:
		refuse(http.StatusAccepted, "").write(w)
		return true, false
	}
	return false, false
}

// stream answers SUBSCRIBE: whatever is wrong with the framework from here on is told by an event.
func (m *Master) stream(w http.ResponseWriter, r *http.Request, call *schedulerpb.Call, principal *string, kind string, mute bool) {
	s := newStream(kind == typeJSON)
	s.stall = &m.stall
	if mute {
		s.end = broken // as soon as the framework is subscribed
	}
	w.Header().Set("Content-Type", kind)
	w.Header()[streamHeader] = []string{s.id}
	w.WriteHeader(http.StatusOK)
	if err := http.NewResponseController(w).Flush(); err != nil {
		return
	}
	if !m.mail.put(func() { m.subscribe(call.Subscribe, principal, s) }) {
		panic(http.ErrAbortHandler)
	}
	defer m.mail.put(func() { m.streamEnded(s) })
	s.serve(r.Context(), w, &schedulerpb.Event{Type: schedulerpb.Event_HEARTBEAT.Enum()}, m.config.Heartbeat)
}

// call carries out a call of a framework that is to be subscribed already.
func (m *Master) call(call *schedulerpb.Call, principal *string, streamID *string) answer {
	id := call.FrameworkID.Value
	f := m.frameworks[id]
	switch {
	case f == nil:
		return refuse(http.StatusBadRequest, "Framework cannot be found")
	case principal != nil && f.info.Principal != nil && *principal != *f.info.Principal:
		return refuse(http.StatusBadRequest, "Authenticated principal '"+*principal+"' does not match principal '"+*f.info.Principal+"' set in `FrameworkInfo`")
	case f.stream == nil:
		return refuse(http.StatusForbidden, "Framework is not subscribed")
	case streamID == nil:
		return refuse(http.StatusBadRequest, "All non-subscribe calls should include the 'Mesos-Stream-Id' header")
	case *streamID != f.stream.id:
		return refuse(http.StatusBadRequest, "The stream ID '"+*streamID+"' included in this request didn't match the stream ID currently associated with framework ID "+id)
	}
	return m.dispatch(f, call)
}

func (m *Master) dispatch(f *framework, call *schedulerpb.Call) answer {
	switch call.GetType() {
	case schedulerpb.Call_TEARDOWN:
		m.teardown(f)
	case schedulerpb.Call_ACCEPT:
		m.accept(f, call.Accept)
	case schedulerpb.Call_DECLINE:
		m.decline(call.Decline)
	case schedulerpb.Call_REVIVE:
		m.revive(f, call.Revive)
	case schedulerpb.Call_SUPPRESS:
		m.suppress(f, call.Suppress)
	case schedulerpb.Call_KILL:
		m.kill(f, call.Kill)
	case schedulerpb.Call_SHUTDOWN:
		m.shutdown(f, call.Shutdown)
	case schedulerpb.Call_ACKNOWLEDGE:
		m.acknowledge(f, call.Acknowledge)
	case schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS:
		m.acknowledgeOperation(f, call.AcknowledgeOperationStatus)
	case schedulerpb.Call_RECONCILE:
		m.reconcile(f, call.Reconcile)
	case schedulerpb.Call_RECONCILE_OPERATIONS:
		m.reconcileOperations(f, call.ReconcileOperations)
	case schedulerpb.Call_UPDATE_FRAMEWORK:
		return m.updateFramework(f, call.UpdateFramework)
	case schedulerpb.Call_ACCEPT_INVERSE_OFFERS:
		m.answerInverse(call.AcceptInverseOffers.InverseOfferIDs, call.AcceptInverseOffers.Filters, masterpb.InverseOfferStatus_ACCEPT)
	case schedulerpb.Call_DECLINE_INVERSE_OFFERS:
		m.answerInverse(call.DeclineInverseOffers.InverseOfferIDs, call.DeclineInverseOffers.Filters, masterpb.InverseOfferStatus_DECLINE)
	case schedulerpb.Call_MESSAGE:
		m.message(f, call.Message)
	case schedulerpb.Call_REQUEST:
		// It changes nothing.
	default:
		return plain(http.StatusNotImplemented)
	}
	return answer{status: http.StatusAccepted}
}
