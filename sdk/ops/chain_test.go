package ops_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func TestOn(t *testing.T) {
	base := offered("db", parsed("cpus:1;mem:100")...)
	second := offered("db", parsed("cpus:2")...)
	second.ID.Value = "O2"
	change := func(f func(*mesos.Offer)) mesos.Offer {
		o := second
		f(&o)
		return o
	}
	for _, row := range []struct {
		name   string
		offers []mesos.Offer
		ok     bool
	}{
		{"none", nil, false},
		{"one", []mesos.Offer{base}, true},
		{"two", []mesos.Offer{base, second}, true},
		{"one twice", []mesos.Offer{base, base}, false},
		{"two agents", []mesos.Offer{base, change(func(o *mesos.Offer) { o.AgentID.Value = "S1" })}, false},
		{"two roles", []mesos.Offer{base, change(func(o *mesos.Offer) { o.AllocationInfo = &mesos.Resource_AllocationInfo{Role: new("web")} })}, false},
		{"two frameworks", []mesos.Offer{base, change(func(o *mesos.Offer) { o.FrameworkID.Value = "G" })}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(row.offers...)
			if row.ok {
				sent(t, c)
				return
			}
			refused(t, c, ops.ErrOffers, 0, "")
			refused(t, c.Reserve(mine, resource.MustParse("cpus:1")), ops.ErrOffers, 0, "")
		})
	}
}

// The resources of several offers are one, however they are split.
func TestOffersAddUp(t *testing.T) {
	second := offered("db", parsed("cpus:0.3;mem:100")...)
	second.ID.Value = "O2"
	c := ops.On(offered("db", parsed("cpus:0.2;disk:5")...), second).Reserve(mine, resource.MustParse("cpus:0.5"))
	operations := sent(t, c)
	if id := operations[0].ID.GetValue(); id != "O1.1" {
		t.Errorf("id %q, want the first offer's and the step", id)
	}
	if want := resource.Set(together(parsed("disk:5;mem:100"), reservedAs(mine, "cpus:0.5"))).Allocate("db"); !c.Left().Equal(want) {
		t.Errorf("left %v, want %v", c.Left(), want)
	}
}

// Offers to frameworks without RESERVATION_REFINEMENT or MULTI_ROLE (semantics 2.6, 2.7; row 61).
func TestOldFormats(t *testing.T) {
	pre, err := resource.Set(together(parsed("cpus:1;disk:100"), reservedAs(mine, "disk:50"), parsed("mem(db):64"))).Downgrade()
	if err != nil {
		t.Fatal(err)
	}
	roleless := offered("db", pre...)
	roleless.AllocationInfo = nil
	roleless.Resources = pre
	for name, offer := range map[string]mesos.Offer{"no refinement": offered("db", pre...), "no roles": roleless} {
		t.Run(name, func(t *testing.T) {
			static := resource.Reservation{Role: "db", Static: true}
			operations := sent(t, ops.On(offer).As("moor").
				Reserve(mine, resource.MustParse("cpus:0.5")).
				Create(mine, resource.Volume{ID: "v", Path: "data", MiB: 20}).
				Launch(task("t", reservedAs(static, "mem:64")...)).
				Do(mesos.Offer_Operation{Type: mesos.Offer_Operation_UNRESERVE.Enum(), Unreserve: &mesos.Offer_Operation_Unreserve{
					Resources: []mesos.Resource{func() mesos.Resource { r := pre[2]; r.Scalar = &mesos.Value_Scalar{Value: 30}; return r }()}}}))
			if got := operations[3].Unreserve.Resources[0]; len(got.Reservations) != 1 || got.Role != nil || got.Reservation != nil {
				t.Errorf("not upgraded: %v", got)
			}
			for _, op := range operations {
				if op.Create != nil && (op.Create.Volumes[0].AllocationInfo != nil) != (offer.AllocationInfo != nil) {
					t.Errorf("allocation of %v for an offer with %v", op.Create.Volumes[0].AllocationInfo, offer.AllocationInfo)
				}
			}
		})
	}
}

func TestTheFirstErrorSticks(t *testing.T) {
	c := ops.On(offered("db", parsed("cpus:1;disk:100")...)).
		Reserve(mine, resource.MustParse("disk:50")).
		Create(mine, resource.Volume{ID: "v", Path: "a/b", MiB: 10}).
		Reserve(mine, resource.MustParse("cpus:9")).
		Create(mine, resource.Volume{ID: "v", Path: "data", MiB: 999})
	refused(t, c, ops.ErrContainerPath, 2, "create.volumes[0].disk.volume.container_path")
	if got, want := text(c.Left()), text(resource.Set(together(parsed("cpus:1;disk:50"), reservedAs(mine, "disk:50")))); got != want {
		t.Errorf("left %s, want what was before the step: %s", got, want)
	}
}

