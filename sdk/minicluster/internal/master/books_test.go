package master

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestBooksBalance: whatever frameworks and operators ask for, an agent's resources are what is free, offered and
// used; and the agent, applying what it is sent, has what the master believes it has.
func TestBooksBalance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := &past{m: started(t), agent: newFake("cpus:8;mem:1024;disk:1000;ports:[1-20]")}
		defer h.m.Close()
		if _, err := h.m.Join(member(h.agent)); err != nil {
			rt.Fatal(err)
		}
		h.t = t
		h.subscribe(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"":          h.balance,
			"subscribe": h.subscribe,
			"accept":    h.accept,
			"decline":   h.decline,
			"end":       h.end,
			"operator":  h.operator,
			"order":     h.order,
			"hang up":   h.hangUp,
			"finish":    h.finish,
		})
	})
}

// past is a random history of a master with one agent.
type past struct {
	t       *testing.T
	m       *Master
	agent   *fake
	clients []*client
	held    []holding
	tasks   int
}

// holding is an offer that a framework has not answered.
type holding struct {
	client *client
	offer  mesos.Offer
}

func (h *past) agentID() mesos.AgentID { return *h.agent.info.ID }

func (h *past) subscribe(*rapid.T) {
	if len(h.clients) < 3 {
		h.clients = append(h.clients, subscribed(h.t, h.m, frameworkInfo(mesos.FrameworkInfo_Capability_SHARED_RESOURCES)))
	}
}

// round takes in what is offered and what is rescinded.
func (h *past) round() {
	on(h.t, h.m, func() { h.m.rounds.now = true })
	for _, c := range h.clients {
		for _, e := range c.take() {
			for i := range e.GetOffers().GetOffers() {
				h.held = append(h.held, holding{c, e.Offers.Offers[i]})
			}
			if e.Rescind != nil {
				h.drop(e.Rescind.OfferID.Value)
			}
		}
	}
}

func (h *past) drop(id string) {
	var left []holding
	for _, held := range h.held {
		if held.offer.ID.Value != id {
			left = append(left, held)
		}
	}
	h.held = left
}

func (h *past) draw(t *rapid.T) (holding, bool) {
	h.round()
	if len(h.held) == 0 {
		return holding{}, false
	}
	one := h.held[rapid.IntRange(0, len(h.held)-1).Draw(t, "offer")]
	h.drop(one.offer.ID.Value)
	return one, true
}

func (h *past) decline(t *rapid.T) {
	if one, ok := h.draw(t); ok {
		one.client.call(&schedulerpb.Call{Type: schedulerpb.Call_DECLINE.Enum(), Decline: &schedulerpb.Call_Decline{
			OfferIDs: []mesos.OfferID{one.offer.ID}, Filters: &mesos.Filters{RefuseSeconds: new(0.0)},
		}})
	}
}

// accept answers an offer with operations of which many are wrong.
func (h *past) accept(t *rapid.T) {
	one, ok := h.draw(t)
	if !ok {
		return
	}
	var ops []mesos.Offer_Operation
	for range rapid.IntRange(0, 4).Draw(t, "operations") {
		ops = append(ops, h.operation(t, one.offer.Resources))
	}
	one.client.accept(&one.offer, ops...)
}

// size draws amounts that are often right.
func size(t *rapid.T) float64 {
	return rapid.SampledFrom([]float64{0, 0.001, 10, 20, 30, 5000}).Draw(t, "size")
}

