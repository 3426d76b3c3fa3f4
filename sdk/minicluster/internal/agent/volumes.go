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

// ErrVolume is wrapped by errors about volumes that have no directory: a persistence id or role that is no
// valid name, or a disk that can't hold volumes.
var ErrVolume = errors.New("no such volume is possible")

// volumePath is the directory of a persistent volume (semantics 4.1). Persistence id and role come from
// frameworks; they are checked once more here, where they become a path.
func volumePath(workDir string, r *mesos.Resource) (string, error) {
	if !resource.IsVolume(r) {
		return "", fmt.Errorf("%w: %s is no persistent volume", ErrVolume, resource.String(r))
	}
	id, role := r.Disk.Persistence.ID, resource.ReservationRole(r)
	if err := errors.Join(mesos.ValidateID(id), mesos.ValidateRole(role)); err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrVolume, resource.String(r), err)
	}
	root := workDir
	if source := r.Disk.Source; source != nil {
		switch source.Type {
		case mesos.Resource_DiskInfo_Source_MOUNT:
			return diskRoot(workDir, r, source.GetMount().GetRoot())
		case mesos.Resource_DiskInfo_Source_PATH:
			var err error
			if root, err = diskRoot(workDir, r, source.GetPath().GetRoot()); err != nil {
				return "", err
			}
		default:
			return "", fmt.Errorf("%w: %s: only root, PATH and MOUNT disks hold volumes", ErrVolume, resource.String(r))
		}
	}
	return filepath.Join(root, "volumes", "roles", strings.ReplaceAll(role, "/", " "), id), nil
}

// diskRoot is the folder of a disk source, which the agent's own config names; a relative one is below workDir.
func diskRoot(workDir string, r *mesos.Resource, root string) (string, error) {
	if root == "" {
		return "", fmt.Errorf("%w: %s: its disk source names no root folder", ErrVolume, resource.String(r))
	}
	if !filepath.IsAbs(root) {
		root = filepath.Join(workDir, root)
	}
	if root = filepath.Clean(root); root == string(filepath.Separator) {
		return "", fmt.Errorf("%w: %s: the root of the file system can't be a disk", ErrVolume, resource.String(r))
	}
	return root, nil
}

// volumePaths maps the directories of all volumes in s to the volumes. A volume that was resized keeps its
// directory, so it is no other volume here.
func volumePaths(workDir string, s resource.Set) (map[string]*mesos.Resource, error) {
	paths := map[string]*mesos.Resource{}
	for i := range s {
		if !resource.IsVolume(&s[i]) {
			continue
		}
		path, err := volumePath(workDir, &s[i])
		if err != nil {
			return nil, err
		}
		paths[path] = &s[i]
	}
	return paths, nil
}

// makeVolume makes a volume's directory and what is missing above it. What is there already is taken as it
// is, with its content (semantics 4.2).
func makeVolume(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		return fmt.Errorf("create the persistent volume at %s: there is a file of this name", path)
	}
	if err := makeDirs(path, 0o755); err != nil {
		return fmt.Errorf("create the persistent volume at %s: %w", path, err)
	}
	return nil
}

// deleteVolume deletes a volume's directory with all data; the root of a MOUNT disk stays (semantics 4.6).
// A directory that isn't there is fine: the deletion may be a repeated one.
func deleteVolume(path string, r *mesos.Resource) error {
	if r.Disk.Source.GetType() != mesos.Resource_DiskInfo_Source_MOUNT || r.Disk.Source == nil {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("delete the persistent volume %s: %w", r.Disk.Persistence.ID, err)
		}
		return syncDir(filepath.Dir(path))
	}
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("delete the content of the persistent volume %s: %w", r.Disk.Persistence.ID, err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(path, e.Name())); err != nil {
			return fmt.Errorf("delete the content of the persistent volume %s: %w", r.Disk.Persistence.ID, err)
		}
	}
	return nil
}
