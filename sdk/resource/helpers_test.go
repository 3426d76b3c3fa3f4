package resource_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// An edit changes a resource under construction.
type edit func(*mesos.Resource)

func made(r mesos.Resource, edits ...edit) mesos.Resource {
	for _, e := range edits {
		e(&r)
	}
	return r
}

func cpus(v float64, edits ...edit) mesos.Resource { return made(resource.Scalar("cpus", v), edits...) }

func disk(v float64, edits ...edit) mesos.Resource { return made(resource.Scalar("disk", v), edits...) }

func ports(r ...mesos.Value_Range) mesos.Resource { return resource.Ranges("ports", r...) }

func span(begin, end uint64) mesos.Value_Range { return mesos.Value_Range{Begin: begin, End: end} }

func static(role string) edit {
	return reserved(resource.Reservation{Role: role, Static: true})
}

// dynamic takes role, principal, and keys and values of labels.
func dynamic(role, principal string, labels ...string) edit {
	r := resource.Reservation{Role: role, Principal: principal, Labels: map[string]string{}}
	for i := 0; i < len(labels); i += 2 {
		r.Labels[labels[i]] = labels[i+1]
	}
	return reserved(r)
}

func reserved(r resource.Reservation) edit {
	return func(res *mesos.Resource) { res.Reservations = append(res.Reservations, r.Info()) }
}

func diskInfo(r *mesos.Resource) *mesos.Resource_DiskInfo {
	if r.Disk == nil {
		r.Disk = &mesos.Resource_DiskInfo{}
	}
	return r.Disk
}

func volume(id, path string) edit {
	return func(r *mesos.Resource) {
		diskInfo(r).Persistence = &mesos.Resource_DiskInfo_Persistence{ID: id}
		r.Disk.Volume = &mesos.Volume{ContainerPath: path, Mode: mesos.RW.Enum()}
	}
}

// mapped sets mount details without persistence.
func mapped(path string) edit {
	return func(r *mesos.Resource) {
		diskInfo(r).Volume = &mesos.Volume{ContainerPath: path, Mode: mesos.RW.Enum()}
	}
}

func source(s mesos.Resource_DiskInfo_Source) edit {
	return func(r *mesos.Resource) { diskInfo(r).Source = new(s) }
}

func onPath(root string) edit {
	return func(r *mesos.Resource) {
		diskInfo(r).Source = &mesos.Resource_DiskInfo_Source{
			Type: mesos.Resource_DiskInfo_Source_PATH, Path: &mesos.Resource_DiskInfo_Source_Path{Root: new(root)},
		}
	}
}

func onMount(root string) edit {
	return func(r *mesos.Resource) {
		diskInfo(r).Source = &mesos.Resource_DiskInfo_Source{
			Type: mesos.Resource_DiskInfo_Source_MOUNT, Mount: &mesos.Resource_DiskInfo_Source_Mount{Root: new(root)},
		}
	}
}

func shared(r *mesos.Resource) { r.Shared = &mesos.Resource_SharedInfo{} }

func revocable(r *mesos.Resource) { r.Revocable = &mesos.Resource_RevocableInfo{} }

func allocated(role string) edit {
	return func(r *mesos.Resource) { r.AllocationInfo = &mesos.Resource_AllocationInfo{Role: new(role)} }
}

func provided(id string) edit {
	return func(r *mesos.Resource) { r.ProviderID = &mesos.ResourceProviderID{Value: id} }
}

func set(r ...mesos.Resource) resource.Set { return r }

// sum merges sets, as Mesos does when it makes its own out of a list.
func sum(sets ...resource.Set) resource.Set {
	var total resource.Set
	for _, s := range sets {
		total = total.Plus(s)
	}
	return total
}

// minus is Minus for when containment doesn't matter.
func minus(s, o resource.Set) resource.Set {
	left, _ := s.Minus(o)
	return left
}

func wantEqual(t *testing.T, got, want resource.Set) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func wantUnequal(t *testing.T, a, b resource.Set) {
	t.Helper()
	if a.Equal(b) {
		t.Errorf("%s equals %s", a, b)
	}
}

func wantContains(t *testing.T, s, o resource.Set, want bool) {
	t.Helper()
	if got := s.Contains(o); got != want {
		t.Errorf("%s contains %s: %v", s, o, got)
	}
	if _, got := s.Minus(o); got != want {
		t.Errorf("%s - %s says contained: %v", s, o, got)
	}
}
