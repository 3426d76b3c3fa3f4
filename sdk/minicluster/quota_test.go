package minicluster_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/resource"
)

const asCall = "Content-Type: application/json"

// quota sends an UPDATE_QUOTA for one role: guarantees and limits as JSON, such as {"cpus":{"value":1}}.
func quota(t *testing.T, c *minicluster.Cluster, role, guarantees, limits string, headers ...string) (int, string) {
	t.Helper()
	call := `{"type":"UPDATE_QUOTA","update_quota":{"quota_configs":[{"role":"` + role + `","guarantees":` + guarantees + `,"limits":` + limits + `}]}}`
	code, body, _ := do(t, c, "POST", "/api/v1", call, append(headers, asCall)...)
	return code, body
}

func cpus(o *mesos.Offer) float64 { return resource.Set(o.Resources).Scalar("cpus") }

func TestQuotaTexts(t *testing.T) {
	cfg := minicluster.Config{Roles: []string{"db", "web"}, Agents: []minicluster.Agent{{Resources: "cpus:4;mem:4096;disk:1000;disk(db):100"}}}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		for _, tt := range []struct{ role, guarantees, limits, want string }{
			{"ops", `{}`, `{}`, "Invalid QuotaConfig: 'ops' is not on the roles whitelist"},
			{"db", `{"cpus":{"value":-1}}`, `{}`, "Invalid QuotaConfig: Invalid guarantee configuration {'cpus': -1}: Negative values not supported"},
			{"db", `{}`, `{"cpus":{"value":-1}}`, "Invalid QuotaConfig: Invalid limit configuration {'cpus': -1}: Negative values not supported"},
			{"db", `{"cpus":{"value":2}}`, `{"cpus":{"value":1}}`, "Invalid QuotaConfig: 'QuotaConfig.guarantees' { cpus: 2 } is not contained within the 'QuotaConfig.limits' { cpus: 1 }"},
			{"db", `{"mem":{"value":1e13}}`, `{}`, "Invalid QuotaConfig: Invalid 'QuotaConfig.guarantees': {'mem': 10000000000000} is invalid: values greater than 1 exabyte (1099511627776) are not supported"},
			{"db", `{}`, `{"x":{"value":1e13}}`, "Invalid QuotaConfig: Invalid 'QuotaConfig.limits': {'x': 10000000000000} is invalid: values greater than 1 trillion (1000000000000) are not supported"},
			{"db", `{}`, `{"disk":{"value":50}}`, "Invalid QuotaConfig: Role 'db' is already consuming 'disk:100'; this is more than the requested limits 'disk:50' (use 'force' flag to bypass this check)"},
			{"web", `{"cpus":{"value":5}}`, `{}`, "Invalid QuotaConfig: total quota guarantees 'cpus:5' exceed cluster capacity 'cpus:4; disk:1100; mem:4096' (use 'force' flag to bypass this check)"},
		} {
			if code, body := quota(t, c, tt.role, tt.guarantees, tt.limits); code != 400 || body != tt.want {
				t.Errorf("%s: %d %q\nwant %q", tt.role, code, body, tt.want)
			}
		}
	})
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		if code, body := quota(t, c, "a/b", `{}`, `{}`); code != 400 || body != "Updating quota on nested role 'a/b' is not supported yet" {
			t.Errorf("nested: %d %q", code, body)
		}
		force := `{"type":"UPDATE_QUOTA","update_quota":{"force":true,"quota_configs":[{"role":"a","guarantees":{"cpus":{"value":50}}}]}}`
		if code, body, _ := do(t, c, "POST", "/api/v1", force, asCall); code != 200 || body != "" {
			t.Errorf("force: %d %q", code, body)
		}
		if code, body := quota(t, c, "*", `{}`, `{"cpus":{"value":1}}`); code != 400 || !strings.Contains(body, "exceed cluster capacity") {
			t.Errorf("overcommitted already: %d %q", code, body)
		}
	})
}

