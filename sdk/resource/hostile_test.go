package resource_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// These take seconds at most if time grows with the size of the input, and hours if with its square.

func TestManyRanges(t *testing.T) {
	const n = 300_000
	even, odd, backwards := make([]mesos.Value_Range, n), make([]mesos.Value_Range, n), make([]mesos.Value_Range, n)
	for i := range uint64(n) {
		even[i], odd[i] = span(4*i, 4*i), span(4*i+2, 4*i+2)
		backwards[n-1-i] = even[i]
	}
	a, b, c := set(ports(even...)), set(ports(odd...)), set(ports(backwards...))
	wantEqual(t, a, c)
	wantContains(t, a, c, true)
	wantContains(t, a, b, false)
	both := a.Plus(b)
	if got := len(both[0].Ranges.Range); got != 2*n {
		t.Errorf("the sum has %d ranges", got)
	}
	wantEqual(t, minus(both, b), c)
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	c[0].Ranges.Range[n/2].End += 9
	if err := c.Validate(); err == nil {
		t.Error("an overlap went unnoticed")
	}
	all := set(ports(span(0, math.MaxUint64)))
	holes := minus(all, a)
	if got := len(holes[0].Ranges.Range); got != n {
		t.Errorf("%d ranges left", got)
	}
	wantEqual(t, holes.Plus(a), all)
}

func TestManyEntries(t *testing.T) {
	const n = 10_000
	var s, one, volumes resource.Set
	for i := range n {
		name := strconv.Itoa(i)
		s = append(s, resource.Scalar("x"+name, 2))
		one = append(one, ports(span(uint64(3*i), uint64(3*i))), resource.Items("x", name))
		volumes = append(volumes, disk(1, dynamic("a", "p"), volume("v"+name, "p")), disk(1, dynamic("a", "p"), volume("same", "p"), shared))
	}
	for name, s := range map[string]resource.Set{"kinds": s, "one kind": one, "volumes": volumes} {
		t.Run(name, func(t *testing.T) {
			if !s.Contains(s) || !s.Equal(s.Plus(nil)) {
				t.Error("doesn't contain itself")
			}
			if left, contained := s.Minus(s); !contained || len(left) != 0 {
				t.Errorf("without itself: %d entries, %v", len(left), contained)
			}
			if s.Contains(s.Plus(set(cpus(1)))) {
				t.Error("contains more than itself")
			}
			if len(s.String()) < n || len(s.Quantities()) == 0 {
				t.Error("has no text or no quantities")
			}
		})
	}
	if got := volumes.Scalar("disk"); got != n+1 {
		t.Errorf("the volumes have %v", got)
	}
	after, err := resource.ApplyCheckpointed(set(disk(n+1)), volumes[:2].Plus(minus(volumes, volumes[:2]).Filter(func(r *mesos.Resource) bool {
		return r.Shared == nil
	})))
	if err != nil || len(after) != n+1 {
		t.Errorf("%d entries after a restart, %v", len(after), err)
	}
}

func TestManyLabelsAndItems(t *testing.T) {
	const n = 100_000
	var labels []mesos.Label
	var items []string
	for i := range n {
		labels = append(labels, mesos.Label{Key: strconv.Itoa(i)})
		items = append(items, strconv.Itoa(i))
	}
	with := func(l []mesos.Label) resource.Set {
		return set(cpus(1, dynamic("a", "p"), func(r *mesos.Resource) { r.Reservations[0].Labels = &mesos.Labels{Labels: l} }))
	}
	rotated := append(labels[n/2:n:n], labels[:n/2]...)
	wantEqual(t, with(labels), with(rotated))
	wantUnequal(t, with(labels), with(append(rotated[:n-1:n-1], mesos.Label{Key: "x"})))
	x, y := set(resource.Items("x", items...)), set(resource.Items("x", append(items[n/2:n:n], items[:n/2]...)...))
	wantEqual(t, x, y)
	wantContains(t, x, y, true)
	wantEqual(t, x.Plus(y), y)
	if got := minus(x, y); len(got) != 0 {
		t.Errorf("%d entries left", len(got))
	}
	if err := set(resource.Items("x", append(items, "7")...)).Validate(); err == nil {
		t.Error("a duplicate went unnoticed")
	}
}

// Half-made messages, as a buggy peer sends them.
func TestHalfMadeMessages(t *testing.T) {
	kinds := []mesos.Value_Type{mesos.SCALAR, mesos.RANGES, mesos.SET, mesos.TEXT, -1, 99}
	disks := []*mesos.Resource_DiskInfo{
		nil, {}, {Persistence: &mesos.Resource_DiskInfo_Persistence{}}, {Source: &mesos.Resource_DiskInfo_Source{}},
		{Source: &mesos.Resource_DiskInfo_Source{Type: 77, Metadata: &mesos.Labels{}}}, {Volume: &mesos.Volume{HostPath: new("")}},
		{Source: &mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_MOUNT}},
	}
	stacks := [][]mesos.Resource_ReservationInfo{nil, {{}}, {{}, {}}, {{Labels: &mesos.Labels{}}}}
	var all resource.Set
	for _, kind := range kinds {
		for _, d := range disks {
			for _, stack := range stacks {
				for bits := range 16 {
					r := mesos.Resource{Name: "disk", Type: kind, Disk: d, Reservations: stack}
					if bits&1 != 0 {
						r.Scalar, r.AllocationInfo = &mesos.Value_Scalar{Value: math.NaN()}, &mesos.Resource_AllocationInfo{}
					}
					if bits&2 != 0 {
						r.Ranges, r.Shared = &mesos.Value_Ranges{Range: []mesos.Value_Range{{Begin: 9}}}, &mesos.Resource_SharedInfo{}
					}
					if bits&4 != 0 {
						r.Set, r.Role = &mesos.Value_Set{Item: []string{"", ""}}, new("")
					}
					if bits&8 != 0 {
						r.Reservation, r.Name = &mesos.Resource_ReservationInfo{}, ""
					}
					all = append(all, r)
				}
			}
		}
	}
	task := resource.MustParse("disk:1;ports:[1-2];x:{a}")
	for i := range all {
		s := all[i : i+1 : i+1]
		_ = s.Validate()
		_, _ = s.Minus(task)
		_, _ = task.Minus(s)
		_, _ = s.Minus(s)
		_, _ = s.Downgrade()
		_, _, _, _ = s.String(), s.Quantities(), s.Endpoint(), s.ToUnreserved()
		_, _ = s.Contains(task), task.ContainsOne(&s[0])
		_, _ = resource.DiskOf(&s[0]), resource.CommonReservations(&s[0], &s[0])
		_, _ = resource.Push(s[0], mesos.Resource_ReservationInfo{}), resource.Pop(s[0])
		_, _ = resource.Unvolume(s[0]), resource.Volume{}.On(s[0], "")
		_, _ = resource.ApplyCheckpointed(s, s)
		for _, op := range []*mesos.Offer_Operation{
			reserveOp(s...), unreserveOp(s...), createOp(s...), destroyOp(s...), growOp(s[0], s[0]), shrinkOp(s[0], math.NaN()),
		} {
			if _, err := task.Apply(op); err == nil && !resource.IsEmpty(&s[0]) {
				t.Errorf("%s was applied", s)
			}
			resource.UpgradeOperation(op)
		}
		if got := task.Plus(s); len(got) < len(task) {
			t.Errorf("with %s: %s", s, got)
		}
	}
	_, _ = all.Minus(all)
	_ = all.Contains(all)
	_ = all.String()
	if got := all.Plus(task); !got.Contains(task) {
		t.Errorf("%s", got)
	}
}