// An operation by hand is completed like the others; nothing that it points to changes.
func TestDo(t *testing.T) {
	op := mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), ID: &mesos.OperationID{Value: "mine"},
		Reserve: &mesos.Offer_Operation_Reserve{Resources: reservedAs(mine, "cpus:1")}}
	before := bytesOf(t, &op)
	operations := sent(t, ops.On(offered("db", parsed("cpus:2")...)).Do(op).Reserve(mine, resource.MustParse("cpus:0.5")))
	if diff := cmp.Diff([]string{"mine", "O1.2"}, []string{operations[0].ID.Value, operations[1].ID.Value}); diff != "" {
		t.Error(diff)
	}
	if role := operations[0].Reserve.Resources[0].AllocationInfo.GetRole(); role != "db" {
		t.Errorf("allocated to %q", role)
	}
	if before != bytesOf(t, &op) {
		t.Error("the argument was changed")
	}
}

func bytesOf(t *testing.T, m interface{ Marshal() ([]byte, error) }) string {
	t.Helper()
	b, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOperationIDs(t *testing.T) {
	offer := offered("db", parsed("cpus:2;mem:64;disk:100")...)
	withID := func(id string) mesos.Offer_Operation {
		return mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), ID: &mesos.OperationID{Value: id},
			Reserve: &mesos.Offer_Operation_Reserve{Resources: reservedAs(mine, "cpus:0.1")}}
	}
	launch := mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), ID: &mesos.OperationID{Value: "x"},
		Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{task("t", parsed("cpus:1")...)}}}
	group := mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum(), ID: &mesos.OperationID{Value: "x"},
		LaunchGroup: &mesos.Offer_Operation_LaunchGroup{Executor: pod(), TaskGroup: mesos.TaskGroupInfo{Tasks: []mesos.TaskInfo{task("t", parsed("cpus:1")...)}}}}
	refused(t, ops.On(offer).Do(launch), ops.ErrOperationID, 1, "id")
	refused(t, ops.On(offer).Do(group), ops.ErrOperationID, 1, "id")
	refused(t, ops.On(offer).Do(withID("a")).Do(withID("b")).Do(withID("a")), ops.ErrOperationID, 3, "id")
	refused(t, ops.On(offer).Do(withID("O1.2")).Reserve(mine, resource.MustParse("cpus:1")), ops.ErrOperationID, 2, "id")
}

// What a master ignores or drops without a word (semantics 3.3).
func TestUnknownOperations(t *testing.T) {
	offer := offered("db", parsed("cpus:2")...)
	refused(t, ops.On(offer).Do(mesos.Offer_Operation{}), ops.ErrOperation, 1, "type")
	refused(t, ops.On(offer).Do(mesos.Offer_Operation{Type: new(mesos.Offer_Operation_Type(99))}), ops.ErrOperation, 1, "type")
	refused(t, ops.On(offer).Do(mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum()}), ops.ErrOperation, 1, "")
}

// A resource allocated to another role than the offers (semantics 2.7; row 71).
func TestAllocation(t *testing.T) {
	offer := offered("db", parsed("cpus:2")...)
	other := resource.Set(reservedAs(mine, "cpus:1")).Allocate("web")
	refused(t, ops.On(offer).Reserve(mine, resource.MustParse("cpus:1").Allocate("web")), ops.ErrRole, 1, "reserve.resources[0].allocation_info.role")
	refused(t, ops.On(offer).Launch(task("t", parsed("cpus:1")[0], other[0])), ops.ErrRole, 1, "launch.task_infos[0].resources[1].allocation_info.role")
	sent(t, ops.On(offer).Launch(task("t", resource.MustParse("cpus:1").Allocate("db")...)))
	empty := resource.MustParse("cpus:1")
	empty[0].AllocationInfo = &mesos.Resource_AllocationInfo{}
	refused(t, ops.On(offer).Reserve(mine, empty), ops.ErrRole, 1, "reserve.resources[0].allocation_info.role")
}

func TestZeroChain(t *testing.T) {
	refused(t, new(ops.Chain).Reserve(mine, resource.MustParse("cpus:1")), ops.ErrOffers, 0, "")
	refused(t, new(ops.Chain).Create(mine, resource.Volume{ID: "v", Path: "data", MiB: 1}), ops.ErrNotContained, 1, "create.volumes[0]")
	if left := new(ops.Chain).Left(); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestBuildOfNothing(t *testing.T) {
	if operations := sent(t, ops.On(offered("db", parsed("cpus:1")...))); len(operations) != 0 {
		t.Errorf("got %v", operations)
	}
}
