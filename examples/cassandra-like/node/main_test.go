package node

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// The environment of a child that is a node: childOf makes one of the test binary.
const (
	childEnv = "MOOR_TEST_NODE"
	limitEnv = "MOOR_TEST_FILE_LIMIT" // bytes; no file of the child can grow beyond it
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		limitFiles(os.Getenv(limitEnv))
		os.Exit(Main())
	}
	goleak.VerifyTestMain(m)
}

func limitFiles(bytes string) {
	n, err := strconv.ParseUint(bytes, 10, 64)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ) // so that a write fails with EFBIG in place of ending the process
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
		panic(err)
	}
}
