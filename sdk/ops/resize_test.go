package ops_test

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Row 108.
func TestGrow(t *testing.T) {
	v, s := volume(mine, "v", 100), shared(volume(mine, "s", 100))
	m := resource.Volume{ID: "m", Path: "data", MiB: 500}.On(reserve(mine, mount("/m", 500)), "moor")
	p := provided(volume(mine, "p", 10), "provider")
	offer := offered("db", together(parsed("cpus:1;disk:50"), reservedAs(mine, "disk:200"),
		[]mesos.Resource{v, s, m, p, reserve(mine, mount("/n", 300)), reserve(mine, pathDisk("/p", 300)), provided(reservedAs(mine, "disk:5")[0], "provider")})...)
	const volumeField, additionField = "grow_volume.volume", "grow_volume.addition"
	for _, row := range []struct {
		name        string
		v, addition mesos.Resource
		rule        error
		field       string
	}{
		{"by a part of the disk", v, reservedAs(mine, "disk:50")[0], nil, ""},
		{"by all of it", v, reservedAs(mine, "disk:200")[0], nil, ""},
		{"by a sliver", v, reservedAs(mine, "disk:0.001")[0], nil, ""},
		{"by nothing", v, reserve(mine, resource.Scalar("disk", 0)), ops.ErrZero, additionField + ".scalar.value"},
		{"nothing", volume(mine, "v", 0), reservedAs(mine, "disk:5")[0], ops.ErrZero, volumeField + ".scalar.value"},
		{"by too much", v, reservedAs(mine, "disk:201")[0], ops.ErrNotContained, additionField},
		{"of another size", volume(mine, "v", 99), reservedAs(mine, "disk:5")[0], ops.ErrNotContained, volumeField},
		{"by unreserved disk", v, parsed("disk:50")[0], ops.ErrIncompatible, additionField},
		{"by another's disk", v, reservedAs(resource.Reservation{Role: "db"}, "disk:50")[0], ops.ErrIncompatible, additionField},
		{"by another disk", v, reserve(mine, pathDisk("/p", 10)), ops.ErrIncompatible, additionField},
		{"by cpus", v, reservedAs(mine, "cpus:1")[0], ops.ErrIncompatible, additionField},
		{"by a volume", v, v, ops.ErrIncompatible, additionField},
		{"on MOUNT", m, reserve(mine, mount("/n", 300)), ops.ErrMountWhole, volumeField + ".disk.source.type"},
		{"shared", s, reservedAs(mine, "disk:5")[0], ops.ErrShared, volumeField + ".shared"},
		{"of a provider", p, provided(reservedAs(mine, "disk:5")[0], "provider"), ops.ErrProvider, volumeField + ".provider_id"},
		{"no volume", reservedAs(mine, "disk:5")[0], reservedAs(mine, "disk:5")[0], ops.ErrVolume, volumeField + ".disk"},
		{"no mount details", changed(v, func(r *mesos.Resource) { r.Disk.Volume = nil }), reservedAs(mine, "disk:5")[0], ops.ErrVolume, volumeField + ".disk.volume"},
		{"text", v, mesos.Resource{Name: "disk", Type: mesos.TEXT}, ops.ErrResource, additionField + ".type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).As("moor").Grow(row.v, row.addition)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
		})
	}
}

