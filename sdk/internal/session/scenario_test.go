package session

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// TestScenarios plays testdata/*. Each command of a scenario is an input; what is expected below it are the effects, one a
// line. "-rewrite" writes them anew: only keep what you can explain.
//
//	session [masters=N] [ask] [suppressed=(r1,..)]  a new session with roles r1, r2; "ask": tasks are asked for, not recorded
//	start [id=ID] [tasks=(t@agent,..)] [operations=(o@agent,..)]
//	wait DURATION                         time passes; ticks come when they are due
//	subscribed [id=ID] [heartbeat=SECONDS] [conn=N]
//	offers ID@AGENT[/ROLE] ..    rescind ID    inverse ID@AGENT ..    inverse-rescind ID
//	update TASK STATE [uuid=U] [agent=A]       operation ID STATE [uuid=U] [agent=A]
//	failure [agent=A] [executor=E]             message     odd (an event of an unknown type)
//	alive [conn=N]    close [fatal] [conn=N]    refused permanent|transient|failed-over [conn=N]
//	sent taken|unknown|not-taken|hopeless [id=N]    all calls under way, or one
//	done, answer                          decisions, one a line: VERB OFFER,.. [refuse=D] [until=D] [task=T] [op=O] [poison]
//	known [tasks=(..)] [operations=(..)]
//	kill T[@agent] [grace=D]    reconcile [T@agent ..]    revive [R ..]    suppress [R ..]    message-call    teardown
//	state                                 counts
func TestScenarios(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		w := &world{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			w.t, w.d = t, d
			w.buf.Reset()
			w.command()
			if w.buf.Len() == 0 {
				return "ok\n"
			}
			return w.buf.String()
		})
	})
}

// A world is a session and its time.
type world struct {
	t     *testing.T
	d     *datadriven.TestData
	s     *Session
	began time.Time
	now   time.Time
	out   []int // ids of calls under way
	buf   strings.Builder
}

// doubling is a backoff without jitter.
type doubling struct{ first, most, next time.Duration }

func (b *doubling) Reset() { b.next = b.first }
func (b *doubling) NextBackOff() time.Duration {
	d := b.next
	b.next = min(2*b.next, b.most)
	return d
}

func newDoubling(first, most time.Duration) *doubling { return &doubling{first, most, first} }

var errPoison = errors.New("poison")

func (w *world) reset() {
	cfg := Config{
		Framework:         mesos.FrameworkInfo{Name: "f", User: "u", Roles: []string{"r1", "r2"}},
		Suppressed:        w.list("suppressed"),
		Masters:           1,
		Refuse:            5 * time.Second,
		SubscribeTimeout:  30 * time.Second,
		ReconcileInterval: 15 * time.Minute,
		Retry:             newDoubling(time.Second, 15*time.Second),
		Repeat:            func() Backoff { return newDoubling(10*time.Second, 2*time.Minute) },
		Record:            !w.d.HasArg("ask"),
		Check: func(c *schedulerpb.Call) error {
			for _, o := range c.GetAccept().GetOperations() {
				if o.GetType() == mesos.Offer_Operation_UNKNOWN {
					return errPoison
				}
			}
			return nil
		},
	}
	w.d.MaybeScanArgs(w.t, "masters", &cfg.Masters)
	w.s = New(cfg)
	w.began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w.now, w.out = w.began, nil
}

func (w *world) command() {
	switch w.d.Cmd {
	case "session":
		w.reset()
	case "start":
		w.step(Start{FrameworkID: w.str("id", ""), Tasks: w.tasks(w.list("tasks")), Operations: w.operations()})
	case "wait":
		w.wait()
	case "sent":
		w.sent()
	case "state":
		items, bytes := w.s.Backlog()
		fmt.Fprintf(&w.buf, "backlog %d (%d bytes), unacknowledged %d, open %d, held %d, connection %d\n",
			items, bytes, w.s.Unacknowledged(), len(w.s.offers.open), w.s.Held(), w.s.Connection())
	case "done":
		agreed, decisions := w.decisions()
		w.step(Done{Decisions: decisions, Agreed: agreed})
	case "answer":
		_, decisions := w.decisions()
		w.step(Answer{decisions})
	default:
		if !w.event() && !w.wish() {
			w.d.Fatalf(w.t, "unknown command %s", w.d.Cmd)
		}
	}
}

