package callcheck_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// recorded is one line of a file in testdata.
type recorded struct {
	Name string
	Rule callcheck.Rule // crashes only
	Kind string         // accept (a list of operations), subscribe, scheduler, operator or form
	Call json.RawMessage
}

func read(t testing.TB, path string) []recorded {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []recorded
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%s, line %d: %v", path, len(all)+1, err)
		}
		all = append(all, r)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// check hands a recorded call to the function for its kind, as a whole call.
func (r recorded) check(t testing.TB) error {
	t.Helper()
	switch r.Kind {
	case "operator":
		return callcheck.Operator(r.operator(t, string(r.Call)))
	case "form":
		return callcheck.Operator(r.operator(t, r.formAsCall(t)))
	case "accept":
		return callcheck.Scheduler(r.scheduler(t, `{"type":"ACCEPT","accept":{"operations":`+string(r.Call)+`}}`))
	case "subscribe":
		return callcheck.Scheduler(r.scheduler(t, `{"type":"SUBSCRIBE","subscribe":`+string(r.Call)+`}`))
	default:
		return callcheck.Scheduler(r.scheduler(t, string(r.Call)))
	}
}

func (r recorded) scheduler(t testing.TB, text string) *schedulerpb.Call {
	t.Helper()
	var call schedulerpb.Call
	if err := mesosjson.Unmarshal([]byte(text), &call); err != nil {
		t.Fatalf("%s: %v", r.Name, err)
	}
	return &call
}

func (r recorded) operator(t testing.TB, text string) *masterpb.Call {
	t.Helper()
	var call masterpb.Call
	if err := mesosjson.Unmarshal([]byte(text), &call); err != nil {
		t.Fatalf("%s: %v", r.Name, err)
	}
	return &call
}

// formAsCall is the operator call that means what the body of a form endpoint means.
func (r recorded) formAsCall(t testing.TB) string {
	t.Helper()
	var form map[string]json.RawMessage
	if err := json.Unmarshal(r.Call, &form); err != nil {
		t.Fatal(err)
	}
	field, call := "volumes", ""
	switch name := strings.NewReplacer("form ", "", "/", "").Replace(r.Name); {
	case strings.HasPrefix(name, "reserve"):
		field, call = "resources", "reserve_resources"
	case strings.HasPrefix(name, "unreserve"):
		field, call = "resources", "unreserve_resources"
	case strings.HasPrefix(name, "create"):
		call = "create_volumes"
	case strings.HasPrefix(name, "destroy"):
		call = "destroy_volumes"
	default:
		t.Fatalf("%s: no form of this name", r.Name)
	}
	return `{"type":"` + strings.ToUpper(call) + `","` + call + `":{"agent_id":{"value":"A-S0"},"` + field + `":` + string(form[field]) + `}}`
}

// Every call that was seen to kill a real master, under the rule that prevents it.
func TestEveryCallThatKillsAMasterIsRefused(t *testing.T) {
	all := read(t, "testdata/crashes.jsonl")
	if len(all) != 68 {
		t.Fatalf("%d calls in testdata, want 68", len(all))
	}
	for _, r := range all {
		t.Run(r.Name, func(t *testing.T) {
			err := r.check(t)
			var e *callcheck.Error
			if !errors.As(err, &e) || !errors.Is(err, callcheck.ErrPoison) {
				t.Fatalf("got %v, want an *Error that is ErrPoison", err)
			}
			if e.Rule != r.Rule {
				t.Errorf("refused by rule %s, want %s: %v", e.Rule, r.Rule, err)
			}
			if e.Field == "" || e.Text == "" {
				t.Errorf("error without field or text: %#v", e)
			}
		})
	}
}

// The same operations by themselves: what Operation lets pass, no ACCEPT of it alone may kill a master.
func TestEveryOperationThatKillsAMasterIsRefused(t *testing.T) {
	for _, r := range read(t, "testdata/crashes.jsonl") {
		if r.Kind != "accept" {
			continue
		}
		for i, op := range r.scheduler(t, `{"accept":{"operations":`+string(r.Call)+`}}`).Accept.Operations {
			if err := callcheck.Operation(&op); !errors.Is(err, callcheck.ErrPoison) {
				t.Errorf("%s, operation %d: got %v, want ErrPoison", r.Name, i, err)
			}
		}
	}
}

// What a real master was sent on record, and answered, is not refused but for what breaks a rule.
func TestRecordedCallsPass(t *testing.T) {
	refused := map[string]callcheck.Rule{ // a master refuses them too
		"create-refusals 14":         callcheck.EmptyResource, // -5
		"grow-and-shrink-refusals 7": callcheck.EmptyResource, // by -1
		"grow-and-shrink-refusals 8": callcheck.EmptyResource, // by 0
		"subscribe-refusals 19":      callcheck.Number,        // failover_timeout 1e300
	}
	passed := 0
	for _, r := range read(t, "testdata/recorded.jsonl") {
		err := r.check(t)
		want, bad := refused[r.Name]
		var e *callcheck.Error
		switch {
		case !bad && err != nil:
			t.Errorf("%s: %v", r.Name, err)
		case bad && (!errors.As(err, &e) || e.Rule != want):
			t.Errorf("%s: got %v, want rule %s", r.Name, err, want)
		default:
			passed++
		}
	}
	if passed < 150 {
		t.Errorf("only %d calls judged as expected", passed)
	}
}
