package master

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// known returns the outcomes as "KIND subject state why".
func known(t *testing.T, m *Master) []string {
	t.Helper()
	var out []string
	on(t, m, func() {
		for _, o := range m.outcomes.entries {
			out = append(out, strings.TrimRight(strings.Join([]string{o.kind, o.subject, o.state, o.why}, " "), " "))
		}
	})
	return out
}

func TestOutcomesOfAnAccept(t *testing.T) {
	m := started(t)
	id, err := m.Join(member(newFake("cpus:4;mem:4096;disk:1024")))
	if err != nil {
		t.Fatal(err)
	}
	c := subscribed(t, m, frameworkInfo())
	o := c.offers()[0]
	c.accept(&o,
		opReserve(reservedSet("disk:64")), opCreate(volumeOn("v", 64, false)), opReserve(reservedSet("disk:5000")),
		opLaunch(taskOn("t", mesos.AgentID{Value: id}, resource.MustParse("cpus:1;mem:64")), taskOn("", mesos.AgentID{Value: id}, resource.MustParse("cpus:1;mem:64"))),
	)
	want := []string{
		"RESERVE disk 64 MiB for r pending",
		"CREATE v 64 MiB for r pending",
		"RESERVE disk 5000 MiB for r refused",
		"LAUNCH t done",
		"LAUNCH  refused",
	}
	got := known(t, m)
	for i, one := range got { // the reasons have tests of their own
		before, _, refused := strings.Cut(one, " refused")
		if refused {
			got[i] = before + " refused"
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	on(t, m, func() {
		for _, one := range m.outcomes.entries {
			if one.agent != id || one.framework != c.f.id {
				t.Errorf("%s %s: agent %q, framework %q", one.kind, one.subject, one.agent, one.framework)
			}
			if refused := one.state == outcomeRefused; refused != (one.why != "") {
				t.Errorf("%s %s is %s: %q", one.kind, one.subject, one.state, one.why)
			}
		}
	})
	for i, state := range []mesos.OperationState{mesos.OPERATION_FINISHED, mesos.OPERATION_FAILED} {
		on(t, m, func() {
			m.outcomes.follow(m.outcomes.entries[i].uuid, &mesos.OperationStatus{State: state, Message: new("said")})
		})
	}
	if got := known(t, m)[:2]; got[0] != "RESERVE disk 64 MiB for r done said" || got[1] != "CREATE v 64 MiB for r failed said" {
		t.Errorf("after the agent's reports: %q", got)
	}
}

func TestOutcomesOfAnOperator(t *testing.T) {
	m := started(t)
	id, err := m.Join(member(newFake("cpus:4;disk:1024")))
	if err != nil {
		t.Fatal(err)
	}
	on(t, m, func() {
		m.reserve(id, nil, reservedSet("disk:64"), nil)
		m.createVolumes(id, []mesos.Resource{volumeOn("v", 100, false)}, nil)
		m.destroyVolumes("nobody", []mesos.Resource{volumeOn("v", 64, false)}, nil)
	})
	got := known(t, m)
	if len(got) != 3 || got[0] != "RESERVE disk 64 MiB for r pending" || !strings.Contains(got[1], "does not contain") || got[2] != "DESTROY v 64 MiB for r refused No agent found with specified ID" {
		t.Errorf("outcomes = %q", got)
	}
}

func TestOutcomesAreBounded(t *testing.T) {
	m := started(t)
	id, err := m.Join(member(newFake("cpus:4;disk:1024")))
	if err != nil {
		t.Fatal(err)
	}
	c := subscribed(t, m, frameworkInfo())
	o := c.offers()[0]
	tasks := make([]mesos.TaskInfo, maxOutcomes+50)
	for i := range tasks {
		tasks[i] = taskOn(strings.Repeat("é", 4000), mesos.AgentID{Value: id}, resource.MustParse("cpus:100"))
	}
	c.call(&schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{OfferIDs: []mesos.OfferID{o.ID}, Operations: []mesos.Offer_Operation{opLaunch(tasks...)}}})
	on(t, m, func() {
		if n := len(m.outcomes.entries); n != maxOutcomes {
			t.Errorf("%d are kept", n)
		}
		last := m.outcomes.entries[maxOutcomes-1]
		if last.number != maxOutcomes+49 || len(last.subject) > maxOutcomeText+len("…") || !strings.HasSuffix(last.subject, "é…") {
			t.Errorf("number %d, subject of %d bytes", last.number, len(last.subject))
		}
	})
}
