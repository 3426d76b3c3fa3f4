package allocator

import (
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Quota as one run sees it (semantics 5.2, 5.9).
func TestRunWithQuota(t *testing.T) {
	amounts := func(text string) Amounts { return AmountsOf(resource.MustParse(text)) }
	for _, tt := range []struct {
		name   string
		quotas map[string]Quota
		total  resource.Set
		want   []string
	}{
		{"no quota", nil, resource.MustParse("cpus:4;mem:100"), []string{"f r a cpus:4; mem:100"}},
		{"limit", map[string]Quota{"r": {Limits: amounts("cpus:1")}}, resource.MustParse("cpus:4;mem:100"), []string{"f r a cpus:1; mem:100", "g s a cpus:3"}},
		{"limit of nothing", map[string]Quota{"r": {Limits: Amounts{"cpus": 0, "mem": 0}}}, resource.MustParse("cpus:4;mem:100"), []string{"g s a cpus:4; mem:100"}},
		{"guarantee of another", map[string]Quota{"z": {Guarantees: amounts("cpus:3")}}, resource.MustParse("cpus:4;mem:100"), []string{"f r a cpus:1; mem:100"}},
		{"own guarantee first", map[string]Quota{"s": {Guarantees: amounts("cpus:3"), Limits: amounts("cpus:3;mem:0.001")}}, resource.MustParse("cpus:4;mem:100"), []string{"g s a cpus:3; mem:0.001", "f r a cpus:1; mem:99.999"}},
		{"ports aren't capped", map[string]Quota{"r": {Limits: Amounts{"cpus": 1000}}}, resource.MustParse("cpus:4;ports:[1-2]"), []string{"f r a ports:[1-2]; cpus:1", "g s a cpus:3"}},
		{"a whole disk isn't cut", map[string]Quota{"r": {Limits: amounts("cpus:1;disk:5")}}, resource.Set{mount(10), resource.Scalar("cpus", 2)}, []string{"f r a cpus:1", "g s a disk[MOUNT:/m]:10; cpus:1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAllocator(t)
			for role, q := range tt.quotas {
				a.SetQuota(role, q)
			}
			a.join("f", capable("r"))
			a.join("g", capable("s"))
			a.AddAgent("a", anyAgent, tt.total)
			run(t, a, start, strings.Join(tt.want, "\n"))
		})
	}
}

// Reservations count as consumed, and are offered above the limit all the same.
func TestReservationsAreOfferedAboveTheLimit(t *testing.T) {
	a := newAllocator(t)
	a.SetQuota("r", Quota{Limits: AmountsOf(resource.MustParse("cpus:3"))})
	a.join("f", capable("r"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4").Plus(reservedFor("r", "cpus:2")))
	run(t, a, start, "f r a cpus(reservations: [(DYNAMIC,r)]):2; cpus:1")
}

// Roles below one with a limit aren't limited, but what they hold counts for it.
func TestRolesBelowALimit(t *testing.T) {
	a := newAllocator(t)
	a.SetQuota("r", Quota{Limits: AmountsOf(resource.MustParse("cpus:3"))})
	a.join("child", capable("r/x"))
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	run(t, a, start, "child r/x a cpus:4")
	a.join("f", capable("r"))
	a.AddAgent("b", anyAgent, resource.MustParse("cpus:4;mem:64"))
	offers, _ := a.Run(start)
	for _, o := range offers {
		if o.Role == "r" && o.Resources.Scalar("cpus") > 0 {
			t.Errorf("offered %s", o.Resources)
		}
	}
}

func mount(mib float64) mesos.Resource {
	r := resource.Scalar("disk", mib)
	r.Disk = &mesos.Resource_DiskInfo{Source: &mesos.Resource_DiskInfo_Source{
		Type: mesos.Resource_DiskInfo_Source_MOUNT, Mount: &mesos.Resource_DiskInfo_Source_Mount{Root: new("/m")},
	}}
	return r
}
