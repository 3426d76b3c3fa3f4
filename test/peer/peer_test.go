// Package peer holds the proof that clients of other libraries work with the minicluster unchanged. It is a module of its own, since
// nothing else of Moor needs the peer's library, and the client a program of its own, since both register the same protobuf names.
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

// TestClientOfMesosGo: its three tasks run, as real processes, and finish.
func TestClientOfMesosGo(t *testing.T) {
	client := filepath.Join(t.TempDir(), "client")
	if out, err := exec.Command("go", "build", "-o", client, "./client").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cluster := minicluster.New(t, minicluster.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, client, cluster.Masters()[0]).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"1 TASK_RUNNING", "1 TASK_FINISHED", "2 TASK_FINISHED", "3 TASK_RUNNING", "3 TASK_FINISHED"} {
		if !strings.Contains(string(out), want+"\n") {
			t.Errorf("%q is missing in %s", want, out)
		}
	}
}
