package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// sandboxMode is what a Mesos agent gives sandboxes: the task's user and group only.
const sandboxMode = 0o750

// sandbox is the folder of an executor's container (semantics 6.11).
func (a *Agent) sandbox(framework, executor, container string) string {
	return filepath.Join(a.cfg.WorkDir, "slaves", a.id.Value, "frameworks", framework, "executors", executor, "runs", container)
}

// linkLatest makes slaves/latest the folder that this agent's sandboxes are in.
func (a *Agent) linkLatest() error {
	dir := filepath.Join(a.cfg.WorkDir, "slaves")
	if err := os.MkdirAll(filepath.Join(dir, a.id.Value), 0o755); err != nil {
		return err
	}
	return link(a.id.Value, filepath.Join(dir, "latest"))
}

// makeSandbox makes a task's sandbox with the files for its output.
func (a *Agent) makeSandbox(t *task) error {
	if err := os.MkdirAll(t.sandbox, sandboxMode); err != nil {
		return fmt.Errorf("failed to create the sandbox: %w", err)
	}
	for _, name := range []string{"stdout", "stderr"} {
		f, err := os.OpenFile(filepath.Join(t.sandbox, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("failed to create the sandbox: %w", err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("failed to create the sandbox: %w", err)
		}
	}
	if t.executor.info != nil {
		return nil
	}
	return link(t.executor.container, filepath.Join(filepath.Dir(t.sandbox), "latest"))
}

// makeExecutorSandbox makes the sandbox of a default executor.
func (a *Agent) makeExecutorSandbox(e *executor) error {
	if err := os.MkdirAll(e.sandbox, sandboxMode); err != nil {
		return fmt.Errorf("failed to create the sandbox: %w", err)
	}
	return link(e.container, filepath.Join(filepath.Dir(e.sandbox), "latest"))
}

// linkVolumes puts the volumes among resources into an executor's sandbox, as symbolic links, and words what
// is in the way as Mesos does (semantics 4.3).
func (a *Agent) linkVolumes(e *executor, resources []mesos.Resource) error {
	for i := range resources {
		r := &resources[i]
		if !resource.IsVolume(r) {
			continue
		}
		path := r.Disk.Volume.GetContainerPath()
		if !linkable(path) {
			a.log.Warn("skipping updating symlink for persistent volume: its container path contains a slash or is no name",
				"volume", resource.String(r), "executor", e.id, "container path", path)
			continue
		}
		upgraded := resource.Set{*r}.Upgrade()
		volume, err := volumePath(a.cfg.WorkDir, &upgraded[0])
		if err != nil {
			return err
		}
		if r.Disk.Volume.GetMode() == mesos.RO {
			a.log.Warn("allowing read-write access to read-only volume", "volume", resource.String(r), "executor", e.id)
		}
		if err := linkVolume(volume, filepath.Join(e.sandbox, path)); err != nil {
			return err
		}
	}
	return nil
}

// linkable reports whether a volume appears at a container path: one component that is a name. What isn't
// is skipped by Mesos without an error, and the task runs without its volume.
func linkable(path string) bool {
	return path != "" && path != "." && path != ".." && !strings.ContainsAny(path, "/\x00")
}

// linkVolume links one volume; a link to it that is there already is fine.
func linkVolume(volume, path string) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		if err := os.Symlink(volume, path); err != nil {
			return fmt.Errorf("Failed to symlink persistent volume from '%s' to '%s'", volume, path) //nolint:staticcheck // Mesos's own text
		}
		return nil
	}
	there, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("Failed to get the realpath of symlink '%s': %w", path, err) //nolint:staticcheck // Mesos's own text
	}
	wanted, err := filepath.EvalSymlinks(volume)
	if err != nil {
		return fmt.Errorf("Failed to get the realpath of volume '%s': %w", volume, err) //nolint:staticcheck // Mesos's own text
	}
	if there != wanted {
		// That the two paths stand the other way round than the words say is Mesos's doing.
		return fmt.Errorf("The existing symlink '%s' points to '%s' and the new target is '%s'", path, wanted, there) //nolint:staticcheck // Mesos's own text
	}
	return nil
}

// linkFromParent puts the volumes of a group's task, which are in the executor's sandbox, into the task's.
func linkFromParent(t *task) error {
	for i := range t.info.Resources {
		r := &t.info.Resources[i]
		if !resource.IsVolume(r) || !linkable(r.Disk.Volume.GetContainerPath()) {
			continue
		}
		path := r.Disk.Volume.GetContainerPath()
		if err := linkVolume(filepath.Join(t.executor.sandbox, path), filepath.Join(t.sandbox, path)); err != nil {
			return err
		}
	}
	return nil
}

// unlinkVolumes takes the volumes of an ended task out of the sandbox of a default executor that goes on,
// so that a later group can have another volume at the same place.
func (a *Agent) unlinkVolumes(t *task) {
	if t.executor.info == nil {
		return
	}
	used := map[string]bool{}
	note := func(resources []mesos.Resource) {
		for i := range resources {
			if resource.IsVolume(&resources[i]) {
				used[resources[i].Disk.Volume.GetContainerPath()] = true
			}
		}
	}
	note(t.executor.info.Resources)
	for _, other := range t.executor.tasks {
		if other.phase != ended {
			note(other.info.Resources)
		}
	}
	for i := range t.info.Resources {
		r := &t.info.Resources[i]
		if path := r.Disk.GetVolume().GetContainerPath(); resource.IsVolume(r) && linkable(path) && !used[path] {
			a.unlink(filepath.Join(t.executor.sandbox, path))
		}
	}
}

// unlink removes a symbolic link and nothing else.
func (a *Agent) unlink(path string) {
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&os.ModeSymlink != 0 {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		a.log.Warn("failed to remove the symlink for the unneeded persistent volume", "path", path, "error", err)
	}
}
