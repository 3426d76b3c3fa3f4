package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestProgram runs it on a cluster of its own, then twice on another one, where the second time goes on with the volume of
// the first.
func TestProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("runs whole clusters: left out with -short")
	}
	program := filepath.Join(t.TempDir(), "minimal")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cluster := minicluster.New(t, minicluster.Config{})
	for _, run := range []struct {
		args  []string
		first int
	}{{nil, 1}, {[]string{"-master", cluster.Masters()[0]}, 1}, {[]string{"-master", cluster.Masters()[0]}, 4}} {
		var stdout, stderr bytes.Buffer
		command := exec.Command(program, run.args...)
		command.Stdout, command.Stderr = &stdout, &stderr
		if err := command.Run(); err != nil {
			t.Fatalf("%v: %v\n%s%s", run.args, err, &stdout, &stderr)
		}
		for launch := range 3 {
			want := fmt.Sprintf("counter.%d TASK_FAILED Command exited with status %d\n", launch+1, run.first+launch)
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("%v: no %q in\n%s", run.args, want, &stdout)
			}
		}
	}
	if volumes := cluster.State().Agents[0].Total.Filter(resource.IsVolume); len(volumes) != 1 {
		t.Errorf("volumes are %v, want one", volumes)
	}
}

func TestItIsShort(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(source, []byte("\n")); lines > 60 {
		t.Errorf("main.go has %d lines, more than the 60 that are promised", lines)
	}
}

func TestNothingToConnectTo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program: left out with -short")
	}
	out, err := exec.Command("go", "run", ".", "-master", "a:b:c").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "a:b:c") {
		t.Errorf("a master that is none: %v\n%s", err, out)
	}
}
