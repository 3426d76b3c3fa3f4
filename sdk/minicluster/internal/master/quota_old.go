package master

// SET_QUOTA and REMOVE_QUOTA, which UPDATE_QUOTA replaced, and the endpoint /quota, which is of their time (semantics
// 7.2, 7.3). Left out: ?jsonp=.

import (
	"net/http"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// setQuota guarantees a role something, and limits it to the same.
func (m *Master) setQuota(q *masterpb.QuotaRequest, principal *string) answer {
	has := func(role string) (allocator.Quota, bool) { q, ok := m.quotas[role]; return q, ok }
	if err := validate.QuotaRequest(q, m.config.Roles, has); err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	role := q.GetRole()
	if !m.permits(authorize.UpdateQuota, principal, &role) {
		return forbidden
	}
	config := masterpb.QuotaConfig{Role: role, Guarantees: map[string]mesos.Value_Scalar{}}
	for i := range q.Guarantee {
		config.Guarantees[q.Guarantee[i].Name] = *q.Guarantee[i].Scalar
	}
	config.Limits = config.Guarantees
	total := guarantees(m.quotas).Plus(allocator.AmountsFrom(config.Guarantees))
	if capacity := m.capacity(); !q.GetForce() && !capacity.Contains(total) {
		return refuse(http.StatusConflict, "Quota guarantees overcommit the cluster (use 'force' to bypass this check): "+
			"Total quota guarantees '"+total.String()+"' exceed cluster capacity '"+capacity.String()+"'")
	}
	if err := m.keepQuotas([]masterpb.QuotaConfig{config}); err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	m.quotas[role] = quotaOf(&config)
	m.alloc.SetQuota(role, m.quotas[role])
	m.makeRoom(role, q.Guarantee)
	return answer{status: http.StatusOK}
}

// makeRoom rescinds all offers of agent after agent until they held what a role is guaranteed, and there were as many
// agents as the role has frameworks.
func (m *Master) makeRoom(role string, wanted resource.Set) {
	frameworks := 0
	for _, f := range m.frameworks {
		for _, own := range f.roles() {
			if own == role && f.stream != nil {
				frameworks++
			}
		}
	}
	var rescinded resource.Set
	visited := 0
	for _, a := range m.sortedAgents() {
		if visited >= frameworks && rescinded.Contains(wanted) {
			return
		}
		if !a.connected || len(a.offers) == 0 {
			continue
		}
		visited++
		for _, o := range a.sortedOffers() {
			rescinded = rescinded.Plus(o.resources().Unallocate())
			m.discard(o, true)
		}
	}
}

// removeQuota ends a role's quota. One that it hasn't kills a real master.
func (m *Master) removeQuota(role string, principal *string) answer {
	if _, has := m.quotas[role]; !has {
		return refuse(http.StatusBadRequest, validate.UnsetQuota(role).Error())
	}
	if !m.permits(authorize.UpdateQuota, principal, &role) {
		return forbidden
	}
	if err := m.keepQuotas([]masterpb.QuotaConfig{{Role: role}}); err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	delete(m.quotas, role)
	m.alloc.SetQuota(role, allocator.Quota{})
	return answer{status: http.StatusOK}
}

// quotaPage serves GET /quota, POST /quota and DELETE /master/quota/<role>.
func (m *Master) quotaPage(w http.ResponseWriter, r *http.Request) {
	principal, ok := m.authenticate(w, r, realmReadWrite)
	if !ok {
		return
	}
	m.respond(w, r, []string{http.MethodGet, http.MethodPost, http.MethodDelete}, func(body string) answer {
		switch r.Method {
		case http.MethodGet:
			return answer{message: m.showQuotas(principal)}.encoded(typeJSON)
		case http.MethodDelete:
			return m.deleteQuota(r.URL.Path, principal)
		}
		return m.postQuota(body, principal)
	})
}

func (m *Master) postQuota(body string, principal *string) answer {
	q := &masterpb.QuotaRequest{}
	if err := mesosjson.Unmarshal([]byte(body), q); err != nil {
		why, syntax := strings.CutPrefix(mesosjson.Refusal(err, ""), "Failed to parse body into JSON: ")
		if syntax {
			return refuse(http.StatusBadRequest, "Failed to parse set quota request JSON '"+body+"': "+why)
		}
		return refuse(http.StatusBadRequest, "Failed to validate set quota request JSON '"+body+"': "+err.Error())
	}
	return m.setQuota(q, principal)
}

func (m *Master) deleteQuota(path string, principal *string) answer {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(parts) < 3 {
		return refuse(http.StatusBadRequest, "Failed to parse remove quota request for path '"+path+"': expected 3 tokens, found "+string(rune('0'+len(parts)))+" tokens")
	}
	role := strings.Join(parts[2:], "/")
	if !validate.Whitelisted(role, m.config.Roles) {
		return refuse(http.StatusBadRequest, "Failed to validate remove quota request for path '"+path+"': Unknown role '"+role+"'")
	}
	if _, has := m.quotas[role]; !has {
		return refuse(http.StatusBadRequest, "Failed to remove quota for path '"+path+"': Role '"+role+"' has no quota set")
	}
	return m.removeQuota(role, principal)
}

// respond answers one of some methods on the loop, with what the request's body holds.
func (m *Master) respond(w http.ResponseWriter, r *http.Request, methods []string, do func(body string) answer) {
	known := false
	for _, method := range methods {
		known = known || method == r.Method
	}
	if !known {
		notAllowed(w, r, methods...)
		return
	}
	body, failed := readBody(r)
	if failed.status != 0 {
		failed.write(w)
		return
	}
	m.answer(w, func() answer { return do(string(body)) })
}
