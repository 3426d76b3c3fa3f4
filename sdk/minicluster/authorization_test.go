package minicluster_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// lists writes access control lists: one entry for each "list principals objects", of which either may be ANY, NONE or
// values with commas.
func lists(permissive bool, entries ...string) string {
	objects := map[string]string{
		"unreserve_resources": "reserver_principals", "destroy_volumes": "creator_principals", "teardown_frameworks": "framework_principals",
		"run_tasks": "users", "view_frameworks": "users", "view_tasks": "users", "view_executors": "users", "view_flags": "flags",
	}
	side := func(s string) string {
		if s == "ANY" || s == "NONE" {
			return `{"type":"` + s + `"}`
		}
		return `{"values":["` + strings.ReplaceAll(s, ",", `","`) + `"]}`
	}
	byList, order := map[string][]string{}, []string{}
	for _, e := range entries {
		f := strings.Fields(e)
		object := objects[f[0]]
		if object == "" {
			object = "roles"
		}
		if byList[f[0]] == nil {
			order = append(order, f[0])
		}
		byList[f[0]] = append(byList[f[0]], `{"principals":`+side(f[1])+`,"`+object+`":`+side(f[2])+`}`)
	}
	text := `{"permissive":false`
	if permissive {
		text = `{"permissive":true`
	}
	for _, name := range order {
		text += `,"` + name + `":[` + strings.Join(byList[name], ",") + `]`
	}
	return text + "}"
}

func basic(user, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
}

func unreserve(s ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_UNRESERVE.Enum(), Unreserve: &mesos.Offer_Operation_Unreserve{Resources: s}}
}

func grow(v, by mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_GROW_VOLUME.Enum(), GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: v, Addition: by}}
}

func shrink(v mesos.Resource, by float64) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_SHRINK_VOLUME.Enum(), ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{Volume: v, Subtract: mesos.Value_Scalar{Value: by}}}
}

func TestNotAuthorizedToSubscribe(t *testing.T) {
	cfg := minicluster.Config{ACLs: lists(true, "register_frameworks db-fw db,eng/%", "register_frameworks ANY NONE")}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		for _, tt := range []struct {
			name string
			info mesos.FrameworkInfo
			want string // empty: subscribed
		}{
			{"its role", info(), ""},
			{"below eng", info(inRoles("eng/a", role)), ""},
			{"one of two", info(inRoles("ops", role)), "Not authorized to register framework  with roles { db, ops }"},
			{"with an id", info(inRoles("eng"), as(&mesos.FrameworkID{Value: "f1"})), "Not authorized to register framework f1 with roles { eng }"},
			{"nobody", info(func(f *mesos.FrameworkInfo) { f.Principal = nil }), "Not authorized to register framework  with roles { db }"},
			{"no role", info(inRoles()), ""},
		} {
			s := open(t, c, &schedulerpb.Call{FrameworkID: tt.info.ID, Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: tt.info}})
			e := s.next(schedulerpb.Event_SUBSCRIBED, schedulerpb.Event_ERROR)
			if e.GetError().GetMessage() != tt.want {
				t.Errorf("%s: %v, want %q", tt.name, e, tt.want)
			}
			if tt.want != "" {
				<-s.ended
			}
		}
		s := subscribe(t, c, info())
		more := info(inRoles(role, "ops"), as(s.id))
		code, body := s.call(&schedulerpb.Call{Type: schedulerpb.Call_UPDATE_FRAMEWORK.Enum(), UpdateFramework: &schedulerpb.Call_UpdateFramework{FrameworkInfo: more}})
		if want := "Not authorized to register framework " + s.id.Value + " with roles { db, ops }"; code != http.StatusForbidden || body != want {
			t.Errorf("UPDATE_FRAMEWORK: %d %q", code, body)
		}
	})
}

