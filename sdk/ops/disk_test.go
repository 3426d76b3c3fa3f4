package ops_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// source returns a disk of a resource provider.
func source(kind mesos.Resource_DiskInfo_Source_Type, id, profile string, mib float64) mesos.Resource {
	r := provided(onDisk(kind, "/csi", mib), "provider")
	r.Disk.Source.Vendor = new("vendor")
	if id != "" {
		r.Disk.Source.ID = &id
	}
	if profile != "" {
		r.Disk.Source.Profile = &profile
	}
	return r
}

// Row 110; semantics 3.9.
func TestCreateDisk(t *testing.T) {
	const toMount, toBlock = mesos.Resource_DiskInfo_Source_MOUNT, mesos.Resource_DiskInfo_Source_BLOCK
	pool, old := source(mesos.Resource_DiskInfo_Source_RAW, "", "fast", 1000), source(mesos.Resource_DiskInfo_Source_RAW, "vol-1", "", 300)
	made := source(mesos.Resource_DiskInfo_Source_MOUNT, "vol-2", "fast", 200)
	offer := offered("db", pool, old, made, resource.Scalar("disk", 50))
	part := source(mesos.Resource_DiskInfo_Source_RAW, "", "fast", 400)
	for _, row := range []struct {
		name    string
		source  mesos.Resource
		target  mesos.Resource_DiskInfo_Source_Type
		profile string
		rule    error
		field   string
	}{
		{"of a pool", part, toMount, "", nil, ""},
		{"a block device", part, toBlock, "", nil, ""},
		{"of an old volume", old, toMount, "slow", nil, ""},
		{"a part of an old volume", source(mesos.Resource_DiskInfo_Source_RAW, "vol-1", "", 100), toMount, "slow", ops.ErrMountWhole, "create_disk.source"},
		{"too much", source(mesos.Resource_DiskInfo_Source_RAW, "", "fast", 1001), toMount, "", ops.ErrNotContained, "create_disk.source"},
		{"zero", source(mesos.Resource_DiskInfo_Source_RAW, "", "fast", 0), toMount, "", ops.ErrZero, "create_disk.source.scalar.value"},
		{"of the agent's disk", resource.Scalar("disk", 50), toMount, "", ops.ErrProvider, "create_disk.source.provider_id"},
		{"of MOUNT", made, toMount, "", ops.ErrDisk, "create_disk.source.disk.source.type"},
		{"PATH", part, mesos.Resource_DiskInfo_Source_PATH, "", ops.ErrDisk, "create_disk.target_type"},
		{"profile twice", part, toMount, "slow", ops.ErrDisk, "create_disk.target_profile"},
		{"no profile", old, toMount, "", ops.ErrDisk, "create_disk.target_profile"},
		{"empty disk info", provided(changed(resource.Scalar("disk", 5), func(r *mesos.Resource) { r.Disk = &mesos.Resource_DiskInfo{} }), "p"), toMount, "", ops.ErrResource, "create_disk.source.disk"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).CreateDisk(row.source, row.target, row.profile)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
			if c.Left().Scalar("disk") != 1550-row.source.Scalar.Value {
				t.Errorf("left %v", c.Left())
			}
		})
	}
}

func TestDestroyDisk(t *testing.T) {
	made := source(mesos.Resource_DiskInfo_Source_MOUNT, "vol-2", "fast", 200)
	held := resource.Volume{ID: "v", Path: "data", MiB: 1}.On(reserve(mine, source(mesos.Resource_DiskInfo_Source_MOUNT, "vol-3", "fast", 100)), "moor")
	offer := offered("db", made, held, resource.Scalar("disk", 50), source(mesos.Resource_DiskInfo_Source_RAW, "", "fast", 10))
	for _, row := range []struct {
		name   string
		source mesos.Resource
		rule   error
		field  string
	}{
		{"MOUNT", made, nil, ""},
		{"of another size", source(mesos.Resource_DiskInfo_Source_MOUNT, "vol-2", "fast", 100), ops.ErrMountWhole, "destroy_disk.source"},
		{"under a volume", held, ops.ErrVolume, "destroy_disk.source.disk.persistence"},
		{"of the agent", resource.Scalar("disk", 50), ops.ErrProvider, "destroy_disk.source.provider_id"},
		{"PATH", provided(pathDisk("/p", 1), "provider"), ops.ErrDisk, "destroy_disk.source.disk.source.type"},
		{"a pool", source(mesos.Resource_DiskInfo_Source_RAW, "", "fast", 10), ops.ErrDisk, "destroy_disk.source.disk.source.id"},
		{"that isn't there", source(mesos.Resource_DiskInfo_Source_BLOCK, "vol-9", "", 1), ops.ErrNotContained, "destroy_disk.source"},
		{"no disk info", changed(made, func(r *mesos.Resource) { r.Disk = &mesos.Resource_DiskInfo{} }), ops.ErrResource, "destroy_disk.source.disk"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).DestroyDisk(row.source)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
		})
	}
	// The volume first, then the disk.
	bare := reserve(mine, source(mesos.Resource_DiskInfo_Source_MOUNT, "vol-3", "fast", 100))
	sent(t, ops.On(offer).Destroy(held).DestroyDisk(bare))
}