// event plays what comes over a connection.
func (w *world) event() bool {
	e := &schedulerpb.Event{}
	switch w.d.Cmd {
	case "alive":
		w.step(Alive{w.conn(), w.now})
		return true
	case "close":
		w.step(Closed{Conn: w.conn(), Err: errors.New("closed"), Fatal: w.d.HasArg("fatal")})
		return true
	case "elected":
		w.step(Elected{})
		return true
	case "refused":
		class := map[string]Refusal{"permanent": Permanent, "transient": Transient, "failed-over": FailedOver}[w.d.CmdArgs[0].Key]
		w.step(Refused{Conn: w.conn(), Class: class, Err: errors.New(w.d.CmdArgs[0].Key)})
		return true
	case "subscribed":
		e.Type = schedulerpb.Event_SUBSCRIBED.Enum()
		e.Subscribed = &schedulerpb.Event_Subscribed{FrameworkID: mesos.FrameworkID{Value: w.str("id", "fw-1")}}
		if text := w.str("heartbeat", ""); text != "" {
			seconds, err := strconv.ParseFloat(text, 64)
			if err != nil {
				w.d.Fatalf(w.t, "%v", err)
			}
			e.Subscribed.HeartbeatIntervalSeconds = &seconds
		}
	case "offers":
		e.Type, e.Offers = schedulerpb.Event_OFFERS.Enum(), &schedulerpb.Event_Offers{}
		for _, text := range w.bare() {
			text, role, ok := strings.Cut(text, "/")
			if !ok {
				role = "r1"
			}
			id, agent, _ := strings.Cut(text, "@")
			e.Offers.Offers = append(e.Offers.Offers, mesos.Offer{
				ID: mesos.OfferID{Value: id}, AgentID: mesos.AgentID{Value: agent}, AllocationInfo: &mesos.Resource_AllocationInfo{Role: &role},
			})
		}
	case "rescind":
		e.Type, e.Rescind = schedulerpb.Event_RESCIND.Enum(), &schedulerpb.Event_Rescind{OfferID: mesos.OfferID{Value: w.bare()[0]}}
	case "inverse":
		e.Type, e.InverseOffers = schedulerpb.Event_INVERSE_OFFERS.Enum(), &schedulerpb.Event_InverseOffers{}
		for _, text := range w.bare() {
			e.InverseOffers.InverseOffers = append(e.InverseOffers.InverseOffers, mesos.InverseOffer{ID: mesos.OfferID{Value: text}})
		}
	case "inverse-rescind":
		e.Type = schedulerpb.Event_RESCIND_INVERSE_OFFER.Enum()
		e.RescindInverseOffer = &schedulerpb.Event_RescindInverseOffer{InverseOfferID: mesos.OfferID{Value: w.bare()[0]}}
	case "update":
		e.Type, e.Update = schedulerpb.Event_UPDATE.Enum(), &schedulerpb.Event_Update{Status: w.status()}
	case "operation":
		e.Type = schedulerpb.Event_UPDATE_OPERATION_STATUS.Enum()
		e.UpdateOperationStatus = &schedulerpb.Event_UpdateOperationStatus{Status: w.operationStatus()}
	case "failure":
		e.Type, e.Failure = schedulerpb.Event_FAILURE.Enum(), &schedulerpb.Event_Failure{AgentID: agentID(w.str("agent", ""))}
	case "message":
		e.Type, e.Message = schedulerpb.Event_MESSAGE.Enum(), &schedulerpb.Event_Message{ExecutorID: mesos.ExecutorID{Value: "e"}}
	case "odd":
		e.Type = schedulerpb.Event_Type(99).Enum()
	default:
		return false
	}
	w.step(Event{Conn: w.conn(), Event: e, Size: e.Size(), At: w.now})
	return true
}

