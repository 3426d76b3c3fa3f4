package minicluster_test

import (
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// What isn't allowed to be seen is left out of what the operator API shows (semantics 8.1).
func TestWhatMayBeSeen(t *testing.T) {
	cfg := minicluster.Config{
		Agents: []minicluster.Agent{{Resources: "cpus:4;mem:4096;disk:1000;disk(secret):100"}},
		ACLs: lists(false, "register_frameworks ANY ANY", "run_tasks ANY ANY", "view_frameworks all ANY", "view_tasks all ANY", "view_executors all ANY", "view_roles all ANY",
			"view_frameworks some root", "view_tasks some nobody", "view_roles some db", "view_flags all ANY"),
		Credentials: map[string]string{"all": "s", "some": "s", "none": "s"},
	}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		look := func(who, kind string) (int, *masterpb.Response) {
			code, body, _ := do(t, c, "POST", "/api/v1", `{"type":"`+kind+`"}`, basic(who, "s"), asCall)
			res := &masterpb.Response{}
			if code != 200 {
				return code, res
			}
			if err := mesosjson.Unmarshal([]byte(body), res); err != nil {
				t.Fatal(err)
			}
			return code, res
		}
		f := info(func(f *mesos.FrameworkInfo) { f.Principal = new("all") })
		s := openAs(t, c, "all", &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: f}})
		s.id = &s.next(schedulerpb.Event_SUBSCRIBED).Subscribed.FrameworkID
		o := s.offer()
		one, two := task("one", o, "sleep 9"), task("two", o, "sleep 9", resource.MustParse("cpus:0.5;mem:64")...)
		one.Command.User = new("nobody")
		s.accept(o, launch(one, two))
		s.running("one")
		s.running("two")
		for _, tt := range []struct {
			who                      string
			frameworks, tasks, roles int
			secret                   bool
			flags                    int
		}{
			{"all", 1, 2, 2, true, 200},
			{"some", 1, 1, 1, false, 403},
			{"none", 0, 0, 0, false, 403},
		} {
			_, r := look(tt.who, "GET_FRAMEWORKS")
			if n := len(r.GetFrameworks.Frameworks); n != tt.frameworks {
				t.Errorf("%s sees %d frameworks", tt.who, n)
			}
			_, r = look(tt.who, "GET_STATE")
			if n := len(r.GetState.GetTasks.Tasks); n != tt.tasks {
				t.Errorf("%s sees %d tasks", tt.who, n)
			}
			if total := resource.Set(r.GetState.GetAgents.Agents[0].TotalResources).String(); strings.Contains(total, "secret") != tt.secret {
				t.Errorf("%s sees %s", tt.who, total)
			}
			if _, r = look(tt.who, "GET_ROLES"); len(r.GetRoles.Roles) != tt.roles {
				t.Errorf("%s sees %v", tt.who, r.GetRoles.Roles)
			}
			if code, _ := look(tt.who, "GET_FLAGS"); code != tt.flags {
				t.Errorf("%s: GET_FLAGS %d", tt.who, code)
			}
			if code, body, _ := do(t, c, "GET", "/flags", "", basic(tt.who, "s")); code != tt.flags || code == 403 && body != "403 Forbidden." {
				t.Errorf("%s: /flags %d %q", tt.who, code, body)
			}
		}
	})
}
