package resource_test

import (
	"regexp"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// plainWord is a name or an item that means itself in the text form.
var plainWord = regexp.MustCompile(`^[a-z0-9_./]+$`)

// FuzzParse: whatever the text, there is an error or resources with which everything else works. Seeds are below and in testdata.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "cpus:4;mem:1024;disk(role):4096;ports:[31000-32000, 33000-33010];zones:{a,b}", "cpus:0.0005", "cpus:9.2e15",
		"ports:[0-18446744073709551615,3-4]", "x:{}", "cpus():1", ";:;", "[]", "[odd]:1", "cpus:1e-310", "x:{a,a}",
		`[{"name":"disk","type":"SCALAR","scalar":{"value":9},"reservations":[{"type":"DYNAMIC","role":"a","principal":"p","labels":{"labels":[{"key":"k"}]}}],` +
			`"disk":{"source":{"type":"PATH","path":{"root":"/d"}},"persistence":{"id":"v"},"volume":{"mode":"RW","container_path":"p"}},"shared":{}}]`,
		`[{"name":"cpus","type":"SCALAR","scalar":{"value":"Infinity"},"role":"a","reservation":{}}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := resource.Parse(text)
		agent, agentErr := resource.ParseAgent(text)
		if err != nil {
			if s != nil || agentErr == nil || len(err.Error()) > 5000+len(text) {
				t.Fatalf("%s, %v, %v", s, err, agentErr)
			}
			return
		}
		if agentErr == nil && !agent.Equal(s) {
			t.Fatalf("an agent reads %s as %s", s, agent)
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("read something invalid: %v", err)
		}
		if left, contained := s.Minus(s); !contained || len(left) != 0 {
			t.Fatalf("%s without itself: %s, %v", s, left, contained)
		}
		if sum := s.Plus(nil); !sum.Equal(s) || len(sum) != len(s) {
			t.Fatalf("%s and nothing: %s", s, sum)
		}
		for i := range s {
			readBack(t, s[i:i+1])
		}
	})
}

// readBack: one resource, written as JSON and where possible as text, is read as the same.
func readBack(t *testing.T, s resource.Set) {
	json, err := mesosjson.Marshal(&s[0])
	if err != nil {
		t.Fatal(err)
	}
	if got, err := resource.Parse("[" + string(json) + "]"); err != nil || !got.Equal(s) {
		t.Fatalf("%s: as JSON read as %s, %v", json, got, err)
	}
	if !expressible(&s[0]) {
		return
	}
	if got, err := resource.Parse(s.String()); err != nil || !got.Equal(s) {
		t.Fatalf("%s: read as %s, %v", s, got, err)
	}
}

func expressible(r *mesos.Resource) bool {
	for _, item := range r.Set.GetItem() {
		if !plainWord.MatchString(item) {
			return false
		}
	}
	return plainWord.MatchString(r.Name) && r.Scalar.GetValue() < 1e11 && len(r.Reservations) == 0 && r.Disk == nil &&
		r.AllocationInfo == nil && r.Revocable == nil && r.Shared == nil && r.ProviderID == nil
}
