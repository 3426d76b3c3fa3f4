package minicluster_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

const role, principal = "db", "db-fw"

// scheduler is a framework for tests that speaks protobuf and knows nothing but the wire.
type scheduler struct {
	t       testing.TB
	cluster *minicluster.Cluster
	client  *http.Client
	id      *mesos.FrameworkID
	stream  string
	user    string // authenticates with the secret "s"; empty: not at all
	cancel  context.CancelFunc
	ended   chan struct{} // closed at the end of the stream

	mu     sync.Mutex
	events []*schedulerpb.Event
	came   chan struct{} // holds a token after an event or the end
}

func info(change ...func(*mesos.FrameworkInfo)) mesos.FrameworkInfo {
	f := mesos.FrameworkInfo{User: "root", Name: "test", Roles: []string{role}, Principal: new(principal), Capabilities: []mesos.FrameworkInfo_Capability{
		{Type: mesos.FrameworkInfo_Capability_MULTI_ROLE.Enum()},
		{Type: mesos.FrameworkInfo_Capability_RESERVATION_REFINEMENT.Enum()},
		{Type: mesos.FrameworkInfo_Capability_PARTITION_AWARE.Enum()},
	}}
	for _, do := range change {
		do(&f)
	}
	return f
}

func timeout(seconds float64) func(*mesos.FrameworkInfo) {
	return func(f *mesos.FrameworkInfo) { f.FailoverTimeout = &seconds }
}

func checkpointing(f *mesos.FrameworkInfo) { f.Checkpoint = new(true) }

func sharing(f *mesos.FrameworkInfo) {
	f.Capabilities = append(f.Capabilities, mesos.FrameworkInfo_Capability{Type: mesos.FrameworkInfo_Capability_SHARED_RESOURCES.Enum()})
}

func as(id *mesos.FrameworkID) func(*mesos.FrameworkInfo) {
	return func(f *mesos.FrameworkInfo) { f.ID = id }
}

func inRoles(roles ...string) func(*mesos.FrameworkInfo) {
	return func(f *mesos.FrameworkInfo) { f.Roles = roles }
}

// subscribe opens a stream and waits for SUBSCRIBED. The stream ends with the test at the latest.
func subscribe(t testing.TB, c *minicluster.Cluster, f mesos.FrameworkInfo) *scheduler {
	t.Helper()
	s := open(t, c, &schedulerpb.Call{FrameworkID: f.ID, Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: f}})
	e := s.next(schedulerpb.Event_SUBSCRIBED, schedulerpb.Event_ERROR)
	if e.GetType() == schedulerpb.Event_ERROR {
		t.Fatalf("subscribe: %s", e.Error.Message)
	}
	s.id = &e.Subscribed.FrameworkID
	return s
}

// open sends a SUBSCRIBE, which must be answered with a stream.
func open(t testing.TB, c *minicluster.Cluster, call *schedulerpb.Call) *scheduler {
	t.Helper()
	return openAs(t, c, "", call)
}

func openAs(t testing.TB, c *minicluster.Cluster, user string, call *schedulerpb.Call) *scheduler {
	t.Helper()
	s := &scheduler{t: t, user: user, cluster: c, came: make(chan struct{}, 1), ended: make(chan struct{})}
	transport := &http.Transport{DialContext: c.Dial}
	s.client = &http.Client{Transport: transport}
	ctx, cancel := context.WithCancel(t.Context())
	s.cancel = cancel
	res, err := s.client.Do(s.request(ctx, call))
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(res.Body)
		t.Fatalf("SUBSCRIBE: %d %s", res.StatusCode, b)
	}
	s.stream = res.Header.Get("Mesos-Stream-Id")
	go s.read(res.Body)
	t.Cleanup(func() {
		cancel()
		<-s.ended
		transport.CloseIdleConnections()
	})
	return s
}

func (s *scheduler) request(ctx context.Context, call *schedulerpb.Call) *http.Request {
	s.t.Helper()
	b, err := call.Marshal()
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.cluster.Masters()[max(s.cluster.Leader(), 0)]+"/api/v1/scheduler", bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Accept", "application/x-protobuf")
	if s.user != "" {
		req.SetBasicAuth(s.user, "s")
	}
	if s.stream != "" {
		req.Header.Set("Mesos-Stream-Id", s.stream)
	}
	return req
}

func (s *scheduler) read(body io.ReadCloser) {
	defer close(s.ended)
	defer body.Close()
	in := recordio.NewReader(body, 64<<20)
	for {
		b, err := in.Next()
		if err != nil {
			s.wake()
			return
		}
		e := &schedulerpb.Event{}
		if err := e.Unmarshal(b); err != nil {
			s.t.Errorf("event: %v", err)
			return
		}
		s.mu.Lock()
		if n := len(s.events); n == 0 || !isHeartbeat(e) || !isHeartbeat(s.events[n-1]) { // a year has two million
			s.events = append(s.events, e)
		}
		s.mu.Unlock()
		s.wake()
	}
}

