package ops_test

import (
	"math"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Rows 66 to 85 of semantics 10.3, as far as a framework sees them before it sends.
func TestReserve(t *testing.T) {
	nowhere := onDisk(mesos.Resource_DiskInfo_Source_BLOCK, "", 70)
	free := offered("db", together(parsed("cpus:4;mem:100;ports:[31000-31010];x:{a,b};mem(db):20"), []mesos.Resource{
		mount("/m", 500), pathDisk("/p", 300), nowhere, revocable(resource.Scalar("cpus", 2))})...)
	as := func(change func(*resource.Reservation)) resource.Reservation {
		r := mine
		change(&r)
		return r
	}
	const first = "reserve.resources[0]"
	for _, row := range []struct {
		name  string
		r     resource.Reservation
		s     resource.Set
		rule  error // nil: sent
		field string
	}{
		{"66: the offer's own role", mine, resource.MustParse("cpus:1;mem:100"), nil, ""},
		{"66, 84: another role", as(func(r *resource.Reservation) { r.Role = "web" }), resource.MustParse("cpus:1"), ops.ErrRole, first + ".reservations.role"},
		{"67: the role *", as(func(r *resource.Reservation) { r.Role = "*" }), resource.MustParse("cpus:1"), ops.ErrRole, first + ".reservations"},
		{"no role", as(func(r *resource.Reservation) { r.Role = "" }), resource.MustParse("cpus:1"), ops.ErrRole, first + ".reservations"},
		{"an impossible role", as(func(r *resource.Reservation) { r.Role = "a//b" }), resource.MustParse("cpus:1"), ops.ErrRole, first + ".reservations"},
		{"68: another principal", as(func(r *resource.Reservation) { r.Principal = "someone" }), resource.MustParse("cpus:1"), ops.ErrPrincipal, first + ".reservations.principal"},
		{"68: no principal", as(func(r *resource.Reservation) { r.Principal = "" }), resource.MustParse("cpus:1"), ops.ErrPrincipal, first + ".reservations.principal"},
		{"69: static", resource.Reservation{Role: "db", Static: true}, resource.MustParse("cpus:1"), ops.ErrNotDynamic, "reserve"},
		{"82: more than offered", mine, resource.MustParse("mem:50;cpus:4.001"), ops.ErrNotContained, "reserve.resources[1]"},
		{"what isn't there", mine, resource.MustParse("gold:1"), ops.ErrNotContained, first},
		{"reserved by the agent's configuration", mine, resource.MustParse("mem:101"), ops.ErrNotContained, first},
		{"together more than offered", mine, resource.Set{resource.Scalar("cpus", 3), resource.Scalar("mem", 1), resource.Scalar("cpus", 2)}, ops.ErrNotContained, "reserve.resources[2]"},
		{"zero", mine, resource.Set{resource.Scalar("cpus", 1), resource.Scalar("mem", 0)}, ops.ErrZero, "reserve.resources[1].scalar.value"},
		{"negative zero", mine, resource.Set{resource.Scalar("cpus", math.Copysign(0, -1))}, ops.ErrZero, first + ".scalar.value"},
		{"below a thousandth", mine, resource.Set{resource.Scalar("cpus", 0.0004)}, ops.ErrZero, first + ".scalar.value"},
		{"half a thousandth", mine, resource.Set{resource.Scalar("cpus", 0.0005)}, nil, ""},
		{"negative", mine, resource.Set{resource.Scalar("cpus", -1)}, ops.ErrZero, first + ".scalar.value"},
		{"infinite", mine, resource.Set{resource.Scalar("cpus", math.Inf(1))}, ops.ErrNumber, first + ".scalar.value"},
		{"not a number", mine, resource.Set{resource.Scalar("cpus", math.NaN())}, ops.ErrNumber, first + ".scalar.value"},
		{"no ports", mine, resource.Set{resource.Ranges("ports")}, ops.ErrZero, first + ".ranges"},
		{"ports", mine, resource.MustParse("ports:[31001-31002,31005-31005]"), nil, ""},
		{"ports upside down", mine, resource.Set{resource.Ranges("ports", mesos.Value_Range{Begin: 2, End: 1})}, ops.ErrResource, first},
		{"other ports", mine, resource.MustParse("ports:[31010-31011]"), ops.ErrNotContained, first},
		{"items", mine, resource.MustParse("x:{b}"), nil, ""},
		{"text", mine, resource.Set{{Name: "cpus", Type: mesos.TEXT}}, ops.ErrResource, first + ".type"},
		{"part of gpus", mine, resource.MustParse("gpus:0.5"), ops.ErrResource, "reserve.resources"},
		{"78: revocable", mine, resource.Set{revocable(resource.Scalar("cpus", 1))}, ops.ErrRevocable, first + ".revocable"},
		{"a MOUNT disk", mine, resource.Set{mount("/m", 500)}, nil, ""},
		{"part of a MOUNT disk", mine, resource.Set{mount("/m", 100)}, ops.ErrMountWhole, first},
		{"a MOUNT disk twice", mine, resource.Set{mount("/m", 500), mount("/m", 500)}, ops.ErrMountWhole, "reserve.resources[1].disk.source"},
		{"a MOUNT disk without a root twice", mine, resource.Set{nowhere, nowhere}, ops.ErrMountWhole, "reserve.resources[1]"},
		{"another MOUNT disk", mine, resource.Set{mount("/n", 500)}, ops.ErrNotContained, first},
		{"part of a PATH disk", mine, resource.Set{pathDisk("/p", 100)}, nil, ""},
		{"nothing", mine, nil, ops.ErrNothing, "reserve.resources"},
		{"75: of two providers", mine, resource.Set{provided(resource.Scalar("disk", 1), "p"), provided(resource.Scalar("disk", 1), "q")}, ops.ErrProvider, "reserve.resources[1].provider_id"},
		{"75: of a provider and the agent", mine, resource.Set{provided(resource.Scalar("disk", 1), "p"), resource.Scalar("cpus", 1)}, ops.ErrProvider, "reserve.resources[1].provider_id"},
		{"a volume anew", mine, resource.Set{volume(resource.Reservation{Role: "d"}, "v", 5)}, ops.ErrRole, first + ".reservations"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(free).As("moor").Reserve(row.r, row.s)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
			reserved := row.s.Clone()
			for i := range reserved {
				reserved[i] = resource.Push(reserved[i], row.r.Info())
			}
			if !c.Left().Contains(reserved.Allocate("db")) {
				t.Errorf("left %v, want %v in it", c.Left(), reserved)
			}
			// 79: what was reserved can be unreserved, and all is as before.
			if back := ops.On(free).As("moor").Reserve(row.r, row.s).Unreserve(reserved); !back.Left().Equal(ops.On(free).Left()) || back.Err() != nil {
				t.Errorf("after UNRESERVE %v: %v", back.Left(), back.Err())
			}
		})
	}
}