// Row 109.
func TestShrink(t *testing.T) {
	v, s := volume(mine, "v", 100), shared(volume(mine, "s", 100))
	m := resource.Volume{ID: "m", Path: "data", MiB: 500}.On(reserve(mine, mount("/m", 500)), "moor")
	p := provided(volume(mine, "p", 10), "provider")
	offer := offered("db", v, s, m, p)
	const field = "shrink_volume.volume"
	for _, row := range []struct {
		name  string
		v     mesos.Resource
		by    float64
		rule  error
		field string
	}{
		{"by a part", v, 40, nil, ""},
		{"by all but a sliver", v, 99.999, nil, ""},
		{"by zero", v, 0, ops.ErrZero, "shrink_volume.subtract.value"},
		{"by less than a thousandth", v, 0.0001, ops.ErrZero, "shrink_volume.subtract.value"},
		{"to nothing", v, 100, ops.ErrSize, "shrink_volume.subtract.value"},
		{"to nothing in thousandths", v, 99.9999, ops.ErrSize, "shrink_volume.subtract.value"},
		{"on MOUNT", m, 1, ops.ErrMountWhole, field + ".disk.source.type"},
		{"shared", s, 1, ops.ErrShared, field + ".shared"},
		{"of a provider", p, 1, ops.ErrProvider, field + ".provider_id"},
		{"no volume", reservedAs(mine, "disk:5")[0], 1, ops.ErrVolume, field + ".disk"},
		{"that isn't there", volume(mine, "x", 100), 1, ops.ErrNotContained, field},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := ops.On(offer).As("moor").Shrink(row.v, row.by)
			if row.rule != nil {
				refused(t, c, row.rule, 1, row.field)
				return
			}
			sent(t, c)
			if got := c.Left().Volumes(); len(got) != 3 {
				t.Errorf("left %v, want the shrunk volume gone", got)
			}
		})
	}
}

// What a step resized, and the disk that it freed, comes with a later offer (semantics 3.8; row 113).
func TestResizedVolumesAreOutOfReach(t *testing.T) {
	v := volume(mine, "v", 100)
	offer := offered("db", together(parsed("cpus:1"), reservedAs(mine, "disk:50"), []mesos.Resource{v})...)
	grown, shrunk := ops.On(offer).Grow(v, reservedAs(mine, "disk:50")[0]), ops.On(offer).Shrink(v, 60)
	if got := text(grown.Left()); got != "cpus:1" {
		t.Errorf("left %s", got)
	}
	cpu := parsed("cpus:1")[0]
	for name, use := range map[string]struct {
		with  func(*ops.Chain) *ops.Chain
		rule  error
		field string
	}{
		"old volume":     {func(c *ops.Chain) *ops.Chain { return c.Launch(task("t", cpu, v)) }, ops.ErrResized, "launch.task_infos[0].resources[1]"},
		"grown volume":   {func(c *ops.Chain) *ops.Chain { return c.Launch(task("t", cpu, volume(mine, "v", 150))) }, ops.ErrResized, "launch.task_infos[0].resources[1]"},
		"shrunk volume":  {func(c *ops.Chain) *ops.Chain { return c.Launch(task("t", cpu, volume(mine, "v", 40))) }, ops.ErrResized, "launch.task_infos[0].resources[1]"},
		"destroyed":      {func(c *ops.Chain) *ops.Chain { return c.Destroy(v) }, ops.ErrResized, "destroy.volumes[0]"},
		"shrunk again":   {func(c *ops.Chain) *ops.Chain { return c.Shrink(v, 1) }, ops.ErrResized, "shrink_volume.volume"},
		"freed disk":     {func(c *ops.Chain) *ops.Chain { return c.Unreserve(reservedAs(mine, "disk:60")) }, ops.ErrNotContained, "unreserve.resources[0]"},
		"id made anew":   {func(c *ops.Chain) *ops.Chain { return c.Do(handmade(volume(mine, "v", 10))) }, ops.ErrDuplicateVolume, "create.volumes[0].disk.persistence.id"},
		"nothing of it":  {func(c *ops.Chain) *ops.Chain { return c.Launch(task("t", cpu)) }, nil, ""},
		"group with old": {func(c *ops.Chain) *ops.Chain { return c.LaunchGroup(pod(), task("t", v)) }, ops.ErrResized, "launch_group.task_group.tasks[0].resources[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, start := range []func() *ops.Chain{
				func() *ops.Chain { return ops.On(offer).Grow(v, reservedAs(mine, "disk:50")[0]) },
				func() *ops.Chain { return ops.On(offer).Shrink(v, 60) },
			} {
				if use.rule == nil {
					sent(t, use.with(start()))
				} else {
					refused(t, use.with(start()), use.rule, 2, use.field)
				}
			}
		})
	}
	sent(t, shrunk)
}