func isHeartbeat(e *schedulerpb.Event) bool { return e.GetType() == schedulerpb.Event_HEARTBEAT }

func (s *scheduler) wake() {
	select {
	case s.came <- struct{}{}:
	default:
	}
}

// patience is how long a test waits for an event.
const patience = 20 * time.Second

// await waits for the first event that is wanted and takes it; nil if none comes within a while, or at all.
func (s *scheduler) await(d time.Duration, wanted func(*schedulerpb.Event) bool) *schedulerpb.Event {
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	for over := false; ; {
		s.mu.Lock()
		for i, e := range s.events {
			if wanted(e) {
				s.events = append(s.events[:i:i], s.events[i+1:]...)
				s.mu.Unlock()
				return e
			}
		}
		s.mu.Unlock()
		if over {
			return nil
		}
		select {
		case <-s.came:
		case <-s.ended:
			over = true // look once more
		case <-deadline.C:
			over = true
		}
	}
}

// next waits for an event of one of the types.
func (s *scheduler) next(types ...schedulerpb.Event_Type) *schedulerpb.Event {
	s.t.Helper()
	e := s.await(patience, func(e *schedulerpb.Event) bool {
		for _, want := range types {
			if e.GetType() == want {
				return true
			}
		}
		return false
	})
	if e == nil {
		s.t.Fatalf("no %v came", types)
	}
	return e
}

// none checks that no event of a type comes for a while.
func (s *scheduler) none(d time.Duration, kind schedulerpb.Event_Type) {
	s.t.Helper()
	if e := s.await(d, func(e *schedulerpb.Event) bool { return e.GetType() == kind }); e != nil {
		s.t.Fatalf("%v came: %v", kind, e)
	}
}

// offer waits for an offer that satisfies all conditions, and declines others for no time.
func (s *scheduler) offer(conditions ...func(*mesos.Offer) bool) *mesos.Offer {
	s.t.Helper()
	for {
		e := s.next(schedulerpb.Event_OFFERS)
		var chosen *mesos.Offer
		for i := range e.Offers.Offers {
			o := &e.Offers.Offers[i]
			fits := chosen == nil
			for _, ok := range conditions {
				fits = fits && ok(o)
			}
			if fits {
				chosen = o
				continue
			}
			s.decline(0, o)
		}
		if chosen != nil {
			return chosen
		}
	}
}

// status waits for a task's update in a state and acknowledges it if that is wanted.
func (s *scheduler) status(task string, state mesos.TaskState) *mesos.TaskStatus {
	s.t.Helper()
	e := s.await(patience, func(e *schedulerpb.Event) bool {
		return e.GetType() == schedulerpb.Event_UPDATE && e.Update.Status.TaskID.Value == task && e.Update.Status.State == state
	})
	if e == nil {
		s.t.Fatalf("no %v of %s came; queued: %v", state, task, s.events)
	}
	status := &e.Update.Status
	if len(status.UUID) > 0 {
		s.must(&schedulerpb.Call{Type: schedulerpb.Call_ACKNOWLEDGE.Enum(), Acknowledge: &schedulerpb.Call_Acknowledge{
			AgentID: *status.AgentID, TaskID: status.TaskID, UUID: status.UUID,
		}})
	}
	return status
}

// running waits until a task runs.
func (s *scheduler) running(task string) {
	s.t.Helper()
	s.status(task, mesos.TASK_STARTING)
	s.status(task, mesos.TASK_RUNNING)
}

// outcome waits for an operation's status.
func (s *scheduler) outcome(id string) *mesos.OperationStatus {
	s.t.Helper()
	e := s.await(patience, func(e *schedulerpb.Event) bool {
		return e.GetType() == schedulerpb.Event_UPDATE_OPERATION_STATUS && e.UpdateOperationStatus.Status.OperationID.GetValue() == id
	})
	if e == nil {
		s.t.Fatalf("no outcome of operation %s came", id)
	}
	return &e.UpdateOperationStatus.Status
}

// call sends a call and returns the answer.
func (s *scheduler) call(call *schedulerpb.Call) (int, string) {
	s.t.Helper()
	if call.FrameworkID == nil {
		call.FrameworkID = s.id
	}
	res, err := s.client.Do(s.request(s.t.Context(), call))
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(b)
}

// must sends a call that has to be taken.
func (s *scheduler) must(call *schedulerpb.Call) {
	s.t.Helper()
	if code, body := s.call(call); code != http.StatusAccepted {
		s.t.Fatalf("%v: %d %s", call.GetType(), code, body)
	}
}