func (w *world) status() mesos.TaskStatus {
	args := w.bare()
	return mesos.TaskStatus{
		TaskID: mesos.TaskID{Value: args[0]}, State: mesos.TaskState(mesos.TaskState_value["TASK_"+args[1]]),
		UUID: w.uuid(), AgentID: agentID(w.str("agent", "")),
	}
}

func (w *world) operationStatus() mesos.OperationStatus {
	args := w.bare()
	status := mesos.OperationStatus{
		OperationID: &mesos.OperationID{Value: args[0]}, State: mesos.OperationState(mesos.OperationState_value["OPERATION_"+args[1]]),
		AgentID: agentID(w.str("agent", "")),
	}
	if uuid := w.uuid(); uuid != nil {
		status.UUID = &mesos.UUID{Value: uuid}
	}
	return status
}

// uuid makes 16 bytes of a short name; "bad" stays as it is.
func (w *world) uuid() []byte {
	text := w.str("uuid", "")
	if text == "" || text == "bad" {
		return []byte(text)
	}
	return []byte(fmt.Sprintf("%-16s", text))
}

// wish plays what the framework asks for.
func (w *world) wish() bool {
	args := w.bare()
	switch w.d.Cmd {
	case "known":
		w.step(Known{Tasks: w.tasks(w.list("tasks")), Operations: w.operations(), Ops: w.d.HasArg("operations")})
	case "kill":
		w.step(Kill{Task: w.tasks(args)[0], Grace: w.duration("grace")})
	case "reconcile":
		w.step(Reconcile{w.tasks(args)})
	case "revive":
		w.step(Revive{args})
	case "suppress":
		w.step(Suppress{args})
	case "message-call":
		w.step(Raw{&schedulerpb.Call{Type: schedulerpb.Call_MESSAGE.Enum(), Message: &schedulerpb.Call_Message{}}})
	case "update-framework":
		w.step(Raw{&schedulerpb.Call{Type: schedulerpb.Call_UPDATE_FRAMEWORK.Enum(), UpdateFramework: &schedulerpb.Call_UpdateFramework{
			FrameworkInfo: mesos.FrameworkInfo{Name: "f2", User: "u", Roles: args}, SuppressedRoles: w.list("suppressed"),
		}}})
	case "teardown":
		w.step(Teardown{})
	default:
		return false
	}
	return true
}

func (w *world) wait() {
	d, err := time.ParseDuration(w.bare()[0])
	if err != nil {
		w.d.Fatalf(w.t, "%v", err)
	}
	end := w.now.Add(d)
	for steps := 0; ; steps++ {
		wake := w.s.Wake()
		if wake.IsZero() || wake.After(end) {
			break
		}
		if steps > 10_000 {
			w.t.Fatalf("the session wants to be woken at %v for ever", wake)
		}
		if wake.After(w.now) {
			w.now = wake
		}
		w.step(Tick{})
	}
	w.now = end
	w.step(Tick{})
}

func (w *world) sent() {
	outcome := map[string]Outcome{"taken": Taken, "unknown": Unknown, "not-taken": NotTaken, "hopeless": Hopeless}[w.d.CmdArgs[0].Key]
	var err error
	if outcome != Taken {
		err = errors.New(w.d.CmdArgs[0].Key)
	}
	ids := w.out
	if w.d.HasArg("id") {
		id, _ := strconv.Atoi(w.str("id", ""))
		ids = []int{id}
	}
	w.out = nil
	for _, id := range ids {
		w.step(Sent{ID: id, Outcome: outcome, Err: err})
	}
}

