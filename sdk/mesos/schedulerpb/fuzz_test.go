package schedulerpb_test

import (
	"bytes"
	"testing"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// seeds are one event of every kind.
func seeds() []*schedulerpb.Event {
	offer := mesos.Offer{
		ID: mesos.OfferID{Value: "o"}, FrameworkID: mesos.FrameworkID{Value: "f"}, AgentID: mesos.AgentID{Value: "a"}, Hostname: "h",
		Attributes: []mesos.Attribute{{Name: "rack", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: "r1"}}},
		Resources: []mesos.Resource{
			{Name: "ports", Type: mesos.RANGES, Ranges: &mesos.Value_Ranges{Range: []mesos.Value_Range{{Begin: 31000, End: 32000}}}},
			{
				Name: "disk", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 512},
				Reservations: []mesos.Resource_ReservationInfo{{Type: mesos.Resource_ReservationInfo_DYNAMIC.Enum(), Role: new("r"), Labels: &mesos.Labels{Labels: []mesos.Label{{Key: "k", Value: new("v")}}}}},
				Disk:         &mesos.Resource_DiskInfo{Persistence: &mesos.Resource_DiskInfo_Persistence{ID: "v1"}, Volume: &mesos.Volume{ContainerPath: "data", Mode: mesos.RW.Enum()}},
			},
		},
	}
	status := mesos.TaskStatus{
		TaskID: mesos.TaskID{Value: "t"}, State: mesos.TASK_FAILED, Reason: mesos.REASON_COMMAND_EXECUTOR_FAILED.Enum(), UUID: make([]byte, 16),
		ContainerStatus: &mesos.ContainerStatus{ContainerID: &mesos.ContainerID{Value: "c", Parent: &mesos.ContainerID{Value: "p"}}},
	}
	return []*schedulerpb.Event{
		{Type: schedulerpb.Event_HEARTBEAT.Enum()},
		{Type: schedulerpb.Event_SUBSCRIBED.Enum(), Subscribed: &schedulerpb.Event_Subscribed{FrameworkID: mesos.FrameworkID{Value: "f"}, HeartbeatIntervalSeconds: new(15.0), MasterInfo: &mesos.MasterInfo{ID: "m", IP: 1, Port: new(uint32(5050))}}},
		{Type: schedulerpb.Event_OFFERS.Enum(), Offers: &schedulerpb.Event_Offers{Offers: []mesos.Offer{offer, offer}}},
		{Type: schedulerpb.Event_INVERSE_OFFERS.Enum(), InverseOffers: &schedulerpb.Event_InverseOffers{InverseOffers: []mesos.InverseOffer{{ID: mesos.OfferID{Value: "o"}, FrameworkID: mesos.FrameworkID{Value: "f"}}}}},
		{Type: schedulerpb.Event_RESCIND.Enum(), Rescind: &schedulerpb.Event_Rescind{OfferID: mesos.OfferID{Value: "o"}}},
		{Type: schedulerpb.Event_UPDATE.Enum(), Update: &schedulerpb.Event_Update{Status: status}},
		{Type: schedulerpb.Event_UPDATE_OPERATION_STATUS.Enum(), UpdateOperationStatus: &schedulerpb.Event_UpdateOperationStatus{Status: mesos.OperationStatus{State: mesos.OPERATION_FINISHED, UUID: &mesos.UUID{Value: make([]byte, 16)}}}},
		{Type: schedulerpb.Event_MESSAGE.Enum(), Message: &schedulerpb.Event_Message{Data: []byte("data")}},
		{Type: schedulerpb.Event_FAILURE.Enum(), Failure: &schedulerpb.Event_Failure{AgentID: &mesos.AgentID{Value: "a"}, Status: new(int32(-1))}},
		{Type: schedulerpb.Event_ERROR.Enum(), Error: &schedulerpb.Event_Error{Message: "Framework has been removed"}},
	}
}

// FuzzEvent: no bytes panic; what is taken comes back as it was, and is what gogo's own decoder makes of it
// where that takes it as well.
func FuzzEvent(f *testing.F) {
	for _, e := range seeds() {
		b, err := e.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(append(b, 0xc2, 0x3e, 3, 'n', 'e', 'w')) // with a field that nobody knows
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var e schedulerpb.Event
		if err := e.Unmarshal(in); err != nil {
			return
		}
		once, err := e.Marshal()
		if err != nil || len(once) != e.Size() {
			t.Fatalf("%v: %d bytes, Size says %d", err, len(once), e.Size())
		}
		var again schedulerpb.Event
		if err := again.Unmarshal(once); err != nil {
			t.Fatalf("%v: %q became %q", err, in, once)
		}
		if twice, err := again.Marshal(); err != nil || !bytes.Equal(twice, once) {
			t.Fatalf("%v: %q became %q", err, once, twice)
		}
		if theirs, ok := reference(t, in); ok {
			// By way of the reference, since it writes an unknown field's tag anew, perhaps in fewer bytes.
			if ours, ok := reference(t, once); !ok || !bytes.Equal(theirs, ours) {
				t.Fatalf("%q became %q, by the reference %q", in, once, theirs)
			}
		}
	})
}

// reference decodes with gogo's own decoder, which works by reflection, and encodes again.
func reference(t *testing.T, in []byte) ([]byte, bool) {
	var info proto.InternalMessageInfo
	var e schedulerpb.Event
	if info.Unmarshal(&e, in) != nil {
		return nil, false
	}
	out, err := e.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return out, true
}