func (h *past) operation(t *rapid.T, offered []mesos.Resource) mesos.Offer_Operation {
	id := rapid.SampledFrom([]string{"v1", "v2", "a/b"}).Draw(t, "volume")
	v := volumeOn(id, size(t), rapid.IntRange(0, 3).Draw(t, "shared") == 0)
	for i := range offered { // prefer one that is there
		if resource.IsVolume(&offered[i]) && rapid.Bool().Draw(t, "the offered one") {
			v = offered[i]
		}
	}
	disk := reservedSet("disk:1")
	disk[0].Scalar.Value = size(t)
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return opReserve(disk)
	case 1:
		return opUnreserve(disk)
	case 2:
		return opCreate(v)
	case 3:
		return opDestroy(v)
	case 4:
		v.Scalar.Value = max(v.Scalar.Value, 10) // growing one of nothing makes two volumes of one id, as in a real master
		return opGrow(v, disk[0])
	}
	h.tasks++
	s := resource.MustParse("cpus:0.5;mem:32")
	if rapid.Bool().Draw(t, "with the volume") {
		s = append(s, v)
	}
	if rapid.Bool().Draw(t, "with ports") {
		s = append(s, resource.MustParse("ports:[3-5]")...)
	}
	return opLaunch(taskOn(fmt.Sprintf("t%d", h.tasks), h.agentID(), s))
}

// end ends a task, whose framework may acknowledge that.
func (h *past) end(t *rapid.T) {
	type known struct{ framework, task string }
	var all []known
	on(h.t, h.m, func() {
		for _, f := range h.m.sortedFrameworks() {
			for _, task := range f.sortedTasks() {
				all = append(all, known{f.id, task.TaskID.Value})
			}
		}
	})
	if len(all) == 0 {
		return
	}
	one := rapid.SampledFrom(all).Draw(t, "task")
	uuid := newUUIDBytes()
	h.m.TaskUpdate(h.agentID(), mesos.FrameworkID{Value: one.framework}, mesos.TaskStatus{
		TaskID: mesos.TaskID{Value: one.task}, State: rapid.SampledFrom([]mesos.TaskState{mesos.TASK_RUNNING, mesos.TASK_FINISHED}).Draw(t, "state"), UUID: uuid,
	}, rapid.SampledFrom([]mesos.TaskState{mesos.TASK_RUNNING, mesos.TASK_FAILED}).Draw(t, "newest"))
	if rapid.Bool().Draw(t, "acknowledged") {
		on(h.t, h.m, func() {
			h.m.acknowledge(h.m.frameworks[one.framework], &schedulerpb.Call_Acknowledge{AgentID: h.agentID(), TaskID: mesos.TaskID{Value: one.task}, UUID: uuid})
		})
	}
}

func (h *past) operator(t *rapid.T) {
	disk := reservedSet("disk:1").Unallocate()
	disk[0].Scalar.Value = size(t)
	v := volumeOn(rapid.SampledFrom([]string{"v1", "v3"}).Draw(t, "volume"), size(t), false)
	on(h.t, h.m, func() {
		switch id := h.agentID().Value; rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			h.m.reserve(id, nil, disk, nil)
		case 1:
			h.m.unreserve(id, disk, nil)
		case 2:
			h.m.createVolumes(id, []mesos.Resource{v}, nil)
		case 3:
			h.m.destroyVolumes(id, []mesos.Resource{v}, nil)
		}
	})
}

// order does to the agent what operators do, and answers inverse offers.
func (h *past) order(t *rapid.T) {
	id := *h.agent.info.ID
	kind := rapid.IntRange(0, 5).Draw(t, "order")
	on(h.t, h.m, func() {
		switch kind {
		case 0:
			h.m.deactivateAgent(&masterpb.Call_DeactivateAgent{AgentID: id}, nil)
		case 1:
			h.m.drainAgent(&masterpb.Call_DrainAgent{AgentID: id}, nil)
		case 2:
			h.m.reactivateAgent(&masterpb.Call_ReactivateAgent{AgentID: id}, nil)
		case 3:
			h.m.updateSchedule(&masterpb.Schedule{}, nil)
		case 4:
			h.m.updateSchedule(&masterpb.Schedule{Windows: []masterpb.Window{{MachineIDs: []mesos.MachineID{*h.m.agents[id.Value].machineID()}}}}, nil)
		case 5:
			for _, o := range h.m.agents[id.Value].sortedInverse() {
				h.m.answerInverse([]mesos.OfferID{o.ID}, nil, masterpb.InverseOfferStatus_ACCEPT)
			}
		}
	})
}

