package master

import (
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// cluster is a master with one agent and one framework.
func cluster(t *testing.T, resources string, info mesos.FrameworkInfo, without ...mesos.AgentInfo_Capability_Type) (*client, *fake) {
	t.Helper()
	m, f := started(t), newFake(resources)
	if _, err := m.Join(member(f, without...)); err != nil {
		t.Fatal(err)
	}
	return subscribed(t, m, info), f
}

// only returns the one offer there is.
func (c *client) only() *mesos.Offer {
	c.t.Helper()
	all := c.offers()
	if len(all) != 1 {
		c.t.Fatalf("%d offers, want 1", len(all))
	}
	return &all[0]
}

func identified(op mesos.Offer_Operation) mesos.Offer_Operation {
	op.ID = &mesos.OperationID{Value: "op"}
	return op
}

// outcomes returns what came of tasks and operations: "t TASK_ERROR message", "op OPERATION_ERROR message".
func (c *client) outcomes() []string {
	c.t.Helper()
	var out []string
	for _, e := range c.take() {
		switch {
		case e.Update != nil:
			s := e.Update.Status
			out = append(out, s.TaskID.Value+" "+s.State.String()+" "+s.GetReason().String()+" "+s.GetMessage())
		case e.UpdateOperationStatus != nil:
			s := e.UpdateOperationStatus.Status
			out = append(out, s.OperationID.GetValue()+" "+s.State.String()+" "+s.GetMessage())
		}
	}
	return out
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOperationsWithoutAnIDFailInSilence(t *testing.T) {
	c, _ := cluster(t, "cpus:4;disk:100", frameworkInfo())
	c.accept(c.only(), opReserve(reservedSet("disk:1000")), identified(opReserve(reservedSet("disk:2000"))))
	same(t, c.outcomes(), "op OPERATION_ERROR cpus(allocated: r):4; disk(allocated: r):100 does not contain disk(allocated: r):2000")
}

func TestFeedbackNeedsCapabilities(t *testing.T) {
	for _, tt := range []struct {
		without mesos.AgentInfo_Capability_Type
		op      mesos.Offer_Operation
		want    string
	}{
		{mesos.AgentInfo_Capability_RESOURCE_PROVIDER, opReserve(reservedSet("disk:1")), "op OPERATION_ERROR Operation requested feedback, but agent AGENT does not have the required RESOURCE_PROVIDER capability"},
		{mesos.AgentInfo_Capability_AGENT_OPERATION_FEEDBACK, opReserve(reservedSet("disk:1")), "op OPERATION_ERROR Operation on agent default resources requested feedback, but agent AGENT does not have the required AGENT_OPERATION_FEEDBACK and RESOURCE_PROVIDER capabilities"},
		{mesos.AgentInfo_Capability_RESIZE_VOLUME, opGrow(volumeOn("v", 1, false), reservedSet("disk:1")[0]), "op OPERATION_ERROR Volume disk(allocated: r)(reservations: [(DYNAMIC,r,p)])[v:data]:1 cannot be grown on an agent without RESIZE_VOLUME capability; on agent AGENT at slave(1)@127.0.0.1:5051 (h)"},
		{mesos.AgentInfo_Capability_UNKNOWN, opLaunch(taskOn("t", mesos.AgentID{}, nil)), "t TASK_ERROR REASON_TASK_INVALID The `id` field cannot be set on LAUNCH operations"},
		{mesos.AgentInfo_Capability_UNKNOWN, mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum()}, "op OPERATION_ERROR Operation attempted with invalid resources: A RESERVE offer operation must have the Offer.Operation.reserve field set."},
		{mesos.AgentInfo_Capability_UNKNOWN, mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Source: resource.MustParse("disk:1")}}, "op OPERATION_ERROR Operation attempted with invalid resources: Reservation updates are not yet implemented for the scheduler API."},
		{mesos.AgentInfo_Capability_RESOURCE_PROVIDER, mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE_DISK.Enum(), CreateDisk: &mesos.Offer_Operation_CreateDisk{Source: reservedSet("disk:1")[0]}}, "op OPERATION_ERROR Operation requested feedback, but agent AGENT does not have the required RESOURCE_PROVIDER capability"},
		{mesos.AgentInfo_Capability_UNKNOWN, mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE_DISK.Enum(), CreateDisk: &mesos.Offer_Operation_CreateDisk{Source: reservedSet("disk:1")[0]}}, "op OPERATION_ERROR 'source' is not managed by a resource provider; on agent AGENT at slave(1)@127.0.0.1:5051 (h)"},
		{mesos.AgentInfo_Capability_UNKNOWN, mesos.Offer_Operation{}, ""},
	} {
		c, f := cluster(t, "cpus:4;disk:100", frameworkInfo(), tt.without)
		c.accept(c.only(), identified(tt.op))
		if want := strings.ReplaceAll(tt.want, "AGENT", f.info.ID.Value); want == "" {
			same(t, c.outcomes())
		} else {
			same(t, c.outcomes(), strings.ReplaceAll(want, f.info.ID.Value+"_OPERATION_FEEDBACK", "AGENT_OPERATION_FEEDBACK"))
		}
	}
}

