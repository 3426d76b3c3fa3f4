package agent

import (
	"time"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// health judges the results of a task's health check.
type health struct {
	agent    *Agent
	task     *task
	since    time.Time
	grace    time.Duration // failures don't count before it has passed or a check has succeeded
	limit    uint32        // so many failures in a row end the task
	failures uint32
	starting bool // no check has succeeded yet
}

// result reports each failure, and success when it is news; failures in a row end the task.
func (h *health) result(s mesos.CheckStatusInfo, err error) {
	if err == nil && healthy(s) {
		if h.starting || h.failures > 0 {
			h.tell(true)
		}
		h.starting, h.failures = false, 0
		return
	}
	if h.starting && h.grace > 0 && time.Since(h.since) <= h.grace {
		return
	}
	h.failures++
	h.tell(false)
	if h.failures >= h.limit {
		h.task.unhealthy = true
		h.agent.terminate(h.task, h.task.grace(nil))
	}
}

func healthy(s mesos.CheckStatusInfo) bool {
	switch s.GetType() {
	case mesos.CheckInfo_COMMAND:
		return s.Command.GetExitCode() == 0
	case mesos.CheckInfo_HTTP:
		return s.HTTP.GetStatusCode() >= 200 && s.HTTP.GetStatusCode() < 400
	case mesos.CheckInfo_TCP:
		return s.TCP.GetSucceeded()
	}
	return true
}

// tell repeats the task's last status with its health.
func (h *health) tell(healthy bool) {
	if s := h.task.again(mesos.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED); s != nil {
		s.Healthy = &healthy
		h.agent.update(h.task, s)
	}
}

// checked reports the result of a check when it differs from the one before.
func (a *Agent) checked(t *task, result mesos.CheckStatusInfo, err error) {
	if err != nil {
		result = *emptyCheckStatus(result.GetType())
	}
	s := t.again(mesos.REASON_TASK_CHECK_STATUS_UPDATED)
	if s == nil || proto.Equal(s.CheckStatus, &result) {
		return
	}
	s.CheckStatus = &result
	a.update(t, s)
}

// again is the task's last status once more, to be changed in part; nil if nothing is to be said any more.
func (t *task) again(reason mesos.TaskStatus_Reason) *mesos.TaskStatus {
	if t.phase != running || t.killing || t.last == nil {
		return nil
	}
	s := clone(t.last)
	s.Reason = &reason
	s.Message = nil
	return s
}
