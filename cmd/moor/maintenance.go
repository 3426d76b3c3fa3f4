package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/operator"
)

// maintenanceCommand is moor agents maintenance.
type maintenanceCommand struct {
	List     maintenanceList     `cmd:"" help:"List the machines that are scheduled for maintenance or down."`
	Schedule maintenanceSchedule `cmd:"" help:"Announce that machines will be unavailable; frameworks are asked to leave."`
	Cancel   maintenanceCancel   `cmd:"" help:"Take machines out of the schedule that aren't down."`
	Start    maintenanceStart    `cmd:"" help:"Take scheduled machines down: their agents are shut down and their tasks lost; volumes stay."`
	Stop     maintenanceStop     `cmd:"" help:"Bring machines up again, and take them out of the schedule."`
}

// machine is one as it is printed.
type machine struct {
	Hostname string   `json:"hostname"`
	IP       string   `json:"ip"`
	State    string   `json:"state"`            // scheduled, down
	From     string   `json:"from"`             // RFC 3339
	Seconds  float64  `json:"duration_seconds"` // 0: no end is known
	Answers  []answer `json:"answers"`
}

// answer is what a framework has said to an inverse offer.
type answer struct {
	FrameworkID string `json:"framework_id"`
	Framework   string `json:"framework"`
	Answer      string `json:"answer"` // ACCEPT, DECLINE, UNKNOWN
}

// A plan is what is known of maintenance.
type plan struct {
	*view
	schedule masterpb.Schedule
	status   masterpb.ClusterStatus
}

// planned gives what is known of maintenance to do.
func (f *clientFlags) planned(env *environment, do func(*plan) error) error {
	return f.with(env, func(v *view) error {
		p := &plan{view: v}
		var err error
		if p.schedule, err = v.MaintenanceSchedule(env); err != nil {
			return err
		}
		if p.status, err = v.MaintenanceStatus(env); err != nil {
			return err
		}
		return do(p)
	})
}

func sameMachine(a, b mesos.MachineID) bool {
	return strings.EqualFold(a.GetHostname(), b.GetHostname()) && a.GetIP() == b.GetIP()
}

func holds(list []mesos.MachineID, id mesos.MachineID) bool {
	return slices.ContainsFunc(list, func(one mesos.MachineID) bool { return sameMachine(one, id) })
}

