// Package peer holds the proof that clients of other libraries work with the minicluster unchanged. It is a module of its own, since
// nothing else of Moor needs the peer's library, and the clients are programs of their own, since both sides register the same
// protobuf names.
package peer

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// build compiles programs into a folder.
func build(t *testing.T, packages ...string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("go", append([]string{"build", "-o", dir + "/"}, packages...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// run runs a program to its end.
func run(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	return string(out), err
}

// TestClientOfMesosGo: its three tasks run, as real processes, and finish.
func TestClientOfMesosGo(t *testing.T) {
	cluster := minicluster.New(t, minicluster.Config{})
	out, err := run(t, filepath.Join(build(t, "./client"), "client"), cluster.Masters()[0])
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{"1 TASK_RUNNING", "1 TASK_FINISHED", "2 TASK_FINISHED", "3 TASK_RUNNING", "3 TASK_FINISHED"} {
		if !strings.Contains(out, want+"\n") {
			t.Errorf("%q is missing in %s", want, out)
		}
	}
}

// TestExampleOfMesosGo: the example scheduler that comes with mesos-go runs its tasks on the executor that comes with it.
func TestExampleOfMesosGo(t *testing.T) {
	const examples = "github.com/mesos/mesos-go/api/v1/cmd/"
	dir := build(t, examples+"example-scheduler", examples+"example-executor")
	cluster := minicluster.New(t, minicluster.Config{})
	// It ends with 1 when all is done as well: what its own end cancels is an error to it.
	out, _ := run(t, filepath.Join(dir, "example-scheduler"), "-url", "http://"+cluster.Masters()[0]+"/api/v1/scheduler",
		"-executor", filepath.Join(dir, "example-executor"), "-tasks", "3", "-server.address", "127.0.0.1", "-verbose")
	for _, want := range []string{"Task 1 is in state TASK_FINISHED", "Task 2 is in state TASK_FINISHED", "Task 3 is in state TASK_FINISHED", "mission accomplished"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %s", want, out)
		}
	}
}