// A role is offered no more than its limit; its reservations are offered whatever it is (semantics 5.9).
func TestQuotaLimits(t *testing.T) {
	cfg := minicluster.Config{Agents: []minicluster.Agent{{Resources: "cpus:4;mem:4096;disk:1000;disk(db):100"}}}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		s := subscribe(t, c, info())
		whole := s.offer()
		// What is offered is above the limit: it is rescinded.
		if code, body := quota(t, c, role, `{}`, `{"cpus":{"value":1.5},"disk":{"value":100}}`); code != 200 || body != "" {
			t.Fatalf("%d %s", code, body)
		}
		if e := s.next(schedulerpb.Event_RESCIND); e.Rescind.OfferID.Value != whole.ID.Value {
			t.Fatalf("rescinded %v", e)
		}
		o := s.offer()
		if got := resource.Set(o.Resources).Unallocate(); cpus(o) != 1.5 || got.Scalar("mem") != 4096 || got.Scalar("disk") != 100 {
			t.Errorf("offered %s", got)
		}
		s.accept(o, launch(task("t", o, "sleep 9", resource.MustParse("cpus:1;mem:64")...)))
		s.running("t")
		if o := s.offer(); cpus(o) != 0.5 {
			t.Errorf("offered %v beside the task", cpus(o))
		}
		if code, body := quota(t, c, role, `{}`, `{"cpus":{"value":0.5}}`); code != 400 || body != "Invalid QuotaConfig: Role 'db' is already consuming 'cpus:1; disk:100; mem:64'; this is more than the requested limits 'cpus:0.5' (use 'force' flag to bypass this check)" {
			t.Errorf("below what is used: %d %q", code, body)
		}
		if code, _ := quota(t, c, role, `{}`, `{}`); code != 200 {
			t.Errorf("no more limits: %d", code)
		}
		s.offer(func(o *mesos.Offer) bool { return cpus(o) == 3 || cpus(o) == 2.5 })
	})
}

// What a role is guaranteed stays free of others, and is given to the role first.
func TestQuotaGuarantees(t *testing.T) {
	bubble(t, minicluster.Config{Agents: []minicluster.Agent{{Resources: "cpus:4;mem:4096"}}}, func(t *testing.T, c *minicluster.Cluster) {
		other := subscribe(t, c, info(inRoles("web")))
		first := other.offer()
		if code, body := quota(t, c, role, `{"cpus":{"value":3}}`, `{}`); code != 200 {
			t.Fatalf("%d %s", code, body)
		}
		if e := other.next(schedulerpb.Event_RESCIND); e.Rescind.OfferID.Value != first.ID.Value {
			t.Fatalf("rescinded %v", e)
		}
		o := other.offer()
		if cpus(o) != 1 {
			t.Errorf("others are offered %v", cpus(o))
		}
		owner := subscribe(t, c, info())
		if o := owner.offer(); cpus(o) != 3 {
			t.Errorf("the owner is offered %v", cpus(o))
		}
		other.decline(0, o)
		if o := other.offer(); cpus(o) != 1 {
			t.Errorf("others are offered %v", cpus(o))
		}
	})
}

