package scheduler_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

// pipes is a network of pipes, for bubbles: every address leads to the one listener.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5050} }

func (p *pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	server, client := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A master is a scripted one: the test takes each subscription and each call, and says what happens.
type master struct {
	*pipes
	t        *testing.T
	server   *http.Server
	streams  chan *stream
	calls    chan *schedulerpb.Call
	answer   func(w http.ResponseWriter, r *http.Request, call *schedulerpb.Call) bool // nil, or true: it has answered
	requests chan *http.Request                                                        // the headers of each, if not nil

	mu      sync.Mutex
	current string // stream id
	count   int
}

// A stream is one subscription as the master sees it.
type stream struct {
	t      *testing.T
	call   *schedulerpb.Call
	events chan []byte
	closed chan struct{}   // by the test
	gone   <-chan struct{} // by the client
}

func newMaster(t *testing.T) *master {
	m := &master{pipes: newPipes(), t: t, streams: make(chan *stream, 16), calls: make(chan *schedulerpb.Call, 4096)}
	m.server = &http.Server{Handler: m}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := m.server.Serve(m); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		m.server.Close()
		m.Close()
		<-served
	})
	return m
}

func (m *master) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	call := new(schedulerpb.Call)
	if err == nil {
		err = call.Unmarshal(body)
	}
	if err != nil {
		m.t.Errorf("request: %v", err)
		return
	}
	if m.requests != nil {
		m.requests <- r
	}
	if m.answer != nil && m.answer(w, r, call) {
		return
	}
	if call.GetType() == schedulerpb.Call_SUBSCRIBE {
		m.subscribe(w, r, call)
		return
	}
	m.mu.Lock()
	current := m.current
	m.mu.Unlock()
	if id := r.Header.Get("Mesos-Stream-Id"); id != current {
		http.Error(w, "The stream ID '"+id+"' included in this request didn't match the stream ID currently associated with framework ID x", 400)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	m.calls <- call
}

func (m *master) subscribe(w http.ResponseWriter, r *http.Request, call *schedulerpb.Call) {
	m.mu.Lock()
	m.count++
	m.current = "stream-" + strconv.Itoa(m.count)
	w.Header().Set("Mesos-Stream-Id", m.current)
	m.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	s := &stream{t: m.t, call: call, events: make(chan []byte), closed: make(chan struct{}), gone: r.Context().Done()}
	m.streams <- s
	for {
		select {
		case b := <-s.events:
			if _, err := w.Write(b); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		case <-s.closed:
			return
		case <-s.gone:
			return
		}
	}
}

// raw writes bytes as they are.
func (s *stream) raw(b []byte) {
	s.t.Helper()
	select {
	case s.events <- b:
	case <-s.gone:
		s.t.Error("the driver has left the stream")
	}
}

func (s *stream) send(events ...*schedulerpb.Event) {
	s.t.Helper()
	for _, e := range events {
		b, err := e.Marshal()
		if err != nil {
			s.t.Fatal(err)
		}
		s.raw(recordio.Append(nil, b))
	}
}

func (s *stream) close() { close(s.closed) }

// subscribed accepts the next subscription and answers it as a master does.
func (m *master) subscribed() *stream {
	m.t.Helper()
	s := <-m.streams
	s.send(subscribedEvent("fw-1"), &schedulerpb.Event{Type: schedulerpb.Event_HEARTBEAT.Enum()})
	return s
}

// next is the next call, which must be of a type.
func (m *master) next(want schedulerpb.Call_Type) *schedulerpb.Call {
	m.t.Helper()
	select {
	case call := <-m.calls:
		if call.GetType() != want {
			m.t.Fatalf("call %v, want %v: %v", call.GetType(), want, call)
		}
		return call
	case <-time.After(10 * time.Minute): // of the bubble
		m.t.Fatalf("no call came, want %v", want)
		return nil
	}
}

// quiet checks that nothing more is sent.
func (m *master) quiet() {
	m.t.Helper()
	synctest.Wait()
	select {
	case call := <-m.calls:
		m.t.Fatalf("unexpected call %v", call)
	default:
	}
}

