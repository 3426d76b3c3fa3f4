package master

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gogo/protobuf/proto"
	"github.com/gogo/protobuf/types"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// fuzzed is a master with an agent and a framework that has an offer, a volume and a task.
func fuzzed(t *testing.T) *past {
	t.Helper()
	h := &past{t: t, m: started(t), agent: newFake("cpus:8;mem:1024;disk:1000;ports:[1-20]")}
	h.agent.info.ID = &mesos.AgentID{Value: "agent"}
	if _, err := h.m.Join(member(h.agent)); err != nil {
		t.Fatal(err)
	}
	info := frameworkInfo(mesos.FrameworkInfo_Capability_SHARED_RESOURCES)
	info.ID = &mesos.FrameworkID{Value: "framework"}
	c := subscribed(t, h.m, info)
	h.clients = append(h.clients, c)
	o := c.only()
	v := volumeOn("v", 10, false)
	c.accept(o, opReserve(reservedSet("disk:20")), opCreate(v), opLaunch(taskOn("t", h.agentID(), append(resource.MustParse("cpus:1"), v))))
	on(t, h.m, func() { h.m.id, h.m.next.offer = "master", 0 })
	c.only() // master-O0
	return h
}

// FuzzCall: no call of a scheduler stops the master or unbalances its books.
func FuzzCall(f *testing.F) {
	seed := func(ops ...mesos.Offer_Operation) {
		call := &schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), FrameworkID: &mesos.FrameworkID{Value: "framework"}, Accept: &schedulerpb.Call_Accept{
			OfferIDs: []mesos.OfferID{{Value: "master-O0"}}, Operations: ops,
		}}
		b, err := call.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	v := volumeOn("w", 10, false)
	seed(opReserve(reservedSet("cpus:1;mem:1")), opCreate(v), opDestroy(v), opUnreserve(reservedSet("cpus:1")))
	seed(opGrow(volumeOn("v", 10, false), reservedSet("disk:1")[0]))
	seed(opLaunch(taskOn("u", mesos.AgentID{Value: "agent"}, resource.MustParse("cpus:1;ports:[1-2]"))))
	seed(opCreate(volumeOn("s", 1, true)), opLaunch(taskOn("u", mesos.AgentID{Value: "agent"}, resource.Set{volumeOn("s", 1, true)})))
	f.Fuzz(func(t *testing.T, b []byte) {
		call := &schedulerpb.Call{}
		if proto.Unmarshal(b, call) != nil || validate.Call(call, nil) != nil || call.GetType() == schedulerpb.Call_SUBSCRIBE {
			return
		}
		h := fuzzed(t)
		defer h.m.Close()
		call.FrameworkID = &mesos.FrameworkID{Value: "framework"}
		var problem string
		on(t, h.m, func() {
			h.m.call(call, nil, &h.clients[0].stream.id)
			h.m.rounds.now = true
		})
		if forgets(call) {
			return
		}
		on(t, h.m, func() { problem = h.imbalance() })
		if problem != "" {
			t.Error(problem)
		}
	})
}

// forgets tells whether a call holds what makes a real master forget disk, and this one with it: see
// acceptance.finish.
func forgets(call *schedulerpb.Call) bool {
	for _, op := range call.GetAccept().GetOperations() {
		if op.ShrinkVolume != nil || op.GrowVolume != nil {
			return true
		}
	}
	return false
}

// FuzzOperatorCall: no call of an operator does.
func FuzzOperatorCall(f *testing.F) {
	for _, call := range []*masterpb.Call{
		{Type: masterpb.Call_RESERVE_RESOURCES.Enum(), ReserveResources: &masterpb.Call_ReserveResources{AgentID: mesos.AgentID{Value: "agent"}, Resources: reservedSet("disk:1")}},
		{Type: masterpb.Call_CREATE_VOLUMES.Enum(), CreateVolumes: &masterpb.Call_CreateVolumes{AgentID: mesos.AgentID{Value: "agent"}, Volumes: resource.Set{volumeOn("w", 5, false)}}},
		{Type: masterpb.Call_GROW_VOLUME.Enum(), GrowVolume: &masterpb.Call_GrowVolume{AgentID: &mesos.AgentID{Value: "agent"}, Volume: volumeOn("w", 5, false), Addition: reservedSet("disk:1")[0]}},
		{Type: masterpb.Call_GET_STATE.Enum()},
		{Type: masterpb.Call_MARK_AGENT_GONE.Enum(), MarkAgentGone: &masterpb.Call_MarkAgentGone{AgentID: mesos.AgentID{Value: "agent"}}},
		{Type: masterpb.Call_DRAIN_AGENT.Enum(), DrainAgent: &masterpb.Call_DrainAgent{AgentID: mesos.AgentID{Value: "agent"}, MaxGracePeriod: &types.Duration{Seconds: 1}}},
		{Type: masterpb.Call_UPDATE_MAINTENANCE_SCHEDULE.Enum(), UpdateMaintenanceSchedule: &masterpb.Call_UpdateMaintenanceSchedule{
			Schedule: masterpb.Schedule{Windows: []masterpb.Window{{MachineIDs: []mesos.MachineID{{Hostname: new("h"), IP: new("127.0.0.1")}}}}},
		}},
	} {
		b, err := call.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		call := &masterpb.Call{}
		if proto.Unmarshal(b, call) != nil || validate.OperatorCall(call) != nil {
			return
		}
		h := fuzzed(t)
		defer h.m.Close()
		var problem string
		on(t, h.m, func() {
			h.m.operate(call, nil).encoded(typeJSON)
			problem = h.imbalance()
		})
		if problem != "" {
			t.Error(problem)
		}
	})
}

// FuzzRequest: whatever a request holds, it is answered.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "/api/v1/scheduler", "application/json", `{"type":"REVIVE","framework_id":{"value":"framework"}}`)
	f.Add("POST", "/api/v1", "application/json", `{"type":"GET_AGENTS"}`)
	f.Add("POST", "/reserve", "", `slaveId=agent&resources=[{"name":"disk","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"DYNAMIC","role":"r"}]}]`)
	f.Add("GET", "/slaves", "", "")
	f.Add("POST", "/maintenance/schedule", "", `{"windows":[{"machine_ids":[{"hostname":"h","ip":"127.0.0.1"}],"unavailability":{"start":{"nanoseconds":1}}}]}`)
	f.Add("POST", "/machine/down", "", `[{"hostname":"h","ip":"127.0.0.1"}]`)
	f.Fuzz(func(t *testing.T, method, path, kind, body string) {
		if strings.Contains(body, "SUBSCRIBE") || !strings.HasPrefix(path, "/") {
			return // a stream would not end
		}
		u, err := url.ParseRequestURI(path)
		if err != nil {
			return
		}
		h := fuzzed(t)
		defer h.m.Close()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.URL = method, u
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.m.ServeHTTP(w, r)
		if w.Code < 200 || w.Code > 599 {
			t.Errorf("status %d", w.Code)
		}
	})
}
