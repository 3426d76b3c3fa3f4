package main

import (
	"bytes"
	"strings"
	"testing"
)

// command runs a command line to its end, or until the test's.
func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, bad bytes.Buffer
	status = run(&environment{Context: t.Context(), stdout: &out, stderr: &bad}, args)
	return status, out.String(), bad.String()
}

// TestClusterRefuses: each bad value is refused with status 2 and one line that names it.
func TestClusterRefuses(t *testing.T) {
	file := writeFile(t, "x")
	for _, c := range []struct{ args, why string }{
		{"-listen nowhere", "--listen"},
		{"-listen 127.0.0.1:99999", "99999"},
		{"-listen 127.0.0.1:http", "http"},
		{"-masters 0", "at least one"},
		{"-masters 100", "--masters"},
		{"-masters 3 -listen 127.0.0.1:65534", "--masters"},
		{"-zk localhost:2181/mesos", "--zk"},
		{"-zk zk://localhost", "--zk"},
		{"-acls {", "--acls"},
		{"-acls @/nonexistent/file", "--acls"},
		{"-agents 0", "at least one"},
		{"-agents -1", "--agents"},
		{"-agents many", "--agents"},
		{"-agents 1001", "at most"},
		{"-agent-resources cpus", "--agent-resources"},
		{"-agent-resources [{}]", "--agent-resources"},
		{"-agent-resources @/nonexistent/file", "/nonexistent/file"},
		{"-agents 3 -agent-resources cpus:1 -agent-resources cpus:2", "2 times for 3"},
		{"-agent-attributes rack", "--agent-attributes"},
		{"-agents 2 -agent-hostname one", "once for each"},
		{"-work-dir " + file, "is no folder"},
		{"-work-dir " + file + "/below", "--work-dir"},
		{"-allocation-interval soon", "--allocation-interval"},
		{"-allocation-interval 0s", "--allocation-interval"},
		{"-heartbeat -1s", "--heartbeat"},
		{"-min-allocatable cpus", "--min-allocatable"},
		{"-credentials /nonexistent/file", "--credentials"},
		{"-credentials " + file, "line 1"},
		{"-log-level loud", "--log-level"},
		{"-no-such-flag", "no-such-flag"},
		{"more", "more"},
	} {
		status, out, bad := command(t, append([]string{"cluster"}, strings.Fields(c.args)...)...)
		if status != exitUsage || out != "" || !strings.Contains(bad, c.why) || strings.Count(bad, "\n") != 1 {
			t.Errorf("%s: status %d, output %q, error %q; want status 2 and a line with %q", c.args, status, out, bad, c.why)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"cluster", "-help"}, {"cluster", "-h"}} {
		status, out, bad := command(t, args...)
		if status != 0 || !strings.Contains(out, "Usage: moor") || bad != "" {
			t.Errorf("%v: status %d, output %q, error %q", args, status, out, bad)
		}
	}
	if status, _, bad := command(t); status != exitUsage || !strings.Contains(bad, "cluster") {
		t.Errorf("nothing at all: status %d, error %q", status, bad)
	}
}
