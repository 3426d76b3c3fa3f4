package resource_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func reserveOp(r ...mesos.Resource) *mesos.Offer_Operation {
	return &mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: r}}
}

func unreserveOp(r ...mesos.Resource) *mesos.Offer_Operation {
	return &mesos.Offer_Operation{Type: mesos.Offer_Operation_UNRESERVE.Enum(), Unreserve: &mesos.Offer_Operation_Unreserve{Resources: r}}
}

func createOp(v ...mesos.Resource) *mesos.Offer_Operation {
	return &mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: v}}
}

func destroyOp(v ...mesos.Resource) *mesos.Offer_Operation {
	return &mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum(), Destroy: &mesos.Offer_Operation_Destroy{Volumes: v}}
}

func growOp(v, addition mesos.Resource) *mesos.Offer_Operation {
	return &mesos.Offer_Operation{
		Type:       mesos.Offer_Operation_GROW_VOLUME.Enum(),
		GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: v, Addition: addition},
	}
}

func shrinkOp(v mesos.Resource, mib float64) *mesos.Offer_Operation {
	return &mesos.Offer_Operation{
		Type:         mesos.Offer_Operation_SHRINK_VOLUME.Enum(),
		ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{Volume: v, Subtract: mesos.Value_Scalar{Value: mib}},
	}
}

// Rows 57 to 60 of semantics 10.2, and what else 2.8 says.
func TestApply(t *testing.T) {
	p := resource.MustParse
	as, role := dynamic("role", "principal"), static("role")
	v := func(mib float64, edits ...edit) mesos.Resource {
		return disk(mib, append([]edit{role, volume("1", "path")}, edits...)...)
	}
	from := disk(300, dynamic("role", "p"))
	refined := disk(300, dynamic("role", "p"), dynamic("role/sub", "p"))
	refinedFromOld := reserveOp(refined)
	refinedFromOld.Reserve.Source = set(from)
	for _, c := range []struct {
		name string
		s    resource.Set
		op   *mesos.Offer_Operation
		want resource.Set
	}{
		{"row 57: RESERVE", p("cpus:1;mem:512"), reserveOp(cpus(1, as)), p("mem:512").Plus(set(cpus(1, as)))},
		{"row 57: RESERVE a part", p("cpus:2;mem:512"), reserveOp(cpus(0.5, as)), p("cpus:1.5;mem:512").Plus(set(cpus(0.5, as)))},
		{"row 57: RESERVE in the older format", p("cpus:2"), reserveOp(cpus(0.5, oldRole("role"), oldPrincipal("principal"))),
			p("cpus:1.5").Plus(set(cpus(0.5, as)))},
		{"row 57: UNRESERVE", set(cpus(1, as), made(resource.Scalar("mem", 512), as)), unreserveOp(cpus(1, as)),
			p("cpus:1").Plus(set(made(resource.Scalar("mem", 512), as)))},
		{"row 57: UNRESERVE pops one", set(refined), unreserveOp(refined), set(from)},
		{"row 57: UNRESERVE twice", set(refined), unreserveOp(refined, from), set(disk(300))},
		{"row 57: RESERVE with a source", set(from), refinedFromOld, set(refined)},
		{"row 58: CREATE", p("cpus:1;disk(role):200"), createOp(v(50)), p("cpus:1;disk(role):150").Plus(set(v(50)))},
		{"row 58: CREATE on a PATH disk", set(disk(200, role, onPath("/d"))), createOp(v(50, onPath("/d"))),
			set(disk(150, role, onPath("/d")), v(50, onPath("/d")))},
		{"row 59: CREATE on a whole MOUNT disk", set(disk(200, role, onMount("mnt"))), createOp(v(200, onMount("mnt"))), set(v(200, onMount("mnt")))},
		{"row 60: CREATE a shared volume", p("disk(role):200"), createOp(v(50, shared)), p("disk(role):150").Plus(set(v(50, shared)))},
		{"DESTROY", p("disk(role):150").Plus(set(v(50))), destroyOp(v(50)), p("disk(role):200")},
		{"DESTROY by another container path", set(v(50)), destroyOp(disk(50, role, volume("1", "other"))), p("disk(role):50")},
		{"DESTROY on a MOUNT disk", set(v(50, onMount("m"))), destroyOp(v(50, onMount("m"))), set(disk(50, role, onMount("m")))},
		{"row 60: DESTROY the only copy", set(v(50, shared)), destroyOp(v(50, shared)), p("disk(role):50")},
		{"GROW_VOLUME", p("disk(role):150").Plus(set(v(50))), growOp(v(50), disk(30, role)), p("disk(role):120").Plus(set(v(80)))},
		{"SHRINK_VOLUME", p("disk(role):150").Plus(set(v(50))), shrinkOp(v(50), 20.5), p("disk(role):170.5").Plus(set(v(29.5)))},
		{"SHRINK_VOLUME on a PATH disk", set(v(50, onPath("/d"))), shrinkOp(v(50, onPath("/d")), 20),
			set(disk(20, role, onPath("/d")), v(30, onPath("/d")))},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := c.s.String()
			got, err := c.s.Apply(c.op)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, got, c.want)
			if c.s.String() != before {
				t.Errorf("%s became %s", before, c.s)
			}
		})
	}
}