func (s *scheduler) decline(seconds float64, offers ...*mesos.Offer) {
	s.t.Helper()
	call := &schedulerpb.Call_Decline{Filters: &mesos.Filters{RefuseSeconds: &seconds}}
	for _, o := range offers {
		call.OfferIDs = append(call.OfferIDs, o.ID)
	}
	s.must(&schedulerpb.Call{Type: schedulerpb.Call_DECLINE.Enum(), Decline: call})
}

// accept answers an offer; the rest of it may be offered again at once.
func (s *scheduler) accept(o *mesos.Offer, operations ...mesos.Offer_Operation) {
	s.t.Helper()
	s.must(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{
		OfferIDs: []mesos.OfferID{o.ID}, Operations: operations, Filters: &mesos.Filters{RefuseSeconds: new(0.0)},
	}})
}

func (s *scheduler) kill(task string) {
	s.t.Helper()
	s.must(&schedulerpb.Call{Type: schedulerpb.Call_KILL.Enum(), Kill: &schedulerpb.Call_Kill{TaskID: mesos.TaskID{Value: task}}})
}

// reconcile asks for tasks, none meaning all, on an agent if that is named.
func (s *scheduler) reconcile(agent string, tasks ...string) {
	s.t.Helper()
	call := &schedulerpb.Call_Reconcile{}
	for _, id := range tasks {
		one := schedulerpb.Call_Reconcile_Task{TaskID: mesos.TaskID{Value: id}}
		if agent != "" {
			one.AgentID = &mesos.AgentID{Value: agent}
		}
		call.Tasks = append(call.Tasks, one)
	}
	s.must(&schedulerpb.Call{Type: schedulerpb.Call_RECONCILE.Enum(), Reconcile: call})
}

// hangUp ends the stream as a scheduler that dies does, and waits until the master has noticed.
func (s *scheduler) hangUp() {
	s.t.Helper()
	s.cancel()
	<-s.ended
	eventually(s.t, "the framework is disconnected", func() bool {
		f, ok := s.cluster.State().Framework(s.id.Value)
		return !ok || !f.Connected
	})
}

// eventually polls a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if ok() {
			return
		}
		<-time.After(time.Millisecond)
	}
	t.Fatalf("not so: %s", what)
}

// reserved returns resources reserved for the role of the tests.
func reserved(text string) resource.Set {
	var out resource.Set
	for _, r := range resource.MustParse(text) {
		out = append(out, resource.Push(r, resource.Reservation{Role: role, Principal: principal}.Info()))
	}
	return out
}

// volume returns a volume on reserved root disk.
func volume(id string, mib float64) mesos.Resource {
	disk := reserved(fmt.Sprintf("disk:%v", mib))[0]
	disk.Disk = &mesos.Resource_DiskInfo{
		Persistence: &mesos.Resource_DiskInfo_Persistence{ID: id, Principal: new(principal)},
		Volume:      &mesos.Volume{ContainerPath: "data", Mode: mesos.RW.Enum()},
	}
	return disk
}

func shared(v mesos.Resource) mesos.Resource {
	v.Shared = &mesos.Resource_SharedInfo{}
	return v
}

func reserve(s resource.Set) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: s}}
}

func create(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: v}}
}

func destroy(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum(), Destroy: &mesos.Offer_Operation_Destroy{Volumes: v}}
}

func launch(t ...mesos.TaskInfo) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), Launch: &mesos.Offer_Operation_Launch{TaskInfos: t}}
}

func named(op mesos.Offer_Operation, id string) mesos.Offer_Operation {
	op.ID = &mesos.OperationID{Value: id}
	return op
}

// task returns a command task on what an offer holds.
func task(id string, o *mesos.Offer, command string, s ...mesos.Resource) mesos.TaskInfo {
	if len(s) == 0 {
		s = resource.MustParse("cpus:0.5;mem:64")
	}
	return mesos.TaskInfo{Name: id, TaskID: mesos.TaskID{Value: id}, AgentID: o.AgentID, Resources: s, Command: &mesos.CommandInfo{Value: &command}}
}

func hasVolume(id string) func(*mesos.Offer) bool {
	return func(o *mesos.Offer) bool {
		for i := range o.Resources {
			if resource.IsVolume(&o.Resources[i]) && o.Resources[i].Disk.Persistence.ID == id {
				return true
			}
		}
		return false
	}
}

// holds tells whether an offer holds resources, wherever they are allocated to.
func holds(s resource.Set) func(*mesos.Offer) bool {
	return func(o *mesos.Offer) bool { return resource.Set(o.Resources).Unallocate().Contains(s) }
}
