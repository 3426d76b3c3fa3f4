package master

// SUBSCRIBE of the operator API (semantics 7.2): SUBSCRIBED with the state and a HEARTBEAT at once, then what happens
// to tasks, agents and frameworks. As with a real master, AGENT_REMOVED isn't sent of agents that are unreachable or
// marked gone, a framework that disconnects is no event, and a task's status is one only if its state is new or it
// tells of a check. Left out: SUBSCRIBED hides nothing from those who may not see all.

import (
	"net/http"
	"slices"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// maxSubscribers is how many operators may listen; the oldest has to go when there is one more.
const maxSubscribers = 1000

// subscriber is an operator who listens.
type subscriber struct {
	stream    *stream
	principal *string
}

// listen answers SUBSCRIBE.
func (m *Master) listen(w http.ResponseWriter, r *http.Request, principal *string, kind string) {
	s := newStream(kind == typeJSON)
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusOK)
	if err := http.NewResponseController(w).Flush(); err != nil {
		return
	}
	if !m.mail.put(func() { m.addSubscriber(&subscriber{s, principal}) }) {
		panic(http.ErrAbortHandler)
	}
	defer m.mail.put(func() {
		m.subscribers = slices.DeleteFunc(m.subscribers, func(o *subscriber) bool { return o.stream == s })
	})
	s.serve(r.Context(), w, &masterpb.Event{Type: masterpb.Event_HEARTBEAT.Enum()}, m.config.Heartbeat)
}

func (m *Master) addSubscriber(s *subscriber) {
	if len(m.subscribers) == maxSubscribers {
		m.subscribers[0].stream.close()
		m.subscribers = slices.Delete(m.subscribers, 0, 1)
	}
	for _, e := range []*masterpb.Event{
		{Type: masterpb.Event_SUBSCRIBED.Enum(), Subscribed: &masterpb.Event_Subscribed{
			GetState: m.state(), HeartbeatIntervalSeconds: new(m.config.Heartbeat.Seconds()),
		}},
		{Type: masterpb.Event_HEARTBEAT.Enum()},
	} {
		if record, err := s.stream.encode(e); err != nil {
			m.log.Error("event can't be encoded", "type", e.GetType().String(), "error", err)
			s.stream.abort()
			return
		} else {
			s.stream.put(record)
		}
	}
	m.subscribers = append(m.subscribers, s)
}

// abortSubscribers breaks off the operators' streams.
func (m *Master) abortSubscribers() {
	for _, s := range m.subscribers {
		s.stream.abort()
	}
}

// announce sends an event to all subscribers who may see it. It is encoded once for each format.
func (m *Master) announce(e *masterpb.Event, visible func(principal *string) bool) {
	records := map[bool][]byte{}
	for _, s := range m.subscribers {
		if visible != nil && !visible(s.principal) {
			continue
		}
		record, done := records[s.stream.json]
		if !done {
			var err error
			if record, err = s.stream.encode(e); err != nil {
				m.log.Error("event can't be encoded", "type", e.GetType().String(), "error", err)
				return
			}
			records[s.stream.json] = record
		}
		s.stream.put(record)
	}
}

func (m *Master) mayView(f *framework) func(*string) bool {
	return func(principal *string) bool { return m.permits(authorize.ViewFramework, principal, &f.info.User) }
}

func (m *Master) mayViewTask(f *framework, t *task) func(*string) bool {
	user := t.User
	if user == nil {
		user = &f.info.User
	}
	return func(principal *string) bool {
		return m.permits(authorize.ViewFramework, principal, &f.info.User) && m.permits(authorize.ViewTask, principal, user)
	}
}

// updateTask keeps a status of a task, whose state has been set, and announces it.
func (m *Master) updateTask(f *framework, t *task, s mesos.TaskStatus) {
	last := t.latest()
	news := last == nil || last.State != s.State ||
		s.GetReason() == mesos.REASON_TASK_CHECK_STATUS_UPDATED || s.GetReason() == mesos.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED
	t.record(s)
	if news && len(m.subscribers) > 0 {
		m.announce(&masterpb.Event{Type: masterpb.Event_TASK_UPDATED.Enum(), TaskUpdated: &masterpb.Event_TaskUpdated{
			FrameworkID: t.FrameworkID, Status: s, State: t.State,
		}}, m.mayViewTask(f, t))
	}
}

