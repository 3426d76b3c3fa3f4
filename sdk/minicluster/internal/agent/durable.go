package agent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// ErrInUse is wrapped by Open's error when another agent has the work directory open, in this process or
// another.
var ErrInUse = errors.New("work directory is in use by another agent")

// workDirLock keeps a work directory for one agent. The kernel gives it back when the process ends.
type workDirLock struct{ file *os.File }

func lockWorkDir(meta string) (*workDirLock, error) {
	f, err := os.OpenFile(filepath.Join(meta, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: close it first, or use another folder: %w", ErrInUse, err), f.Close())
	}
	return &workDirLock{file: f}, nil
}

func (l *workDirLock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}

// makeDirs is mkdir -p that survives a crash of the machine: each folder made is in its parent for good.
func makeDirs(path string, mode os.FileMode) error {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return nil
		}
		return &os.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
	}
	parent := filepath.Dir(path)
	if err := makeDirs(parent, mode); err != nil {
		return err
	}
	if err := os.Mkdir(path, mode); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(parent)
}

// syncDir makes the names in a folder durable. A folder that is gone has none.
func syncDir(path string) error {
	d, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeFile puts content in a file of this name all or nothing: whatever fails, the old content or none is
// left.
func writeFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// readFile reads a file of at most limit bytes; nil where there is none.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("%w: %s is larger than %d bytes", ErrCorrupt, path, limit)
	}
	return content, nil
}

// link makes a symbolic link, replacing one of this name in one step.
func link(target, path string) error {
	temporary := filepath.Join(filepath.Dir(path), ".link-"+newContainerID())
	if err := os.Symlink(target, temporary); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
