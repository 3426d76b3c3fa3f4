package agent

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func TestVolumePath(t *testing.T) {
	root := func(kind mesos.Resource_DiskInfo_Source_Type, path string) *mesos.Resource_DiskInfo_Source {
		s := &mesos.Resource_DiskInfo_Source{Type: kind}
		if kind == mesos.Resource_DiskInfo_Source_PATH {
			s.Path = &mesos.Resource_DiskInfo_Source_Path{Root: &path}
		} else {
			s.Mount = &mesos.Resource_DiskInfo_Source_Mount{Root: &path}
		}
		return s
	}
	const path, mount, raw = mesos.Resource_DiskInfo_Source_PATH, mesos.Resource_DiskInfo_Source_MOUNT, mesos.Resource_DiskInfo_Source_RAW
	for _, c := range []struct {
		role, id string
		source   *mesos.Resource_DiskInfo_Source
		want     string // empty: refused
	}{
		{"r", "v1", nil, "/w/volumes/roles/r/v1"},
		{"eng/prod/db", "v1", nil, "/w/volumes/roles/eng prod db/v1"},
		{"r", "a b", nil, "/w/volumes/roles/r/a b"},
		{"r", "v1", root(path, "/d1"), "/d1/volumes/roles/r/v1"},
		{"r", "v1", root(path, "disks/d1"), "/w/disks/d1/volumes/roles/r/v1"},
		{"r", "v1", root(mount, "/m1/"), "/m1"},
		{"r", "v1", root(mount, "m1"), "/w/m1"},
		{"r", "..", nil, ""},
		{"r", ".", nil, ""},
		{"r", "", nil, ""},
		{"r", "a/b", nil, ""},
		{"r", "../../etc", nil, ""},
		{"r", "a\x00b", nil, ""},
		{"..", "v1", nil, ""},
		{"a/../..", "v1", nil, ""},
		{"/a", "v1", nil, ""},
		{"r", strings.Repeat("x", 256), nil, ""},
		{"r", "v1", root(mount, ""), ""},
		{"r", "v1", root(mount, "/"), ""},
		{"r", "v1", root(path, "//."), ""},
		{"r", "v1", &mesos.Resource_DiskInfo_Source{Type: raw}, ""},
		{"r", "v1", &mesos.Resource_DiskInfo_Source{Type: path}, ""},
	} {
		v := resource.Push(resource.Scalar("disk", 1), resource.Reservation{Role: c.role}.Info())
		v.Disk = &mesos.Resource_DiskInfo{Persistence: &mesos.Resource_DiskInfo_Persistence{ID: c.id}, Source: c.source}
		got, err := volumePath("/w", &v)
		if c.want == "" {
			if !errors.Is(err, ErrVolume) {
				t.Errorf("role %q, id %q, %v: %q, %v, want ErrVolume", c.role, c.id, c.source, got, err)
			}
			continue
		}
		if got != c.want || err != nil {
			t.Errorf("role %q, id %q, %v: %q, %v, want %q", c.role, c.id, c.source, got, err, c.want)
		}
	}
	plain := resource.Scalar("disk", 1)
	if _, err := volumePath("/w", &plain); !errors.Is(err, ErrVolume) {
		t.Errorf("plain disk: %v, want ErrVolume", err)
	}
}

// TestVolumesThroughLife: data is adopted, survives growing and shrinking, and is deleted with the volume.
func TestVolumesThroughLife(t *testing.T) {
	r := newRig(t, simulate(nil))
	dir := r.path("volumes", "roles", "r", "v")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	fill(t, dir)
	kept := func(when string) {
		t.Helper()
		if got := r.read("volumes", "roles", "r", "v", "file"); got != "kept" {
			t.Errorf("%s the volume holds %q", when, got)
		}
	}
	v := volume("v", "data", 64)
	r.do(reserve("disk:128"), create(v))
	kept("created on an existing directory,")
	r.do(mesos.Offer_Operation{Type: mesos.Offer_Operation_GROW_VOLUME.Enum(), GrowVolume: &mesos.Offer_Operation_GrowVolume{
		Volume: v, Addition: reserved("disk:32")[0]}})
	kept("grown,")
	v = volume("v", "data", 96)
	r.do(mesos.Offer_Operation{Type: mesos.Offer_Operation_SHRINK_VOLUME.Enum(), ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{
		Volume: v, Subtract: mesos.Value_Scalar{Value: 80}}})
	kept("shrunk,")
	r.reopen()
	kept("after a restart")
	if want := (resource.Set{volume("v", "data", 16)}).Plus(reserved("disk:112")); !r.Checkpointed().Equal(want) {
		t.Errorf("checkpointed %s, want %s", r.Checkpointed(), want)
	}
	r.do(destroy(volume("v", "data", 16)))
	if exists(t, dir) {
		t.Error("the destroyed volume's directory is left")
	}
	if !exists(t, filepath.Dir(dir)) {
		t.Error("the role's directory went with the volume")
	}
}

func TestMountVolume(t *testing.T) {
	base := t.TempDir()
	all := disks(t, base)
	r := newRig(t, simulate(nil), func(c *Config) { c.Resources = all })
	v := on(t, all, "m", mesos.Resource_DiskInfo_Source_MOUNT)
	bare := resource.Unvolume(v)
	mount := filepath.Join(base, "mnt")
	fill(t, mount)
	r.do(mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: []mesos.Resource{bare}}}, create(v))
	if !exists(t, filepath.Join(mount, "file")) {
		t.Error("CREATE on a MOUNT disk removed what was there")
	}
	r.do(destroy(v))
	if exists(t, filepath.Join(mount, "file")) || !exists(t, mount) {
		t.Error("DESTROY on a MOUNT disk has to remove the content and leave the root")
	}
}

// TestDirectoryInTheWay: an agent that can't make a volume's directory exits without an answer, and does it
// when it is started again (semantics 3.14).
func TestDirectoryInTheWay(t *testing.T) {
	exited := make(chan error, 1)
	r := newRig(t, simulate(nil), func(c *Config) { c.Exited = func(err error) { exited <- err } })
	r.do(reserve("disk:128"))
	way := r.path("volumes", "roles", "r", "v")
	if err := os.MkdirAll(filepath.Dir(way), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(way, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.Apply(nil, "op", create(volume("v", "data", 64)))
	if err := <-exited; err == nil || !strings.Contains(err.Error(), way) {
		t.Errorf("exited with %v", err)
	}
	r.Apply(nil, "later", reserve("cpus:1")) // does nothing any more
	if r.Total().Scalar("cpus") != 8 {
		t.Error("Total of an agent that exited")
	}
	if err := r.Close(); err == nil {
		t.Error("Close doesn't tell why the agent exited")
	}
	if len(r.master.told().ops) != 1 {
		t.Errorf("operations answered: %v", r.master.told().ops)
	}
	if _, err := Open(r.cfg, r.master); err == nil || !strings.Contains(err.Error(), "failed to sync") {
		t.Errorf("opened with the file still there: %v", err)
	}
	if err := os.Remove(way); err != nil {
		t.Fatal(err)
	}
	r.open()
	if s := r.operation("op"); s.State != mesos.OPERATION_FINISHED || !exists(t, way) {
		t.Errorf("after the restart: %v", s)
	}
}
