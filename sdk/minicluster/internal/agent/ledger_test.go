package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

var errCrash = errors.New("crash")

// disks are the agent resources of these tests: root disk, a PATH and a MOUNT disk below dir.
func disks(t *testing.T, dir string) resource.Set {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "mnt"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := resource.MustParse("disk:1000")
	for kind, root := range map[mesos.Resource_DiskInfo_Source_Type]string{
		mesos.Resource_DiskInfo_Source_PATH: filepath.Join(dir, "path"), mesos.Resource_DiskInfo_Source_MOUNT: filepath.Join(dir, "mnt"),
	} {
		source := &mesos.Resource_DiskInfo_Source{Type: kind}
		if kind == mesos.Resource_DiskInfo_Source_PATH {
			source.Path = &mesos.Resource_DiskInfo_Source_Path{Root: &root}
		} else {
			source.Mount = &mesos.Resource_DiskInfo_Source_Mount{Root: &root}
		}
		r := resource.Scalar("disk", 100)
		r.Disk = &mesos.Resource_DiskInfo{Source: source}
		s = append(s, r)
	}
	return s
}

// on is a volume on a disk of disks.
func on(t *testing.T, all resource.Set, id string, kind mesos.Resource_DiskInfo_Source_Type) mesos.Resource {
	t.Helper()
	for _, r := range all {
		if r.Disk.GetSource().GetType() == kind && r.Disk != nil {
			return resource.Volume{ID: id, Path: "data", MiB: 100}.On(resource.Push(r, mine.Info()), "p")
		}
	}
	t.Fatalf("no %s disk", kind)
	return mesos.Resource{}
}

func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Lstat(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

func fill(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCrashAtEachStep changes a ledger with three old volumes, one on each kind of disk, to hold three new
// ones instead, and crashes at every step in turn. What a new open finds is all of the old state or all of
// the new one, and never a volume without its directory.
func TestCrashAtEachStep(t *testing.T) {
	crashed := 0
	for at := 1; ; at++ {
		dir := t.TempDir()
		all := disks(t, dir)
		path, mount := mesos.Resource_DiskInfo_Source_PATH, mesos.Resource_DiskInfo_Source_MOUNT
		stays := volume("stays", "data", 5)
		before := resource.Set{stays, volume("old", "data", 10), on(t, all, "old-path", path), on(t, all, "old-mount", mount)}
		after := resource.Set{stays, volume("new", "data", 10), volume("new2", "data", 20), on(t, all, "new-path", path)}
		l, err := openLedger(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.commit(before, nil); err != nil {
			t.Fatal(err)
		}
		for path := range paths(t, dir, before) {
			fill(t, path)
		}
		steps, step := 0, ""
		l.reached = func(s string) error {
			if steps++; steps == at {
				step = s
				return errCrash
			}
			return nil
		}
		err = l.commit(after, []mesos.Operation{{UUID: mesos.UUID{Value: []byte("op")}, LatestStatus: mesos.OperationStatus{State: mesos.OPERATION_FINISHED}}})
		if err == nil {
			break
		}
		crashed++
		if !errors.Is(err, errCrash) {
			t.Fatalf("step %d: %v", at, err)
		}
		want, operations := after, 1
		if step == stepTarget {
			want, operations = before, 0
		}
		again, err := openLedger(dir)
		if err != nil {
			t.Fatalf("open after a crash at %q: %v", step, err)
		}
		if !again.resources.Equal(want) || len(again.operations) != operations {
			t.Errorf("after a crash at %q: %s with %d operations, want %s with %d", step, again.resources, len(again.operations), want, operations)
		}
		checkVolumes(t, dir, fmt.Sprintf("after a crash at %q", step), want, before)
		if exists(t, again.target()) {
			t.Errorf("after a crash at %q: the target is left", step)
		}
	}
	if crashed < 9 { // target, 3 directories made, 3 deleted, rename, done
		t.Errorf("only %d steps crashed", crashed)
	}
}

func paths(t *testing.T, dir string, s resource.Set) map[string]*mesos.Resource {
	t.Helper()
	m, err := volumePaths(dir, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkVolumes checks that the directories of want exist, those of filled with their file, and that of the
// others in filled no data is left.
func checkVolumes(t *testing.T, dir, when string, want, filled resource.Set) {
	t.Helper()
	wanted, old := paths(t, dir, want), paths(t, dir, filled)
	for path := range wanted {
		if !exists(t, path) {
			t.Errorf("%s: %s is missing", when, path)
		}
		if old[path] != nil && !exists(t, filepath.Join(path, "file")) {
			t.Errorf("%s: %s has lost its data", when, path)
		}
	}
	for path, v := range old {
		if wanted[path] != nil {
			continue
		}
		if exists(t, filepath.Join(path, "file")) {
			t.Errorf("%s: %s keeps its data", when, path)
		}
		isMount := v.Disk.Source.GetType() == mesos.Resource_DiskInfo_Source_MOUNT && v.Disk.Source != nil
		if exists(t, path) != isMount {
			t.Errorf("%s: %s exists: %v", when, path, !isMount)
		}
	}
}

func TestLedgerCorruption(t *testing.T) {
	dir := t.TempDir()
	l, err := openLedger(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.commit(resource.Set{volume("v", "data", 5)}, nil); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(l.file())
	if err != nil {
		t.Fatal(err)
	}
	static := resource.MustParse("disk(r):5")
	plain, err := encodeState(static, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"cut short": good[:len(good)-3], "empty": {}, "trailing": append(good[:len(good):len(good)], 1),
		"no field": {1, 0, 0, 0, 0xff}, "huge": {0xff, 0xff, 0xff, 0xff, 1}, "not to be kept": plain,
	} {
		if err := os.WriteFile(l.file(), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openLedger(dir); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, want ErrCorrupt", name, err)
		}
	}
	if err := os.WriteFile(l.file(), good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.file()+".tmp-1", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openLedger(dir); err != nil || exists(t, l.file()+".tmp-1") {
		t.Errorf("a half-written file beside a good one: %v, or it is left", err)
	}
}

func FuzzDecodeState(f *testing.F) {
	for _, s := range []resource.Set{nil, {volume("v", "data", 5)}, reserved("cpus:1;ports:[1-2]")} {
		b, err := encodeState(s, []mesos.Operation{{UUID: mesos.UUID{Value: []byte("u")}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, operations, err := decodeState(b)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("%v is no ErrCorrupt", err)
			}
			return
		}
		again, err := encodeState(s, operations)
		if err != nil {
			t.Fatal(err)
		}
		if s2, _, err := decodeState(again); err != nil || !s2.Equal(s) {
			t.Fatalf("%s came back as %s, %v", s, s2, err)
		}
	})
}