// Rows 57 to 60 of semantics 10.2: what is refused, and in which words.
func TestApplyRefuses(t *testing.T) {
	p := resource.MustParse
	as, role := dynamic("role", "principal"), static("role")
	v := func(mib float64, edits ...edit) mesos.Resource {
		return disk(mib, append([]edit{role, volume("1", "path")}, edits...)...)
	}
	typed := func(kind mesos.Offer_Operation_Type) *mesos.Offer_Operation {
		return &mesos.Offer_Operation{Type: kind.Enum()}
	}
	launch := typed(mesos.Offer_Operation_LAUNCH)
	launch.Launch = &mesos.Offer_Operation_Launch{}
	group := typed(mesos.Offer_Operation_LAUNCH_GROUP)
	group.LaunchGroup = &mesos.Offer_Operation_LaunchGroup{}
	createDisk, destroyDisk := typed(mesos.Offer_Operation_CREATE_DISK), typed(mesos.Offer_Operation_DESTROY_DISK)
	createDisk.CreateDisk = &mesos.Offer_Operation_CreateDisk{Source: disk(1)}
	destroyDisk.DestroyDisk = &mesos.Offer_Operation_DestroyDisk{Source: disk(1)}
	changed := reserveOp(cpus(2, as))
	changed.Reserve.Source = set(cpus(1))
	for _, c := range []struct {
		name string
		s    resource.Set
		op   *mesos.Offer_Operation
		want string
		is   error
	}{
		{"row 57: RESERVE too much", p("cpus:1;mem:512"), reserveOp(cpus(2, as)), "cpus:1; mem:512 does not contain cpus:2", nil},
		{"row 57: UNRESERVE too much", set(cpus(1, as)), unreserveOp(cpus(2, as)),
			"cpus(reservations: [(DYNAMIC,role,principal)]):1 does not contain cpus(reservations: [(DYNAMIC,role,principal)]):2", nil},
		{"row 58: CREATE too much", p("disk(role):1000"), createOp(v(2000)),
			"disk(reservations: [(STATIC,role)]):1000 does not contain disk(reservations: [(STATIC,role)]):2000", nil},
		{"row 58: CREATE twice", p("disk(role):1000"), createOp(v(600), v(600)),
			"disk(reservations: [(STATIC,role)]):400; disk(reservations: [(STATIC,role)])[1:path]:600 does not contain" +
				" disk(reservations: [(STATIC,role)]):600", nil},
		{"row 59: CREATE on a part of a MOUNT disk", set(disk(200, role, onMount("mnt"))), createOp(v(50, onMount("mnt"))),
			"disk(reservations: [(STATIC,role)])[MOUNT:mnt]:200 does not contain disk(reservations: [(STATIC,role)])[MOUNT:mnt]:50", nil},
		{"row 60: DESTROY with two copies", set(v(200, shared), v(200, shared)), destroyOp(v(200, shared)),
			"Persistent volume disk(reservations: [(STATIC,role)])[1:path]<SHARED>:200 cannot be removed due to additional shared copies", nil},
		{"DESTROY what isn't there", p("disk(role):5"), destroyOp(v(200)),
			"disk(reservations: [(STATIC,role)]):5 does not contain disk(reservations: [(STATIC,role)])[1:path]:200", nil},
		{"GROW_VOLUME without room", set(v(50), disk(10, role)), growOp(v(50), disk(30, role)),
			"disk(reservations: [(STATIC,role)])[1:path]:50; disk(reservations: [(STATIC,role)]):10 does not contain" +
				" disk(reservations: [(STATIC,role)])[1:path]:50; disk(reservations: [(STATIC,role)]):30", nil},
		{"SHRINK_VOLUME by more than it has", set(v(50)), shrinkOp(v(50), 60), "", resource.ErrNotConserved},
		{"SHRINK_VOLUME by a negative size", set(v(50)), shrinkOp(v(50), -1), "", resource.ErrNotConserved},
		{"GROW_VOLUME of a provider", set(v(50, provided("x"))), growOp(v(50, provided("x")), disk(1)),
			"Operation not supported for resource provider", resource.ErrProvider},
		{"SHRINK_VOLUME of a provider", set(v(50, provided("x"))), shrinkOp(v(50, provided("x")), 1),
			"Operation not supported for resource provider", resource.ErrProvider},
		{"LAUNCH", nil, launch, "Operation not supported", resource.ErrNotSupported},
		{"LAUNCH_GROUP", nil, group, "Operation not supported", resource.ErrNotSupported},
		{"CREATE_DISK", nil, createDisk, "Operation not supported", resource.ErrNotSupported},
		{"DESTROY_DISK", nil, destroyDisk, "Operation not supported", resource.ErrNotSupported},
		{"no type", nil, &mesos.Offer_Operation{}, "Unknown operation", resource.ErrUnknown},
		{"unknown type", nil, typed(99), "Unknown operation", resource.ErrUnknown},
		{"no member", nil, typed(mesos.Offer_Operation_CREATE),
			"A CREATE offer operation must have the Offer.Operation.create field set.", resource.ErrInvalid},
		{"invalid resources", nil, createOp(disk(-5, volume("v1", "data"))),
			"Resource 'disk[v1:data]:-5' is invalid: Invalid scalar resource: value <= 0", resource.ErrInvalid},
		{"RESERVE of what isn't reserved", p("cpus:1"), reserveOp(cpus(1)), "", resource.ErrNotReserved},
		{"UNRESERVE of what isn't reserved", p("cpus:1"), unreserveOp(cpus(1)), "", resource.ErrNotReserved},
		{"RESERVE that makes more", p("cpus:1"), changed, "", resource.ErrNotConserved},
		{"more than anyone means", p("disk(role):1e9"), createOp(slices.Repeat(set(v(1)), 10_001)...), "", resource.ErrTooMany},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.s.Apply(c.op)
			if err == nil {
				t.Fatalf("applied: %s", got)
			}
			if c.want != "" && err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v isn't %v", err, c.is)
			}
			var missing *resource.NotContainedError
			if strings.Contains(c.want, "does not contain") != errors.As(err, &missing) {
				t.Errorf("%T", err)
			}
		})
	}
}

