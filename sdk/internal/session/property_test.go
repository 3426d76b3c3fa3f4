package session

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// TestProperties plays random histories against the promises that hold in all of them.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		t.Repeat(map[string]func(*rapid.T){
			"subscribed":  m.subscribed,
			"offers":      m.offers,
			"more offers": m.offers,
			"rescind":     m.rescind,
			"update":      m.update,
			"sent":        m.sent,
			"done":        m.done,
			"done too":    m.done,
			"done again":  m.done,
			"answer":      func(t *rapid.T) { m.step(Answer{m.decisions(t)}) },
			"wish":        m.wish,
			"time":        m.time,
			"trouble":     m.trouble,
			"":            m.check,
		})
	})
}

// A model knows what a session must never do.
type model struct {
	t    *rapid.T
	s    *Session
	now  time.Time
	conn int // the connection that is open or being opened; 0: none

	saved      bool
	subscribe  bool              // OnSubscribed has returned on conn
	delivering Delivery          // under way
	offered    int               // how many offers there have been
	open       map[string]string // offers that the master has out, and their agents
	shown      map[string]bool   // those of open that OnOffer has seen
	held       map[string]bool
	calls      []int
	handled    map[string]bool // updates whose callback has succeeded: task and uuid
}

func newModel(t *rapid.T) *model {
	m := &model{
		t: t, now: time.Unix(0, 0), open: map[string]string{}, shown: map[string]bool{}, held: map[string]bool{}, handled: map[string]bool{},
	}
	m.s = New(Config{
		Framework: mesos.FrameworkInfo{Roles: []string{"r"}}, Masters: rapid.IntRange(1, 3).Draw(t, "masters"),
		Refuse: time.Second, SubscribeTimeout: 30 * time.Second, ReconcileInterval: 15 * time.Minute,
		Retry:  newDoubling(time.Second, 15*time.Second),
		Repeat: func() Backoff { return newDoubling(10*time.Second, time.Minute) },
		Record: true, Check: func(*schedulerpb.Call) error { return nil },
	})
	m.step(Start{})
	return m
}

func (m *model) step(in Input) {
	for _, e := range m.s.Step(m.now, in) {
		m.effect(e)
	}
}

func (m *model) effect(e Effect) {
	switch e := e.(type) {
	case Connect:
		if m.conn != 0 {
			m.t.Fatalf("connecting while connected")
		}
		if saved := e.Call.FrameworkID != nil; saved != m.saved {
			m.t.Fatalf("SUBSCRIBE with an id: %v, stored one: %v", saved, m.saved)
		}
		m.conn = e.Conn
	case Disconnect:
		if e.Conn != m.conn {
			m.t.Fatalf("disconnecting %d, connected is %d", e.Conn, m.conn)
		}
		m.conn, m.subscribe = 0, false
		clear(m.open)
		clear(m.shown)
		clear(m.held)
		m.calls = nil
	case SaveID:
		m.saved = true
	case Deliver:
		m.deliver(e.What)
	case Send:
		m.send(e)
	case End:
		m.t.Fatalf("ended: %v", e.Err)
	}
}

func (m *model) deliver(d Delivery) {
	if m.delivering != nil {
		m.t.Fatalf("two callbacks at once")
	}
	m.delivering = d
	switch d := d.(type) {
	case Subscribed, Offers, Status:
		if !m.saved {
			m.t.Fatalf("%T before the framework id was stored", d)
		}
	}
	switch d := d.(type) {
	case Offers:
		for _, o := range d.Offers {
			if _, ok := m.open[o.ID.Value]; !ok {
				m.t.Fatalf("shown %s, which is not open", o.ID.Value)
			}
			m.shown[o.ID.Value] = true
		}
	case Status:
		if key := updateKey("task", d.Status.TaskID.Value, d.Status.UUID); len(d.Status.UUID) > 0 && m.handled[key] {
			m.t.Fatalf("handled twice: %q", key)
		}
	}
}

