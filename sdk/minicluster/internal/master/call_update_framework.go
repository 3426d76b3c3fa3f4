package master

// UPDATE_FRAMEWORK (semantics 1.8): all of it. Agents are not told.

import (
	"net/http"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

func (m *Master) updateFramework(f *framework, call *schedulerpb.Call_UpdateFramework) answer {
	info := copyInfo(&call.FrameworkInfo)
	if err := validate.Framework(&info, m.config.Roles); err != nil {
		return refuse(http.StatusBadRequest, "Supplied FrameworkInfo is not valid: "+err.Error())
	}
	if err := validate.Update(&f.info, &info); err != nil {
		return refuse(http.StatusBadRequest, "FrameworkInfo update is not valid: "+err.Error())
	}
	compiled, err := m.judgeRoles(&info, call.SuppressedRoles, call.OfferConstraints)
	if err != nil {
		return refuse(http.StatusBadRequest, "'UpdateFramework' call is not valid: "+err.Error())
	}
	if err := m.permitFramework(&info); err != nil {
		return refuse(http.StatusForbidden, err.Error())
	}
	if err := validate.PoisonousFilters(&info); err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	changed := !proto.Equal(&f.info, &info)
	m.adopt(f, info, call.SuppressedRoles, call.OfferConstraints, compiled)
	if changed {
		m.announceFramework(f, false)
	}
	return answer{status: http.StatusOK}
}