func TestValidateOperation(t *testing.T) {
	bad := cpus(-1)
	task := mesos.TaskInfo{Resources: set(bad)}
	inExecutor := mesos.TaskInfo{Resources: set(cpus(1)), Executor: &mesos.ExecutorInfo{Resources: set(bad)}}
	invalid := "Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0"
	alone := "Invalid scalar resource: value <= 0"
	for i, c := range []struct {
		op   mesos.Offer_Operation
		want string
	}{
		{*reserveOp(cpus(1), bad), invalid},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Source: set(bad)}}, invalid},
		{*unreserveOp(bad), invalid},
		{*createOp(bad), invalid},
		{*destroyOp(bad), invalid},
		{*growOp(bad, cpus(1)), alone},
		{*growOp(cpus(1), bad), alone},
		{*shrinkOp(bad, 1), alone},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE_DISK.Enum(), CreateDisk: &mesos.Offer_Operation_CreateDisk{Source: bad}}, alone},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY_DISK.Enum(), DestroyDisk: &mesos.Offer_Operation_DestroyDisk{Source: bad}}, alone},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{task}}}, invalid},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{inExecutor}}}, invalid},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum(), LaunchGroup: &mesos.Offer_Operation_LaunchGroup{
			Executor: mesos.ExecutorInfo{Resources: set(bad)}}}, invalid},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum(), LaunchGroup: &mesos.Offer_Operation_LaunchGroup{
			TaskGroup: mesos.TaskGroupInfo{Tasks: []mesos.TaskInfo{task}}}}, invalid},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum()}, "A RESERVE offer operation must have the Offer.Operation.reserve field set."},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_UNRESERVE.Enum()}, "An UNRESERVE offer operation must have the Offer.Operation.unreserve field set."},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum()}, "A CREATE offer operation must have the Offer.Operation.create field set."},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum()}, "A DESTROY offer operation must have the Offer.Operation.destroy field set."},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_GROW_VOLUME.Enum()}, "A GROW_VOLUME operation must have the Offer.Operation.grow_volume field set"},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_SHRINK_VOLUME.Enum()}, "A SHRINK_VOLUME offer operation must have the Offer.Operation.shrink_volume field set"},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE_DISK.Enum()}, "A CREATE_DISK offer operation must have the Offer.Operation.create_disk field set."},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY_DISK.Enum()}, "A DESTROY_DISK offer operation must have the Offer.Operation.destroy_disk field set."},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum()}, "A LAUNCH offer operation must have the Offer.Operation.launch field set."},
		{mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum()}, "A LAUNCH_GROUP offer operation must have the Offer.Operation.launch_group field set."},
	} {
		if err := resource.ValidateOperation(&c.op); err == nil || err.Error() != c.want || !errors.Is(err, resource.ErrInvalid) {
			t.Errorf("case %d: got %v, want %s", i, err, c.want)
		}
	}
	if err := resource.ValidateOperation(reserveOp(cpus(0), cpus(1, oldRole("a")))); err != nil {
		t.Errorf("empty and older resources: %v", err)
	}
}

