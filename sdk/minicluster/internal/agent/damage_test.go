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

// damaged is one checkpoint file under test.
type damaged struct {
	r                  *rig
	name, path, remedy string
	good               []byte
}

func (d *damaged) write(content []byte) {
	d.r.t.Helper()
	if err := os.WriteFile(d.path, content, 0o600); err != nil {
		d.r.t.Fatal(err)
	}
}

// refused checks that the agent doesn't open, says which file it is and what to do, and changes nothing; without
// open that [Readable] says so.
func (d *damaged) refused(t *testing.T, how string, open bool) {
	t.Helper()
	_, readable := Readable(d.r.dir)
	errs := []error{readable}
	if open {
		before := snapshotOf(t, d.r.dir)
		d.r.cfg.Runner = NewSimulatedRunner(nil)
		a, err := Open(d.r.cfg, d.r.master)
		if err == nil {
			t.Fatalf("%s %s: it opened, %v", d.name, how, a.Close())
		}
		if errs = append(errs, err); !sameTree(before, snapshotOf(t, d.r.dir)) {
			t.Errorf("%s %s: files were changed", d.name, how)
		}
	}
	for _, err := range errs {
		told := new(*CorruptError)
		if !errors.Is(err, ErrCorrupt) || !errors.As(err, told) || !strings.Contains(err.Error(), filepath.Base(d.path)) ||
			!strings.Contains(err.Error(), d.remedy) && !strings.Contains(err.Error(), "remove the one of the two that is wrong") {
			t.Errorf("%s %s: %v", d.name, how, err)
		}
	}
}

// tried damages the file in each way, and leaves it as it was.
func (d *damaged) tried(t *testing.T) {
	t.Helper()
	for i := range len(d.good) * 8 {
		if i%23 != 0 && i > 32 { // some of them
			continue
		}
		bad := slices.Clone(d.good)
		bad[i/8] ^= 1 << (i % 8)
		d.write(bad)
		d.refused(t, "with a bit flipped", i%92 == 0)
	}
	if !strings.HasSuffix(d.name, updatesFile) { // there it is a write that a crash cut short
		d.write([]byte("nonsense, and more of it"))
		d.refused(t, "of another kind", true)
		for _, n := range []int{0, 3, len(d.good) / 2, len(d.good) - 9} {
			d.write(d.good[:n])
			if n > 0 || !strings.HasSuffix(d.name, "resources.info") {
				d.refused(t, "cut short", true)
			}
		}
	}
	if err := errors.Join(os.Remove(d.path), os.Mkdir(d.path, 0o700)); err != nil {
		t.Fatal(err)
	}
	d.refused(t, "as a folder", true)
	if err := os.Remove(d.path); err != nil {
		t.Fatal(err)
	}
	d.write(d.good)
}

// TestDamagedFiles damages each checkpoint file; with all as they were, the agent opens.
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
	for name, remedy := range map[string]string{ // file: what its remedy names
		"meta/resources/resources_and_operations.state":                            "meta/resources",
		"meta/resources/resources.info":                                            "meta/resources",
		"meta/slaves/S0/slave.info":                                                "meta/slaves/latest",
		"meta/slaves/S0/frameworks/F/framework.info":                               "frameworks/F",
		"meta/slaves/S0/frameworks/F/executors/pod/executor.info":                  "frameworks/F",
		"meta/slaves/S0/frameworks/F/executors/t/runs/latest/tasks/t/task.info":    "frameworks/F",
		"meta/slaves/S0/frameworks/F/executors/t/runs/latest/tasks/t/task.updates": "frameworks/F",
	} {
		path, err := filepath.EvalSymlinks(r.path(name))
		if err != nil {
			t.Fatal(err)
		}
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		(&damaged{r, name, path, remedy, good}).tried(t)
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