// Quota and weights are kept by the next master, seen by those who may, and shown with the roles.
func TestQuotaAndWeightsAreKept(t *testing.T) {
	bubble(t, minicluster.Config{}, func(t *testing.T, c *minicluster.Cluster) {
		if code, body := quota(t, c, "db", `{"cpus":{"value":1}}`, `{"cpus":{"value":2},"mem":{"value":0}}`); code != 200 {
			t.Fatalf("%d %s", code, body)
		}
		if code, body, _ := do(t, c, "POST", "/api/v1", `{"type":"UPDATE_WEIGHTS","update_weights":{"weight_infos":[{"role":" db ","weight":2.5},{"role":"eng/x","weight":"Infinity"}]}}`, asCall); code != 200 || body != "" {
			t.Fatalf("%d %s", code, body)
		}
		if err := c.FailoverMaster(); err != nil {
			t.Fatal(err)
		}
		for call, want := range map[string]string{
			"GET_QUOTA":   `{"type":"GET_QUOTA","get_quota":{"status":{"infos":[{"role":"db","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1.0}}]}],"configs":[{"role":"db","guarantees":{"cpus":{"value":1.0}},"limits":{"cpus":{"value":2.0},"mem":{"value":0.0}}}]}}}`,
			"GET_WEIGHTS": `{"type":"GET_WEIGHTS","get_weights":{"weight_infos":[{"weight":2.5,"role":"db"},{"weight":"Infinity","role":"eng/x"}]}}`,
		} {
			if code, body, _ := do(t, c, "POST", "/api/v1", `{"type":"`+call+`"}`, asCall); code != 200 || body != want {
				t.Errorf("%s: %d %s\nwant %s", call, code, body, want)
			}
		}
		if code, body, _ := do(t, c, "GET", "/weights", ""); code != 200 || body != `[{"weight":2.5,"role":"db"},{"weight":"Infinity","role":"eng/x"}]` {
			t.Errorf("/weights: %d %s", code, body)
		}
		var page struct {
			Roles []struct {
				Name   string
				Weight any
				Quota  struct {
					Role                       string
					Guarantee, Limit, Consumed map[string]float64
				}
			}
		}
		_, body, _ := do(t, c, "GET", "/roles", "")
		if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Roles) != 3 {
			t.Fatalf("/roles: %v %s", err, body)
		}
		db, eng := page.Roles[0], page.Roles[1]
		if db.Name != "db" || db.Weight != 2.5 || db.Quota.Role != "db" || db.Quota.Guarantee["cpus"] != 1 || db.Quota.Limit["cpus"] != 2 || eng.Name != "eng" || eng.Weight != 1.0 {
			t.Errorf("/roles: %s", body)
		}
	})
}

func TestOldQuota(t *testing.T) {
	bubble(t, minicluster.Config{Roles: []string{"db", "db/x"}}, func(t *testing.T, c *minicluster.Cluster) {
		const before = "Failed to validate set quota request: "
		for _, step := range []struct {
			method, path, body string
			code               int
			want               string
		}{
			{"PUT", "/quota", "", 405, "405 Method Not Allowed. Expecting one of { 'GET', 'POST', 'DELETE' }, but received 'PUT'."},
			{"GET", "/quota", "", 200, `{}`},
			{"POST", "/quota", `{"role":"db"}`, 400, before + "QuotaInfo with empty 'guarantee'"},
			{"POST", "/quota", `{"guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]}`, 400, before + "QuotaInfo must specify a role"},
			{"POST", "/quota", `{"role":"web","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]}`, 400, before + "Unknown role 'web'"},
			{"POST", "/quota", `{"role":"db","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":9}}]}`, 409, "Quota guarantees overcommit the cluster (use 'force' to bypass this check): Total quota guarantees 'cpus:9' exceed cluster capacity 'cpus:4; disk:10240; mem:4096'"},
			{"POST", "/quota", `{"role":"db","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]}`, 200, ""},
			{"POST", "/quota", `{"role":"db","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]}`, 400, before + "Cannot set quota for role 'db' which already has quota"},
			{"POST", "/quota", `{"role":"db/x","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]}`, 400, "Setting quota on nested role 'db/x' is not supported yet"},
			{"POST", "/quota", `{"role":"db/x","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":2}}]}`, 400, before + "Invalid quota configuration. Parent role 'db' with guarantees (cpus:1) does not contain the sum of its children's guarantees (cpus:2)"},
			{"GET", "/master/quota", "", 200, `{"infos":[{"role":"db","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1.0}}]}],"configs":[{"role":"db","guarantees":{"cpus":{"value":1.0}},"limits":{"cpus":{"value":1.0}}}]}`},
			{"DELETE", "/quota/db", "", 400, "Failed to parse remove quota request for path '/quota/db': expected 3 tokens, found 2 tokens"},
			{"DELETE", "/master/quota/web", "", 400, "Failed to validate remove quota request for path '/master/quota/web': Unknown role 'web'"},
			{"DELETE", "/master/quota/db", "", 200, ""},
			{"DELETE", "/master/quota/db", "", 400, "Failed to remove quota for path '/master/quota/db': Role 'db' has no quota set"},
		} {
			if code, body, _ := do(t, c, step.method, step.path, step.body); code != step.code || body != step.want {
				t.Errorf("%s %s %s: %d %q\nwant %d %q", step.method, step.path, step.body, code, body, step.code, step.want)
			}
		}
	})
}

