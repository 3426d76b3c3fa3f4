// Package structure holds the tests of the tree's own shape.
package structure

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/stateful-mesos/moor/"

// rooms says what each package of ours may import of ours; a trailing slash takes in what is below.
// The same table, with what each room is for, is in DESIGN.md.
var rooms = map[string][]string{
	"sdk":                    {"sdk/mesos/", "sdk/resource", "sdk/ops", "sdk/matcher", "sdk/state/", "sdk/scheduler", "sdk/operator", "sdk/internal/"},
	"sdk/mesos/":             {"sdk/mesos/"},
	"sdk/resource":           {"sdk/mesos/"},
	"sdk/ops":                {"sdk/mesos/", "sdk/resource", "sdk/internal/callcheck"},
	"sdk/matcher":            {"sdk/mesos/", "sdk/resource", "sdk/ops"},
	"sdk/state/":             {"sdk/state/"},
	"sdk/scheduler":          {"sdk/mesos/", "sdk/resource", "sdk/state/", "sdk/internal/"},
	"sdk/internal/callcheck": {"sdk/mesos/"},
	"sdk/internal/recordio":  {},
	"sdk/internal/session":   {"sdk/mesos/", "sdk/resource"},
	"sdk/internal/wire":      {"sdk/mesos/", "sdk/internal/recordio"},
	"sdk/internal/election":  {"sdk/mesos/"},
	"sdk/operator":           {"sdk/mesos/", "sdk/resource", "sdk/internal/"},
	"sdk/minicluster/":       {"sdk/mesos/", "sdk/resource", "sdk/internal/recordio", "sdk/internal/election", "sdk/minicluster/"},
	"cmd/":                   {"sdk/", "cmd/"},
	"mocks":                  {"sdk/"},
	"examples/":              {"sdk/", "examples/"},
	"test/":                  {"sdk/", "test/"},
}

// outsiders are modules that only the rooms named may import.
var outsiders = map[string][]string{
	"go.etcd.io/bbolt":             {"sdk/state/boltstate", "examples/"},
	"github.com/golang/mock":       {"mocks"},
	"github.com/go-zookeeper/zk":   {"sdk/internal/election", "sdk/state/zkstate"},
	"github.com/alecthomas/kong":   {"cmd/"},
	"go.opentelemetry.io/otel/sdk": {"examples/"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

// TestImportDirections: one-way imports keep a layer from learning about those above it, and the
// minicluster from sharing a mistake with the driver that it tests.
func TestImportDirections(t *testing.T) {
	packages := list(t)
	if len(packages) < 10 {
		t.Fatalf("go list found only %d packages of ours", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, ok := room(name)
		if !ok {
			t.Errorf("%s belongs to no room: add it to the table here and in DESIGN.md", name)
			continue
		}
		for _, imported := range p.Imports {
			if ours, is := strings.CutPrefix(imported, module); is && !within(ours, allowed) {
				t.Errorf("%s must not import %s", name, ours)
			}
			for outsider, users := range outsiders {
				if (imported == outsider || strings.HasPrefix(imported, outsider+"/")) && !within(name, users) {
					t.Errorf("%s must not import %s: only %v may", name, imported, users)
				}
			}
		}
	}
}

// room finds the entry for a package: its own, or the closest folder above it.
func room(name string) ([]string, bool) {
	if allowed, ok := rooms[name]; ok {
		return allowed, true
	}
	for dir := name + "/"; dir != ""; {
		if allowed, ok := rooms[dir]; ok {
			return allowed, true
		}
		i := strings.LastIndexByte(strings.TrimSuffix(dir, "/"), '/')
		dir = dir[:i+1]
	}
	return nil, false
}

func within(name string, allowed []string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		return name == a || strings.HasSuffix(a, "/") && strings.HasPrefix(name+"/", a)
	})
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