// 68, 92: a framework without a principal may reserve with any, or none.
func TestReserveWithoutPrincipal(t *testing.T) {
	offer := offered("db", parsed("cpus:4")...)
	sent(t, ops.On(offer).Reserve(mine, resource.MustParse("cpus:1")).Reserve(resource.Reservation{Role: "db"}, resource.MustParse("cpus:1")))
}

// Refined reservations: a child role on top of its parent's (semantics 2.5, 3.4, 3.5).
func TestRefine(t *testing.T) {
	parent := resource.Reservation{Role: "eng", Static: true}
	child := resource.Reservation{Role: "eng/db", Principal: "moor"}
	offer := offered("eng/db", together(reservedAs(parent, "cpus:4;disk:100"), parsed("mem:64"))...)
	c := ops.On(offer).Reserve(child, reservedAs(parent, "cpus:1;disk:50"))
	operations := sent(t, c)
	if stack := operations[0].Reserve.Resources[0].Reservations; len(stack) != 2 || stack[0].GetRole() != "eng" || stack[1].GetRole() != "eng/db" {
		t.Fatalf("stack %v", stack)
	}
	c.Create(child, resource.Volume{ID: "v", Path: "data", MiB: 50})
	v := sent(t, c)[1].Create.Volumes[0]
	if len(v.Reservations) != 2 {
		t.Errorf("volume %v", v)
	}
	// What is refined goes back to the parent.
	c.Destroy(v).Unreserve(reservedRefined(parent, child, "cpus:1;disk:50"))
	sent(t, c)
	if !c.Left().Equal(ops.On(offer).Left()) {
		t.Errorf("left %v", c.Left())
	}

	refused(t, ops.On(offer).Reserve(resource.Reservation{Role: "eng"}, reservedAs(parent, "cpus:1")), ops.ErrRole, 1, "reserve.resources[0].reservations")
	refused(t, ops.On(offer).Reserve(resource.Reservation{Role: "sales/db"}, reservedAs(parent, "cpus:1")), ops.ErrRole, 1, "reserve.resources[0].reservations")
	refused(t, ops.On(offer).Reserve(resource.Reservation{Role: "eng/db/x"}, reservedAs(parent, "cpus:1")), ops.ErrRole, 1, "reserve.resources[0].reservations.role")
	refused(t, ops.On(offer).Reserve(child, resource.MustParse("cpus:1")), ops.ErrNotContained, 1, "reserve.resources[0]")
	refused(t, ops.On(offer).Unreserve(reservedAs(parent, "cpus:1")), ops.ErrNotDynamic, 1, "unreserve.resources[0].reservations")
}