func TestWeights(t *testing.T) {
	cfg := minicluster.Config{Roles: []string{"db", "web"}, Agents: []minicluster.Agent{{}, {}, {}, {}}}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		const before = "Failed to validate update weights request JSON"
		for body, want := range map[string]string{
			`[{"role":"db","weight":0}]`:    before + " for role 'db': Invalid weight '0': Weights must be positive",
			`[{"role":"db","weight":-1.5}]`: before + " for role 'db': Invalid weight '-1.5': Weights must be positive",
			`[{"role":"ops","weight":1}]`:   before + ": Unknown role 'ops'",
			`[{"role":"/db","weight":1}]`:   before + ": Invalid role '/db': Role '/db' cannot start with a slash",
			`[{"role":"db"}]`:               "Failed to convert weights JSON array to protobuf '[{\"role\":\"db\"}]': Missing required fields: weight",
		} {
			if code, got, _ := do(t, c, "PUT", "/weights", body); code != 400 || got != want {
				t.Errorf("%s: %d %q\nwant %q", body, code, got, want)
			}
		}
		if code, got, _ := do(t, c, "POST", "/weights", "[]"); code != 405 || got != "405 Method Not Allowed. Expecting one of { 'GET', 'PUT' }, but received 'POST'." {
			t.Errorf("POST: %d %q", code, got)
		}
		// A role of weight 3 gets three of four equal agents.
		db, web := subscribe(t, c, info(inRoles("db"), timeout(60))), subscribe(t, c, info(inRoles("web"), timeout(60)))
		db.next(schedulerpb.Event_OFFERS)
		if code, got, _ := do(t, c, "PUT", "/weights", `[{"role":"web","weight":3}]`); code != 200 || got != "" {
			t.Fatalf("PUT: %d %q", code, got)
		}
		for range 4 {
			db.next(schedulerpb.Event_RESCIND)
		}
		time.Sleep(2 * time.Second)
		count := map[string]int{}
		for _, f := range c.State().Frameworks {
			count[f.Info.ID.GetValue()] = len(f.Offers)
		}
		if count[db.id.Value] != 1 || count[web.id.Value] != 3 {
			t.Errorf("offers: %v", count)
		}
	})
}

func TestNotAuthorizedForRoles(t *testing.T) {
	cfg := minicluster.Config{Credentials: map[string]string{"ops": "s", "guest": "s"}, ACLs: lists(false, "update_quotas ops db", "update_weights ops db", "get_quotas guest db", "view_roles guest db")}
	bubble(t, cfg, func(t *testing.T, c *minicluster.Cluster) {
		for who, want := range map[string]int{"ops": 200, "guest": 403} {
			if code, body := quota(t, c, "db", `{}`, `{"cpus":{"value":1}}`, basic(who, "s")); code != want || want == 403 && body != "403 Forbidden." {
				t.Errorf("quota by %s: %d %q", who, code, body)
			}
			if code, body, _ := do(t, c, "PUT", "/weights", `[{"role":"db","weight":2}]`, basic(who, "s")); code != want {
				t.Errorf("weights by %s: %d %q", who, code, body)
			}
		}
		if code, body, _ := do(t, c, "PUT", "/weights", `[{"role":"db","weight":2},{"role":"web","weight":2}]`, basic("ops", "s")); code != 403 {
			t.Errorf("one forbidden role of two: %d %q", code, body)
		}
		if _, body, _ := do(t, c, "GET", "/weights", "", basic("ops", "s")); body != "[]" {
			t.Errorf("weights seen by ops: %s", body)
		}
		if _, body, _ := do(t, c, "GET", "/quota", "", basic("guest", "s")); !strings.Contains(body, `"role":"db"`) {
			t.Errorf("quota seen by guest: %s", body)
		}
	})
}
