package master

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRegistryReadsTheOlderForm(t *testing.T) {
	var c Contents
	if err := json.Unmarshal([]byte(`{"a":"admitted","u":"unreachable","g":"gone"}`), &c); err != nil {
		t.Fatal(err)
	}
	r := NewRegistry(c, nil)
	if got := strings.Join(r.Agents(), " "); got != "a" || r.Standing("u") != Unreachable || r.Standing("g") != Gone {
		t.Errorf("agents = %s, contents = %+v", got, r.Contents())
	}
	b, err := json.Marshal(r.Contents())
	if err != nil {
		t.Fatal(err)
	}
	var again Contents
	if err := json.Unmarshal(b, &again); err != nil || len(again.Agents) != 3 || again.Agents["g"].Standing != Gone {
		t.Errorf("%s read as %+v: %v", b, again, err)
	}
	for _, bad := range []string{`[]`, `{"agents":1}`, `{"agents":{"a":{"standing":1}}}`} {
		if json.Unmarshal([]byte(bad), &again) == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestRegistryKeepsOrdersWhileAnAgentIsAway(t *testing.T) {
	saved := 0
	r := NewRegistry(Contents{}, func(Contents) error { saved++; return nil })
	set := func(s Standing) {
		if err := r.Set("a", s); err != nil {
			t.Fatal(err)
		}
	}
	set(Admitted)
	if err := r.Update(func(c *Contents) {
		e := c.Agents["a"]
		e.Deactivated = true
		c.Agents["a"] = e
	}); err != nil {
		t.Fatal(err)
	}
	set(Unreachable)
	if e := r.Entry("a"); !e.Deactivated || e.Since == nil {
		t.Errorf("unreachable: %+v", e)
	}
	set(Admitted)
	if e := r.Entry("a"); !e.Deactivated || e.Since != nil {
		t.Errorf("back: %+v", e)
	}
	set(Gone)
	if e := r.Entry("a"); e.Deactivated {
		t.Errorf("gone: %+v", e)
	}
	set("")
	if e := r.Entry("a"); e.Standing != "" || saved != 6 {
		t.Errorf("forgotten: %+v, saved %d times", e, saved)
	}
}
