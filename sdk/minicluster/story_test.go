package minicluster_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// story is what a framework is told, in order, from a moment on. It lives in a bubble.
type story struct {
	t       *testing.T
	c       *minicluster.Cluster
	s       *scheduler
	offer   *mesos.Offer // that the task was launched on
	from    int          // of the cluster's events
	started time.Time
}

// keeper is how the tasks of stories run: each appends its id to a file in its volume, and one whose command is
// "check" ends at once, with status 1 if the file isn't there.
func keeper(task mesos.TaskInfo) minicluster.Simulation {
	return minicluster.Simulation{
		Runs: map[bool]time.Duration{true: time.Millisecond}[task.Command.GetValue() == "check"],
		Work: func(sandbox string) error {
			file := filepath.Join(sandbox, "data", "file")
			if task.Command.GetValue() == "check" {
				_, err := os.Stat(file)
				return err
			}
			f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if errors.Is(err, os.ErrNotExist) {
				return nil // no volume
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(f, task.TaskID.Value)
			return errors.Join(err, f.Close())
		},
	}
}

// tell runs a story: a framework has task t on volume v1, and an outstanding offer of the rest.
func tell(t *testing.T, cfg minicluster.Config, what func(*mesos.FrameworkInfo), test func(*story)) {
	t.Helper()
	cfg.Simulate = keeper
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(timeout(600), what))
		st := &story{t: t, c: c, s: s, offer: launched(s, "t")}
		s.offer()
		st.mark()
		test(st)
	})
}

func unaware(f *mesos.FrameworkInfo) {
	f.Capabilities = slices.DeleteFunc(f.Capabilities, func(c mesos.FrameworkInfo_Capability) bool {
		return c.GetType() == mesos.FrameworkInfo_Capability_PARTITION_AWARE
	})
}

func both(changes ...func(*mesos.FrameworkInfo)) func(*mesos.FrameworkInfo) {
	return func(f *mesos.FrameworkInfo) {
		for _, do := range changes {
			do(f)
		}
	}
}

// mark makes what follows the rest of the story.
func (st *story) mark() {
	synctest.Wait()
	st.from, st.started = len(st.c.Events()), time.Now()
}

// do is a step that must not fail.
func (st *story) do(err error) {
	st.t.Helper()
	if err != nil {
		st.t.Fatal(err)
	}
}

// then compares what the framework was told since the mark, within a time, with what it has to be. Acknowledged is
// nothing of it.
func (st *story) then(within time.Duration, want ...string) {
	st.t.Helper()
	time.Sleep(time.Until(st.started.Add(within)))
	synctest.Wait()
	var got []string
	for _, e := range st.c.Events()[st.from:] {
		got = append(got, st.line(e))
	}
	if !slices.Equal(got, want) {
		st.t.Errorf("told\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	st.mark()
}

// line is an event with all that matters of it.
func (st *story) line(e minicluster.Event) string {
	agent := func(id string) string {
		if id == st.offer.AgentID.Value {
			return "the agent"
		}
		return "another agent"
	}
	switch e.Event.GetType() {
	case schedulerpb.Event_OFFERS:
		var of []string
		for i := range e.Event.Offers.Offers {
			o := &e.Event.Offers.Offers[i]
			what := "nothing of ours"
			switch all := resource.Set(o.Resources); {
			case hasVolume("v1")(o):
				what = "v1"
			case len(all.Filter(resource.IsReserved)) > 0:
				what = "reserved"
			}
			of = append(of, agent(o.AgentID.Value)+" with "+what)
		}
		return "OFFERS of " + strings.Join(of, ", ")
	case schedulerpb.Event_UPDATE:
		s := &e.Event.Update.Status
		out := fmt.Sprintf("%s %v %v %v %q of %s", s.TaskID.Value, s.State, s.GetReason(), s.GetSource(), s.GetMessage(), agent(s.AgentID.GetValue()))
		if s.Reason == nil {
			out = strings.Replace(out, " "+s.GetReason().String(), "", 1)
		}
		if len(s.UUID) > 0 {
			out += ", uuid"
		}
		if s.UnreachableTime != nil {
			out += ", unreachable_time"
		}
		return out
	case schedulerpb.Event_FAILURE:
		return "FAILURE of " + agent(e.Event.Failure.AgentID.GetValue())
	}
	return e.Event.GetType().String()
}

// checked launches a task on the volume of an offer and sees that the data of t is there.
func (st *story) checked(s *scheduler, id string) {
	st.t.Helper()
	o := s.offer(hasVolume("v1"))
	s.accept(o, launch(task(id, o, "check", append(reserved("cpus:0.1;mem:32"), volume("v1", 64))...)))
	s.running(id)
	s.status(id, mesos.TASK_FINISHED)
}

// writes tells how often a task has begun to write to the volume.
func (st *story) writes(id string) int {
	st.t.Helper()
	b, err := os.ReadFile(filepath.Join(st.c.WorkDir(), "agents/0/volumes/roles", role, "v1/file"))
	if err != nil {
		st.t.Fatal(err)
	}
	return strings.Count(string(b), id+"\n")
}

// asks is the answer to a reconciliation of t.
func (st *story) asks(agent string, want ...string) {
	st.t.Helper()
	st.mark()
	st.s.reconcile(agent, "t")
	st.then(0, want...)
}