func subscribedEvent(id string) *schedulerpb.Event {
	return &schedulerpb.Event{Type: schedulerpb.Event_SUBSCRIBED.Enum(), Subscribed: &schedulerpb.Event_Subscribed{
		FrameworkID: mesos.FrameworkID{Value: id}, HeartbeatIntervalSeconds: new(15.0),
	}}
}

func offersEvent(offers ...mesos.Offer) *schedulerpb.Event {
	return &schedulerpb.Event{Type: schedulerpb.Event_OFFERS.Enum(), Offers: &schedulerpb.Event_Offers{Offers: offers}}
}

func rescindEvent(id string) *schedulerpb.Event {
	return &schedulerpb.Event{Type: schedulerpb.Event_RESCIND.Enum(), Rescind: &schedulerpb.Event_Rescind{OfferID: mesos.OfferID{Value: id}}}
}

func errorEvent(text string) *schedulerpb.Event {
	return &schedulerpb.Event{Type: schedulerpb.Event_ERROR.Enum(), Error: &schedulerpb.Event_Error{Message: text}}
}

func updateEvent(task string, state mesos.TaskState, uuid string) *schedulerpb.Event {
	return &schedulerpb.Event{Type: schedulerpb.Event_UPDATE.Enum(), Update: &schedulerpb.Event_Update{Status: mesos.TaskStatus{
		TaskID: mesos.TaskID{Value: task}, State: state, AgentID: &mesos.AgentID{Value: "agent-1"}, UUID: []byte(uuid),
	}}}
}

func offer(id, agent string) mesos.Offer {
	return mesos.Offer{
		ID: mesos.OfferID{Value: id}, AgentID: mesos.AgentID{Value: agent}, Hostname: "host",
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new("r")},
		Resources:      []mesos.Resource{{Name: "cpus", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 1}}},
	}
}

func launch(task, agent string) []mesos.Offer_Operation {
	return []mesos.Offer_Operation{{
		Type: mesos.Offer_Operation_LAUNCH.Enum(),
		Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{{
			Name: task, TaskID: mesos.TaskID{Value: task}, AgentID: mesos.AgentID{Value: agent},
			Resources: []mesos.Resource{{Name: "cpus", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 0.5}}},
		}}},
	}}
}

func config(m *master) scheduler.Config {
	return scheduler.Config{
		Masters:   []string{"master:5050"},
		Framework: mesos.FrameworkInfo{Name: "test", User: "nobody", Roles: []string{"r"}},
		Dial:      m.Dial,
	}
}

// A driven is a driver that runs.
type driven struct {
	*scheduler.Driver
	cancel context.CancelCauseFunc
	result chan error
}

// errStop is the cause with which tests end a Run.
var errStop = errors.New("the test is over")

// drive runs a driver until the test ends; its Run has to end by itself or with errStop.
func drive(t *testing.T, cfg scheduler.Config, callbacks scheduler.Callbacks) *driven {
	t.Helper()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(logged{t}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	d, err := scheduler.New(cfg, callbacks)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(t.Context()))
	run := &driven{Driver: d, cancel: cancel, result: make(chan error, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run.result <- d.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel(errStop)
		<-done
	})
	return run
}

// stop ends the run and checks that nothing else has.
func (d *driven) stop(t *testing.T) {
	t.Helper()
	d.cancel(errStop)
	if err := <-d.result; !errors.Is(err, errStop) {
		t.Errorf("Run returned %v, want the cause of its context", err)
	}
}

// logged writes a driver's log into a test's.
type logged struct{ t *testing.T }

func (l logged) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// heartbeat is a record.
var heartbeat = func() []byte {
	b, err := (&schedulerpb.Event{Type: schedulerpb.Event_HEARTBEAT.Enum()}).Marshal()
	if err != nil {
		panic(err)
	}
	return recordio.Append(nil, b)
}()

func operationEvent(id string, state mesos.OperationState) *schedulerpb.Event {
	return &schedulerpb.Event{Type: schedulerpb.Event_UPDATE_OPERATION_STATUS.Enum(), UpdateOperationStatus: &schedulerpb.Event_UpdateOperationStatus{
		Status: mesos.OperationStatus{OperationID: &mesos.OperationID{Value: id}, State: state},
	}}
}
