package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Why a node refuses its volume.
var (
	// ErrNoVolume: there is no folder where the volume should be. It is not made: it would be in the sandbox, and the
	// data would go with it.
	ErrNoVolume = errors.New("no volume")
	// ErrInUse: another process holds the volume; see the package comment.
	ErrInUse = errors.New("the volume is in use")
	// ErrForeign: the volume belongs to another instance, or its owner can't be made out.
	ErrForeign = errors.New("the volume is not this node's")
)

// identityFile in the volume says whose volume it is, and carries the lock.
const identityFile = "identity.json"

// Identity is whose volume it is.
type Identity struct {
	Service  string `json:"service"`
	Instance string `json:"instance"`
	Volume   string `json:"volume"` // the persistence id
}

// String is for messages.
func (i Identity) String() string {
	return fmt.Sprintf("%s of service %s on volume %s", i.Instance, i.Service, i.Volume)
}

// claim locks the volume in dir for the instance and makes sure that it is its own. The file it returns carries the lock:
// closing it, or the end of the process however it ends, gives the volume free.
func claim(dir string, mine Identity, wait time.Duration) (_ *os.File, err error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%w at %s: the task has to be launched with it, under that container path (%v)", ErrNoVolume, dir, err)
	}
	file, err := os.OpenFile(filepath.Join(dir, identityFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	if err := lock(file, wait); err != nil {
		return nil, err
	}
	const enough = 64 << 10
	raw, err := io.ReadAll(io.LimitReader(file, enough))
	if err != nil {
		return nil, err
	}
	var found Identity
	if err := json.Unmarshal(raw, &found); err == nil {
		if found != mine {
			return nil, fmt.Errorf("%w: it belongs to %v, this is %v; nothing was changed", ErrForeign, found, mine)
		}
		return file, nil
	}
	// No identity: the volume is new, or its first node was killed before it had written one. With data it is neither.
	if _, err := os.Stat(filepath.Join(dir, dataFile)); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is data in it, but %s can't be read (%d bytes, %v); nothing was changed", ErrForeign, identityFile, len(raw), err)
	}
	return file, sign(file, mine)
}

func lock(file *os.File, wait time.Duration) error {
	const pause = 50 * time.Millisecond
	for deadline := time.Now().Add(wait); ; time.Sleep(pause) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			if time.Now().After(deadline) {
				return fmt.Errorf("%w: another process has held %s for %v; it has to end first", ErrInUse, file.Name(), wait)
			}
		case !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("lock %s: %w", file.Name(), err)
		}
	}
}

// sign writes the identity into the locked file: in place, because the lock is on this file and not on its name.
func sign(file *os.File, mine Identity) error {
	raw, err := json.Marshal(mine)
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	if _, err := file.WriteAt(append(raw, '\n'), 0); err != nil {
		return err
	}
	return errors.Join(file.Sync(), syncFolder(filepath.Dir(file.Name())))
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