func (m *Master) announceTask(f *framework, t *task) {
	if len(m.subscribers) > 0 {
		m.announce(&masterpb.Event{
			Type: masterpb.Event_TASK_ADDED.Enum(), TaskAdded: &masterpb.Event_TaskAdded{Task: t.shown()},
		}, m.mayViewTask(f, t))
	}
}

// announceFramework tells of a framework that is new, or otherwise of one that has changed. All times are told, as 0 if
// there is none.
func (m *Master) announceFramework(f *framework, added bool) {
	if len(m.subscribers) == 0 {
		return
	}
	shown := masterpb.Response_GetFrameworks_Framework{
		FrameworkInfo: copyInfo(&f.info), Active: f.stream != nil, Connected: f.stream != nil, Recovered: f.recovered,
		RegisteredTime: &mesos.TimeInfo{}, ReregisteredTime: &mesos.TimeInfo{}, UnregisteredTime: &mesos.TimeInfo{},
	}
	for shown, t := range map[**mesos.TimeInfo]*mesos.TimeInfo{
		&shown.RegisteredTime: timeInfo(f.registered), &shown.ReregisteredTime: timeInfo(f.reregistered),
	} {
		if t != nil {
			*shown = t
		}
	}
	e := &masterpb.Event{Type: masterpb.Event_FRAMEWORK_UPDATED.Enum(), FrameworkUpdated: &masterpb.Event_FrameworkUpdated{Framework: shown}}
	if added {
		e = &masterpb.Event{Type: masterpb.Event_FRAMEWORK_ADDED.Enum(), FrameworkAdded: &masterpb.Event_FrameworkAdded{Framework: shown}}
	}
	m.announce(e, m.mayView(f))
}

func (m *Master) announceFrameworkEnd(f *framework) {
	m.announce(&masterpb.Event{
		Type: masterpb.Event_FRAMEWORK_REMOVED.Enum(), FrameworkRemoved: &masterpb.Event_FrameworkRemoved{FrameworkInfo: f.info},
	}, m.mayView(f))
}

// announceAgent tells of a new agent. Its resources are in both formats at once, unlike those of GET_AGENTS. Who may
// not see all roles isn't told of what is reserved for the others.
func (m *Master) announceAgent(a *agent) {
	if len(m.subscribers) == 0 {
		return
	}
	shown := m.showAgent(a)
	shown.AllocatedResources = resource.Set(shown.AllocatedResources).Endpoint()
	shown.OfferedResources = resource.Set(shown.OfferedResources).Endpoint()
	total := resource.Set(shown.TotalResources).Endpoint()
	seesAll := func(principal *string) bool { return m.permits(authorize.ViewRole, principal, nil) }
	shown.TotalResources = total
	e := &masterpb.Event{Type: masterpb.Event_AGENT_ADDED.Enum(), AgentAdded: &masterpb.Event_AgentAdded{Agent: shown}}
	m.announce(e, seesAll)
	for _, s := range m.subscribers {
		if seesAll(s.principal) {
			continue
		}
		part := proto.Clone(e).(*masterpb.Event)
		part.AgentAdded.Agent.TotalResources = total.Filter(func(r *mesos.Resource) bool {
			return !resource.IsReserved(r) || m.permits(authorize.ViewRole, s.principal, new(resource.ReservationRole(r)))
		})
		if record, err := s.stream.encode(part); err == nil {
			s.stream.put(record)
		}
	}
}

func (m *Master) announceAgentEnd(id string) {
	m.announce(&masterpb.Event{
		Type: masterpb.Event_AGENT_REMOVED.Enum(), AgentRemoved: &masterpb.Event_AgentRemoved{AgentID: mesos.AgentID{Value: id}},
	}, nil)
}
