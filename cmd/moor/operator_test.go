package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

// TestOperators plays scenarios in testdata/operator, each against a cluster of its own. Commands:
//
//	moor                  runs a command line: its input, one argument a blank; prints output, errors and exit status
//	launch TASK VOLUME    framework "store" runs a task on a volume
//	end TASK              ends it
//	stop                  "rome" loses its connection
//	failover              another master takes over
func TestOperators(t *testing.T) {
	datadriven.Walk(t, "testdata/operator", func(t *testing.T, path string) {
		p := newPlay(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "moor":
				return p.moor(t, d.Input)
			case "launch":
				p.launch(t, d.CmdArgs[0].Key, d.CmdArgs[1].Key)
			case "end":
				p.end(t, d.CmdArgs[0].Key)
			case "stop":
				if err := p.cluster.StopAgent(0); err != nil {
					t.Fatal(err)
				}
			case "failover":
				if err := p.cluster.FailoverMaster(); err != nil {
					t.Fatal(err)
				}
			default:
				t.Fatalf("no command %q", d.Cmd)
			}
			return ""
		})
	})
}

// A play has a cluster of the agents "rome", with disk reserved in its configuration, and "oslo", with a disk of its own.
type play struct {
	cluster *minicluster.Cluster
	id      string                   // of the first master
	ended   map[string]chan struct{} // tasks
}

func newPlay(t *testing.T) *play {
	t.Helper()
	p := &play{ended: map[string]chan struct{}{}}
	p.cluster = minicluster.New(t, minicluster.Config{
		Simulate: minicluster.Idle,
		Agents: []minicluster.Agent{
			{Hostname: "rome", Resources: "cpus:4;mem:4096;disk:10240;disk(logs):100", Attributes: "rack:r1;zone:z1"},
			{Hostname: "oslo", Resources: `[{"name":"cpus","type":"SCALAR","scalar":{"value":8}},{"name":"mem","type":"SCALAR","scalar":{"value":1000}},
				{"name":"disk","type":"SCALAR","scalar":{"value":5120},"disk":{"source":{"type":"MOUNT","mount":{"root":"/mnt/ssd"}}}}]`},
		},
	})
	p.id = p.cluster.State().MasterID
	t.Setenv("MOOR_MASTER", strings.Join(p.cluster.Masters(), ","))
	return p
}

// moor runs a command line, and returns what came of it with ids that don't change.
func (p *play) moor(t *testing.T, line string) string {
	t.Helper()
	status, out, bad := command(t, strings.Fields(p.real(line))...)
	if bad != "" {
		out += bad
	}
	if status != 0 {
		out += fmt.Sprintf("exit status %d\n", status)
	}
	return p.fixed(out)
}

// fixedID stands for the id of the master, with which those of agents begin.
const fixedID = "11111111-2222-3333-4444-555555555555"

func (p *play) fixed(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, p.id, fixedID), p.cluster.Masters()[0], "MASTER")
}

func (p *play) real(text string) string {
	return strings.ReplaceAll(text, fixedID, p.id)
}

// launch runs a task on a volume, or on none if that is "-".
func (p *play) launch(t *testing.T, name, volume string) {
	t.Helper()
	running, ended := make(chan struct{}, 1), make(chan struct{}, 1)
	p.ended[name] = ended
	launched := false
	driver, err := scheduler.New(scheduler.Config{
		Masters: p.cluster.Masters(), Framework: mesos.FrameworkInfo{Name: "store", User: "nobody", Roles: []string{"db"}},
	}, scheduler.Callbacks{
		OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
			for i := range offers {
				found := resource.Set(offers[i].Resources).Volumes().Filter(func(r *mesos.Resource) bool { return r.Disk.Persistence.ID == volume })
				if launched || len(found) == 0 {
					continue
				}
				launched = true
				return []scheduler.Decision{scheduler.Accept(offers[i:i+1], []mesos.Offer_Operation{{
					Type: mesos.Offer_Operation_LAUNCH.Enum(),
					Launch: &mesos.Offer_Operation_Launch{TaskInfos: []mesos.TaskInfo{{
						Name: "store", TaskID: mesos.TaskID{Value: name}, AgentID: offers[i].AgentID,
						Resources: resource.MustParse("cpus:0.5;mem:128").Allocate("db").Plus(found),
						Command:   &mesos.CommandInfo{Value: new("sleep 1000")},
					}}},
				}})}, nil
			}
			return nil, nil
		},
		OnStatus: func(_ context.Context, s mesos.TaskStatus) error {
			switch {
			case s.State == mesos.TASK_RUNNING:
				running <- struct{}{}
			case s.State.Terminal():
				ended <- struct{}{}
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- driver.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-over; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	<-running
	// So that no offer comes and goes while the scenario looks.
	if err := driver.Suppress("db"); err != nil {
		t.Fatal(err)
	}
	p.await(t, func(f minicluster.FrameworkState) bool { return len(f.Suppressed) == 1 && len(f.Offers) == 0 })
}

// await waits until the newest framework is as wanted.
func (p *play) await(t *testing.T, want func(minicluster.FrameworkState) bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		frameworks := p.cluster.State().Frameworks
		if want(frameworks[len(frameworks)-1]) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the framework didn't become as wanted")
		}
	}
}

func (p *play) end(t *testing.T, name string) {
	t.Helper()
	if err := p.cluster.FinishTask(name); err != nil {
		t.Fatal(err)
	}
	<-p.ended[name]
}

// TestManual runs the commands of docs/moor.md and compares what they print with what it says they do.
func TestManual(t *testing.T) {
	const file = "../../docs/moor.md"
	manual, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlay(t)
	var out strings.Builder
	commands, shown := 0, false // whether the lines at hand are output
	for line := range strings.Lines(string(manual)) {
		text := strings.TrimSuffix(line, "\n")
		switch command, is := strings.CutPrefix(text, "    $ moor "); {
		case is:
			commands, shown = commands+1, true
			out.WriteString(line)
			command, _, _ = strings.Cut(command, "   #")
			for got := range strings.Lines(p.moor(t, strings.ReplaceAll(command, "'", ""))) {
				out.WriteString("    " + got)
			}
		case !shown || !strings.HasPrefix(text, "    "):
			shown = false
			out.WriteString(line)
			if task, is := strings.CutPrefix(text, "<!-- launch "); is {
				name, volume, _ := strings.Cut(strings.TrimSuffix(task, " -->"), " ")
				p.launch(t, name, volume)
			}
		}
	}
	if commands < 8 {
		t.Errorf("only %d commands were found", commands)
	}
	if out.String() == string(manual) {
		return
	}
	if os.Getenv("MOOR_REWRITE") != "" {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("the commands print something else; MOOR_REWRITE=1 go test ./cmd/moor -run TestManual writes it. It would say:\n%s", out.String())
}