// hangUp ends a framework's stream, and the framework or not.
func (h *past) hangUp(t *rapid.T) {
	if len(h.clients) < 2 {
		return
	}
	i := rapid.IntRange(0, len(h.clients)-1).Draw(t, "client")
	gone := h.clients[i]
	h.clients = append(h.clients[:i:i], h.clients[i+1:]...)
	for _, one := range append([]holding{}, h.held...) {
		if one.client == gone {
			h.drop(one.offer.ID.Value)
		}
	}
	removed := rapid.Bool().Draw(t, "removed")
	on(h.t, h.m, func() {
		h.m.streamEnded(gone.stream)
		if removed {
			h.m.remove(gone.f)
		}
	})
}

// finish reports operations as done.
func (h *past) finish(*rapid.T) {
	for _, uuid := range h.agent.applied {
		h.m.OperationUpdate(h.agentID(), nil, uuid, mesos.OperationStatus{State: mesos.OPERATION_FINISHED, UUID: &mesos.UUID{Value: newUUIDBytes()}})
	}
	h.agent.applied = nil
}

func notSharedOne(r *mesos.Resource) bool { return !resource.IsShared(r) }

func (h *past) balance(t *rapid.T) {
	var problem string
	on(h.t, h.m, func() { problem = h.imbalance() })
	if problem != "" {
		t.Fatal(problem)
	}
}

// inverseImbalance looks at inverse offers, and at offers where there are none to be. a is nil if it was removed.
func (h *past) inverseImbalance(a *agent) string {
	of := 0
	for _, f := range h.m.frameworks {
		of += len(f.inverse)
		if f.stream == nil && len(f.inverse) > 0 {
			return "a framework that is not connected has inverse offers"
		}
	}
	switch {
	case of != len(h.m.inverse) || a != nil && of != len(a.inverse):
		return fmt.Sprintf("%d inverse offers, frameworks have %d", len(h.m.inverse), of)
	case a == nil && len(h.m.offers)+len(h.m.inverse) > 0:
		return "offers of an agent that was removed"
	case a != nil && a.plan == nil && len(a.inverse) > 0:
		return "inverse offers without a plan"
	case a != nil && !h.m.active(a) && len(a.offers)+len(a.inverse) > 0:
		return "offers of an agent that is not active"
	}
	return ""
}

func (h *past) imbalance() string {
	if len(h.agent.failed) > 0 {
		return fmt.Sprintf("the agent can't do what the master has checked: %v", h.agent.failed)
	}
	a := h.m.agents[h.agentID().Value]
	if problem := h.inverseImbalance(a); problem != "" || a == nil {
		return problem
	}
	total := h.m.alloc.Total(a.id)
	if !total.Equal(h.agent.total) {
		return fmt.Sprintf("the master believes in %s, the agent has %s", total, h.agent.total)
	}
	sum := h.m.alloc.Available(a.id).Filter(notSharedOne)
	for _, f := range h.m.frameworks {
		mine := a.used[f.id]
		for _, o := range f.offers {
			mine = mine.Plus(o.resources())
		}
		if held := h.m.alloc.Held(a.id, f.id); !held.Equal(mine) {
			return fmt.Sprintf("framework %s: booked %s, offered and used %s", f.id, held, mine)
		}
		sum = sum.Plus(mine.Filter(notSharedOne).Unallocate())
	}
	if !sum.Equal(total.Filter(notSharedOne)) {
		return fmt.Sprintf("free, offered and used are %s, the total is %s", sum, total)
	}
	if err := total.Validate(); err != nil {
		return err.Error()
	}
	return ""
}