func TestNotAuthorizedToLaunch(t *testing.T) {
	cfg := minicluster.Config{ACLs: lists(false, "register_frameworks ANY ANY", "run_tasks db-fw nobody")}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		o := s.offer()
		good, bad := task("good", o, "sleep 9"), task("bad", o, "sleep 9")
		good.Command.User = new("nobody")
		s.accept(o, launch(bad, good))
		status := s.next(schedulerpb.Event_UPDATE).Update.Status
		want := "Principal 'db-fw' no authorized to launch task bad of framework " + s.id.Value + " under user 'root'"
		if status.GetReason() != mesos.REASON_TASK_UNAUTHORIZED || status.State != mesos.TASK_ERROR || status.GetMessage() != want {
			t.Errorf("status = %v", status)
		}
		s.running("good")

		o = s.offer()
		executor := mesos.ExecutorInfo{
			Type: mesos.ExecutorInfo_DEFAULT.Enum(), ExecutorID: mesos.ExecutorID{Value: "e"}, FrameworkID: s.id,
			Resources: resource.MustParse("cpus:0.1;mem:32;disk:1"),
		}
		first, second := task("first", o, "sleep 9"), task("second", o, "sleep 9")
		first.Command.User = new("nobody")
		s.accept(o, mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum(), LaunchGroup: &mesos.Offer_Operation_LaunchGroup{
			Executor: executor, TaskGroup: mesos.TaskGroupInfo{Tasks: []mesos.TaskInfo{first, second}},
		}})
		want = "Task 'second' is not authorized tolaunch task second of framework " + s.id.Value + " under user 'root'"
		for _, id := range []string{"first", "second"} {
			if status := s.status(id, mesos.TASK_ERROR); status.GetReason() != mesos.REASON_TASK_GROUP_UNAUTHORIZED || status.ExecutorID != nil || status.GetMessage() != want {
				t.Errorf("%s: %v", id, status)
			}
		}
	})
}

// Checklist rows 90, 91, 127 and 128 of semantics 10: what isn't allowed is dropped, alone, and told only if it has
// an id.
func TestNotAuthorizedOperations(t *testing.T) {
	const may = "Principal 'db-fw' no authorized to perform action "
	disk := reserved("disk:64")[0]
	v := volume("v", 64)
	for _, tt := range []struct {
		name, acls string
		before, op mesos.Offer_Operation
		want       string
	}{
		{
			"RESERVE", lists(true, "reserve_resources ANY NONE"), mesos.Offer_Operation{}, reserve(resource.Set{disk}),
			may + `RESERVE_RESOURCES on object {"value":"db","resource":{"name":"disk","type":"SCALAR","scalar":{"value":64.0},"allocation_info":{"role":"db"},"reservations":[{"type":"DYNAMIC","role":"db","principal":"db-fw"}]}}`,
		},
		{"UNRESERVE", lists(true, "unreserve_resources db-fw NONE"), reserve(resource.Set{disk}), unreserve(disk), may + `UNRESERVE_RESOURCES on object {"value":"db-fw","resource":{`},
		{"CREATE", lists(true, "create_volumes db-fw NONE"), reserve(resource.Set{disk}), create(v), may + `CREATE_VOLUME on object {"value":"db","resource":{`},
		{"DESTROY", lists(true, "destroy_volumes db-fw NONE"), create(v), destroy(v), may + `DESTROY_VOLUME on object {"value":"db-fw","resource":{`},
		{"GROW_VOLUME", lists(true, "resize_volumes db-fw NONE"), create(v), grow(v, disk), may + `RESIZE_VOLUME on object {"value":"db","resource":{`},
		{"SHRINK_VOLUME", lists(true, "resize_volumes db-fw NONE"), create(v), shrink(v, 32), may + `RESIZE_VOLUME on object {"value":"db","resource":{`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, minicluster.Config{ACLs: tt.acls}, func(t *testing.T, c *minicluster.Cluster) {
				s := subscribe(t, c, info())
				o := s.offer()
				if tt.before.Create != nil || tt.op.GrowVolume != nil {
					s.accept(o, reserve(resource.Set{disk}), tt.before, reserve(resource.Set{disk}))
					o = s.offer(hasVolume("v"))
				} else if tt.before.Type != nil {
					s.accept(o, tt.before)
					o = s.offer(holds(resource.Set{disk}))
				}
				total := c.State().Agents[0].Total
				s.accept(o, tt.op)
				s.none(time.Second, schedulerpb.Event_UPDATE_OPERATION_STATUS)
				o = s.offer()
				s.accept(o, named(tt.op, "op"))
				status := s.outcome("op")
				if status.State != mesos.OPERATION_ERROR || !strings.HasPrefix(status.GetMessage(), tt.want) || status.UUID != nil {
					t.Errorf("outcome = %v\nwant %q", status, tt.want)
				}
				if now := c.State().Agents[0].Total; !now.Equal(total) {
					t.Errorf("total = %s, was %s", now, total)
				}
			})
		})
	}
}