// machines finds those that names mean: agents by id or host, or what is scheduled or down by host or IP, since agents of
// machines that are down aren't registered.
func (p *plan) machines(names []string) ([]mesos.MachineID, error) {
	var out []mesos.MachineID
	for _, name := range names {
		id, known := p.known(name)
		if !known {
			a, err := p.agent(name)
			if err != nil {
				return nil, err
			}
			if id, err = operator.MachineOf(a); err != nil {
				return nil, err
			}
		}
		if !holds(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// known finds a machine of the schedule.
func (p *plan) known(name string) (mesos.MachineID, bool) {
	for i := range p.schedule.Windows {
		for _, id := range p.schedule.Windows[i].MachineIDs {
			if name != "" && (strings.EqualFold(id.GetHostname(), name) || id.GetIP() == name) {
				return id, true
			}
		}
	}
	return mesos.MachineID{}, false
}

// without returns the schedule with machines taken out.
func (p *plan) without(machines []mesos.MachineID) masterpb.Schedule {
	var out masterpb.Schedule
	for _, w := range p.schedule.Windows {
		left := slices.DeleteFunc(slices.Clone(w.MachineIDs), func(id mesos.MachineID) bool { return holds(machines, id) })
		if len(left) > 0 {
			out.Windows = append(out.Windows, masterpb.Window{MachineIDs: left, Unavailability: w.Unavailability})
		}
	}
	return out
}

// shown returns the machines as they are printed, in the order of the schedule.
func (p *plan) shown() []machine {
	out := []machine{}
	for i := range p.schedule.Windows {
		w := &p.schedule.Windows[i]
		for _, id := range w.MachineIDs {
			m := machine{
				Hostname: id.GetHostname(), IP: id.GetIP(), State: "scheduled", Answers: []answer{},
				From:    time.Unix(0, w.Unavailability.Start.Nanoseconds).UTC().Format(time.RFC3339),
				Seconds: time.Duration(w.Unavailability.Duration.GetNanoseconds()).Seconds(),
			}
			if holds(p.status.DownMachines, id) {
				m.State = "down"
			}
			for j := range p.status.DrainingMachines {
				if d := &p.status.DrainingMachines[j]; sameMachine(d.ID, id) {
					for k := range d.Statuses {
						s := &d.Statuses[k]
						m.Answers = append(m.Answers, answer{s.FrameworkID.Value, p.framework(s.FrameworkID), s.GetStatus().String()})
					}
				}
			}
			out = append(out, m)
		}
	}
	return out
}

// maintenanceList is moor agents maintenance list.
type maintenanceList struct{ clientFlags }

// Run lists machines.
func (c *maintenanceList) Run(env *environment) error {
	return c.planned(env, func(p *plan) error {
		list := struct {
			Machines []machine `json:"machines"`
		}{p.shown()}
		return c.print(env, list, func(w io.Writer) error {
			lines := make([][]string, len(list.Machines))
			for i, m := range list.Machines {
				length := "open end"
				if m.Seconds > 0 {
					length = time.Duration(m.Seconds * float64(time.Second)).String()
				}
				answers := make([]string, len(m.Answers))
				for j, a := range m.Answers {
					answers[j] = a.Framework + ": " + a.Answer
				}
				lines[i] = []string{m.Hostname, m.IP, m.State, m.From, length, strings.Join(answers, ", ")}
			}
			return writeTable(w, "no maintenance", []string{"HOST", "IP", "STATE", "FROM", "FOR", "ANSWERS"}, lines)
		})
	})
}

// machinesArg names machines.
type machinesArg struct {
	Machines []string `arg:"" help:"Machines: agents by id or host, or what is in the schedule by host or IP."`
}

// machinesChange is what was done to machines.
type machinesChange struct {
	Action   string   `json:"action"`
	Done     bool     `json:"done"`
	Machines []string `json:"machines"` // host and IP
}

// change does something to machines and prints how that is called.
func (a machinesArg) change(env *environment, f *clientFlags, action, text string, do func(*plan, []mesos.MachineID) error) error {
	return f.planned(env, func(p *plan) error {
		machines, err := p.machines(a.Machines)
		if err != nil {
			return err
		}
		if err := do(p, machines); err != nil {
			return err
		}
		names := make([]string, len(machines))
		for i, id := range machines {
			names[i] = strings.TrimSpace(id.GetHostname() + " " + id.GetIP())
		}
		return f.print(env, machinesChange{action, true, names}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s %s\n", text, printable(strings.Join(names, ", ")))
			return err
		})
	})
}

// maintenanceSchedule is moor agents maintenance schedule.
type maintenanceSchedule struct {
	clientFlags
	machinesArg
	In  duration  `xor:"start" placeholder:"TIME" help:"How long from now it begins. Default: now."`
	At  time.Time `xor:"start" placeholder:"TIME" help:"When it begins: 2026-01-31T18:00:00Z."`
	For duration  `placeholder:"TIME" help:"How long it takes. Default: no end is announced."`
}

// Run schedules maintenance. The schedule is replaced as a whole: two operators should not do it at once.
func (c *maintenanceSchedule) Run(env *environment) error {
	start := c.At
	if start.IsZero() {
		start = time.Now().Add(time.Duration(c.In))
	}
	when := mesos.Unavailability{Start: mesos.TimeInfo{Nanoseconds: start.UnixNano()}}
	if c.For > 0 {
		when.Duration = &mesos.DurationInfo{Nanoseconds: int64(c.For)}
	}
	return c.change(env, &c.clientFlags, "schedule", "scheduled", func(p *plan, machines []mesos.MachineID) error {
		schedule := p.without(machines)
		schedule.Windows = append(schedule.Windows, masterpb.Window{MachineIDs: machines, Unavailability: when})
		return p.UpdateMaintenanceSchedule(env, schedule)
	})
}

// maintenanceCancel is moor agents maintenance cancel.
type maintenanceCancel struct {
	clientFlags
	machinesArg
}

// Run takes machines out of the schedule.
func (c *maintenanceCancel) Run(env *environment) error {
	return c.change(env, &c.clientFlags, "cancel", "out of the schedule:", func(p *plan, machines []mesos.MachineID) error {
		return p.UpdateMaintenanceSchedule(env, p.without(machines))
	})
}

// maintenanceStart is moor agents maintenance start.
type maintenanceStart struct {
	clientFlags
	machinesArg
}

// Run takes machines down.
func (c *maintenanceStart) Run(env *environment) error {
	return c.change(env, &c.clientFlags, "start", "down:", func(p *plan, machines []mesos.MachineID) error {
		return p.StartMaintenance(env, machines...)
	})
}

// maintenanceStop is moor agents maintenance stop.
type maintenanceStop struct {
	clientFlags
	machinesArg
}

// Run brings machines up.
func (c *maintenanceStop) Run(env *environment) error {
	return c.change(env, &c.clientFlags, "stop", "up:", func(p *plan, machines []mesos.MachineID) error {
		return p.StopMaintenance(env, machines...)
	})
}
