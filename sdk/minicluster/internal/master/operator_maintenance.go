package master

// Maintenance (semantics 5.10, 7.4): UPDATE_MAINTENANCE_SCHEDULE, GET_MAINTENANCE_SCHEDULE, GET_MAINTENANCE_STATUS,
// START_MAINTENANCE and STOP_MAINTENANCE, and the endpoints /maintenance/schedule, /maintenance/status, /machine/down
// and /machine/up. Left out: ?jsonp=.

import (
	"maps"
	"net/http"
	"slices"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

func (m *Master) updateSchedule(s *masterpb.Schedule, principal *string) answer {
	if err := validate.Schedule(s, m.orders.maintenance.inMode(down)); err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	if len(s.Windows) > 0 && !m.permits(authorize.UpdateMaintenanceSchedule, principal, nil) {
		return forbidden
	}
	m.replaceSchedule(s)
	return answer{status: http.StatusOK}
}

func (m *Master) startMaintenance(ids []mesos.MachineID, principal *string) answer {
	allowed := m.permits(authorize.StartMaintenance, principal, nil)
	if failed := m.machinesIn(drainingMode, ids, allowed, "' is not in DRAINING mode and cannot be brought down"); failed.status != 0 {
		return failed
	}
	m.bringDown(ids)
	return answer{status: http.StatusOK}
}

func (m *Master) stopMaintenance(ids []mesos.MachineID, principal *string) answer {
	allowed := m.permits(authorize.StopMaintenance, principal, nil)
	if failed := m.machinesIn(down, ids, allowed, "' is not in DOWN mode and cannot be brought up"); failed.status != 0 {
		return failed
	}
	m.bringUp(ids)
	return answer{status: http.StatusOK}
}

// machinesIn refuses machines that aren't in a mode. One on which an agent runs or ran is known, and so said to be in
// the wrong mode, though it isn't in the schedule.
func (m *Master) machinesIn(wanted mode, ids []mesos.MachineID, allowed bool, otherwise string) answer {
	if err := validate.Machines(ids); err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	for i := range ids {
		text, err := mesosjson.Marshal(&ids[i])
		if err != nil {
			return refuse(http.StatusBadRequest, err.Error())
		}
		switch one := m.orders.maintenance.find(&ids[i]); {
		case one == nil:
			return refuse(http.StatusBadRequest, "Machine '"+string(text)+"' is not part of a maintenance schedule")
		case one.mode != wanted:
			return refuse(http.StatusBadRequest, "Machine '"+string(text)+otherwise)
		case !allowed:
			return forbidden
		}
	}
	return answer{}
}

// maintenanceStatus shows what frameworks have answered of machines that are to go down, and those that are.
func (m *Master) maintenanceStatus(principal *string) *masterpb.ClusterStatus {
	if !m.permits(authorize.GetMaintenanceStatus, principal, nil) {
		return &masterpb.ClusterStatus{}
	}
	n := &m.orders.maintenance
	out := &masterpb.ClusterStatus{DownMachines: n.inMode(down)}
	for _, id := range n.inMode(drainingMode) {
		shown := masterpb.ClusterStatus_DrainingMachine{ID: id}
		for _, a := range m.agentsOn(&id) {
			if a.plan == nil {
				continue
			}
			for _, f := range slices.SortedFunc(maps.Keys(a.plan.answers), compareIDs) {
				shown.Statuses = append(shown.Statuses, a.plan.answers[f])
			}
		}
		out.DrainingMachines = append(out.DrainingMachines, shown)
	}
	return out
}

func (m *Master) maintenanceSchedule(principal *string) *masterpb.Schedule {
	if !m.permits(authorize.GetMaintenanceSchedule, principal, nil) {
		return &masterpb.Schedule{}
	}
	return proto.Clone(&m.orders.maintenance.schedule).(*masterpb.Schedule)
}

func (m *Master) showMaintenanceStatus(principal *string) *masterpb.Response {
	return &masterpb.Response{
		Type:                 masterpb.Response_GET_MAINTENANCE_STATUS.Enum(),
		GetMaintenanceStatus: &masterpb.Response_GetMaintenanceStatus{Status: *m.maintenanceStatus(principal)},
	}
}

func (m *Master) showMaintenanceSchedule(principal *string) *masterpb.Response {
	return &masterpb.Response{
		Type:                   masterpb.Response_GET_MAINTENANCE_SCHEDULE.Enum(),
		GetMaintenanceSchedule: &masterpb.Response_GetMaintenanceSchedule{Schedule: *m.maintenanceSchedule(principal)},
	}
}

// schedulePage serves /maintenance/schedule.
func (m *Master) schedulePage(w http.ResponseWriter, r *http.Request) {
	m.maintain(w, r, realmReadWrite, []string{http.MethodGet, http.MethodPost}, func(body []byte, principal *string) (func() answer, error) {
		if r.Method == http.MethodGet {
			return func() answer { return answer{message: m.maintenanceSchedule(principal)}.encoded(typeJSON) }, nil
		}
		s := &masterpb.Schedule{}
		err := mesosjson.Unmarshal(body, s)
		return func() answer { return m.updateSchedule(s, principal) }, err
	})
}

// statusPage serves /maintenance/status.
func (m *Master) statusPage(w http.ResponseWriter, r *http.Request) {
	m.maintain(w, r, realmReadOnly, []string{http.MethodGet}, func(_ []byte, principal *string) (func() answer, error) {
		return func() answer { return answer{message: m.maintenanceStatus(principal)}.encoded(typeJSON) }, nil
	})
}

// downPage and upPage serve /machine/down and /machine/up.
func (m *Master) downPage(w http.ResponseWriter, r *http.Request) {
	m.machinesPage(w, r, m.startMaintenance)
}
func (m *Master) upPage(w http.ResponseWriter, r *http.Request) {
	m.machinesPage(w, r, m.stopMaintenance)
}

func (m *Master) machinesPage(w http.ResponseWriter, r *http.Request, do func([]mesos.MachineID, *string) answer) {
	m.maintain(w, r, realmReadWrite, []string{http.MethodPost}, func(body []byte, principal *string) (func() answer, error) {
		var read []*mesos.MachineID
		err := mesosjson.UnmarshalArray(body, func() proto.Message {
			read = append(read, &mesos.MachineID{})
			return read[len(read)-1]
		})
		ids := make([]mesos.MachineID, len(read))
		for i := range read {
			ids[i] = *read[i]
		}
		return func() answer { return do(ids, principal) }, err
	})
}

// maintain serves an endpoint of maintenance: parse reads the body, and what it returns is done on the loop.
func (m *Master) maintain(w http.ResponseWriter, r *http.Request, realm string, methods []string, parse func(body []byte, principal *string) (func() answer, error)) {
	principal, ok := m.authenticate(w, r, realm)
	if !ok {
		return
	}
	if !slices.Contains(methods, r.Method) {
		notAllowed(w, r, methods...)
		return
	}
	body, failed := readBody(r)
	if failed.status != 0 {
		failed.write(w)
		return
	}
	do, err := parse(body, principal)
	if err != nil {
		refuse(http.StatusBadRequest, err.Error()).write(w)
		return
	}
	m.answer(w, do)
}
