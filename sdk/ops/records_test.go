package ops_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/ops"
)

// accepted is an ACCEPT that a real master was sent, and what came of it.
type accepted struct {
	Name       string
	Principal  string // of the framework
	Offers     []json.RawMessage
	Operations []json.RawMessage
	Outcomes   map[string]string // "task X" or "operation X": state, and the message if it is an error
}

func recorded(t testing.TB) []accepted {
	t.Helper()
	f, err := os.Open("testdata/accepts.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []accepted
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a accepted
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (a accepted) decode(t testing.TB) ([]mesos.Offer, []mesos.Offer_Operation) {
	t.Helper()
	offers, operations := make([]mesos.Offer, len(a.Offers)), make([]mesos.Offer_Operation, len(a.Operations))
	for i := range offers {
		if err := mesosjson.Unmarshal(a.Offers[i], &offers[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range operations {
		if err := mesosjson.Unmarshal(a.Operations[i], &operations[i]); err != nil {
			t.Fatal(err)
		}
	}
	return offers, operations
}

// chain plays the operations on the offers.
func (a accepted) chain(t testing.TB) *ops.Chain {
	t.Helper()
	offers, operations := a.decode(t)
	c := ops.On(offers...).As(a.Principal)
	for _, op := range operations {
		c.Do(op)
	}
	return c
}

// refusal returns what the master said if it refused something in the call for what is in the call.
func (a accepted) refusal() string {
	for _, outcome := range a.Outcomes {
		state, message, _ := strings.Cut(outcome, ": ")
		if state != "OPERATION_ERROR" && state != "TASK_ERROR" {
			continue
		}
		for _, unknowable := range []string{"invalid offers", "Persistent volumes in use", "Task has duplicate ID"} {
			if strings.Contains(message, unknowable) {
				return ""
			}
		}
		return message
	}
	return ""
}

// What a real master took is built, and what it refused is refused before, by the rule that it named.
func TestARealMasterAgrees(t *testing.T) {
	rules := map[string]error{ // by what the master's message holds
		"cannot be created from unreserved resources":     ops.ErrVolume,
		"Non-persistent volume not supported":             ops.ErrVolume,
		"Expecting 'volume' to be set":                    ops.ErrVolume,
		"Read-only persistent volume not supported":       ops.ErrVolume,
		"Expecting 'host_path' to be unset":               ops.ErrVolume,
		"Invalid persistence ID for persistent volume":    ops.ErrVolume,
		"does not match a":                                ops.ErrPrincipal,
		"no principal set":                                ops.ErrPrincipal,
		"does not contain disk(allocated: other-role)":    ops.ErrRole,
		"does not contain disk(allocated: probe-role)(":   ops.ErrNotContained,
		"does not contain cpus":                           ops.ErrNotContained,
		"does not contain unobtainium":                    ops.ErrNotContained,
		"does not contain disk(allocated: probe-role)[MO": ops.ErrMountWhole,
		"DiskInfo should not be set":                      ops.ErrResource,
		"value <= 0":                                      ops.ErrZero,
		"'v1' is not unique":                              ops.ErrDuplicateVolume,
		"Incompatible resources":                          ops.ErrIncompatible,
		"does not have DiskInfo":                          ops.ErrVolume,
		"must be smaller than the size":                   ops.ErrSize,
		"'ShrinkVolume.subtract' must be greater than":    ops.ErrZero,
		"more than available":                             ops.ErrNotContained,
		"Task uses no resources":                          ops.ErrNoResources,
		"Task uses invalid agent":                         ops.ErrAgent,
		"contains invalid characters":                     ops.ErrTaskID,
		"at least one (but not both)":                     ops.ErrCommand,
		"but the resource was allocated to role":          ops.ErrRole,
		"is not dynamically reserved":                     ops.ErrNotDynamic,
		`role "*" cannot be reserved`:                     ops.ErrRole,
		"cannot be unreserved directly":                   ops.ErrVolume,
	}
	stricter := map[string]error{ // what it took, to the tasks' harm
		"two-volumes-one-task 2": ops.ErrContainerPath,
		"reserve-refusals 8":     ops.ErrVolume, // a volume reserved anew
	}
	seen := map[string]bool{}
	for _, a := range recorded(t) {
		t.Run(a.Name, func(t *testing.T) {
			c, message := a.chain(t), a.refusal()
			if want := stricter[a.Name]; want != nil {
				if !errors.Is(c.Err(), want) {
					t.Errorf("got %v, want %v", c.Err(), want)
				}
				return
			}
			if message == "" {
				sent(t, c)
				return
			}
			var matched string
			for part := range rules {
				if strings.Contains(message, part) && len(part) > len(matched) {
					matched = part
				}
			}
			seen[matched] = true
			if matched == "" || !errors.Is(c.Err(), rules[matched]) {
				t.Errorf("got %v (want %v), where the master said: %s", c.Err(), rules[matched], message)
			}
		})
	}
	for part := range rules {
		if !seen[part] {
			t.Errorf("no record has %q: remove the rule", part)
		}
	}
}
