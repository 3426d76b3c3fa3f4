package resource_test

import (
	"math"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Row 35 of semantics 10.2.
func TestPrintScalars(t *testing.T) {
	for v, want := range map[float64]string{
		1.234: "1.234", 1.2345: "1.235", 1.2344: "1.234", 1.1: "1.1", 1: "1", 0: "0", -5: "-5", 0.001: "0.001",
		1000001: "1000001", 99999999999.9994: "99999999999.999", 123456789012345: "123456789012345", 1e15: "1e+15",
		math.Inf(1): "-9.22337203685478e+15", 9.3e15: "-9.22337203685478e+15", math.Copysign(0, -1): "0",
	} {
		r := cpus(v)
		if got := resource.String(&r); got != "cpus:"+want {
			t.Errorf("row 35: %v prints as %s, want %s", v, got, want)
		}
	}
}

// Row 36 of semantics 10.2.
func TestPrintResources(t *testing.T) {
	alice, hadoop := static("alice"), volume("hadoop", "/data")
	hosted := func(r *mesos.Resource) { r.Disk.Volume.HostPath = new("/hdfs") }
	readOnly := func(r *mesos.Resource) { r.Disk.Volume.Mode = mesos.RO.Enum() }
	refined := dynamic("alice/refined", "hdfs-p")
	labels := func(r *mesos.Resource) {
		r.Reservations[1].Labels = &mesos.Labels{Labels: []mesos.Label{{Key: "foo", Value: new("bar")}, {Key: "foo"}}}
	}
	csi := func(kind mesos.Resource_DiskInfo_Source_Type, vendor, id, profile *string) edit {
		return source(mesos.Resource_DiskInfo_Source{Type: kind, Vendor: vendor, ID: id, Profile: profile})
	}
	raw, block, mount := mesos.Resource_DiskInfo_Source_RAW, mesos.Resource_DiskInfo_Source_BLOCK, mesos.Resource_DiskInfo_Source_MOUNT
	for want, r := range map[string]mesos.Resource{
		"disk:1":                                 disk(1),
		"disk(reservations: [(STATIC,alice)]):1": disk(1, alice),
		"disk(allocated: role)(reservations: [(STATIC,alice)]):1":                                                      disk(1, alice, allocated("role")),
		"disk(reservations: [(STATIC,alice)]){REV}:1":                                                                  disk(1, alice, revocable),
		"disk(reservations: [(STATIC,alice)])[hadoop:/data]:1":                                                         disk(1, alice, hadoop),
		"disk(reservations: [(STATIC,alice)])[hadoop:/data]{REV}:1":                                                    disk(1, alice, hadoop, revocable),
		"disk(reservations: [(STATIC,alice)])[hadoop:/hdfs:/data:rw]:1":                                                disk(1, alice, hadoop, hosted),
		"disk(reservations: [(STATIC,alice)])[hadoop:/hdfs:/data:ro]:1":                                                disk(1, alice, hadoop, hosted, readOnly),
		"disk(reservations: [(STATIC,alice)])[MOUNT:/mnt1,hadoop:/hdfs:/data:rw]:1":                                    disk(1, alice, hadoop, hosted, onMount("/mnt1")),
		"disk(reservations: [(STATIC,alice)])[PATH:/mnt2,hadoop:/hdfs:/data:rw]:1":                                     disk(1, alice, hadoop, hosted, onPath("/mnt2")),
		"disk(reservations: [(STATIC,alice),(DYNAMIC,alice/refined,hdfs-p)])[hadoop:/hdfs:/data:rw]:1":                 disk(1, alice, refined, hadoop, hosted),
		"disk(reservations: [(STATIC,alice),(DYNAMIC,alice/refined,hdfs-p,{foo: bar, foo})])[hadoop:/hdfs:/data:rw]:1": disk(1, alice, refined, hadoop, hosted, labels),
		"disk(allocated: r)(reservations: [(DYNAMIC,r,p)])[PATH:/d1,id1:data]:64":                                      disk(64, allocated("r"), dynamic("r", "p"), onPath("/d1"), volume("id1", "data")),
		"disk[PATH]:1":             disk(1, onPath("/d"), func(r *mesos.Resource) { r.Disk.Source.Path = nil }),
		"disk[RAW]:1":              disk(1, csi(raw, nil, nil, nil)),
		"disk[RAW(,,fast)]:1":      disk(1, csi(raw, nil, nil, new("fast"))),
		"disk[BLOCK(v,id,fast)]:1": disk(1, csi(block, new("v"), new("id"), new("fast"))),
		"disk[MOUNT(v,id,)]:1":     disk(1, csi(mount, new("v"), new("id"), nil)),
		"disk[RAW]:2":              disk(2, csi(raw, new("v"), nil, nil)),
		"disk[:data]:1":            disk(1, mapped("data")),
		"disk[UNKNOWN]:1":          disk(1, csi(0, nil, new("id"), nil)),
		"disk(reservations: [(STATIC,role1)])[id1:path1]<SHARED>:64": disk(64, static("role1"), volume("id1", "path1"), shared),
		"ports:[1-2, 5-9]":                   ports(span(1, 2), span(5, 9)),
		"ports:[]":                           ports(),
		"x:{a, b}":                           resource.Items("x", "a", "b"),
		"x:{}":                               resource.Items("x"),
		"cpus:0":                             {Name: "cpus"},
		"x:<TEXT>":                           {Name: "x", Type: mesos.TEXT},
		"cpus(allocated: ):1":                cpus(1, func(r *mesos.Resource) { r.AllocationInfo = &mesos.Resource_AllocationInfo{} }),
		"cpus(reservations: [(UNKNOWN,)]):1": cpus(1, func(r *mesos.Resource) { r.Reservations = make([]mesos.Resource_ReservationInfo, 1) }),
	} {
		if got := resource.String(&r); got != want {
			t.Errorf("row 36:\ngot  %s\nwant %s", got, want)
		}
	}
}

// Row 36 of semantics 10.2: collections, and shared volumes with their count.
func TestPrintSets(t *testing.T) {
	v := disk(64, static("role1"), volume("id1", "path1"), shared)
	w := disk(64, static("role1"), volume("id2", "path1"), shared)
	text := "disk(reservations: [(STATIC,role1)])[id1:path1]<SHARED>:64"
	for want, s := range map[string]resource.Set{
		"{}": nil,
		"cpus:45.55; ports:[10000-20000, 30000-50000]; disks:{sda1}": resource.MustParse("cpus:45.55;ports:[10000-20000, 30000-50000];disks:{sda1}"),
		text + "<1>":                     set(v),
		text + "<2>":                     set(v).Plus(set(v)),
		"cpus:1; " + text + "<2>; mem:3": resource.MustParse("cpus:1").Plus(set(v)).Plus(resource.MustParse("mem:3")).Plus(set(v)),
		text + "<2>; disk(reservations: [(STATIC,role1)])[id2:path1]<SHARED>:64<1>": set(v, w, v),
	} {
		if got := s.String(); got != want {
			t.Errorf("row 36:\ngot  %s\nwant %s", got, want)
		}
	}
}
