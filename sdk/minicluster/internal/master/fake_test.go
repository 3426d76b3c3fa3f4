package master

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	agents "github.com/stateful-mesos/moor/sdk/minicluster/internal/agent"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// fake is an agent that does nothing but applying operations and noting what it is told.
type fake struct {
	info      mesos.AgentInfo
	total     resource.Set
	failed    []error // operations that the master should have refused
	launched  []string
	killed    []string
	shut      []string
	applied   []string // uuids
	settled   []string // uuids of operations acknowledged
	acked     []string
	unknown   []string
	resent    []string
	messages  []string
	tasks     []agents.TaskView
	operation []mesos.Operation
	drained   []mesos.DrainConfig
	ended     []string // why it was asked to shut down
}

func newFake(resources string) *fake {
	return &fake{info: mesos.AgentInfo{Hostname: "h", Port: new(int32(5051))}, total: resource.MustParse(resources)}
}

func (f *fake) Info() mesos.AgentInfo { return f.info }
func (f *fake) Registered(id mesos.AgentID) error {
	f.info.ID = &id
	return nil
}
func (f *fake) Total() resource.Set           { return f.total }
func (f *fake) Tasks() []agents.TaskView      { return f.tasks }
func (f *fake) Operations() []mesos.Operation { return f.operation }

func (f *fake) Apply(_ *mesos.FrameworkID, uuid string, op mesos.Offer_Operation) {
	after, err := f.total.Apply(&op)
	if err != nil {
		f.failed = append(f.failed, err)
		return
	}
	f.total = after
	f.applied = append(f.applied, uuid)
}

func (f *fake) Unknown(framework mesos.FrameworkInfo, tasks []mesos.TaskID) {
	for _, id := range tasks {
		f.unknown = append(f.unknown, framework.ID.Value+" "+id.Value)
	}
}

func (f *fake) Launch(_ mesos.FrameworkInfo, t mesos.TaskInfo) {
	f.launched = append(f.launched, t.TaskID.Value)
}

func (f *fake) LaunchGroup(_ mesos.FrameworkInfo, _ mesos.ExecutorInfo, tasks []mesos.TaskInfo) {
	for i := range tasks {
		f.launched = append(f.launched, tasks[i].TaskID.Value)
	}
}

func (f *fake) Kill(_ mesos.FrameworkID, t mesos.TaskID, _ *time.Duration) {
	f.killed = append(f.killed, t.Value)
}
func (f *fake) Acknowledge(_ mesos.FrameworkID, t mesos.TaskID, _ []byte) {
	f.acked = append(f.acked, t.Value)
}
func (f *fake) AcknowledgeOperation(_ []byte, uuid string) { f.settled = append(f.settled, uuid) }
func (f *fake) ShutdownFramework(id mesos.FrameworkID)     { f.shut = append(f.shut, id.Value) }
func (f *fake) ShutdownExecutor(_ mesos.FrameworkID, id mesos.ExecutorID) {
	f.shut = append(f.shut, id.Value)
}
func (f *fake) Drain(c mesos.DrainConfig) { f.drained = append(f.drained, c) }
func (f *fake) Shutdown(message string)   { f.ended = append(f.ended, message) }
func (f *fake) Message(_ mesos.FrameworkID, executor mesos.ExecutorID, data []byte) {
	f.messages = append(f.messages, executor.Value+": "+string(data))
}

func (f *fake) ResendUpdates(id mesos.FrameworkID) { f.resent = append(f.resent, id.Value) }

var stockCapabilities = []mesos.AgentInfo_Capability_Type{
	mesos.AgentInfo_Capability_MULTI_ROLE, mesos.AgentInfo_Capability_HIERARCHICAL_ROLE, mesos.AgentInfo_Capability_RESERVATION_REFINEMENT,
	mesos.AgentInfo_Capability_RESOURCE_PROVIDER, mesos.AgentInfo_Capability_RESIZE_VOLUME, mesos.AgentInfo_Capability_AGENT_OPERATION_FEEDBACK,
	mesos.AgentInfo_Capability_AGENT_DRAINING, mesos.AgentInfo_Capability_TASK_RESOURCE_LIMITS,
}

func member(f *fake, without ...mesos.AgentInfo_Capability_Type) Member {
	m := Member{Handle: f, IP: "127.0.0.1"}
	for _, c := range stockCapabilities {
		lacks := false
		for _, w := range without {
			lacks = lacks || w == c
		}
		if !lacks {
			m.Capabilities = append(m.Capabilities, c)
		}
	}
	return m
}

