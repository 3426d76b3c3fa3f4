package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// volumesCommand is moor volumes.
type volumesCommand struct {
	List    volumesList    `cmd:"" help:"List volumes: where they are, whose, and what uses them."`
	Show    volumesShow    `cmd:"" help:"Show all there is to know about a volume."`
	Create  volumesCreate  `cmd:"" help:"Make a volume on disk that is reserved and free."`
	Destroy volumesDestroy `cmd:"" help:"Destroy a volume and the data in it."`
}

// volumeFlags narrow down which volumes are meant.
type volumeFlags struct {
	Agent string `placeholder:"AGENT" help:"Only those of this agent, named by id or host."`
	Role  string `placeholder:"ROLE" help:"Only those of this role."`
}

// volume is one as it is printed.
type volume struct {
	ID            string        `json:"id"`
	Role          string        `json:"role"`
	Size          float64       `json:"size_mib"`
	Principal     string        `json:"principal"` // who made it
	Reservations  []reservation `json:"reservations"`
	DiskType      string        `json:"disk_type"` // ROOT, PATH, MOUNT, BLOCK
	DiskRoot      string        `json:"disk_root"`
	ContainerPath string        `json:"container_path"`
	Shared        bool          `json:"shared"`
	AgentID       string        `json:"agent_id"`
	Hostname      string        `json:"hostname"`
	InUse         bool          `json:"in_use"`
	Tasks         []user        `json:"tasks"`
	OfferedTo     []string      `json:"offered_to"` // ids of frameworks
}

// user is a task that uses a volume.
type user struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	FrameworkID string `json:"framework_id"`
	Framework   string `json:"framework"`
}

func (v *view) volume(of *operator.Volume) volume {
	r := &of.Resource
	disk := resource.DiskOf(r)
	out := volume{
		ID: of.ID(), Role: of.Role(), Size: r.Scalar.GetValue(), Principal: r.Disk.Persistence.GetPrincipal(),
		Reservations: reservationsOf(resource.Reservations(r)), DiskType: disk.Type.String(), DiskRoot: disk.Root,
		ContainerPath: r.Disk.Volume.GetContainerPath(), Shared: resource.IsShared(r),
		AgentID: of.AgentID.Value, Hostname: of.Hostname, InUse: of.InUse, Tasks: []user{}, OfferedTo: []string{},
	}
	for i := range of.Users {
		t := &of.Users[i]
		out.Tasks = append(out.Tasks, user{t.TaskID.Value, t.Name, t.FrameworkID.Value, v.framework(t.FrameworkID)})
	}
	for _, id := range of.OfferedTo {
		out.OfferedTo = append(out.OfferedTo, id.Value)
	}
	return out
}

// users says who uses it, for people.
func (v *volume) users() string {
	if !v.InUse {
		return "no"
	}
	if len(v.Tasks) == 0 {
		return "an executor"
	}
	parts := make([]string, len(v.Tasks))
	for i, t := range v.Tasks {
		parts[i] = fmt.Sprintf("%s (%s)", t.ID, t.Framework)
	}
	return strings.Join(parts, ", ")
}

// labels returns those of the reservation that counts, the last one.
func (v *volume) labels() []label { return v.Reservations[len(v.Reservations)-1].Labels }

func (v *volume) disk() string { return strings.TrimSpace(v.DiskType + " " + v.DiskRoot) }

// String names a volume where it is.
func (v *volume) String() string {
	return fmt.Sprintf("volume %s of %s, role %s, on %s (agent %s)", v.ID, size(v.Size), v.Role, v.Hostname, v.AgentID)
}

// volumesList is moor volumes list.
type volumesList struct {
	clientFlags
	volumeFlags
}

// Run lists volumes.
func (c *volumesList) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		answer := struct {
			Volumes  []volume `json:"volumes"`
			Unlisted int      `json:"agents_not_back"` // registered with an earlier master; their volumes aren't known
		}{[]volume{}, len(v.state.GetAgents.RecoveredAgents)}
		for _, found := range v.volumes(c.volumeFlags, "") {
			answer.Volumes = append(answer.Volumes, v.volume(&found))
		}
		return c.print(env, answer, func(w io.Writer) error {
			if answer.Unlisted > 0 {
				fmt.Fprintf(env.stderr, "moor: volumes are missing here: %s\n", v.away())
			}
			return writeVolumes(w, answer.Volumes)
		})
	})
}

