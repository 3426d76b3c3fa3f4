package ops

import (
	"path"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A sandbox is which volume is at which container path. Two volumes at one place make a launch fail, or hide one another,
// depending on the agent's isolation (semantics 4.3).
type sandbox map[string]volume

// add puts the volumes of resources into the sandbox, beside those there. What the command fetches and what the container mounts must
// not be in their place; both may be nil.
func (s sandbox) add(resources resource.Set, command *mesos.CommandInfo, container *mesos.ContainerInfo) *Error {
	for i := range resources {
		v, ok := volumeOf(&resources[i])
		if !ok {
			continue
		}
		place := resources[i].Disk.Volume.ContainerPath
		if other, taken := s[place]; taken && other != v {
			return refuse(ErrContainerPath, "disk.volume.container_path", "%s and %s both want to be at %q; give each a path of its own", v, other, place).at("resources", i)
		}
		s[place] = v
	}
	for i := range command.GetURIs() {
		if name := fetched(&command.URIs[i]); s.has(name) {
			return refuse(ErrContainerPath, "", "%s is at %q, where this URI is fetched to; give the volume another path", s[name], name).at("command.uris", i)
		}
	}
	for i := range container.GetVolumes() {
		if place := path.Clean(container.Volumes[i].ContainerPath); s.has(place) {
			return refuse(ErrContainerPath, "container_path", "%s is at %q, where this volume of the container is; give one another path", s[place], place).at("container.volumes", i)
		}
	}
	return nil
}

func (s sandbox) has(place string) bool {
	_, taken := s[place]
	return taken
}

// fetched returns the name in the sandbox that a URI is fetched to, "" if it is only unpacked from the agent's cache.
func fetched(u *mesos.CommandInfo_URI) string {
	if u.GetCache() && (u.Extract == nil || *u.Extract) && !u.GetExecutable() {
		return ""
	}
	if u.OutputFile != nil {
		first, _, _ := strings.Cut(path.Clean(*u.OutputFile), "/")
		return first
	}
	return u.Value[strings.LastIndexByte(u.Value, '/')+1:]
}

// sandboxed checks the sandbox of a task in LAUNCH: its own, or that of its executor.
func (c *Chain) sandboxed(t *mesos.TaskInfo) *Error {
	if t.Executor == nil {
		return sandbox{}.add(t.Resources, t.Command, t.Container)
	}
	box := c.executorOf(t.Executor).box
	if e := box.add(t.Executor.Resources, nil, nil); e != nil {
		return e.in("executor")
	}
	if e := box.add(t.Resources, nil, t.Container); e != nil {
		return e
	}
	return under("executor", box.add(nil, t.Executor.Command, t.Executor.Container))
}
