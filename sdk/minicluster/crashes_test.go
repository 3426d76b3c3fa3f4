package minicluster_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// crash is a call on which a real master aborts.
type crash struct {
	Name string
	Rule string // of package callcheck's
	Kind string // accept, operator, form, subscribe
	Call json.RawMessage
}

func crashes(t *testing.T) []crash {
	t.Helper()
	f, err := os.Open("testdata/crashes.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []crash
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var one crash
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if len(all) != 68 {
		t.Fatalf("%d calls, want the 68 that are known", len(all))
	}
	return all
}

// probes is a framework as the calls expect it: with reserved disk 512, 256 of it the volume v1, cpus 1, mem 128.
func probes(t *testing.T, c *minicluster.Cluster) (*scheduler, *mesos.Offer) {
	t.Helper()
	const probeRole, probePrincipal = "probe-role", "probe-principal"
	s := subscribe(t, c, info(sharing, inRoles(probeRole), func(f *mesos.FrameworkInfo) { f.Principal = new(probePrincipal) }))
	by := resource.Reservation{Role: probeRole, Principal: probePrincipal}
	var set resource.Set
	for _, r := range resource.MustParse("disk:512;cpus:1;mem:128") {
		set = append(set, resource.Push(r, by.Info()))
	}
	v := resource.Volume{ID: "v1", Path: "data", MiB: 256}.On(set[0], probePrincipal)
	s.accept(s.offer(), reserve(set), create(v))
	return s, s.offer(hasVolume("v1"))
}

// tellsOfAbort checks that an answer tells what a real master would have done, and by which rule.
func tellsOfAbort(t *testing.T, rule, text string) {
	t.Helper()
	if !strings.Contains(text, "a real master would have aborted (rule "+rule+")") {
		t.Errorf("%q doesn't tell that a real master would have aborted by rule %s", text, rule)
	}
}

// TestCallsThatKillARealMaster: each is refused, says so, and changes nothing.
func TestCallsThatKillARealMaster(t *testing.T) {
	for i, call := range crashes(t) {
		t.Run(fmt.Sprintf("%02d %s", i, call.Name), func(t *testing.T) {
			bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
				s, o := probes(t, c)
				before := c.State()
				text := strings.NewReplacer("A-S0", o.AgentID.Value, "A-0008", s.id.Value, "A-0068", s.id.Value).Replace(string(call.Call))
				switch call.Kind {
				case "accept":
					refusedAccept(t, s, o, call.Rule, text)
				case "operator":
					code, body, _ := do(t, c, "POST", "/api/v1", text, "Content-Type: application/json")
					if code != http.StatusBadRequest {
						t.Errorf("%d %s", code, body)
					}
					tellsOfAbort(t, call.Rule, body)
				case "form":
					refusedForm(t, c, call, text)
				case "subscribe":
					refusedSubscribe(t, c, call.Rule, text)
				}
				after := c.State()
				if after.MasterID != before.MasterID || !after.Agents[0].Total.Equal(before.Agents[0].Total) {
					t.Errorf("total = %s, was %s", after.Agents[0].Total, before.Agents[0].Total)
				}
			})
		})
	}
}

func refusedAccept(t *testing.T, s *scheduler, o *mesos.Offer, rule, text string) {
	t.Helper()
	call := &schedulerpb.Call{}
	if err := mesosjson.Unmarshal([]byte(`{"type":"ACCEPT","accept":{"operations":`+text+`}}`), call); err != nil {
		t.Fatal(err)
	}
	ops := call.Accept.Operations
	for i := range ops {
		if ops[i].Launch == nil && ops[i].LaunchGroup == nil {
			ops[i].ID = &mesos.OperationID{Value: "op"}
		}
	}
	s.accept(o, ops...)
	e := s.next(schedulerpb.Event_UPDATE_OPERATION_STATUS, schedulerpb.Event_UPDATE)
	tellsOfAbort(t, rule, fmt.Sprint(e))
	if status := e.UpdateOperationStatus; status != nil && status.Status.State != mesos.OPERATION_ERROR {
		t.Errorf("outcome = %v", status)
	}
	if update := e.Update; update != nil && update.Status.State != mesos.TASK_ERROR {
		t.Errorf("status = %v", update)
	}
}

func refusedForm(t *testing.T, c *minicluster.Cluster, call crash, text string) {
	t.Helper()
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatal(err)
	}
	body := url.Values{}
	for k, v := range fields {
		body.Set(k, strings.Trim(string(v), `"`))
	}
	paths := map[string]string{"reserve": "/reserve", "unreserve": "/unreserve", "create": "/create-volumes", "destroy": "/destroy-volumes"}
	word := strings.Fields(call.Name)[1]
	path, ok := paths[word]
	if !ok {
		path = word
	}
	code, answer := form(t, c, path, body.Encode())
	if code != http.StatusBadRequest {
		t.Errorf("%s: %d %s", path, code, answer)
	}
	tellsOfAbort(t, call.Rule, answer)
}

func refusedSubscribe(t *testing.T, c *minicluster.Cluster, rule, text string) {
	t.Helper()
	call := &schedulerpb.Call{}
	if err := mesosjson.Unmarshal([]byte(`{"type":"SUBSCRIBE","subscribe":`+text+`}`), call); err != nil {
		t.Fatal(err)
	}
	f := &call.Subscribe.FrameworkInfo
	f.Capabilities = slices.Concat(f.Capabilities, info().Capabilities)
	s := open(t, c, call)
	e := s.next(schedulerpb.Event_ERROR, schedulerpb.Event_SUBSCRIBED)
	if e.GetType() != schedulerpb.Event_ERROR {
		t.Errorf("event = %v", e)
	}
	tellsOfAbort(t, rule, e.GetError().GetMessage())
}
