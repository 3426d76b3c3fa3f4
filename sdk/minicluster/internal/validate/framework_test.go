package validate

import (
	"math"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func multiRole(roles ...string) *mesos.FrameworkInfo {
	return &mesos.FrameworkInfo{User: "root", Name: "f", Roles: roles, Capabilities: []mesos.FrameworkInfo_Capability{{Type: mesos.FrameworkInfo_Capability_MULTI_ROLE.Enum()}}}
}

func TestFramework(t *testing.T) {
	with := func(do func(*mesos.FrameworkInfo)) *mesos.FrameworkInfo {
		f := multiRole("r")
		do(f)
		return f
	}
	failover := func(seconds float64) *mesos.FrameworkInfo {
		return with(func(f *mesos.FrameworkInfo) { f.FailoverTimeout = &seconds })
	}
	least := func(quantities ...map[string]mesos.Value_Scalar) *mesos.FrameworkInfo {
		return with(func(f *mesos.FrameworkInfo) {
			m := &mesos.OfferFilters_MinAllocatableResources{}
			for _, q := range quantities {
				m.Quantities = append(m.Quantities, mesos.OfferFilters_ResourceQuantities{Quantities: q})
			}
			f.OfferFilters = map[string]mesos.OfferFilters{"r": {MinAllocatableResources: m}}
		})
	}
	cpus := func(v float64) map[string]mesos.Value_Scalar {
		return map[string]mesos.Value_Scalar{"cpus": {Value: v}}
	}
	for _, tt := range []struct {
		name string
		info *mesos.FrameworkInfo
		want string
	}{
		{"fine", multiRole("r", "s/t"), ""},
		{"no roles", multiRole(), ""},
		{"one role", &mesos.FrameworkInfo{Role: new("r")}, ""},
		{"no role", &mesos.FrameworkInfo{}, ""},
		{"role and MULTI_ROLE", with(func(f *mesos.FrameworkInfo) { f.Role = new("r") }), "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable"},
		{"roles without MULTI_ROLE", &mesos.FrameworkInfo{Roles: []string{"r"}}, "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable"},
		{"twice", multiRole("b", "a", "b", "a", "c"), "'FrameworkInfo.roles' contains duplicate items: { a, b }"},
		{"bad role in roles", multiRole("/r"), "'FrameworkInfo.roles' contains invalid role: Role '/r' cannot start with a slash"},
		{"bad role", &mesos.FrameworkInfo{Role: new("-r")}, "'FrameworkInfo.role' is not a valid role: Role component '-r' is invalid because it starts with a dash"},
		{"deep role", multiRole(strings.Repeat("a/", 64) + "a"), "'FrameworkInfo.roles' contains invalid role: Role of 65 components has more than 64"},
		{"many roles", multiRole(make([]string, 10_001)...), "'FrameworkInfo.roles' has more than 10000 items"},
		{"bad id", with(func(f *mesos.FrameworkInfo) { f.ID = &mesos.FrameworkID{Value: "a/b"} }), "'a/b' contains invalid characters"},
		{"empty id", with(func(f *mesos.FrameworkInfo) { f.ID = &mesos.FrameworkID{} }), ""},
		{"negative failover", failover(-1), ""},
		{"a lifetime", failover(9.22e9), ""},
		{"more", failover(9.3e9), "The framework failover_timeout (9.3e+09) is invalid"},
		{"huge", failover(1e300), "The framework failover_timeout (1e+300) is invalid"},
		{"infinite", failover(math.Inf(1)), "The framework failover_timeout (inf) is invalid"},
		{"infinitely negative", failover(math.Inf(-1)), "The framework failover_timeout (-inf) is invalid"},
		{"no number", failover(math.NaN()), ""},
		{"content with anything", least(), ""},
		{"content with some", least(cpus(1)), ""},
		{"content with zero", least(cpus(0)), ""},
		{"a minimum of nothing", least(map[string]mesos.Value_Scalar{}), "Resource quantities must contain at least one quantity"},
		{"a negative minimum", least(cpus(-1)), "Invalid resource quantity for 'cpus': Negative values not supported"},
		{"an infinite minimum", least(cpus(math.Inf(1))), "Invalid resource quantity for 'cpus': Infinite values not supported"},
		{"no number as minimum", least(cpus(math.NaN())), "Invalid resource quantity for 'cpus': NaN not supported"},
		{"a subnormal minimum", least(cpus(1e-320)), "Invalid resource quantity for 'cpus': Subnormal values not supported"},
		{"a minimum that a master dies of", least(cpus(9.3e15)), ""},
	} {
		t.Run(tt.name, func(t *testing.T) { says(t, Framework(tt.info, nil), tt.want) })
	}
	says(t, Framework(multiRole("a", "c", "b"), []string{"b"}), "Roles { a, c } are not present in the master's --roles")
	says(t, Framework(multiRole("b", "*"), []string{"b"}), "")
	says(t, Suppressed(multiRole("a"), []string{"a", "c", "b", "c"}), "Suppressed roles { b, c } are not contained in the set of roles")
	says(t, Suppressed(multiRole("a"), []string{"a"}), "")
	says(t, ConstraintRoles(multiRole("a"), []string{"a", "b"}), "Offer constraints specify `role_constraints` for a role 'b'not contained in the set of roles")
}

func TestUpdate(t *testing.T) {
	old := &mesos.FrameworkInfo{User: "a", Principal: new("p")}
	for _, tt := range []struct {
		now  mesos.FrameworkInfo
		want string
	}{
		{mesos.FrameworkInfo{User: "a", Principal: new("p"), Name: "other", Checkpoint: new(false)}, ""},
		{mesos.FrameworkInfo{User: "a", Principal: new("q")}, "Changing framework's principal is not allowed."},
		{mesos.FrameworkInfo{User: "a"}, "Changing framework's principal is not allowed."},
		{mesos.FrameworkInfo{User: "b", Principal: new("p")}, "Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'a' to 'b'"},
		{mesos.FrameworkInfo{User: "a", Principal: new("p"), Checkpoint: new(true)}, "Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from 'false' to 'true'"},
	} {
		says(t, Update(old, &tt.now), tt.want)
	}
}

func TestCall(t *testing.T) {
	id := &mesos.FrameworkID{Value: "f"}
	good := append(make([]byte, 6), 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	of := func(kind schedulerpb.Call_Type) schedulerpb.Call {
		return schedulerpb.Call{FrameworkID: id, Type: &kind}
	}
	with := func(kind schedulerpb.Call_Type, do func(*schedulerpb.Call)) schedulerpb.Call {
		c := of(kind)
		do(&c)
		return c
	}
	for _, tt := range []struct {
		call schedulerpb.Call
		want string
	}{
		{schedulerpb.Call{}, "Expecting 'type' to be present"},
		{schedulerpb.Call{Type: schedulerpb.Call_REVIVE.Enum()}, "Expecting 'framework_id' to be present"},
		{of(schedulerpb.Call_SUBSCRIBE), "Expecting 'subscribe' to be present"},
		{with(schedulerpb.Call_SUBSCRIBE, func(c *schedulerpb.Call) { c.Subscribe = &schedulerpb.Call_Subscribe{} }), "'framework_id' differs from 'subscribe.framework_info.id'"},
		{schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: mesos.FrameworkInfo{ID: &mesos.FrameworkID{}}}}, ""},
		{of(schedulerpb.Call_TEARDOWN), ""}, {of(schedulerpb.Call_REVIVE), ""}, {of(schedulerpb.Call_SUPPRESS), ""},
		{of(schedulerpb.Call_ACCEPT), "Expecting 'accept' to be present"},
		{of(schedulerpb.Call_DECLINE), "Expecting 'decline' to be present"},
		{of(schedulerpb.Call_ACCEPT_INVERSE_OFFERS), "Expecting 'accept_inverse_offers' to be present"},
		{of(schedulerpb.Call_DECLINE_INVERSE_OFFERS), "Expecting 'decline_inverse_offers' to be present"},
		{of(schedulerpb.Call_KILL), "Expecting 'kill' to be present"},
		{of(schedulerpb.Call_SHUTDOWN), "Expecting 'shutdown' to be present"},
		{of(schedulerpb.Call_ACKNOWLEDGE), "Expecting 'acknowledge' to be present"},
		{of(schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS), "Expecting 'acknowledge_operation_status' to be present"},
		{of(schedulerpb.Call_RECONCILE), "Expecting 'reconcile' to be present"},
		{of(schedulerpb.Call_RECONCILE_OPERATIONS), "Expecting 'reconcile_operations' to be present"},
		{of(schedulerpb.Call_MESSAGE), "Expecting 'message' to be present"},
		{of(schedulerpb.Call_REQUEST), "Expecting 'request' to be present"},
		{of(schedulerpb.Call_UPDATE_FRAMEWORK), "Expecting 'update_framework' to be present"},
		{with(schedulerpb.Call_UPDATE_FRAMEWORK, func(c *schedulerpb.Call) { c.UpdateFramework = &schedulerpb.Call_UpdateFramework{} }), "'framework_id' differs from 'update_framework.framework_info.id'"},
		{with(schedulerpb.Call_ACKNOWLEDGE, func(c *schedulerpb.Call) { c.Acknowledge = &schedulerpb.Call_Acknowledge{UUID: make([]byte, 16)} }), "Not a valid UUID"},
		{with(schedulerpb.Call_ACKNOWLEDGE, func(c *schedulerpb.Call) { c.Acknowledge = &schedulerpb.Call_Acknowledge{UUID: []byte("x")} }), "Not a valid UUID"},
		{with(schedulerpb.Call_ACKNOWLEDGE, func(c *schedulerpb.Call) { c.Acknowledge = &schedulerpb.Call_Acknowledge{UUID: good} }), ""},
		{with(schedulerpb.Call_ACKNOWLEDGE_OPERATION_STATUS, func(c *schedulerpb.Call) {
			c.AcknowledgeOperationStatus = &schedulerpb.Call_AcknowledgeOperationStatus{UUID: good}
		}), "Expecting 'agent_id' to be present"},
	} {
		says(t, Call(&tt.call, nil), tt.want)
	}
	other := schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: mesos.FrameworkInfo{Principal: new("q")}}}
	says(t, Call(&other, new("p")), "Authenticated principal 'p' does not match principal 'q' set in `FrameworkInfo`")
}

func TestOperatorCall(t *testing.T) {
	for number, name := range masterpb.Call_Type_name {
		kind := masterpb.Call_Type(number)
		err := OperatorCall(&masterpb.Call{Type: &kind})
		if err != nil && err.Error()[:11] != "Expecting '" {
			t.Errorf("%s: %v", name, err)
		}
	}
	says(t, OperatorCall(&masterpb.Call{}), "Expecting 'type' to be present")
	says(t, OperatorCall(&masterpb.Call{Type: masterpb.Call_RESERVE_RESOURCES.Enum()}), "Expecting 'reserve_resources' to be present")
	says(t, OperatorCall(&masterpb.Call{Type: masterpb.Call_GROW_VOLUME.Enum(), GrowVolume: &masterpb.Call_GrowVolume{}}), "Expecting 'agent_id' to be present; only agent default resources are supported right now")
	bad := &masterpb.Call{Type: masterpb.Call_UNRESERVE_RESOURCES.Enum(), UnreserveResources: &masterpb.Call_UnreserveResources{Resources: list(reservedDisk(-1))}}
	says(t, OperatorCall(bad), "Resource '"+printedDisk+":-1' is invalid: Invalid scalar resource: value <= 0")
}
