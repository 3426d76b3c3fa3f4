package conformance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// atOnce is how many clusters play scenarios at a time. They wait more than they do, so it is more than
// there are processors, unless -parallel says otherwise.
const atOnce = 8

func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		if err := flag.Set("test.parallel", strconv.Itoa(atOnce)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	goleak.VerifyTestMain(m)
}

const (
	role      = "probe-role"
	principal = "probe-principal"
)

// knownFailures are scenarios that the minicluster can't pass, with the reason. A scenario that passes all
// the same is a failure: the entry has to go.
var knownFailures = map[string]string{}

// scenarios are all of them.
func scenarios() []Scenario {
	return slices.Concat(sessionsScenarios, reservationsScenarios, volumesScenarios, tasksScenarios, operatorScenarios)
}

// brief are the scenarios that are played with -short: one of each kind, none that waits.
var brief = []string{
	"subscribe-refusals", "reserve-refusals", "create-refusals", "relaunch-on-same-data", "operator-endpoints", "task-group",
}

func TestConformance(t *testing.T) {
	known := knownFailures
	master := os.Getenv("MESOS_MASTER")
	if master != "" {
		t.Logf("playing against the master at %s, named by MESOS_MASTER", master)
		known = nil
	} else {
		t.Log("MESOS_MASTER names no master: playing against the minicluster")
	}
	for name := range known {
		if !slices.ContainsFunc(scenarios(), func(s Scenario) bool { return s.Name == name }) {
			t.Errorf("the known failure %q is no scenario", name)
		}
	}
	for _, s := range scenarios() {
		if testing.Short() && !slices.Contains(brief, s.Name) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			var problem string
			if master == "" {
				t.Parallel()
				problem = playOnMinicluster(t, s)
			} else {
				problem = play(t, master, s)
			}
			reason, expected := known[s.Name]
			switch {
			case expected && problem == "":
				t.Errorf("it passes, though it is known to fail: %s", reason)
			case expected:
				t.Skipf("known to fail: %s", reason)
			case problem != "":
				t.Errorf("%s\n%s", s.Does, problem)
			}
		})
	}
}

// play plays a scenario on a master and says in what the answers differ from the record; empty: in nothing.
func play(t *testing.T, master string, s Scenario) string {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", s.Name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(master, "://") {
		master = "http://" + master
	}
	got, reason := Play(master, s)
	diff := Compare(want, got)
	if reason != "" {
		diff = slices.Insert(diff, 0, "broken off: "+reason)
	}
	return strings.Join(diff[:min(len(diff), 4)], "\n")
}

// playOnMinicluster plays a scenario on a cluster of its own.
func playOnMinicluster(t *testing.T, s Scenario) string {
	t.Helper()
	cluster, err := minicluster.Start(t.Context(), clusterConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	}()
	return play(t, cluster.Masters()[0], s)
}

// clusterConfig is a cluster of the shape that the package comment describes.
func clusterConfig(t *testing.T) minicluster.Config {
	t.Helper()
	dir := t.TempDir()
	scalar := func(name string, amount float64, more J) J {
		return With(J{"name": name, "type": "SCALAR", "scalar": J{"value": amount}}, more)
	}
	static := J{"reservations": L{J{"type": "STATIC", "role": "static-role"}}}
	resources := L{
		scalar("cpus", 4, nil), scalar("mem", 4096, nil), scalar("disk", 10240, nil),
		scalar("cpus", 1, static), scalar("mem", 512, static), scalar("disk", 2048, static),
		J{"name": "ports", "type": "RANGES", "ranges": J{"range": L{J{"begin": 31000, "end": 32000}}}},
	}
	for kind, amount := range map[string]float64{"PATH": 4096, "MOUNT": 2048} {
		root := filepath.Join(dir, strings.ToLower(kind))
		if err := os.Mkdir(root, 0o700); err != nil {
			t.Fatal(err)
		}
		resources = append(resources, scalar("disk", amount, J{"disk": J{"source": J{"type": kind, strings.ToLower(kind): J{"root": root}}}}))
	}
	return minicluster.Config{
		WorkDir: filepath.Join(dir, "work"),
		Agents:  []minicluster.Agent{{Resources: text(resources), Attributes: "rack:r1;zone:z1"}},
	}
}

// TestRecordsAndScenarios: each record has a scenario and the other way round, and no two records agree, so
// that comparing can fail.
func TestRecordsAndScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var recorded, played []string
	records := map[string]string{}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".jsonl")
		if other, ok := records[string(b)]; ok {
			t.Errorf("the records %s and %s are the same", name, other)
		}
		records[string(b)] = name
		recorded = append(recorded, name)
	}
	for _, s := range scenarios() {
		played = append(played, s.Name)
	}
	slices.Sort(recorded)
	slices.Sort(played)
	if !slices.Equal(recorded, played) {
		t.Errorf("records %v\nscenarios %v", recorded, played)
	}
	for _, name := range brief {
		if !slices.Contains(played, name) {
			t.Errorf("%s, to be played with -short, is no scenario", name)
		}
	}
}

// TestComparing: a difference is found and identifiers are none.
func TestComparing(t *testing.T) {
	const id = "0a1b2c3d-0000-4000-8000-%012d"
	framework := func(n int, message string) []Step {
		f := fmt.Sprintf(id, n) + "-0007"
		return []Step{{Step: "event", Event: J{"framework_id": f, "timestamp": n, "message": message + f, "resources": L{n % 2, 1 - n%2}}}}
	}
	same := Compare(Normalise(framework(1, "of ")), Normalise(framework(2, "of ")))
	if len(same) != 0 {
		t.Errorf("two frameworks: %v", same)
	}
	if differ := Compare(Normalise(framework(1, "of ")), Normalise(framework(1, "for "))); len(differ) != 1 {
		t.Errorf("two texts: %v", differ)
	}
	if short := Compare(Normalise(framework(1, "")), nil); len(short) != 1 {
		t.Errorf("no record at all: %v", short)
	}
}