func TestInvalidOffers(t *testing.T) {
	for _, aware := range []bool{false, true} {
		info, state := frameworkInfo(), "TASK_LOST"
		if aware {
			info, state = frameworkInfo(mesos.FrameworkInfo_Capability_PARTITION_AWARE), "TASK_DROPPED"
		}
		c, f := cluster(t, "cpus:4;disk:100", info)
		o := c.only()
		c.call(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{
			OfferIDs:   []mesos.OfferID{o.ID, {Value: "gone"}},
			Operations: []mesos.Offer_Operation{opLaunch(taskOn("t", *f.info.ID, resource.MustParse("cpus:1"))), identified(opReserve(reservedSet("disk:1"))), opReserve(reservedSet("disk:1"))},
		}})
		same(t, c.outcomes(),
			"t "+state+" REASON_INVALID_OFFERS Task launched with invalid offers: Offer gone is no longer valid",
			"op OPERATION_ERROR Operation attempted with invalid offers: Offer gone is no longer valid")
		if again := c.only(); again.ID.Value == o.ID.Value { // discarded without a filter
			t.Error("the same offer came again")
		}
	}
}

func TestPipelineInOneAccept(t *testing.T) {
	c, f := cluster(t, "cpus:4;mem:1024;disk:100", frameworkInfo())
	v := volumeOn("v", 10, false)
	c.accept(c.only(), opReserve(reservedSet("cpus:1;mem:64;disk:10")), opCreate(v),
		opLaunch(taskOn("t", *f.info.ID, append(reservedSet("cpus:1;mem:64"), v))),
		opLaunch(taskOn("late", *f.info.ID, resource.Set{v})))
	got := c.outcomes()
	if len(got) != 1 || !strings.HasPrefix(got[0], "late TASK_ERROR REASON_TASK_INVALID Total resources disk(allocated: r)(reservations: [(DYNAMIC,r,p)])[v:data]:10 required by task and its executor is more than available ") {
		t.Errorf("outcomes = %v", got)
	}
	if len(f.applied) != 2 || strings.Join(f.launched, " ") != "t" {
		t.Errorf("applied %v, launched %v", f.applied, f.launched)
	}
}

func TestDestroyAndUnreserveInOneAccept(t *testing.T) {
	c, f := cluster(t, "cpus:4;disk:100", frameworkInfo())
	v := volumeOn("v", 10, false)
	c.accept(c.only(), opReserve(reservedSet("disk:10")), opCreate(v))
	c.accept(c.only(), opDestroy(v), opUnreserve(reservedSet("disk:10")))
	if got := f.total.String(); got != "cpus:4; disk:100" {
		t.Errorf("total = %s", got)
	}
}

// TestResizedVolumesAreOutOfReach, within their ACCEPT, in the old and in the new size.
func TestResizedVolumesAreOutOfReach(t *testing.T) {
	for _, grow := range []bool{true, false} {
		c, f := cluster(t, "cpus:4;mem:64;disk:100", frameworkInfo())
		v := volumeOn("v", 20, false)
		c.accept(c.only(), opReserve(reservedSet("disk:30")), opCreate(v))
		resize, after := opGrow(v, reservedSet("disk:10")[0]), volumeOn("v", 30, false)
		if !grow {
			resize, after = opShrink(v, 10), volumeOn("v", 10, false)
		}
		c.accept(c.only(), resize, opLaunch(taskOn("old", *f.info.ID, resource.Set{v})), opLaunch(taskOn("new", *f.info.ID, resource.Set{after})))
		got := c.outcomes()
		if len(got) != 2 || !strings.HasPrefix(got[0], "old TASK_ERROR REASON_TASK_INVALID Total") || !strings.HasPrefix(got[1], "new TASK_ERROR REASON_TASK_INVALID Total") {
			t.Errorf("outcomes = %v", got)
		}
		if next := c.only(); !resource.Set(next.Resources).Unallocate().Contains(resource.Set{after}) {
			t.Errorf("the next offer holds %s", resource.Set(next.Resources))
		}
	}
}

