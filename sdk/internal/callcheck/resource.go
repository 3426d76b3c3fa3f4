package callcheck

import (
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// known refuses types that make a master abort when it prints or adds the resource.
func known(r *mesos.Resource) *Error {
	switch r.Type {
	case mesos.SCALAR, mesos.RANGES, mesos.SET:
		return nil
	}
	return refuse(ResourceType, "type", "resource %q is of type %v; only SCALAR, RANGES and SET can be resources", r.Name, r.Type)
}

// resource refuses one that is empty or of a wrong type. rule is the one that emptiness breaks here.
func resource(r *mesos.Resource, rule Rule) *Error {
	if e := known(r); e != nil {
		return e
	}
	switch r.Type {
	case mesos.RANGES:
		if r.Ranges == nil || len(r.Ranges.Range) == 0 {
			return refuse(rule, "ranges", "resource %q has no range; leave it out or give it one", r.Name)
		}
	case mesos.SET:
		if r.Set == nil || len(r.Set.Item) == 0 {
			return refuse(rule, "set", "resource %q has no item; leave it out or give it one", r.Name)
		}
	default:
		if r.Scalar == nil {
			return refuse(rule, "scalar", "resource %q has no amount; leave it out or give it one", r.Name)
		}
		return amount(r.Scalar.Value, rule, "scalar.value")
	}
	return nil
}

// loose is resource where emptiness does no harm: requests and guarantees.
func loose(list []mesos.Resource, field string) *Error {
	for i := range list {
		r := &list[i]
		e := known(r)
		if e == nil && r.Scalar != nil {
			e = number(r.Scalar.Value, "scalar.value")
		}
		if e != nil {
			return e.at(field, i)
		}
	}
	return nil
}

// list checks the resources of one operation. No operation has a use for one volume or one whole disk twice (R3, R7).
func list(rs []mesos.Resource, field string) *Error {
	var whole disks
	var ids map[volume]struct{}
	for i := range rs {
		if e := resource(&rs[i], EmptyResource); e != nil {
			return e.at(field, i)
		}
		v, ok := volumeOf(&rs[i])
		if !ok || len(rs) == 1 {
			continue
		}
		if _, twice := ids[v]; twice {
			return v.twice("the operation").in("disk.persistence.id").at(field, i)
		}
		if ids == nil {
			ids = make(map[volume]struct{}, len(rs))
		}
		ids[v] = struct{}{}
	}
	return whole.add(rs, field)
}

// volumes is list for resources that are about to become volumes.
func volumes(rs []mesos.Resource, field string) *Error {
	if e := list(rs, field); e != nil {
		return e
	}
	for i := range rs {
		if e := mapping(&rs[i]); e != nil {
			return e.at(field, i)
		}
	}
	return nil
}

// used checks the resources of a task or an executor.
func used(rs []mesos.Resource) *Error {
	for i := range rs {
		e := resource(&rs[i], EmptyTaskResource)
		if e == nil {
			e = mapping(&rs[i])
		}
		if e != nil {
			return e.at("resources", i)
		}
	}
	return nil
}

// mapping checks where a persistent volume is to appear in a sandbox.
func mapping(r *mesos.Resource) *Error {
	if r.Disk == nil || r.Disk.Persistence == nil || r.Disk.Volume == nil {
		return nil
	}
	return containerPath(r.Disk.Volume.ContainerPath)
}

// maxName is the longest name of a file or folder on Linux, in bytes.
const maxName = 255

// ContainerPath tells whether a persistent volume can appear at path in a sandbox: one component, neither
// empty nor "." nor "..", of at most 255 bytes and without a null byte. An agent skips a path with a slash
// with no more than a line in its log, and the task writes into the sandbox (semantics 4.3). The error is an
// [*Error] of rule S3.
func ContainerPath(path string) error { return containerPath(path).orNil() }

func containerPath(path string) *Error {
	const field = "disk.volume.container_path"
	switch {
	case path == "", path == ".", path == "..":
		return refuse(BadContainerPath, field, "%q names no place in the sandbox; give the volume a folder name such as \"data\"", path)
	case len(path) > maxName:
		return refuse(BadContainerPath, field, "a name of %d bytes is too long for a folder; use at most %d", len(path), maxName)
	case strings.Contains(path, "/"):
		return refuse(BadContainerPath, field, "%q has a slash: the task would start without its volume; use one relative component such as \"data\"", path)
	case strings.Contains(path, "\x00"):
		return refuse(BadContainerPath, field, "%q has a null byte: the name would end there; use a plain folder name", path)
	}
	return nil
}

// A volume is what a persistence id is unique for on an agent: the id under the role of the last reservation
// (semantics 3.6).
type volume struct{ role, id string }

func volumeOf(r *mesos.Resource) (volume, bool) {
	if r.Disk == nil || r.Disk.Persistence == nil {
		return volume{}, false
	}
	return volume{role: roleOf(r), id: r.Disk.Persistence.ID}, true
}

// roleOf returns the role that r is reserved for in the end, "*" for none, in either wire format (semantics 2.5, 2.6).
func roleOf(r *mesos.Resource) string {
	if n := len(r.Reservations); n > 0 {
		return r.Reservations[n-1].GetRole()
	}
	return r.GetRole()
}

func (v volume) twice(where string) *Error {
	return refuse(DuplicateVolume, "", "the volume %q of role %q is in %s twice; name it once", v.id, v.role, where)
}