// started returns a master that makes offers only when it is told to.
func started(t testing.TB) *Master {
	t.Helper()
	m := New(Config{
		IP: "127.0.0.1", Port: 5050, Interval: time.Hour, Heartbeat: time.Hour, PingTimeout: time.Hour, ReregisterTimeout: time.Hour,
		Registry: NewRegistry(Contents{}, nil), Logger: slog.New(slog.NewTextHandler(errorsFail{t}, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	t.Cleanup(m.Close)
	return m
}

// errorsFail fails the test at what is logged.
type errorsFail struct{ t testing.TB }

func (l errorsFail) Write(b []byte) (int, error) {
	l.t.Errorf("logged: %s", b)
	return len(b), nil
}

// on runs f on the master's loop.
func on(t testing.TB, m *Master, f func()) {
	t.Helper()
	if _, ok := ask(m, func() struct{} { f(); return struct{}{} }); !ok {
		t.Fatal("the master has ended")
	}
}

// client is a framework's end of a stream.
type client struct {
	t      testing.TB
	m      *Master
	stream *stream
	f      *framework
}

// subscribed registers a framework; events are read by take.
func subscribed(t testing.TB, m *Master, info mesos.FrameworkInfo) *client {
	t.Helper()
	c := &client{t: t, m: m, stream: newStream(false)}
	on(t, m, func() { m.subscribe(&schedulerpb.Call_Subscribe{FrameworkInfo: info}, nil, c.stream) })
	on(t, m, func() {
		for _, f := range m.frameworks {
			if f.stream == c.stream {
				c.f = f
			}
		}
	})
	return c
}

// take returns the events that have come.
func (c *client) take() []*schedulerpb.Event {
	c.t.Helper()
	on(c.t, c.m, func() {}) // what is before this is done
	b, _ := c.stream.take()
	var out []*schedulerpb.Event
	for in := recordio.NewReader(bytes.NewReader(b), 64<<20); ; {
		record, err := in.Next()
		if err != nil {
			return out
		}
		e := &schedulerpb.Event{}
		if err := e.Unmarshal(record); err != nil {
			c.t.Fatal(err)
		}
		out = append(out, e)
	}
}

// offers runs a round and returns what the framework is offered in it.
func (c *client) offers() []mesos.Offer {
	c.t.Helper()
	on(c.t, c.m, func() { c.m.rounds.now = true })
	var out []mesos.Offer
	for _, e := range c.take() {
		if e.Offers != nil {
			out = append(out, e.Offers.Offers...)
		}
	}
	return out
}

func (c *client) call(call *schedulerpb.Call) {
	c.t.Helper()
	on(c.t, c.m, func() { c.m.dispatch(c.f, call) })
}

func (c *client) accept(o *mesos.Offer, ops ...mesos.Offer_Operation) {
	c.t.Helper()
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{
		OfferIDs: []mesos.OfferID{o.ID}, Operations: ops, Filters: &mesos.Filters{RefuseSeconds: new(0.0)},
	}})
}

const testRole, testPrincipal = "r", "p"

func frameworkInfo(more ...mesos.FrameworkInfo_Capability_Type) mesos.FrameworkInfo {
	f := mesos.FrameworkInfo{User: "root", Name: "f", Roles: []string{testRole}, Principal: new(testPrincipal), FailoverTimeout: new(1e6)}
	for _, c := range append([]mesos.FrameworkInfo_Capability_Type{
		mesos.FrameworkInfo_Capability_MULTI_ROLE, mesos.FrameworkInfo_Capability_RESERVATION_REFINEMENT,
	}, more...) {
		f.Capabilities = append(f.Capabilities, mesos.FrameworkInfo_Capability{Type: c.Enum()})
	}
	return f
}

func reservedSet(text string) resource.Set {
	var out resource.Set
	for _, r := range resource.MustParse(text) {
		out = append(out, resource.Push(r, resource.Reservation{Role: testRole, Principal: testPrincipal}.Info()))
	}
	return out
}

func volumeOn(id string, mib float64, shared bool) mesos.Resource {
	disk := reservedSet("disk:1")[0]
	disk.Scalar.Value = mib
	return resource.Volume{ID: id, Path: "data", MiB: mib, Shared: shared}.On(disk, testPrincipal)
}

func opReserve(s resource.Set) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: s}}
}

func opUnreserve(s resource.Set) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_UNRESERVE.Enum(), Unreserve: &mesos.Offer_Operation_Unreserve{Resources: s}}
}

func opCreate(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: v}}
}

func opDestroy(v ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum(), Destroy: &mesos.Offer_Operation_Destroy{Volumes: v}}
}

func opGrow(v, addition mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_GROW_VOLUME.Enum(), GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: v, Addition: addition}}
}

func opShrink(v mesos.Resource, mib float64) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_SHRINK_VOLUME.Enum(), ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{Volume: v, Subtract: mesos.Value_Scalar{Value: mib}}}
}

func opLaunch(t ...mesos.TaskInfo) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), Launch: &mesos.Offer_Operation_Launch{TaskInfos: t}}
}

func taskOn(id string, agentID mesos.AgentID, s resource.Set) mesos.TaskInfo {
	return mesos.TaskInfo{Name: id, TaskID: mesos.TaskID{Value: id}, AgentID: agentID, Resources: s, Command: &mesos.CommandInfo{Value: new("true")}}
}
