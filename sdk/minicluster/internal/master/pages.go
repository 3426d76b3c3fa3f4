package master

// The pages /health, /version, /flags, /state, /slaves, /frameworks, /roles and /redirect (semantics 7.3); others
// are in pages_sums.go. Left out: ?jsonp=, domains, and of /state what is about the build and the log.

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
)

// object is a JSON object.
type object = map[string]any

// read serves a page of JSON.
func read(page func(m *Master, query url.Values) any) func(*Master, http.ResponseWriter, *http.Request) {
	return func(m *Master, w http.ResponseWriter, r *http.Request) {
		principal, ok := m.authenticate(w, r, realmReadOnly)
		if !ok {
			return
		}
		m.answer(w, func() answer {
			if routePath(r) == "/flags" && !m.permits(authorize.ViewFlags, principal, nil) {
				return forbidden
			}
			b, err := json.Marshal(page(m, r.URL.Query()))
			if err != nil {
				return refuse(http.StatusInternalServerError, err.Error())
			}
			return answer{status: http.StatusOK, body: string(b), kind: typeJSON}
		})
	}
}

func (m *Master) health(w http.ResponseWriter, _ *http.Request) {
	answer{status: http.StatusOK}.write(w)
}

// redirect names the leader, without a scheme (semantics 1.9).
func (m *Master) redirect(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "//"+m.address())
	w.WriteHeader(http.StatusTemporaryRedirect)
}

func versionPage(*Master, url.Values) any { return object{"version": Version} }

func flagsPage(m *Master, _ url.Values) any { return object{"flags": m.flagTexts()} }

func slavesPage(m *Master, query url.Values) any {
	wanted := query.Get("slave_id")
	shown, recovered := []any{}, []any{}
	for _, a := range m.sortedAgents() {
		if wanted == "" || wanted == a.id {
			shown = append(shown, m.slave(a, true))
		}
	}
	for _, one := range m.recoveredPages() {
		if wanted == "" || wanted == one["id"] {
			recovered = append(recovered, one)
		}
	}
	return object{"slaves": shown, "recovered_slaves": recovered}
}

func frameworksPage(m *Master, query url.Values) any {
	wanted := query.Get("framework_id")
	list := func(all []*framework) []any {
		out := []any{}
		for _, f := range all {
			if wanted == "" || wanted == f.id {
				out = append(out, m.frameworkPage(f))
			}
		}
		return out
	}
	return object{
		"frameworks":              list(m.sortedFrameworks()),
		"completed_frameworks":    list(m.completed.all()),
		"unregistered_frameworks": []any{},
	}
}

func statePage(m *Master, _ url.Values) any {
	out, ok := frameworksPage(m, nil).(object)
	if !ok {
		return nil
	}
	slaves, active := []any{}, 0
	for _, a := range m.sortedAgents() {
		slaves = append(slaves, m.slave(a, false))
		if m.active(a) {
			active++
		}
	}
	pid := "master@" + m.address()
	out["version"], out["id"], out["pid"], out["hostname"] = Version, m.id, pid, m.config.IP
	out["start_time"], out["elected_time"] = seconds(m.started), seconds(m.started)
	out["capabilities"] = []string{"AGENT_UPDATE", "AGENT_DRAINING", "QUOTA_V2"}
	out["activated_slaves"], out["deactivated_slaves"], out["unreachable_slaves"] = active, len(slaves)-active, len(m.since)
	out["leader"] = pid
	out["leader_info"] = object{"id": m.id, "pid": pid, "port": m.config.Port, "hostname": m.config.IP}
	out["flags"] = m.flagTexts()
	out["slaves"], out["recovered_slaves"], out["orphan_tasks"] = slaves, m.recoveredPages(), []any{}
	return out
}

// attributes are shown as an object: the first of each name.
func attributes(all []mesos.Attribute) object {
	out := object{}
	for i := range all {
		a := &all[i]
		if _, seen := out[a.Name]; seen {
			continue
		}
		switch {
		case a.Scalar != nil:
			out[a.Name] = a.Scalar.Value
		case a.Ranges != nil:
			out[a.Name] = rangesText(a.Ranges)
		case a.Set != nil:
			out[a.Name] = setText(a.Set)
		default:
			out[a.Name] = a.Text.GetValue()
		}
	}
	return out
}
