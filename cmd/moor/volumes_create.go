package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// volumesCreate is moor volumes create.
type volumesCreate struct {
	clientFlags
	waitFlags
	reservedFlags
	ID       string    `arg:"" help:"Persistence id of the volume: best used nowhere else."`
	Agent    string    `required:"" placeholder:"AGENT" help:"Agent, by id or host."`
	Size     mebibytes `required:"" placeholder:"SIZE" help:"Size, such as 512MiB or 2GiB. A disk that is only taken whole must have just this size."`
	Path     string    `default:"data" placeholder:"NAME" help:"Where tasks see it: one path component. Default: ${default}."`
	DiskType string    `default:"root" enum:"root,path,mount" placeholder:"TYPE" help:"Kind of disk: root, path or mount. Default: ${default}."`
	DiskRoot string    `placeholder:"DIR" help:"Which path or mount disk, by its directory on the agent, if there are several."`
	Shared   bool      `help:"Let several tasks use it at once."`
}

// Run makes a volume.
func (c *volumesCreate) Run(env *environment) error {
	switch {
	case strings.ContainsRune(c.Path, '/'):
		return refusef("--path %s: give one path component", c.Path)
	case c.Role == "":
		return refusef("no role: say with --role on whose reserved disk the volume is to be")
	}
	if err := mesos.ValidateID(c.ID); err != nil {
		return refusef("%q can't be a volume's id: %v", c.ID, err)
	}
	return c.with(env, func(v *view) error {
		agent, err := v.agent(c.Agent)
		if err != nil {
			return err
		}
		disk, err := c.disk(v, agent)
		if err != nil {
			return err
		}
		made := resource.Volume{ID: c.ID, Path: c.Path, MiB: float64(c.Size), Shared: c.Shared}.On(disk, c.Principal)
		change, err := v.CreateVolumes(env, *agent.AgentInfo.ID, resource.Set{made})
		if err != nil {
			return err
		}
		done, err := c.done(env, change)
		if err != nil {
			return err
		}
		shown := v.volume(&operator.Volume{AgentID: *agent.AgentInfo.ID, Hostname: agent.AgentInfo.Hostname, Resource: made})
		return c.print(env, volumeChange{"create", true, done, shown}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s %s\n", participle("created", done), printable(shown.String()))
			return err
		})
	})
}

// volumeChange is what was done to a volume, or would be.
type volumeChange struct {
	Action   string `json:"action"`
	Accepted bool   `json:"accepted"` // by the master
	Done     bool   `json:"done"`     // by the agent, as far as the master shows
	Volume   volume `json:"volume"`
}

// participle says what became of a change.
func participle(done string, is bool) string {
	if is {
		return done
	}
	return "accepted, to be " + done + ":"
}

// disk finds the reserved disk to make the volume on.
func (c *volumesCreate) disk(v *view, agent *operator.Agent) (mesos.Resource, error) {
	wanted := resource.Disk{Root: c.DiskRoot, Type: map[string]resource.DiskType{
		"root": resource.RootDisk, "path": resource.PathDisk, "mount": resource.MountDisk,
	}[c.DiskType]}
	var found resource.Set
	for _, reserved := range v.reservations(c.reservedFlags, agentID(agent)) {
		for _, r := range reserved.Free() {
			if wanted.Matches(&r) && (r.Scalar.GetValue() == float64(c.Size) || !resource.IsIndivisible(&r) && r.Scalar.GetValue() >= float64(c.Size)) {
				found = append(found, r)
			}
		}
	}
	switch len(found) {
	case 0:
		return mesos.Resource{}, fmt.Errorf("agent %s has no %s of free %s disk reserved%s: see moor reservations list", agentID(agent), size(float64(c.Size)), c.DiskType, c.text())
	case 1:
		return found[0], nil
	}
	texts := make([]string, len(found))
	for i := range found {
		texts[i] = resource.String(&found[i])
	}
	return mesos.Resource{}, refusef("the volume could be on any of these: %s: say which with --label or --disk-root", strings.Join(texts, "; "))
}