// decisions reads one decision a line; "agree ID" agrees to an inverse offer.
func (w *world) decisions() (agreed []mesos.OfferID, decisions []Decision) {
	for line := range strings.Lines(w.d.Input) {
		words := strings.Fields(line)
		var ids []mesos.OfferID
		if len(words) > 1 && !strings.Contains(words[1], "=") {
			for id := range strings.SplitSeq(words[1], ",") {
				ids = append(ids, mesos.OfferID{Value: id})
			}
		}
		if words[0] == "agree" {
			agreed = append(agreed, ids...)
			continue
		}
		kinds := map[string]Kind{"accept": Accept, "decline": Decline, "hold": Hold}
		d := Decision{Kind: kinds[words[0]], Offers: ids}
		for _, word := range words[1:] {
			w.detail(&d, word)
		}
		decisions = append(decisions, d)
	}
	return agreed, decisions
}

func (w *world) detail(d *Decision, word string) {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "refuse", "until":
		t, err := time.ParseDuration(value)
		if err != nil {
			w.d.Fatalf(w.t, "%v", err)
		}
		if key == "until" {
			d.Until = t
		} else {
			d.Refuse = &t
		}
	case "task":
		d.Operations = append(d.Operations, mesos.Offer_Operation{
			Type:   mesos.Offer_Operation_LAUNCH.Enum(),
			Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{{TaskID: mesos.TaskID{Value: value}}}},
		})
	case "group":
		d.Operations = append(d.Operations, mesos.Offer_Operation{
			Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum(),
			LaunchGroup: &mesos.Offer_Operation_LaunchGroup{
				TaskGroup: mesos.TaskGroupInfo{Tasks: []mesos.TaskInfo{{TaskID: mesos.TaskID{Value: value}}}},
			},
		})
	case "op":
		d.Operations = append(d.Operations, mesos.Offer_Operation{
			Type: mesos.Offer_Operation_RESERVE.Enum(), ID: &mesos.OperationID{Value: value},
		})
	case "poison":
		d.Operations = append(d.Operations, mesos.Offer_Operation{})
	}
}

// step plays one input and writes its effects.
func (w *world) step(in Input) {
	for _, e := range w.s.Step(w.now, in) {
		fmt.Fprintf(&w.buf, "%s%s\n", w.stamp(), w.show(e))
		if s, ok := e.(Send); ok {
			w.out = append(w.out, s.ID)
		}
	}
}

// stamp is the time since the session was made, but only within a "wait".
func (w *world) stamp() string {
	if w.d.Cmd != "wait" {
		return ""
	}
	return fmt.Sprintf("%v: ", w.now.Sub(w.began))
}

func (w *world) conn() int {
	if text := w.str("conn", ""); text != "" {
		n, _ := strconv.Atoi(text)
		return n
	}
	return w.s.conn
}

// bare are the arguments without a value.
func (w *world) bare() []string {
	var list []string
	for _, a := range w.d.CmdArgs {
		if len(a.Vals) == 0 {
			list = append(list, a.Key)
		}
	}
	return list
}

func (w *world) str(key, otherwise string) string {
	if list := w.list(key); len(list) > 0 {
		return list[0]
	}
	return otherwise
}

func (w *world) list(key string) []string {
	for _, a := range w.d.CmdArgs {
		if a.Key == key && len(a.Vals) > 0 && a.Vals[0] != "" {
			return a.Vals
		}
	}
	return nil
}

func (w *world) duration(key string) time.Duration {
	text := w.str(key, "0s")
	d, err := time.ParseDuration(text)
	if err != nil {
		w.d.Fatalf(w.t, "%v", err)
	}
	return d
}

func (w *world) tasks(list []string) []Task {
	var tasks []Task
	for _, text := range list {
		id, agent, _ := strings.Cut(text, "@")
		tasks = append(tasks, Task{ID: id, Agent: agent})
	}
	return tasks
}

func (w *world) operations() []Operation {
	var operations []Operation
	for _, t := range w.tasks(w.list("operations")) {
		operations = append(operations, Operation{ID: t.ID, Agent: t.Agent})
	}
	return operations
}
