package structure

import (
	"os"
	"strings"
	"testing"
)

// TestReadme: what README.md shows is what is there. Its two commands are those that the checks run, and its
// framework is the example, to the letter.
func TestReadme(t *testing.T) {
	readme, checks, minimal := read(t, "../../README.md"), read(t, "../../.ci/run"), read(t, "../../examples/minimal/main.go")
	for _, command := range []string{"go run ./examples/cassandra-like", "go test ./..."} {
		if !strings.Contains(readme, "\n    "+command+"\n") || !strings.Contains(checks, command) {
			t.Errorf("%q has to stand in README.md and in .ci/run", command)
		}
	}
	if !strings.Contains(readme, "```go\n"+strings.TrimSpace(minimal)+"\n```") {
		t.Error("README.md doesn't show examples/minimal/main.go as it is")
	}
	if lines := strings.Count(minimal, "\n"); lines > 60 {
		t.Errorf("examples/minimal/main.go has %d lines, README.md promises 60", lines)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