// What is allowed in an ACCEPT is done, beside what is not (row 91); unset principals are matched by ANY alone
// (rows 92 and 127).
func TestAuthorizedBesideForbidden(t *testing.T) {
	acls := lists(false, "register_frameworks ANY ANY", "reserve_resources ANY ANY", "unreserve_resources ANY ANY", "create_volumes db-fw db", "destroy_volumes db-fw db-fw")
	bubble(t, minicluster.Config{ACLs: acls}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		s.accept(s.offer(), reserve(reserved("disk:128")), create(volume("v", 64)), named(shrink(volume("v", 64), 32), "shrink"), named(unreserve(reserved("disk:64")...), "unreserve"))
		if status := s.outcome("shrink"); status.State != mesos.OPERATION_ERROR {
			t.Errorf("shrink: %v", status)
		}
		if status := s.outcome("unreserve"); status.State != mesos.OPERATION_FINISHED {
			t.Errorf("unreserve: %v", status)
		}
		o := s.offer(hasVolume("v"))
		// The object is taken from the request, whatever the volume's principal is.
		alien := volume("v", 64)
		alien.Disk.Persistence.Principal = new("other")
		s.accept(o, named(destroy(alien), "alien"), named(destroy(volume("v", 64)), "own"))
		if status := s.outcome("alien"); status.State != mesos.OPERATION_ERROR || !strings.Contains(status.GetMessage(), `on object {"value":"other"`) {
			t.Errorf("alien: %v", status)
		}
		if status := s.outcome("own"); status.State != mesos.OPERATION_FINISHED {
			t.Errorf("own: %v", status)
		}
	})
	bubble(t, minicluster.Config{ACLs: acls}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info(func(f *mesos.FrameworkInfo) { f.Principal = nil }))
		bare := reserved("disk:64")
		bare[0].Reservations[0].Principal = nil
		v := volume("v", 64)
		v.Reservations, v.Disk.Persistence.Principal = bare[0].Reservations, nil
		s.accept(s.offer(), reserve(bare), named(create(v), "create"), named(unreserve(bare...), "unreserve"))
		want := "Principal '' no authorized to perform action CREATE_VOLUME on object {\"value\":\"db\""
		if status := s.outcome("create"); !strings.HasPrefix(status.GetMessage(), want) {
			t.Errorf("create: %v", status)
		}
		if status := s.outcome("unreserve"); status.State != mesos.OPERATION_FINISHED {
			t.Errorf("unreserve without principal: %v", status)
		}
	})
}

