package master

// The v1 operator API (semantics 7.2). Left out, and answered with 501: LIST_FILES, READ_FILE and
// SET_LOGGING_LEVEL.

import (
	"net/http"

	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/api"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

func (m *Master) operator(w http.ResponseWriter, r *http.Request) {
	principal, ok := m.authenticate(w, r, realmReadWrite)
	if !ok {
		return
	}
	if r.Method != http.MethodPost {
		notAllowed(w, r, http.MethodPost)
		return
	}
	call := &masterpb.Call{}
	if failed := decode(r, call); failed.status != 0 {
		failed.write(w)
		return
	}
	if err := validate.OperatorCall(call); err != nil {
		refuse(http.StatusBadRequest, "Failed to validate master::Call: "+err.Error()).write(w)
		return
	}
	kind := accepted(r)
	if kind == "" {
		refuse(http.StatusNotAcceptable, notAcceptable).write(w)
		return
	}
	if call.GetType() == masterpb.Call_SUBSCRIBE {
		m.listen(w, r, principal, kind)
		return
	}
	m.answer(w, func() answer { return m.operate(call, principal).encoded(kind) })
}

// encoded turns an answer's message into a body.
func (a answer) encoded(kind string) answer {
	if a.message == nil {
		return a
	}
	body, err := api.Marshaler(kind)(a.message)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	return answer{status: http.StatusOK, body: string(body), kind: kind}
}

// operate carries out an operator's call.
func (m *Master) operate(call *masterpb.Call, principal *string) answer {
	switch call.GetType() {
	case masterpb.Call_RESERVE_RESOURCES:
		c := call.ReserveResources
		return m.reserve(c.AgentID.Value, c.Source, c.Resources, principal)
	case masterpb.Call_UNRESERVE_RESOURCES:
		return m.unreserve(call.UnreserveResources.AgentID.Value, call.UnreserveResources.Resources, principal)
	case masterpb.Call_CREATE_VOLUMES:
		return m.createVolumes(call.CreateVolumes.AgentID.Value, call.CreateVolumes.Volumes, principal)
	case masterpb.Call_DESTROY_VOLUMES:
		return m.destroyVolumes(call.DestroyVolumes.AgentID.Value, call.DestroyVolumes.Volumes, principal)
	case masterpb.Call_GROW_VOLUME:
		return m.growVolume(call.GrowVolume, principal)
	case masterpb.Call_SHRINK_VOLUME:
		return m.shrinkVolume(call.ShrinkVolume, principal)
	case masterpb.Call_TEARDOWN:
		return m.operatorTeardown(call.Teardown.FrameworkID.Value, principal)
	case masterpb.Call_MARK_AGENT_GONE:
		return m.markAgentGone(call.MarkAgentGone, principal)
	case masterpb.Call_DRAIN_AGENT:
		return m.drainAgent(call.DrainAgent, principal)
	case masterpb.Call_DEACTIVATE_AGENT:
		return m.deactivateAgent(call.DeactivateAgent, principal)
	case masterpb.Call_REACTIVATE_AGENT:
		return m.reactivateAgent(call.ReactivateAgent, principal)
	case masterpb.Call_UPDATE_MAINTENANCE_SCHEDULE:
		return m.updateSchedule(&call.UpdateMaintenanceSchedule.Schedule, principal)
	case masterpb.Call_GET_MAINTENANCE_STATUS:
		return answer{message: m.showMaintenanceStatus(principal)}
	case masterpb.Call_GET_MAINTENANCE_SCHEDULE:
		return answer{message: m.showMaintenanceSchedule(principal)}
	case masterpb.Call_START_MAINTENANCE:
		return m.startMaintenance(call.StartMaintenance.Machines, principal)
	case masterpb.Call_STOP_MAINTENANCE:
		return m.stopMaintenance(call.StopMaintenance.Machines, principal)
	case masterpb.Call_UPDATE_WEIGHTS:
		return m.updateWeights(call.UpdateWeights.WeightInfos, principal)
	case masterpb.Call_UPDATE_QUOTA:
		return m.updateQuota(call.UpdateQuota, principal)
	case masterpb.Call_SET_QUOTA:
		return m.setQuota(&call.SetQuota.QuotaRequest, principal)
	case masterpb.Call_REMOVE_QUOTA:
		return m.removeQuota(call.RemoveQuota.Role, principal)
	}
	if call.GetType() == masterpb.Call_GET_FLAGS && !m.permits(authorize.ViewFlags, principal, nil) {
		return forbidden
	}
	if response := m.look(call, principal); response != nil {
		m.hide(response, principal)
		response.Type = masterpb.Response_Type(masterpb.Response_Type_value[call.GetType().String()]).Enum()
		return answer{message: response}
	}
	return plain(http.StatusNotImplemented)
}

// look answers calls that only read; nil: it is another one.
func (m *Master) look(call *masterpb.Call, principal *string) *masterpb.Response {
	switch call.GetType() {
	case masterpb.Call_GET_HEALTH:
		return &masterpb.Response{GetHealth: &masterpb.Response_GetHealth{Healthy: true}}
	case masterpb.Call_GET_FLAGS:
		return &masterpb.Response{GetFlags: m.flags()}
	case masterpb.Call_GET_VERSION:
		return &masterpb.Response{GetVersion: version()}
	case masterpb.Call_GET_METRICS:
		return &masterpb.Response{GetMetrics: m.metrics()}
	case masterpb.Call_GET_LOGGING_LEVEL:
		return &masterpb.Response{GetLoggingLevel: &masterpb.Response_GetLoggingLevel{}}
	case masterpb.Call_GET_STATE:
		return &masterpb.Response{GetState: m.state()}
	case masterpb.Call_GET_AGENTS:
		return &masterpb.Response{GetAgents: m.showAgents()}
	case masterpb.Call_GET_FRAMEWORKS:
		return &masterpb.Response{GetFrameworks: m.showFrameworks()}
	case masterpb.Call_GET_EXECUTORS:
		return &masterpb.Response{GetExecutors: m.showExecutors()}
	case masterpb.Call_GET_OPERATIONS:
		return &masterpb.Response{GetOperations: m.showOperations()}
	case masterpb.Call_GET_TASKS:
		return &masterpb.Response{GetTasks: m.showTasks()}
	case masterpb.Call_GET_ROLES:
		return &masterpb.Response{GetRoles: m.showRoles()}
	case masterpb.Call_GET_WEIGHTS:
		return &masterpb.Response{GetWeights: &masterpb.Response_GetWeights{WeightInfos: m.showWeights(principal)}}
	case masterpb.Call_GET_QUOTA:
		return &masterpb.Response{GetQuota: &masterpb.Response_GetQuota{Status: *m.showQuotas(principal)}}
	case masterpb.Call_GET_MASTER:
		return &masterpb.Response{GetMaster: &masterpb.Response_GetMaster{
			MasterInfo: m.info(), StartTime: new(seconds(m.started)), ElectedTime: new(seconds(m.started)),
		}}
	}
	return nil
}
