package validate

import (
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// says checks an error's text; empty: there must be none.
func says(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// begins checks how an error's text begins.
func begins(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %q...", err, want)
	}
}

const printedDisk = "disk(allocated: r)(reservations: [(DYNAMIC,r,p)])"

// disk is reserved disk of role r and principal p, allocated to r.
func reservedDisk(mib float64, change ...func(*mesos.Resource)) mesos.Resource {
	r := resource.Push(resource.Scalar("disk", mib), resource.Reservation{Role: "r", Principal: "p"}.Info())
	r.AllocationInfo = &mesos.Resource_AllocationInfo{Role: new("r")}
	for _, do := range change {
		do(&r)
	}
	return r
}

// volume is a volume on such disk.
func volume(id string, mib float64, change ...func(*mesos.Resource)) mesos.Resource {
	r := reservedDisk(mib)
	r.Disk = &mesos.Resource_DiskInfo{
		Persistence: &mesos.Resource_DiskInfo_Persistence{ID: id, Principal: new("p")},
		Volume:      &mesos.Volume{Mode: mesos.RW.Enum(), ContainerPath: "data"},
	}
	for _, do := range change {
		do(&r)
	}
	return r
}

func share(r *mesos.Resource)       { r.Shared = &mesos.Resource_SharedInfo{} }
func revoke(r *mesos.Resource)      { r.Revocable = &mesos.Resource_RevocableInfo{} }
func provide(r *mesos.Resource)     { r.ProviderID = &mesos.ResourceProviderID{Value: "one"} }
func unreserveIt(r *mesos.Resource) { r.Reservations = nil }

func allocatedTo(role *string) func(*mesos.Resource) {
	return func(r *mesos.Resource) { r.AllocationInfo = &mesos.Resource_AllocationInfo{Role: role} }
}

func unallocatedOne(r *mesos.Resource) { r.AllocationInfo = nil }

func reservedBy(stack ...mesos.Resource_ReservationInfo) func(*mesos.Resource) {
	return func(r *mesos.Resource) { r.Reservations = stack }
}

func dynamic(role string, principal *string) mesos.Resource_ReservationInfo {
	return mesos.Resource_ReservationInfo{Type: mesos.Resource_ReservationInfo_DYNAMIC.Enum(), Role: &role, Principal: principal}
}

func static(role string) mesos.Resource_ReservationInfo {
	return mesos.Resource_ReservationInfo{Type: mesos.Resource_ReservationInfo_STATIC.Enum(), Role: &role}
}

func onSource(kind mesos.Resource_DiskInfo_Source_Type) func(*mesos.Resource) {
	return func(r *mesos.Resource) {
		if r.Disk == nil {
			r.Disk = &mesos.Resource_DiskInfo{}
		}
		r.Disk.Source = &mesos.Resource_DiskInfo_Source{Type: kind}
	}
}

// able is an agent with all capabilities.
var able = AgentCapabilities{MultiRole: true, HierarchicalRole: true, ReservationRefinement: true, ResourceProvider: true, ResizeVolume: true, OperationFeedback: true, TaskResourceLimits: true}

// fromFramework asks as a framework of role r, principal p.
func fromFramework() Requester {
	return Requester{Principal: new("p"), Framework: &FrameworkContext{ID: "f", Roles: []string{"r"}}}
}

func list(s ...mesos.Resource) []mesos.Resource { return s }
