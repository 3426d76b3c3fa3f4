package authorize_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
)

func parse(t *testing.T, text string) *authorize.ACLs {
	t.Helper()
	a, err := authorize.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The matrices of matching and allowing, and which entry decides (semantics 8.1).
func TestAllows(t *testing.T) {
	p, q, r := new("p"), new("q"), new("r")
	tests := []struct {
		name            string
		acls            string
		action          authorize.Action
		subject, object *string
		want            bool
	}{
		{"no lists", ``, authorize.RunTask, p, r, true},
		{"permissive by default", `{}`, authorize.RunTask, p, r, true},
		{"not permissive", `{"permissive":false}`, authorize.RunTask, p, r, false},
		{"not permissive, nobody", `{"permissive":false}`, authorize.RunTask, nil, nil, false},
		{"value by value", `{"permissive":false,"run_tasks":[{"principals":{"values":["p"]},"users":{"values":["r"]}}]}`, authorize.RunTask, p, r, true},
		{"another subject", `{"permissive":false,"run_tasks":[{"principals":{"values":["p"]},"users":{"values":["r"]}}]}`, authorize.RunTask, q, r, false},
		{"another object", `{"run_tasks":[{"principals":{"values":["p"]},"users":{"values":["r"]}}]}`, authorize.RunTask, p, q, true},
		{"none denies", `{"run_tasks":[{"principals":{"values":["p"]},"users":{"type":"NONE"}}]}`, authorize.RunTask, p, r, false},
		{"none denies other subjects nothing", `{"run_tasks":[{"principals":{"values":["p"]},"users":{"type":"NONE"}}]}`, authorize.RunTask, q, r, true},
		{"subject none", `{"run_tasks":[{"principals":{"type":"NONE"},"users":{"type":"ANY"}}]}`, authorize.RunTask, p, r, false},
		{"any by any", `{"permissive":false,"run_tasks":[{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]}`, authorize.RunTask, p, r, true},
		{"nobody by any", `{"permissive":false,"run_tasks":[{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]}`, authorize.RunTask, nil, nil, true},
		{"nobody isn't one of some", `{"run_tasks":[{"principals":{"values":["p"]},"users":{"type":"NONE"}}]}`, authorize.RunTask, nil, r, true},
		{"nobody by none", `{"run_tasks":[{"principals":{"type":"NONE"},"users":{"type":"ANY"}}]}`, authorize.RunTask, nil, r, false},
		{"any object isn't one of some", `{"permissive":false,"unreserve_resources":[{"principals":{"type":"ANY"},"reserver_principals":{"values":["p"]}}]}`, authorize.UnreserveResources, p, nil, false},
		{"the first that matches decides", `{"run_tasks":[{"principals":{"values":["p"]},"users":{"values":["r"]}},{"principals":{"type":"ANY"},"users":{"type":"NONE"}}]}`, authorize.RunTask, p, r, true},
		{"the second, where the first doesn't match", `{"run_tasks":[{"principals":{"values":["p"]},"users":{"values":["r"]}},{"principals":{"type":"ANY"},"users":{"type":"NONE"}}]}`, authorize.RunTask, q, r, false},
		{"type SOME in words", `{"permissive":false,"run_tasks":[{"principals":{"type":"SOME","values":["p"]},"users":{"type":"ANY"}}]}`, authorize.RunTask, p, r, true},
		{"some of nothing matches nobody", `{"run_tasks":[{"principals":{},"users":{"type":"NONE"}}]}`, authorize.RunTask, p, r, true},
		{"each action has its own list", `{"permissive":false,"run_tasks":[{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]}`, authorize.CreateVolume, p, r, false},
		{"lists without effect", `{"prune_images":[{"principals":{"type":"NONE"},"images":{"type":"NONE"}}]}`, authorize.RunTask, p, r, true},

		{"role below", `{"permissive":false,"create_volumes":[{"principals":{"values":["p"]},"roles":{"values":["eng/%"]}}]}`, authorize.CreateVolume, p, new("eng/db/x"), true},
		{"not the role itself", `{"permissive":false,"create_volumes":[{"principals":{"values":["p"]},"roles":{"values":["eng/%"]}}]}`, authorize.CreateVolume, p, new("eng"), false},
		{"not its namesake", `{"permissive":false,"create_volumes":[{"principals":{"values":["p"]},"roles":{"values":["eng/%"]}}]}`, authorize.CreateVolume, p, new("engine/a"), false},
		{"role and those below", `{"permissive":false,"create_volumes":[{"principals":{"values":["p"]},"roles":{"values":["eng","eng/%"]}}]}`, authorize.CreateVolume, p, new("eng"), true},
		{"not any role", `{"permissive":false,"create_volumes":[{"principals":{"values":["p"]},"roles":{"values":["eng/%"]}}]}`, authorize.CreateVolume, p, nil, false},
		{"subject none below", `{"create_volumes":[{"principals":{"type":"NONE"},"roles":{"values":["eng/%"]}}]}`, authorize.CreateVolume, p, new("eng/db"), false},
		{"no wildcard among users", `{"permissive":false,"run_tasks":[{"principals":{"values":["p"]},"users":{"values":["eng/%"]}}]}`, authorize.RunTask, p, new("eng/db"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := parse(t, test.acls).Allows(test.action, test.subject, test.object); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestAllowsAll(t *testing.T) {
	a := parse(t, `{"permissive":false,"register_frameworks":[{"principals":{"type":"ANY"},"roles":{"values":["a","b"]}}]}`)
	for _, test := range []struct {
		roles []string
		want  bool
	}{{[]string{"a", "b"}, true}, {[]string{"a", "c"}, false}, {nil, false}} {
		if got := a.AllowsAll(authorize.RegisterFramework, nil, test.roles); got != test.want {
			t.Errorf("%v: %v", test.roles, got)
		}
	}
	if !parse(t, `{}`).AllowsAll(authorize.RegisterFramework, nil, nil) {
		t.Error("no roles: permissive decides")
	}
	if !parse(t, ``).AllowsAll(authorize.RegisterFramework, nil, []string{"x"}) {
		t.Error("no lists forbid nothing")
	}
}

func TestParseNamesThePlace(t *testing.T) {
	tests := []struct{ acls, want string }{
		{`[]`, "not a JSON object"},
		{`{} {}`, "more after"},
		{`{"permissive":"no"}`, "permissive: "},
		{`{"permissive":null}`, "permissive: "},
		{`{"create_volume":[]}`, "create_volume: no list"},
		{`{"create_volumes":{}}`, "create_volumes: not an array"},
		{`{"create_volumes":[1]}`, "create_volumes[0]: not an object"},
		{`{"create_volumes":[{"principals":{"type":"ANY"}}]}`, "create_volumes[0].roles: missing"},
		{`{"create_volumes":[{"roles":{"type":"ANY"}}]}`, "create_volumes[0].principals: missing"},
		{`{"create_volumes":[{"principals":{"type":"ANY"},"roles":{"type":"ALL"}}]}`, "create_volumes[0].roles.type: "},
		{`{"create_volumes":[{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]}`, "create_volumes[0].users: "},
		{`{"run_tasks":[{"principals":{"type":"ANY"},"users":{"type":"ANY"}},{"principals":{"values":"p"},"users":{"type":"ANY"}}]}`, "run_tasks[1].principals: not an object"},
		{`{"run_tasks":[{"principals":{"value":["p"]},"users":{"type":"ANY"}}]}`, "run_tasks[0].principals: not an object"},
	}
	for _, test := range tests {
		_, err := authorize.Parse(test.acls)
		if !errors.Is(err, authorize.ErrACLs) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.acls, err, test.want)
		}
	}
}
