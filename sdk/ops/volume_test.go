package ops_test

import (
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func handmade(volumes ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: volumes}}
}

func changed(r mesos.Resource, change func(*mesos.Resource)) mesos.Resource {
	c := resource.Set{r}.Clone()[0]
	change(&c)
	return c
}

// reserve puts the reservation r on a disk made by hand.
func reserve(r resource.Reservation, disk mesos.Resource) mesos.Resource {
	return resource.Push(disk, r.Info())
}

// Rows 93 to 105 of semantics 10.4, for volumes made by hand.
func TestCreateByHand(t *testing.T) {
	static := resource.Reservation{Role: "db", Static: true}
	good := volume(mine, "v", 10)
	onMount := resource.Volume{ID: "m", Path: "data", MiB: 500}.On(reserve(mine, mount("/m", 500)), "moor")
	offer := offered("db", together(reservedAs(mine, "disk:100;mem:64"), parsed("disk(db):50;disk:30"),
		[]mesos.Resource{volume(mine, "there", 20), reserve(mine, mount("/m", 500))})...)
	const first = "create.volumes[0]"
	for _, row := range []struct {
		name  string
		v     []mesos.Resource
		rule  error
		field string
	}{
		{"58: a part of the disk", []mesos.Resource{good}, nil, ""},
		{"two", []mesos.Resource{good, volume(mine, "w", 90)}, nil, ""},
		{"on a static reservation", []mesos.Resource{changed(volume(static, "v", 50), func(r *mesos.Resource) { r.Disk.Persistence.Principal = new("moor") })}, nil, ""},
		{"59: a whole MOUNT disk", []mesos.Resource{onMount}, nil, ""},
		{"a part of a MOUNT disk", []mesos.Resource{changed(onMount, func(r *mesos.Resource) { r.Scalar.Value = 499 })}, ops.ErrMountWhole, first},
		{"93: on unreserved disk", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Reservations = nil })}, ops.ErrVolume, first + ".reservations"},
		{"94: id with a slash", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Persistence.ID = "a/b" })}, ops.ErrVolume, first + ".disk.persistence.id"},
		{"94: no id", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Persistence.ID = "" })}, ops.ErrVolume, first + ".disk.persistence.id"},
		{"94: dot dot", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Persistence.ID = ".." })}, ops.ErrVolume, first + ".disk.persistence.id"},
		{"a blank in the id", []mesos.Resource{volume(mine, "a b", 10)}, nil, ""},
		{"95: no volume", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Volume = nil })}, ops.ErrVolume, first + ".disk.volume"},
		{"95: host path", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Volume.HostPath = new("/x") })}, ops.ErrVolume, first + ".disk.volume.host_path"},
		{"no mode", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Volume.Mode = nil })}, ops.ErrVolume, first + ".disk.volume.mode"},
		{"96: no persistence", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Persistence = nil })}, ops.ErrVolume, first + ".disk.volume"},
		{"97: revocable", []mesos.Resource{revocable(good)}, ops.ErrRevocable, first + ".revocable"},
		{"98: shared memory", []mesos.Resource{shared(reservedAs(mine, "mem:10")[0])}, ops.ErrResource, first},
		{"98: shared disk", []mesos.Resource{shared(reservedAs(mine, "disk:10")[0])}, ops.ErrResource, first},
		{"98: shared", []mesos.Resource{shared(good)}, nil, ""},
		{"44: disk info on memory", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Name = "mem" })}, ops.ErrResource, first},
		{"99: plain disk", reservedAs(mine, "disk:10"), ops.ErrVolume, first + ".disk"},
		{"99: plain MOUNT disk", []mesos.Resource{reserve(mine, mount("/m", 500))}, ops.ErrVolume, first + ".disk.persistence"},
		{"empty disk info", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk = &mesos.Resource_DiskInfo{} })}, ops.ErrResource, first + ".disk"},
		{"100: one id twice", []mesos.Resource{good, changed(good, func(r *mesos.Resource) { r.Scalar.Value = 20 })}, ops.ErrDuplicateVolume, "create.volumes[1].disk.persistence.id"},
		{"100: two shared ones", []mesos.Resource{shared(good), shared(good)}, ops.ErrDuplicateVolume, "create.volumes[1].disk.persistence.id"},
		{"100: one that is there", []mesos.Resource{volume(mine, "there", 10)}, ops.ErrDuplicateVolume, first + ".disk.persistence.id"},
		{"101: no principal", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Persistence.Principal = nil })}, ops.ErrPrincipal, first + ".disk.persistence.principal"},
		{"101: another principal", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Persistence.Principal = new("x") })}, ops.ErrPrincipal, first + ".disk.persistence.principal"},
		{"102: read only", []mesos.Resource{changed(good, func(r *mesos.Resource) { r.Disk.Volume.Mode = mesos.RO.Enum() })}, ops.ErrVolume, first + ".disk.volume.mode"},
		{"104: too large", []mesos.Resource{volume(mine, "v", 101)}, ops.ErrNotContained, first},
		{"too large together", []mesos.Resource{volume(mine, "v", 60), volume(mine, "w", 60)}, ops.ErrNotContained, "create.volumes[1]"},
		{"with other labels", []mesos.Resource{volume(resource.Reservation{Role: "db", Principal: "moor"}, "v", 10)}, ops.ErrNotContained, first},
		{"on a BLOCK disk", []mesos.Resource{changed(good, func(r *mesos.Resource) {
			r.Disk.Source = &mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_BLOCK}
		})}, ops.ErrDisk, first + ".disk.source.type"},
		{"a path with a slash", []mesos.Resource{at(good, "a/b")}, ops.ErrContainerPath, first + ".disk.volume.container_path"},
		{"an empty path", []mesos.Resource{at(good, "")}, ops.ErrContainerPath, first + ".disk.volume.container_path"},
		{"the sandbox itself", []mesos.Resource{at(good, ".")}, ops.ErrContainerPath, first + ".disk.volume.container_path"},
		{"zero", []mesos.Resource{good, volume(mine, "w", 0)}, ops.ErrZero, "create.volumes[1].scalar.value"},
		{"of two providers", []mesos.Resource{provided(good, "p"), provided(volume(mine, "w", 1), "q")}, ops.ErrProvider, "create.volumes[1].provider_id"},
		{"none", nil, ops.ErrNothing, "create.volumes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).As("moor").Do(handmade(row.v...))
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
			if !c.Left().Contains(resource.Set(row.v).Allocate("db")) {
				t.Errorf("left %v", c.Left())
			}
		})
	}
}