// An operator who isn't allowed gets 403, over either API (row 151), even where one role of several is forbidden.
func TestNotAuthorizedOperator(t *testing.T) {
	cfg := minicluster.Config{
		Credentials: map[string]string{"ops": "s", "guest": "s", "db-fw": "s"},
		Agents:      []minicluster.Agent{{Resources: "cpus:4;mem:4096;disk:1000;disk(a):100;disk(b):100"}},
		ACLs: lists(false, "create_volumes ops ANY", "create_volumes guest a", "reserve_resources ops ANY", "unreserve_resources ops ANY",
			"unreserve_resources guest guest", "destroy_volumes ops ops", "resize_volumes ops ANY", "teardown_frameworks ops ANY"),
	}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		agentID := c.AgentID(0).Value
		made := func(role, id, by string) mesos.Resource {
			r := resource.MustParse("disk:50")[0]
			r = resource.Push(r, resource.Reservation{Role: role, Static: true}.Info())
			r.Disk = &mesos.Resource_DiskInfo{
				Persistence: &mesos.Resource_DiskInfo_Persistence{ID: id, Principal: &by},
				Volume:      &mesos.Volume{ContainerPath: "data", Mode: mesos.RW.Enum()},
			}
			return r
		}
		kept := func(by string) mesos.Resource {
			return resource.Push(resource.MustParse("cpus:1")[0], resource.Reservation{Role: "a", Principal: by}.Info())
		}
		for _, step := range []struct {
			who, path, field string
			resources        []mesos.Resource
			want             int
		}{
			{"guest", "/create-volumes", "volumes", []mesos.Resource{made("b", "v", "guest")}, 403},
			{"guest", "/create-volumes", "volumes", []mesos.Resource{made("a", "v", "guest"), made("b", "w", "guest")}, 403},
			{"guest", "/create-volumes", "volumes", []mesos.Resource{made("a", "v", "guest")}, 202},
			{"ops", "/create-volumes", "volumes", []mesos.Resource{made("b", "w", "ops")}, 202},
			{"ops", "/destroy-volumes", "volumes", []mesos.Resource{made("a", "v", "guest")}, 403},
			{"ops", "/destroy-volumes", "volumes", []mesos.Resource{made("b", "w", "ops")}, 202},
			{"guest", "/destroy-volumes", "volumes", []mesos.Resource{made("a", "v", "guest")}, 403},
			{"guest", "/reserve", "resources", []mesos.Resource{kept("guest")}, 403},
			{"ops", "/reserve", "resources", []mesos.Resource{kept("ops")}, 202},
			{"guest", "/unreserve", "resources", []mesos.Resource{kept("ops")}, 403},
			{"ops", "/unreserve", "resources", []mesos.Resource{kept("ops")}, 202},
		} {
			body := "slaveId=" + agentID + "&" + step.field + "=" + asJSON(t, step.resources...)
			code, text, _ := do(t, c, "POST", step.path, body, basic(step.who, "s"), "Content-Type: application/x-www-form-urlencoded")
			if code != step.want || code == 403 && text != "403 Forbidden." {
				t.Errorf("%s by %s: %d %q, want %d", step.path, step.who, code, text, step.want)
			}
		}
		code, text, _ := do(t, c, "POST", "/api/v1", `{"type":"CREATE_VOLUMES","create_volumes":{"agent_id":{"value":"`+agentID+`"},"volumes":`+mustUnescape(t, asJSON(t, made("b", "x", "guest")))+`}}`,
			basic("guest", "s"), "Content-Type: application/json")
		if code != 403 || text != "403 Forbidden." {
			t.Errorf("CREATE_VOLUMES: %d %q", code, text)
		}
		if code, text, _ := do(t, c, "POST", "/create-volumes", "slaveId="+agentID); code != 401 || text != "401 Unauthorized." {
			t.Errorf("nobody: %d %q", code, text)
		}
	})
}

func mustUnescape(t *testing.T, s string) string {
	t.Helper()
	out, err := url.QueryUnescape(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNotAuthorizedToTearDown(t *testing.T) {
	acls := lists(false, "register_frameworks ANY ANY", "teardown_frameworks ANY other")
	bubble(t, minicluster.Config{ACLs: acls}, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		if code, text := form(t, c, "/teardown", "frameworkId="+s.id.Value); code != 403 || text != "403 Forbidden." {
			t.Errorf("teardown: %d %q", code, text)
		}
		if code, text := form(t, c, "/teardown", "frameworkId=x"); code != 400 || text != "No framework found with specified ID" {
			t.Errorf("teardown of none: %d %q", code, text)
		}
		// The framework itself needs no leave.
		s.must(&schedulerpb.Call{Type: schedulerpb.Call_TEARDOWN.Enum()})
		<-s.ended
	})
}