// Every resource of an operation is upgraded, and nothing that others may hold is written to.
func TestUpgradeOperation(t *testing.T) {
	old := func() mesos.Resource { return cpus(1, oldRole("a"), oldPrincipal("p")) }
	list := set(old())
	tasks := []mesos.TaskInfo{{Resources: list, Executor: &mesos.ExecutorInfo{Resources: list}}}
	ops := []*mesos.Offer_Operation{
		{Reserve: &mesos.Offer_Operation_Reserve{Resources: list, Source: list}},
		unreserveOp(list...), createOp(list...), destroyOp(list...), growOp(old(), old()), shrinkOp(old(), 1),
		{CreateDisk: &mesos.Offer_Operation_CreateDisk{Source: old()}},
		{DestroyDisk: &mesos.Offer_Operation_DestroyDisk{Source: old()}},
		{Launch: &mesos.Offer_Operation_Launch{TaskInfos: tasks}},
		{LaunchGroup: &mesos.Offer_Operation_LaunchGroup{
			Executor: mesos.ExecutorInfo{Resources: list}, TaskGroup: mesos.TaskGroupInfo{Tasks: tasks}}},
	}
	for i, op := range ops {
		resource.UpgradeOperation(op)
		wire, err := op.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		want := resource.Set{old()}.Upgrade()[0]
		part, err := want.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		before := old()
		oldPart, err := before.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(wire), string(part)) || strings.Contains(string(wire), string(oldPart)) {
			t.Errorf("case %d: %v", i, op)
		}
	}
	if *list[0].Role != "a" || list[0].Reservation == nil || len(list[0].Reservations) != 0 {
		t.Errorf("the list became %v", list)
	}
}