func reservedRefined(parent, child resource.Reservation, text string) []mesos.Resource {
	s := reservedAs(parent, text)
	for i := range s {
		s[i] = resource.Push(s[i], child.Info())
	}
	return s
}

// The role of a reservation is part of the path of a volume's data, so refining a volume would lose it.
func TestVolumesAreNotReservedAnew(t *testing.T) {
	parent := resource.Reservation{Role: "eng", Principal: "moor"}
	v := volume(parent, "v", 50)
	refused(t, ops.On(offered("eng/db", v)).Reserve(resource.Reservation{Role: "eng/db", Principal: "moor"}, resource.Set{v}),
		ops.ErrVolume, 1, "reserve.resources[0].disk.persistence")
}

// Re-reservation is for operators (semantics 3.3).
func TestReserveWithSource(t *testing.T) {
	op := mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{
		Source: parsed("cpus:1"), Resources: reservedAs(mine, "cpus:1")}}
	refused(t, ops.On(offered("db", parsed("cpus:1")...)).Do(op), ops.ErrOperation, 1, "reserve.source")
}

func TestUnreserve(t *testing.T) {
	other := resource.Reservation{Role: "db", Principal: "moor", Labels: map[string]string{"instance": "node-1"}}
	v := volume(mine, "v", 50)
	offer := offered("db", together(reservedAs(mine, "cpus:2;disk:100"), reservedAs(other, "cpus:1"), parsed("cpus:1;mem(db):64"), []mesos.Resource{v})...)
	static := resource.Reservation{Role: "db", Static: true}
	for _, row := range []struct {
		name  string
		s     resource.Set
		rule  error
		field string
	}{
		{"76: no matter whose principal", reservedAs(mine, "cpus:2"), nil, ""},
		{"part", reservedAs(mine, "disk:0.001"), nil, ""},
		{"two at once", together(reservedAs(mine, "cpus:2"), reservedAs(other, "cpus:1")), nil, ""},
		{"77: static", reservedAs(static, "mem:64"), ops.ErrNotDynamic, "unreserve.resources[0].reservations"},
		{"77: not reserved", resource.MustParse("cpus:1"), ops.ErrNotDynamic, "unreserve.resources[0].reservations"},
		{"77: a volume", resource.Set{v}, ops.ErrVolume, "unreserve.resources[0].disk.persistence"},
		{"85: of another role", reservedAs(resource.Reservation{Role: "web"}, "cpus:1"), ops.ErrNotContained, "unreserve.resources[0]"},
		{"too much", reservedAs(other, "cpus:2"), ops.ErrNotContained, "unreserve.resources[0]"},
		{"with other labels", reservedAs(resource.Reservation{Role: "db", Principal: "moor"}, "cpus:1"), ops.ErrNotContained, "unreserve.resources[0]"},
		{"zero", resource.Set{reserve(mine, resource.Scalar("cpus", 0))}, ops.ErrZero, "unreserve.resources[0].scalar.value"},
		{"nothing", nil, ops.ErrNothing, "unreserve.resources"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).As("someone else").Unreserve(row.s)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
			if !c.Left().Contains(row.s.ToUnreserved().Allocate("db")) {
				t.Errorf("left %v", c.Left())
			}
		})
	}
	// What is unreserved can be used at once (semantics 3.14).
	sent(t, ops.On(offer).Unreserve(reservedAs(mine, "cpus:2")).Launch(task("t", parsed("cpus:3")...)))
}
