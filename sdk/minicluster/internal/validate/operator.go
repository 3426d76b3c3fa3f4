package validate

import (
	"errors"

	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// OperatorCall judges an operator's call before anything is done about it (semantics 7.2).
func OperatorCall(c *masterpb.Call) error {
	if c.Type == nil {
		return missing("type")
	}
	if name, present := operatorMember(c); !present {
		return missing(name)
	}
	switch *c.Type {
	case masterpb.Call_RESERVE_RESOURCES:
		return first(
			func() error { return valid(c.ReserveResources.Source) },
			func() error { return valid(c.ReserveResources.Resources) },
		)
	case masterpb.Call_UNRESERVE_RESOURCES:
		return valid(c.UnreserveResources.Resources)
	case masterpb.Call_GROW_VOLUME:
		if c.GrowVolume.AgentID == nil {
			return errNoAgent
		}
	case masterpb.Call_SHRINK_VOLUME:
		if c.ShrinkVolume.AgentID == nil {
			return errNoAgent
		}
	}
	return nil
}

var errNoAgent = errors.New("Expecting 'agent_id' to be present; only agent default resources are supported right now")

// operatorMember names the field that a type of call needs, and tells whether it is there.
func operatorMember(c *masterpb.Call) (string, bool) {
	switch *c.Type {
	case masterpb.Call_GET_METRICS:
		return "get_metrics", c.GetMetrics != nil
	case masterpb.Call_SET_LOGGING_LEVEL:
		return "set_logging_level", c.SetLoggingLevel != nil
	case masterpb.Call_LIST_FILES:
		return "list_files", c.ListFiles != nil
	case masterpb.Call_READ_FILE:
		return "read_file", c.ReadFile != nil
	case masterpb.Call_UPDATE_WEIGHTS:
		return "update_weights", c.UpdateWeights != nil
	case masterpb.Call_RESERVE_RESOURCES:
		return "reserve_resources", c.ReserveResources != nil
	case masterpb.Call_UNRESERVE_RESOURCES:
		return "unreserve_resources", c.UnreserveResources != nil
	case masterpb.Call_CREATE_VOLUMES:
		return "create_volumes", c.CreateVolumes != nil
	case masterpb.Call_DESTROY_VOLUMES:
		return "destroy_volumes", c.DestroyVolumes != nil
	case masterpb.Call_GROW_VOLUME:
		return "grow_volume", c.GrowVolume != nil
	case masterpb.Call_SHRINK_VOLUME:
		return "shrink_volume", c.ShrinkVolume != nil
	case masterpb.Call_UPDATE_MAINTENANCE_SCHEDULE:
		return "update_maintenance_schedule", c.UpdateMaintenanceSchedule != nil
	case masterpb.Call_START_MAINTENANCE:
		return "start_maintenance", c.StartMaintenance != nil
	case masterpb.Call_STOP_MAINTENANCE:
		return "stop_maintenance", c.StopMaintenance != nil
	case masterpb.Call_DRAIN_AGENT:
		return "drain_agent", c.DrainAgent != nil
	case masterpb.Call_DEACTIVATE_AGENT:
		return "deactivate_agent", c.DeactivateAgent != nil
	case masterpb.Call_REACTIVATE_AGENT:
		return "reactivate_agent", c.ReactivateAgent != nil
	case masterpb.Call_UPDATE_QUOTA:
		return "update_quota", c.UpdateQuota != nil
	case masterpb.Call_SET_QUOTA:
		return "set_quota", c.SetQuota != nil
	case masterpb.Call_REMOVE_QUOTA:
		return "remove_quota", c.RemoveQuota != nil
	case masterpb.Call_TEARDOWN:
		return "teardown", c.Teardown != nil
	case masterpb.Call_MARK_AGENT_GONE:
		return "mark_agent_gone", c.MarkAgentGone != nil
	}
	return "", true
}
