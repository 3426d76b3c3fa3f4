package agent

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// tree is what is in a folder: files with their sums, links with their targets. Locks are left out.
func snapshotOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.Type()&fs.ModeSymlink != 0:
			all[path], err = os.Readlink(path)
		case e.Type().IsRegular() && e.Name() != "lock" && e.Name() != "boot_id":
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			digest := sha256.Sum256(b)
			all[path] = string(digest[:])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sameTree(a, b map[string]string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(keysOf(a), func(k string) bool { return a[k] != b[k] })
}

func keysOf(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// TestDamagedFiles damages each checkpoint file in each way: the agent doesn't open, says which file it is and
// what to do, and changes nothing; with the file as it was, it opens.
func TestDamagedFiles(t *testing.T) {
	r := newRig(t, simulate(nil))
	v := volume("v", "data", 64)
	r.do(reserve("disk:64"), create(v))
	r.Launch(checkpointing(), command("t", "x", v))
	r.acknowledged("t", mesos.TASK_STARTING)
	r.LaunchGroup(checkpointing(), pod("pod"), []mesos.TaskInfo{command("member", "x")})
	r.acknowledged("member", mesos.TASK_STARTING)
	r.Suspend()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{ // file: what its remedy names
		"meta/resources/resources_and_operations.state":                            "meta/resources",
		"meta/resources/resources.info":                                            "meta/resources",
		"meta/slaves/S0/slave.info":                                                "meta/slaves/latest",
		"meta/slaves/S0/frameworks/F/framework.info":                               "frameworks/F",
		"meta/slaves/S0/frameworks/F/executors/pod/executor.info":                  "frameworks/F",
		"meta/slaves/S0/frameworks/F/executors/t/runs/latest/tasks/t/task.info":    "frameworks/F",
		"meta/slaves/S0/frameworks/F/executors/t/runs/latest/tasks/t/task.updates": "frameworks/F",
	}
	for name, remedy := range files {
		path, err := filepath.EvalSymlinks(r.path(name))
		if err != nil {
			t.Fatal(err)
		}
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		refusedBy := func(how string, open bool) {
			t.Helper()
			var before map[string]string
			if open {
				before = snapshotOf(t, r.dir)
			}
			_, readable := Readable(r.dir)
			err := readable
			if open {
				r.cfg.Runner = NewSimulatedRunner(nil)
				a, failed := Open(r.cfg, r.master)
				if failed == nil {
					t.Fatalf("%s %s: it opened, %v", name, how, a.Close())
				}
				err = failed
			}
			for _, err := range []error{err, readable} {
				damaged := new(*CorruptError)
				if !errors.Is(err, ErrCorrupt) || !errors.As(err, damaged) || !strings.Contains(err.Error(), filepath.Base(path)) ||
					!strings.Contains(err.Error(), remedy) && !strings.Contains(err.Error(), "remove the one of the two that is wrong") {
					t.Errorf("%s %s: %v", name, how, err)
				}
			}
			if open && !sameTree(before, snapshotOf(t, r.dir)) {
				t.Errorf("%s %s: files were changed", name, how)
			}
		}
		refused := func(how string) { t.Helper(); refusedBy(how, true) }
		write := func(content []byte) {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write([]byte("nonsense, and more of it"))
		if name != "meta/slaves/S0/frameworks/F/executors/t/runs/latest/tasks/t/task.updates" { // there it is a write that a crash cut short
			refused("of another kind")
		}
		for i := range len(good) * 8 {
			if i%23 != 0 && i > 32 { // some of them
				continue
			}
			bad := slices.Clone(good)
			bad[i/8] ^= 1 << (i % 8)
			write(bad)
			refusedBy("with a bit flipped", i%92 == 0)
		}
		if !strings.HasSuffix(name, updatesFile) {
			for _, n := range []int{0, 3, len(good) / 2, len(good) - 9} {
				write(good[:n])
				if n > 0 || !strings.HasSuffix(name, ".info") || name != "meta/resources/resources.info" {
					refused("cut short")
				}
			}
		}
		if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
			t.Fatal(err)
		}
		refused("as a folder")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		write(good)
	}
	r.open()
	r.acknowledged("t", mesos.TASK_RUNNING, mesos.TASK_FAILED)
	r.acknowledged("member", mesos.TASK_RUNNING, mesos.TASK_FAILED)
	if !r.Checkpointed().Equal(resource.Set{v}) {
		t.Errorf("checkpointed %s", r.Checkpointed())
	}
}

// TestLegacyLedger: resources.info is read where it is alone, and a target beside it is completed.
func TestLegacyLedger(t *testing.T) {
	r := newRig(t, simulate(nil))
	v, w := volume("v", "data", 64), volume("w", "data", 64)
	r.do(reserve("disk:128;cpus:1"), create(v))
	old := r.Checkpointed()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(r.path("meta/resources/resources_and_operations.state")); err != nil {
		t.Fatal(err)
	}
	r.open()
	if !r.Checkpointed().Equal(old) {
		t.Errorf("checkpointed %s, was %s", r.Checkpointed(), old)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	next := resource.Set{v, w}.Plus(reserved("cpus:1"))
	b, err := encodeLegacy(next)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.path("meta/resources/resources.target"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	r.open()
	if !r.Checkpointed().Equal(next) || !exists(t, r.path("volumes/roles/r/w")) || exists(t, r.path("meta/resources/resources.target")) {
		t.Errorf("checkpointed %s, want %s, with a folder and without a target", r.Checkpointed(), next)
	}
}

// TestLayout: the files are where a Mesos agent has them.
func TestLayout(t *testing.T) {
	r := newRig(t, simulate(nil))
	v := volume("v", "data", 64)
	r.do(reserve("disk:64"), create(v))
	r.Launch(checkpointing(), command("t", "x", v))
	r.acknowledged("t", mesos.TASK_STARTING, mesos.TASK_RUNNING)
	run := filepath.Base(r.Tasks()[0].Sandbox)
	for link, target := range map[string]string{
		"meta/slaves/latest": "S0", "slaves/latest": "S0",
		"slaves/S0/frameworks/F/executors/t/runs/latest":           run,
		"meta/slaves/S0/frameworks/F/executors/t/runs/latest":      run,
		"slaves/S0/frameworks/F/executors/t/runs/" + run + "/data": r.path("volumes/roles/r/v"),
		"slaves/latest/frameworks/F/executors/t/runs/latest/data":  r.path("volumes/roles/r/v"),
	} {
		if got, err := os.Readlink(r.path(link)); err != nil || got != target {
			t.Errorf("%s links %q, %v, want %q", link, got, err, target)
		}
	}
	for _, file := range []string{
		"meta/resources/resources.info", "meta/resources/resources_and_operations.state", "meta/slaves/S0/slave.info",
		"meta/slaves/latest/frameworks/F/framework.info", "meta/slaves/latest/frameworks/F/executors/t/runs/" + run + "/tasks/t/task.info",
		"meta/slaves/latest/frameworks/F/executors/t/runs/" + run + "/tasks/t/task.updates",
	} {
		if info, err := os.Stat(r.path(file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
}