func (m *model) send(e Send) {
	if e.Conn != m.conn || !m.subscribe {
		m.t.Fatalf("%v sent on %d, but %d is subscribed: %v", e.Call.GetType(), e.Conn, m.conn, m.subscribe)
	}
	m.calls = append(m.calls, e.ID)
	switch c := e.Call; c.GetType() {
	case schedulerpb.Call_ACCEPT:
		m.use(c.Accept.OfferIDs)
	case schedulerpb.Call_DECLINE:
		m.use(c.Decline.OfferIDs)
	case schedulerpb.Call_ACKNOWLEDGE:
		if key := updateKey("task", c.Acknowledge.TaskID.Value, c.Acknowledge.UUID); !m.handled[key] {
			m.t.Fatalf("acknowledged, but not handled: %q", key)
		}
	}
}

// use answers offers: each once, shown before, and all of one agent.
func (m *model) use(ids []mesos.OfferID) {
	for _, id := range ids {
		if _, ok := m.open[id.Value]; !ok || !m.shown[id.Value] {
			m.t.Fatalf("answered %s, which is not open and shown", id.Value)
		}
		delete(m.open, id.Value)
		delete(m.shown, id.Value)
		delete(m.held, id.Value)
	}
}

// check holds after every input.
func (m *model) check(t *rapid.T) {
	if _, busy := m.delivering.(Offers); !busy {
		for id := range m.shown {
			if !m.held[id] {
				t.Fatalf("offer %s was shown and neither answered nor held", id)
			}
		}
	}
	if m.s.Unacknowledged() < 0 {
		t.Fatalf("%d updates unacknowledged", m.s.Unacknowledged())
	}
	if len(m.s.sending) != len(m.calls) {
		t.Fatalf("the session waits for %d calls, %d are under way", len(m.s.sending), len(m.calls))
	}
	if items, bytes := m.s.Backlog(); items == 0 && bytes != 0 || bytes < 0 {
		t.Fatalf("backlog of %d items with %d bytes", items, bytes)
	}
	if items, _ := m.s.Backlog(); items > 0 && m.delivering == nil && len(m.calls) < congested {
		t.Fatalf("%d deliveries wait for nothing", items)
	}
}

func (m *model) event(e *schedulerpb.Event) {
	m.step(Event{Conn: m.conn, Event: e, Size: e.Size(), At: m.now})
}

func (m *model) subscribed(t *rapid.T) {
	if m.s.Connection() == 0 {
		m.time(t)
	}
	if m.s.Connection() != 0 {
		m.event(&schedulerpb.Event{Type: schedulerpb.Event_SUBSCRIBED.Enum(), Subscribed: &schedulerpb.Event_Subscribed{FrameworkID: mesos.FrameworkID{Value: "fw"}}})
	}
}

func (m *model) offers(t *rapid.T) {
	var list []mesos.Offer
	for range rapid.IntRange(1, 3).Draw(t, "offers") {
		m.offered++
		list = append(list, mesos.Offer{ID: mesos.OfferID{Value: fmt.Sprintf("o%d", m.offered)}, AgentID: mesos.AgentID{Value: rapid.SampledFrom([]string{"a1", "a2"}).Draw(t, "agent")}})
	}
	if m.conn != 0 && m.s.Subscribed() {
		for _, o := range list {
			m.open[o.ID.Value] = o.AgentID.Value
		}
	}
	m.event(&schedulerpb.Event{Type: schedulerpb.Event_OFFERS.Enum(), Offers: &schedulerpb.Event_Offers{Offers: list}})
}

func (m *model) rescind(t *rapid.T) {
	id := m.offer(t)
	delete(m.open, id)
	delete(m.shown, id)
	delete(m.held, id)
	m.event(&schedulerpb.Event{Type: schedulerpb.Event_RESCIND.Enum(), Rescind: &schedulerpb.Event_Rescind{OfferID: mesos.OfferID{Value: id}}})
}