func writeVolumes(w io.Writer, volumes []volume) error {
	lines := make([][]string, len(volumes))
	for i := range volumes {
		v := &volumes[i]
		lines[i] = []string{v.ID, v.Role, size(v.Size), v.disk(), labelText(v.labels()), v.Principal, v.Hostname, v.AgentID, v.users()}
	}
	return writeTable(w, "no volumes", []string{"VOLUME", "ROLE", "SIZE", "DISK", "LABELS", "PRINCIPAL", "HOST", "AGENT", "IN USE BY"}, lines)
}

// volumes returns those that the flags mean, of one id unless that is empty.
func (v *view) volumes(f volumeFlags, id string) []operator.Volume {
	var out []operator.Volume
	for _, volume := range operator.Volumes(v.state) {
		if isAgent(f.Agent, volume.AgentID.Value, volume.Hostname) && (f.Role == "" || f.Role == volume.Role()) && (id == "" || id == volume.ID()) {
			out = append(out, volume)
		}
	}
	return out
}

// oneVolume returns the one volume that id and flags mean. Ids are unique for one role on one agent only.
func (v *view) oneVolume(f volumeFlags, id string) (*operator.Volume, error) {
	found := v.volumes(f, id)
	switch len(found) {
	case 0:
		if away := v.away(); away != "" {
			return nil, fmt.Errorf("no volume %q%s on any registered agent, but %s", id, f.narrowed(), away)
		}
		return nil, fmt.Errorf("no volume %q%s on any registered agent: see moor volumes list", id, f.narrowed())
	case 1:
		return &found[0], nil
	}
	places := make([]string, len(found))
	for i := range found {
		places[i] = fmt.Sprintf("role %s on %s (agent %s)", found[i].Role(), found[i].Hostname, found[i].AgentID.Value)
	}
	return nil, refusef("%q are %d volumes: %s: say which with --agent and --role", id, len(found), strings.Join(places, "; "))
}

// away names the agents whose volumes a new master can't know yet; empty: none.
func (v *view) away() string {
	var hosts []string
	for i := range v.state.GetAgents.RecoveredAgents {
		a := &v.state.GetAgents.RecoveredAgents[i]
		hosts = append(hosts, cmp.Or(a.Hostname, a.ID.GetValue()))
	}
	if len(hosts) == 0 {
		return ""
	}
	return "the master has not heard of these agents since it was elected: " + strings.Join(hosts, ", ")
}

func (f volumeFlags) narrowed() string {
	out := ""
	if f.Role != "" {
		out += fmt.Sprintf(" of role %q", f.Role)
	}
	if f.Agent != "" {
		out += fmt.Sprintf(" of agent %q", f.Agent)
	}
	return out
}

// volumesShow is moor volumes show.
type volumesShow struct {
	clientFlags
	volumeFlags
	ID string `arg:"" help:"Persistence id of the volume."`
}

// Run shows a volume.
func (c *volumesShow) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		found, err := v.oneVolume(c.volumeFlags, c.ID)
		if err != nil {
			return err
		}
		shown := v.volume(found)
		return c.print(env, shown, func(w io.Writer) error { return v.writeVolume(w, &shown, &found.Resource) })
	})
}

func (v *view) writeVolume(w io.Writer, shown *volume, r *mesos.Resource) error {
	offered := make([]string, len(shown.OfferedTo))
	for i, id := range shown.OfferedTo {
		offered[i] = v.framework(mesos.FrameworkID{Value: id})
	}
	lines := [][]string{
		{"role", shown.Role}, {"size", size(shown.Size)}, {"disk", shown.disk()}, {"made by", shown.Principal},
		{"host", shown.Hostname}, {"agent", shown.AgentID}, {"path in the container", shown.ContainerPath},
		{"shared", fmt.Sprint(shown.Shared)}, {"in use by", shown.users()}, {"offered to", strings.Join(offered, ", ")},
	}
	for _, reserved := range shown.Reservations {
		text := fmt.Sprintf("%s for %s", strings.ToLower(reserved.Type), reserved.Role)
		if reserved.Principal != "" {
			text += " by " + reserved.Principal
		}
		if len(reserved.Labels) > 0 {
			text += " as " + labelText(reserved.Labels)
		}
		lines = append(lines, []string{"reserved", text})
	}
	return writeTable(w, "", []string{"volume", shown.ID}, append(lines, []string{"in Mesos's words", resource.String(r)}))
}