// TestShrinkLosesDisk: what a SHRINK_VOLUME frees is offered only as far as there was less of the same disk
// before; the rest when the framework is gone.
func TestShrinkLosesDisk(t *testing.T) {
	for _, tt := range []struct {
		reserved, volume, subtract, offered float64
	}{
		{20, 20, 15, 15},  // nothing beside the volume: all of it
		{30, 20, 15, 15},  // 10 beside: 10 of 25 lost
		{100, 20, 15, 80}, // 80 beside: 15 of 95 lost
	} {
		c, _ := cluster(t, "cpus:4;disk:100", frameworkInfo())
		all := reservedSet("disk:1")
		all[0].Scalar.Value = tt.reserved
		v := volumeOn("v", tt.volume, false)
		c.accept(c.only(), opReserve(all), opCreate(v))
		c.accept(c.only(), opShrink(v, tt.subtract))
		plain := func(o *mesos.Offer) float64 {
			return resource.Set(o.Resources).Filter(func(r *mesos.Resource) bool { return resource.IsReserved(r) && !resource.IsVolume(r) }).Scalar("disk")
		}
		if got := plain(c.only()); got != tt.offered {
			t.Errorf("%+v: %v offered", tt, got)
		}
		on(t, c.m, func() { c.m.remove(c.f) })
		if got, want := plain(subscribed(t, c.m, frameworkInfo()).only()), tt.reserved-tt.volume+tt.subtract; got != want {
			t.Errorf("%+v: %v offered after the framework, want %v", tt, got, want)
		}
	}
}

func TestSharedVolumeForSeveralTasksOfOneAccept(t *testing.T) {
	c, f := cluster(t, "cpus:4;mem:64;disk:100", frameworkInfo(mesos.FrameworkInfo_Capability_SHARED_RESOURCES))
	v := volumeOn("v", 10, true)
	task := func(id string) mesos.TaskInfo {
		return taskOn(id, *f.info.ID, append(resource.MustParse("cpus:1"), v))
	}
	c.accept(c.only(), opReserve(reservedSet("disk:10")), opCreate(v), opLaunch(task("a"), task("b")), opLaunch(task("c")))
	if got := strings.Join(f.launched, " "); got != "a b c" {
		t.Fatalf("launched %s: %v", got, c.outcomes())
	}
	o := c.only()
	c.accept(o, identified(opDestroy(v)))
	same(t, c.outcomes(), "op OPERATION_ERROR Persistent volumes in use; on agent "+f.info.ID.Value+" at slave(1)@127.0.0.1:5051 (h)")
}

func TestOldFormat(t *testing.T) {
	info := frameworkInfo()
	info.Capabilities, info.Roles, info.Role = nil, nil, new(testRole)
	c, _ := cluster(t, "cpus:4;disk:100", info)
	o := c.only()
	if o.AllocationInfo != nil {
		t.Error("allocation_info without MULTI_ROLE")
	}
	for i := range o.Resources {
		if r := &o.Resources[i]; r.AllocationInfo != nil || r.GetRole() != "*" || r.Role == nil || len(r.Reservations) > 0 {
			t.Errorf("resource = %v", r)
		}
	}
	old := resource.Scalar("disk", 10)
	old.Role, old.Reservation = new(testRole), &mesos.Resource_ReservationInfo{Principal: new(testPrincipal)}
	c.accept(o, opReserve(resource.Set{old}))
	found := false
	for _, r := range c.only().Resources {
		found = found || r.GetRole() == testRole && r.Reservation.GetPrincipal() == testPrincipal
	}
	if !found {
		t.Error("the reservation is not offered")
	}
}

func TestNothingAcceptedIsADecline(t *testing.T) {
	c, _ := cluster(t, "cpus:4", frameworkInfo())
	o := c.only()
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{OfferIDs: []mesos.OfferID{o.ID}}})
	if more := c.offers(); len(more) != 0 {
		t.Errorf("%d offers within the default filter", len(more))
	}
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()})
	c.only()
}