func (m *model) update(t *rapid.T) {
	e := &schedulerpb.Event{Type: schedulerpb.Event_UPDATE.Enum(), Update: &schedulerpb.Event_Update{Status: mesos.TaskStatus{
		TaskID: mesos.TaskID{Value: m.task(t)}, State: rapid.SampledFrom([]mesos.TaskState{mesos.TASK_RUNNING, mesos.TASK_FINISHED}).Draw(t, "state"),
		AgentID: &mesos.AgentID{Value: "a1"},
	}}}
	if rapid.Bool().Draw(t, "reliable") {
		e.Update.Status.UUID = []byte(rapid.SampledFrom([]string{"0123456789abcdef", "fedcba9876543210"}).Draw(t, "uuid"))
	}
	m.event(e)
}

func (m *model) wish(t *rapid.T) {
	switch rapid.IntRange(0, 3).Draw(t, "wish") {
	case 0:
		m.step(Kill{Task: Task{ID: m.task(t)}})
	case 1:
		m.step(Reconcile{[]Task{{ID: m.task(t)}}})
	case 2:
		m.step(Revive{})
	case 3:
		m.step(Suppress{})
	}
}

// trouble ends the subscription, now and then.
func (m *model) trouble(t *rapid.T) {
	switch rapid.IntRange(0, 9).Draw(t, "trouble") {
	case 0:
		m.step(Closed{Conn: m.conn, Err: errors.New("closed")})
	case 1:
		m.step(Refused{Conn: m.conn, Class: Transient, Err: errors.New("refused")})
	}
}

func (m *model) sent(t *rapid.T) {
	if len(m.calls) == 0 {
		t.Skip("nothing was sent")
	}
	id := m.calls[0]
	m.calls = m.calls[1:]
	outcome := rapid.SampledFrom([]Outcome{Taken, Taken, Taken, Taken, NotTaken, NotTaken, Unknown}).Draw(t, "outcome")
	if call := m.s.sending[id]; outcome == NotTaken && call.GetType() == schedulerpb.Call_ACCEPT {
		for _, o := range call.Accept.OfferIDs { // the master still has them out, and they are declined
			m.open[o.Value], m.shown[o.Value] = "", true
		}
	}
	m.step(Sent{ID: id, Outcome: outcome, Err: errors.New("x")})
}

func (m *model) done(t *rapid.T) {
	if m.delivering == nil {
		t.Skip("no callback")
	}
	d := m.delivering
	m.delivering = nil
	var in Done
	switch d := d.(type) {
	case Subscribed:
		m.subscribe = d.Conn == m.conn
	case Offers:
		in.Decisions = m.decisions(t)
	case Status:
		if len(d.Status.UUID) > 0 {
			m.handled[updateKey("task", d.Status.TaskID.Value, d.Status.UUID)] = true
		}
	}
	m.step(in)
}

// decisions are any, sensible or not.
func (m *model) decisions(t *rapid.T) []Decision {
	var list []Decision
	for range rapid.IntRange(0, 3).Draw(t, "decisions") {
		d := Decision{Kind: Kind(rapid.IntRange(0, 3).Draw(t, "kind")), Until: time.Minute}
		for range rapid.IntRange(0, 2).Draw(t, "names") {
			d.Offers = append(d.Offers, mesos.OfferID{Value: m.offer(t)})
		}
		if d.Kind == Accept {
			d.Operations = []mesos.Offer_Operation{{Type: mesos.Offer_Operation_RESERVE.Enum()}}
		}
		for _, id := range d.Offers {
			if d.Kind == Hold && m.shown[id.Value] {
				m.held[id.Value] = true // use takes it back if another decision answers it
			}
		}
		list = append(list, d)
	}
	return list
}

func (m *model) offer(t *rapid.T) string {
	return fmt.Sprintf("o%d", rapid.IntRange(max(1, m.offered-4), m.offered+1).Draw(t, "offer"))
}

func (m *model) task(t *rapid.T) string {
	return rapid.SampledFrom([]string{"t1", "t2"}).Draw(t, "task")
}

// time passes; a due Tick must not be due again at once.
func (m *model) time(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
	m.step(Alive{Conn: m.conn, At: m.now})
	for ticks := 0; ; ticks++ {
		wake := m.s.Wake()
		if wake.IsZero() || wake.After(m.now) {
			return
		}
		if ticks > 20 {
			t.Fatalf("a tick at %v leaves the session due at %v", m.now, wake)
		}
		m.step(Tick{})
	}
}