// Create finds the disk by itself: the smallest that will do.
func TestCreate(t *testing.T) {
	other := resource.Reservation{Role: "db", Principal: "moor", Labels: map[string]string{"instance": "node-1"}}
	offer := offered("db", together(reservedAs(mine, "disk:100"), reservedAs(other, "disk:1000"), parsed("disk:5000"), []mesos.Resource{
		reserve(mine, pathDisk("/p1", 300)), reserve(mine, pathDisk("/p2", 200)),
		reserve(mine, mount("/m1", 900)), reserve(mine, mount("/m2", 700)), reserve(mine, mount("/m3", 800)),
	})...)
	v := func(mib float64, d resource.Disk) resource.Volume {
		return resource.Volume{ID: "v", Path: "data", MiB: mib, Disk: d}
	}
	const first = "create.volumes[0]"
	for _, row := range []struct {
		name  string
		r     resource.Reservation
		v     []resource.Volume
		want  string // volumes, without reservations
		rule  error
		field string
	}{
		{"root", mine, []resource.Volume{v(60, resource.Disk{})}, "disk[v:data]:60", nil, ""},
		{"two on root", mine, []resource.Volume{v(60, resource.Disk{}), {ID: "w", Path: "w", MiB: 40}}, "disk[v:data]:60; disk[w:w]:40", nil, ""},
		{"too much on root", mine, []resource.Volume{v(60, resource.Disk{}), {ID: "w", Path: "w", MiB: 41}}, "", ops.ErrNotContained, "create.volumes[1].scalar.value"},
		{"the smallest PATH", mine, []resource.Volume{v(100, resource.Disk{Type: resource.PathDisk})}, "disk[PATH:/p2,v:data]:100", nil, ""},
		{"a larger PATH", mine, []resource.Volume{v(250, resource.Disk{Type: resource.PathDisk})}, "disk[PATH:/p1,v:data]:250", nil, ""},
		{"by root", mine, []resource.Volume{v(100, resource.Disk{Type: resource.PathDisk, Root: "/p1"})}, "disk[PATH:/p1,v:data]:100", nil, ""},
		{"PATH too small", mine, []resource.Volume{v(301, resource.Disk{Type: resource.PathDisk})}, "", ops.ErrNotContained, first + ".scalar.value"},
		{"a whole MOUNT", mine, []resource.Volume{v(701, resource.Disk{Type: resource.MountDisk})}, "disk[MOUNT:/m3,v:data]:800", nil, ""},
		{"two MOUNT", mine, []resource.Volume{v(10, resource.Disk{Type: resource.MountDisk}), {ID: "w", Path: "w", MiB: 10, Disk: resource.Disk{Type: resource.MountDisk}}}, "disk[MOUNT:/m2,v:data]:700; disk[MOUNT:/m3,w:w]:800", nil, ""},
		{"a MOUNT that isn't there", mine, []resource.Volume{v(10, resource.Disk{Type: resource.MountDisk, Root: "/m9"})}, "", ops.ErrNotContained, first},
		{"shared", mine, []resource.Volume{{ID: "v", Path: "data", MiB: 10, Shared: true}}, "disk[v:data]<SHARED>:10<1>", nil, ""},
		{"the other reservation", other, []resource.Volume{v(500, resource.Disk{})}, "disk[v:data]:500", nil, ""},
		{"unreserved", resource.Reservation{Role: "db"}, []resource.Volume{v(500, resource.Disk{})}, "", ops.ErrNotContained, first},
		{"RAW", mine, []resource.Volume{v(1, resource.Disk{Type: resource.RawDisk})}, "", ops.ErrDisk, first + ".disk.source.type"},
		{"no size", mine, []resource.Volume{v(0, resource.Disk{})}, "", ops.ErrZero, first + ".scalar.value"},
		{"bad id", mine, []resource.Volume{{ID: "a/b", Path: "data", MiB: 1}}, "", ops.ErrVolume, first + ".disk.persistence.id"},
		{"two of one id", mine, []resource.Volume{v(1, resource.Disk{}), v(1, resource.Disk{})}, "", ops.ErrDuplicateVolume, "create.volumes[1].disk.persistence.id"},
		{"none", mine, nil, "", ops.ErrNothing, "create.volumes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).As("moor").Create(row.r, row.v...)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			made := resource.Set(sent(t, c)[0].Create.Volumes)
			for i := range made {
				if made[i].Disk.Persistence.GetPrincipal() != "moor" {
					t.Errorf("principal %v", made[i].Disk.Persistence)
				}
			}
			if got := text(made.ToUnreserved()); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// Without As a volume carries the principal of the reservation under it (semantics 3.6).
func TestCreatePrincipal(t *testing.T) {
	for _, r := range []resource.Reservation{mine, {Role: "db"}, {Role: "db", Static: true}} {
		v := resource.Volume{ID: "v", Path: "data", MiB: 1}
		for _, as := range []string{"", "framework"} {
			want := as
			if want == "" {
				want = r.Principal
			}
			made := sent(t, ops.On(offered("db", reservedAs(r, "disk:10")...)).As(as).Create(r, v))[0].Create.Volumes[0]
			if got := made.Disk.Persistence.GetPrincipal(); got != want || (made.Disk.Persistence.Principal == nil) != (want == "") {
				t.Errorf("%v as %q: principal %q, want %q", r, as, got, want)
			}
		}
	}
}

// Rows 60, 106 and 107.
func TestDestroy(t *testing.T) {
	v, s := volume(mine, "v", 10), shared(volume(mine, "s", 20))
	offer := offered("db", together(parsed("cpus:1"), reservedAs(mine, "disk:5"), []mesos.Resource{v, s})...)
	for _, row := range []struct {
		name  string
		v     []mesos.Resource
		rule  error
		field string
	}{
		{"one", []mesos.Resource{v}, nil, ""},
		{"both", []mesos.Resource{v, s}, nil, ""},
		{"at another place", []mesos.Resource{at(v, "a/b")}, nil, ""},
		{"106: plain disk", reservedAs(mine, "disk:5"), ops.ErrVolume, "destroy.volumes[0].disk"},
		{"106: unknown", []mesos.Resource{volume(mine, "x", 10)}, ops.ErrNotContained, "destroy.volumes[0]"},
		{"of another size", []mesos.Resource{volume(mine, "v", 9)}, ops.ErrNotContained, "destroy.volumes[0]"},
		{"not shared any more", []mesos.Resource{volume(mine, "s", 20)}, ops.ErrNotContained, "destroy.volumes[0]"},
		{"read only", []mesos.Resource{changed(v, func(r *mesos.Resource) { r.Disk.Volume.Mode = mesos.RO.Enum() })}, ops.ErrVolume, "destroy.volumes[0].disk.volume.mode"},
		{"twice", []mesos.Resource{v, v}, ops.ErrDuplicateVolume, "destroy.volumes[1].disk.persistence.id"},
		{"one and nothing", []mesos.Resource{v, volume(mine, "v", 0)}, ops.ErrZero, "destroy.volumes[1].scalar.value"},
		{"none", nil, ops.ErrNothing, "destroy.volumes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).As("someone else").Destroy(row.v...)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
			if got := c.Left().Volumes(); len(got) != 2-len(row.v) {
				t.Errorf("left %v", c.Left())
			}
		})
	}
	t.Run("107: in use", func(t *testing.T) {
		for _, u := range []mesos.Resource{v, s} {
			refused(t, ops.On(offer).Launch(task("t", parsed("cpus:1")[0], u)).Destroy(u), ops.ErrVolumeInUse, 2, "destroy.volumes[0]")
		}
	})
	t.Run("60: two copies", func(t *testing.T) {
		second := offered("db", s)
		second.ID.Value = "O2"
		refused(t, ops.On(offer, second).Destroy(s), ops.ErrShared, 1, "destroy.volumes")
	})
	t.Run("and made again", func(t *testing.T) {
		again := resource.Volume{ID: "v", Path: "data", MiB: 15}
		c := ops.On(offer).Destroy(v).Create(mine, again).Launch(task("t", parsed("cpus:1")[0], volume(mine, "v", 15)))
		sent(t, c)
		small := resource.Volume{ID: "v", Path: "data", MiB: 5}
		refused(t, ops.On(offer).Destroy(v).Create(mine, small, small), ops.ErrDuplicateVolume, 2, "create.volumes[1].disk.persistence.id")
	})
	t.Run("then unreserved", func(t *testing.T) {
		c := ops.On(offer).Destroy(v).Unreserve(reservedAs(mine, "disk:15"))
		sent(t, c)
		if !strings.Contains(text(c.Left()), "disk:15") {
			t.Errorf("left %v", c.Left())
		}
	})
}
