package master

// UPDATE_WEIGHTS, GET_WEIGHTS and the endpoint /weights (semantics 5.2, 7.2, 7.3). Left out: ?jsonp=.

import (
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

func (m *Master) updateWeights(infos []mesos.WeightInfo, principal *string) answer {
	roles := make([]string, len(infos))
	for i := range infos {
		roles[i] = strings.TrimSpace(infos[i].GetRole())
		if err := validate.Weight(roles[i], infos[i].Weight, m.config.Roles); err != nil {
			return refuse(http.StatusBadRequest, err.Error())
		}
	}
	if len(roles) == 0 && !m.permits(authorize.UpdateWeight, principal, nil) ||
		len(roles) > 0 && !m.config.ACLs.AllowsAll(authorize.UpdateWeight, principal, roles) {
		return forbidden
	}
	err := m.config.Registry.Update(func(c *Contents) {
		kept := maps.Clone(c.Weights)
		if kept == nil {
			kept = map[string]Weight{}
		}
		for i, role := range roles {
			kept[role] = Weight(infos[i].Weight)
		}
		c.Weights = kept
	})
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	rescind := false
	for i, role := range roles {
		m.weights[role] = infos[i].Weight
		m.alloc.SetWeight(role, infos[i].Weight)
		rescind = rescind || m.hasRole(role)
	}
	if rescind {
		for _, a := range m.sortedAgents() {
			for _, o := range a.sortedOffers() {
				m.discard(o, true)
			}
		}
	}
	return answer{status: http.StatusOK}
}

// hasRole tells whether a framework has a role, or holds something for it.
func (m *Master) hasRole(role string) bool {
	for _, f := range m.frameworks {
		if slices.Contains(f.roles(), role) {
			return true
		}
	}
	return false
}

// weight is what a role's share is divided by.
func (m *Master) weight(role string) float64 {
	if w, ok := m.weights[role]; ok {
		return w
	}
	return 1
}

// showWeights returns the weights that principal may see.
func (m *Master) showWeights(principal *string) []mesos.WeightInfo {
	var out []mesos.WeightInfo
	for _, role := range slices.Sorted(maps.Keys(m.weights)) {
		if m.permits(authorize.ViewRole, principal, &role) {
			out = append(out, mesos.WeightInfo{Role: &role, Weight: m.weights[role]})
		}
	}
	return out
}

// weightsPage serves GET and PUT /weights: an array of weights.
func (m *Master) weightsPage(w http.ResponseWriter, r *http.Request) {
	principal, ok := m.authenticate(w, r, realmReadWrite)
	if !ok {
		return
	}
	m.respond(w, r, []string{http.MethodGet, http.MethodPut}, func(body string) answer {
		if r.Method == http.MethodPut {
			return m.putWeights(body, principal)
		}
		parts := []string{}
		for _, info := range m.showWeights(principal) {
			b, err := mesosjson.Marshal(&info)
			if err != nil {
				return refuse(http.StatusInternalServerError, err.Error())
			}
			parts = append(parts, string(b))
		}
		return answer{status: http.StatusOK, body: "[" + strings.Join(parts, ",") + "]", kind: typeJSON}
	})
}

func (m *Master) putWeights(body string, principal *string) answer {
	var infos []*mesos.WeightInfo
	err := mesosjson.UnmarshalArray([]byte(body), func() proto.Message {
		infos = append(infos, &mesos.WeightInfo{})
		return infos[len(infos)-1]
	})
	if err != nil {
		why, syntax := strings.CutPrefix(mesosjson.Refusal(err, ""), "Failed to parse body into JSON: ")
		if syntax {
			return refuse(http.StatusBadRequest, "Failed to parse update weights request JSON '"+body+"': "+why)
		}
		return refuse(http.StatusBadRequest, "Failed to convert weights JSON array to protobuf '"+body+"': "+err.Error())
	}
	out := make([]mesos.WeightInfo, len(infos))
	for i := range infos {
		out[i] = *infos[i]
	}
	return m.updateWeights(out, principal)
}

// finite is a number as pages show it: JSON has none that isn't finite.
func finite(v float64) any {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	}
	return v
}
