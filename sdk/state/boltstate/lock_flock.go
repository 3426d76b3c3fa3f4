//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package boltstate

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/stateful-mesos/moor/sdk/state"
)

// lock takes the same lock that bbolt takes, on the same descriptor, but before the file is read: what another process
// is in the middle of writing would look damaged.
func lock(file *os.File, wait time.Duration) error {
	const pause = 20 * time.Millisecond
	for deadline := time.Now().Add(wait); ; time.Sleep(pause) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			if time.Now().After(deadline) {
				return fmt.Errorf("%w by another process; end that one first", state.ErrLocked)
			}
		case !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("lock: %w", err)
		}
	}
}
