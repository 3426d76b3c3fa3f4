package resource_test

import (
	"fmt"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Row 44 of semantics 10.2.
func TestDiskInfoOnCpus(t *testing.T) {
	r := cpus(2, volume("1", "path"))
	if err := resource.Validate(&r); err == nil || err.Error() != "DiskInfo should not be set for cpus resource" {
		t.Errorf("row 44: %v", err)
	}
	for _, ok := range []mesos.Resource{
		disk(10, static("role"), volume("1", "path")),
		disk(10, mapped("path")),
		disk(10, static("role"), volume("1", "path"), onPath("mnt")),
		disk(10, static("role"), volume("1", "path"), onMount("mnt")),
	} {
		if err := resource.Validate(&ok); err != nil {
			t.Errorf("row 44: %s: %v", resource.String(&ok), err)
		}
	}
}

// Row 45 of semantics 10.2.
func TestVolumeIdentity(t *testing.T) {
	role, onMnt := static("role"), onPath("mnt")
	principal := func(r *mesos.Resource) { r.Disk.Persistence.Principal = new("p") }
	readOnly := func(r *mesos.Resource) { r.Disk.Volume.Mode = mesos.RO.Enum() }
	plain := disk(10, role, volume("1", "path1"))
	for _, c := range []struct {
		name string
		a, b mesos.Resource
		same bool
	}{
		{"another container path", plain, disk(10, role, volume("1", "path2")), true},
		{"another mode", plain, disk(10, role, volume("1", "path1"), readOnly), true},
		{"another persistence principal", plain, disk(10, role, volume("1", "path1"), principal), true},
		{"another id", plain, disk(10, role, volume("2", "path1")), false},
		{"another size", plain, disk(11, role, volume("1", "path1")), false},
		{"another role", plain, disk(10, static("other"), volume("1", "path1")), false},
		{"no persistence", plain, disk(10, role, mapped("path1")), false},
		{"a source", plain, disk(10, role, volume("1", "path1"), onMnt), false},
		{"paths of mounts ignored", disk(10, mapped("path1")), disk(10, mapped("path2")), true},
		{"disk info or none", disk(10), disk(10, mapped("path2")), false},
		{"same source", disk(10, onMnt), disk(10, mapped("path1"), onPath("mnt")), true},
		{"another root", disk(10, onMnt), disk(10, onPath("mnt2")), false},
		{"another type", disk(10, onMnt), disk(10, onMount("mnt")), false},
		{"no root", disk(10, onMnt), disk(10, onMnt, func(r *mesos.Resource) { r.Disk.Source.Path.Root = nil }), false},
	} {
		if got := resource.Equal(&c.a, &c.b); got != c.same {
			t.Errorf("row 45: %s: equal %v", c.name, got)
		}
		if got := set(c.a).Equal(set(c.b)); got != c.same {
			t.Errorf("row 45: %s: sets equal %v", c.name, got)
		}
	}
}

// Rows 46 and 47 of semantics 10.2.
func TestVolumesNeverMerge(t *testing.T) {
	v := disk(10, static("role"), volume("1", "path"))
	other := disk(20, static("role"), volume("2", "path"))
	if got := set(v).Plus(set(v)); len(got) != 2 {
		t.Errorf("row 46: two identical volumes are %s", got)
	}
	if got := set(v).Plus(set(other)); len(got) != 2 || !got.Contains(set(v)) || !got.Contains(set(other)) {
		t.Errorf("row 46: two volumes are %s", got)
	}
	wantContains(t, set(v), set(v), true)
	wantContains(t, set(v), set(v, v), false)
	wantContains(t, set(v, v), set(v, v), true)
	wantContains(t, set(v, other), set(other), true)
	wantContains(t, set(v, v), set(v, v, v), false)
	wantContains(t, set(v), set(disk(5, static("role"), volume("1", "path"))), false)
	wantContains(t, set(v), set(disk(10, static("role"))), false)
	wantContains(t, set(disk(10, static("role"))), set(v), false)
	if got := minus(set(v, other, v), set(v)); !got.Equal(set(v, other)) {
		t.Errorf("row 47: one of two copies leaves %s", got)
	}
}

// Row 48 of semantics 10.2.
func TestVolumeSubtraction(t *testing.T) {
	a := set(disk(10, static("role"), volume("1", "path")))
	b := set(disk(10, static("role"), volume("2", "path")))
	bElsewhere := set(disk(10, static("role"), volume("2", "path2")))
	wantEqual(t, minus(a, b), a)
	if got := minus(a, a); len(got) != 0 {
		t.Errorf("row 48: %s", got)
	}
	if got := minus(b, bElsewhere); len(got) != 0 {
		t.Errorf("row 48: another container path leaves %s", got)
	}
	smaller := set(disk(4, static("role"), volume("1", "path")))
	wantEqual(t, minus(a, smaller), a)
}

// Rows 49 and 50 of semantics 10.2.
func TestDiskSources(t *testing.T) {
	role := static("role")
	path := func(v float64) resource.Set { return set(disk(v, role, onPath("mnt"))) }
	path2 := func(v float64) resource.Set { return set(disk(v, role, onPath("mnt2"))) }
	mount := func(v float64) resource.Set { return set(disk(v, role, onMount("mnt"))) }

	wantEqual(t, path(10).Plus(path(10)), path(20))
	wantUnequal(t, path(10).Plus(path2(10)), path(20))
	wantContains(t, path(20), path(10), true)
	wantContains(t, path(20), path2(10), false)
	wantEqual(t, minus(path(20), path(10)), path(10))
	wantEqual(t, minus(path2(10), path(10)), path2(10))

	if got := mount(10).Plus(mount(10)); len(got) != 2 {
		t.Errorf("row 50: two MOUNT disks are %s", got)
	}
	wantUnequal(t, mount(10).Plus(mount(10)), mount(20))
	wantContains(t, mount(20), mount(10), false)
	wantContains(t, mount(20), mount(10).Plus(mount(10)), false)
	wantContains(t, mount(20), mount(20), true)
	wantEqual(t, minus(mount(20), mount(10)), mount(20))
	if got := minus(mount(20), mount(20)); len(got) != 0 {
		t.Errorf("row 50: all of a MOUNT disk leaves %s", got)
	}
	wantContains(t, mount(20), path(10), false)
	// Unlike volumes, whole disks aren't counted: Mesos takes them as merged already.
	if !mount(20).Contains(set(mount(20)[0], mount(20)[0])) {
		t.Error("a MOUNT disk doesn't contain itself named twice")
	}
}

// Row 51 of semantics 10.2.
func TestSourceIdentity(t *testing.T) {
	for _, kind := range []mesos.Resource_DiskInfo_Source_Type{
		mesos.Resource_DiskInfo_Source_RAW, mesos.Resource_DiskInfo_Source_PATH,
		mesos.Resource_DiskInfo_Source_BLOCK, mesos.Resource_DiskInfo_Source_MOUNT,
	} {
		for bits := range 8 {
			s := mesos.Resource_DiskInfo_Source{Type: kind}
			if bits&1 != 0 {
				s.Vendor = new("vendor")
			}
			if bits&2 != 0 {
				s.ID = new("id")
			}
			if bits&4 != 0 {
				s.Profile = new("profile")
			}
			divisible := kind == mesos.Resource_DiskInfo_Source_PATH || kind == mesos.Resource_DiskInfo_Source_RAW && s.ID == nil
			t.Run(fmt.Sprintf("row 51: %v %03b", kind, bits), func(t *testing.T) {
				one, two := set(disk(1, source(s))), set(disk(2, source(s)))
				wantContains(t, one, one, true)
				wantContains(t, two, one, divisible)
				if got := one.Plus(one); got.Equal(two) != divisible || (len(got) == 1) != divisible {
					t.Errorf("twice it is %s", got)
				}
				if got := resource.IsIndivisible(&one[0]); got == divisible {
					t.Errorf("indivisible: %v", got)
				}
			})
		}
	}
	meta := func(v string) edit {
		return source(mesos.Resource_DiskInfo_Source{
			Type: mesos.Resource_DiskInfo_Source_RAW, ID: new("id"),
			Metadata: &mesos.Labels{Labels: []mesos.Label{{Key: "k", Value: new(v)}}},
		})
	}
	wantEqual(t, set(disk(1, meta("a"))), set(disk(1, meta("a"))))
	wantUnequal(t, set(disk(1, meta("a"))), set(disk(1, meta("b"))))
}

func TestDiskMatches(t *testing.T) {
	full := func(kind mesos.Resource_DiskInfo_Source_Type) mesos.Resource {
		return disk(1, source(mesos.Resource_DiskInfo_Source{
			Type: kind, ID: new("id"), Profile: new("fast"), Vendor: new("org.x"),
			Path:  &mesos.Resource_DiskInfo_Source_Path{Root: new("/d")},
			Mount: &mesos.Resource_DiskInfo_Source_Mount{Root: new("/m")},
		}))
	}
	root, path, mount := disk(1), full(mesos.Resource_DiskInfo_Source_PATH), full(mesos.Resource_DiskInfo_Source_MOUNT)
	block, raw, odd := full(mesos.Resource_DiskInfo_Source_BLOCK), full(mesos.Resource_DiskInfo_Source_RAW), full(9)
	for i, c := range []struct {
		d    resource.Disk
		r    mesos.Resource
		want bool
	}{
		{resource.Disk{}, root, true},
		{resource.Disk{}, path, false},
		{resource.Disk{}, cpus(1), false},
		{resource.Disk{}, disk(1, volume("v", "p")), true},
		{resource.Disk{Type: resource.PathDisk}, path, true},
		{resource.Disk{Type: resource.PathDisk, Root: "/d"}, path, true},
		{resource.Disk{Type: resource.PathDisk, Root: "/m"}, path, false},
		{resource.Disk{Type: resource.MountDisk, Root: "/m", ID: "id", Profile: "fast", Vendor: "org.x"}, mount, true},
		{resource.Disk{Type: resource.MountDisk, Profile: "slow"}, mount, false},
		{resource.Disk{Type: resource.MountDisk, Vendor: "org.y"}, mount, false},
		{resource.Disk{Type: resource.BlockDisk, ID: "id"}, block, true},
		{resource.Disk{Type: resource.RawDisk, ID: "di"}, raw, false},
		{resource.Disk{Type: resource.RawDisk}, raw, true},
		{resource.Disk{}, odd, false},
		{resource.DiskOf(&odd), odd, false},
	} {
		if got := c.d.Matches(&c.r); got != c.want {
			t.Errorf("case %d: %+v matches %s: %v", i, c.d, resource.String(&c.r), got)
		}
	}
	is := [5]func(*mesos.Resource) bool{
		resource.IsRootDisk, resource.IsPathDisk, resource.IsMountDisk, resource.IsBlockDisk, resource.IsRawDisk,
	}
	for i, r := range []mesos.Resource{root, path, mount, block, raw} {
		for j, f := range is {
			if got := f(&r); got != (i == j) {
				t.Errorf("%s, predicate %d: %v", resource.String(&r), j, got)
			}
		}
		if got := resource.DiskOf(&r).Type; got != resource.DiskType(i) {
			t.Errorf("%s is %v", resource.String(&r), got)
		}
	}
	for i, want := range []string{"ROOT", "PATH", "MOUNT", "BLOCK", "RAW", "DiskType(5)"} {
		if got := resource.DiskType(i).String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A volume is made of a part of a divisible disk and of all of an indivisible one, and back.
func TestVolumeOn(t *testing.T) {
	as := dynamic("db", "fw", "node", "0")
	v := resource.Volume{ID: "n0", Path: "data", MiB: 100}
	for _, c := range []struct {
		name      string
		disk      mesos.Resource
		v         resource.Volume
		principal string
		want      string
	}{
		{"root disk", disk(500, as, allocated("db")), v, "fw",
			"disk(allocated: db)(reservations: [(DYNAMIC,db,fw,{node: 0})])[n0:data]:100"},
		{"PATH", disk(500, as, onPath("/d1")), v, "",
			"disk(reservations: [(DYNAMIC,db,fw,{node: 0})])[PATH:/d1,n0:data]:100"},
		{"MOUNT", disk(500, as, onMount("/m1")), v, "fw",
			"disk(reservations: [(DYNAMIC,db,fw,{node: 0})])[MOUNT:/m1,n0:data]:500"},
		{"shared", disk(500, as, provided("p")), resource.Volume{ID: "n0", Path: "data", MiB: 1.5, Shared: true}, "fw",
			"disk(reservations: [(DYNAMIC,db,fw,{node: 0})])[n0:data]<SHARED>:1.5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := resource.String(&c.disk)
			got := c.v.On(c.disk, c.principal)
			if resource.String(&got) != c.want {
				t.Errorf("got  %s\nwant %s", resource.String(&got), c.want)
			}
			if got.Disk.Persistence.GetPrincipal() != c.principal || (got.Disk.Persistence.Principal != nil) != (c.principal != "") {
				t.Errorf("principal %v", got.Disk.Persistence.Principal)
			}
			if *got.Disk.Volume.Mode != mesos.RW || (got.ProviderID == nil) != (c.disk.ProviderID == nil) {
				t.Errorf("mode %v, provider %v", got.Disk.Volume.Mode, got.ProviderID)
			}
			if err := resource.Validate(&got); err != nil {
				t.Error(err)
			}
			back := resource.Unvolume(got)
			back.Scalar.Value = c.disk.Scalar.Value
			if !resource.Equal(&back, &c.disk) {
				t.Errorf("back to %s", resource.String(&back))
			}
			if resource.String(&c.disk) != before {
				t.Errorf("the disk became %s", resource.String(&c.disk))
			}
		})
	}
}
