package operator

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// Machines are named by host and IP address exactly as their agents announce them, in MachineID; a name that an
// agent doesn't have means another machine (semantics 7.4).

// MaintenanceSchedule returns which machines will be unavailable when.
func (c *Client) MaintenanceSchedule(ctx context.Context) (masterpb.Schedule, error) {
	r, err := c.look(ctx, masterpb.Call_GET_MAINTENANCE_SCHEDULE)
	return r.GetGetMaintenanceSchedule().GetSchedule(), err
}

// UpdateMaintenanceSchedule replaces the whole schedule: get it first, and change it. Frameworks with something on the machines are
// sent inverse offers.
func (c *Client) UpdateMaintenanceSchedule(ctx context.Context, schedule masterpb.Schedule) error {
	return c.order(ctx, &masterpb.Call{
		Type:                      masterpb.Call_UPDATE_MAINTENANCE_SCHEDULE.Enum(),
		UpdateMaintenanceSchedule: &masterpb.Call_UpdateMaintenanceSchedule{Schedule: schedule},
	})
}

// MaintenanceStatus returns the machines that are scheduled, with what frameworks answered, and those that are down.
func (c *Client) MaintenanceStatus(ctx context.Context) (masterpb.ClusterStatus, error) {
	r, err := c.look(ctx, masterpb.Call_GET_MAINTENANCE_STATUS)
	return r.GetGetMaintenanceStatus().GetStatus(), err
}

// StartMaintenance takes machines down that are in the schedule: their agents are shut down and their tasks lost, and they can't
// register until [Client.StopMaintenance]. Volumes stay.
func (c *Client) StartMaintenance(ctx context.Context, machines ...mesos.MachineID) error {
	return c.order(ctx, &masterpb.Call{
		Type:             masterpb.Call_START_MAINTENANCE.Enum(),
		StartMaintenance: &masterpb.Call_StartMaintenance{Machines: machines},
	})
}

// StopMaintenance brings machines up again, and takes them out of the schedule.
func (c *Client) StopMaintenance(ctx context.Context, machines ...mesos.MachineID) error {
	return c.order(ctx, &masterpb.Call{
		Type:            masterpb.Call_STOP_MAINTENANCE.Enum(),
		StopMaintenance: &masterpb.Call_StopMaintenance{Machines: machines},
	})
}

// MachineOf names the machine of an agent as calls about maintenance have to.
func MachineOf(agent *Agent) (mesos.MachineID, error) {
	_, address, _ := strings.Cut(agent.GetPid(), "@") // "slave(1)@10.0.0.7:5051"
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return mesos.MachineID{}, fmt.Errorf("operator: agent %s doesn't tell its IP address: its pid is %q", agent.AgentInfo.ID.GetValue(), agent.GetPid())
	}
	return mesos.MachineID{Hostname: new(agent.AgentInfo.Hostname), IP: new(at.Addr().String())}, nil
}
