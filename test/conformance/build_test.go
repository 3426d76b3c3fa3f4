package conformance

import (
	"crypto/rand"
	"fmt"
	"maps"
)

// Builders for the JSON objects that scenarios send.

// ID wraps a string as Mesos wraps identifiers.
func ID(v string) J { return J{"value": v} }

// Subscribe is a SUBSCRIBE call of a framework in one role, with RESERVATION_REFINEMENT and MULTI_ROLE.
func Subscribe(role, principal string, more ...J) J {
	info := J{"user": "root", "name": "probe", "roles": L{role}, "failover_timeout": 0.0,
		"capabilities": L{J{"type": "MULTI_ROLE"}, J{"type": "RESERVATION_REFINEMENT"}}}
	if principal != "" {
		info["principal"] = principal
	}
	for _, m := range more {
		maps.Copy(info, m)
	}
	call := J{"type": "SUBSCRIBE", "subscribe": J{"framework_info": info}}
	if id, ok := info["id"]; ok {
		call["framework_id"] = id
	}
	return call
}

// Scalar is an amount of a resource, allocated to a role.
func Scalar(name string, amount float64, role string) J {
	return J{"name": name, "type": "SCALAR", "scalar": J{"value": amount}, "allocation_info": J{"role": role}}
}

// Reserved is an amount of a resource, dynamically reserved for a role by a principal.
func Reserved(name string, amount float64, role, principal string) J {
	r := Scalar(name, amount, role)
	reservation := J{"type": "DYNAMIC", "role": role}
	if principal != "" {
		reservation["principal"] = principal
	}
	r["reservations"] = L{reservation}
	return r
}

// Volume is a persistent volume on reserved disk.
func Volume(id, path string, mb float64, role, principal string) J {
	r := Reserved("disk", mb, role, principal)
	persistence := J{"id": id}
	if principal != "" {
		persistence["principal"] = principal
	}
	r["disk"] = J{"persistence": persistence, "volume": J{"container_path": path, "mode": "RW"}}
	return r
}

// FreshID is a random version 4 UUID, for an identifier that a master can't have seen.
func FreshID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// With returns a copy of an object with fields set.
func With(o, fields J) J {
	out := J{}
	maps.Copy(out, o)
	maps.Copy(out, fields)
	return out
}

// Reserve is a RESERVE operation.
func Reserve(resources ...any) J {
	return J{"type": "RESERVE", "reserve": J{"resources": L(resources)}}
}

// Unreserve is an UNRESERVE operation.
func Unreserve(resources ...any) J {
	return J{"type": "UNRESERVE", "unreserve": J{"resources": L(resources)}}
}

// Create is a CREATE operation.
func Create(volumes ...any) J { return J{"type": "CREATE", "create": J{"volumes": L(volumes)}} }

// Destroy is a DESTROY operation.
func Destroy(volumes ...any) J {
	return J{"type": "DESTROY", "destroy": J{"volumes": L(volumes)}}
}

// Grow is a GROW_VOLUME operation.
func Grow(volume, addition J) J {
	return J{"type": "GROW_VOLUME", "grow_volume": J{"volume": volume, "addition": addition}}
}

// Shrink is a SHRINK_VOLUME operation.
func Shrink(volume J, subtract float64) J {
	return J{"type": "SHRINK_VOLUME", "shrink_volume": J{"volume": volume, "subtract": J{"value": subtract}}}
}

// Launch is a LAUNCH operation.
func Launch(tasks ...any) J { return J{"type": "LAUNCH", "launch": J{"task_infos": L(tasks)}} }

// Task is a command task.
func Task(id string, offer J, command string, resources ...any) J {
	return J{"name": id, "task_id": ID(id), "agent_id": offer["agent_id"], "command": J{"shell": true, "value": command}, "resources": L(resources)}
}

// HasVolume reports whether an offer holds a persistent volume of an id.
func HasVolume(id string) func(J) bool {
	return func(o J) bool {
		for _, r := range Resources(o) {
			if String(r, "disk", "persistence", "id") == id {
				return true
			}
		}
		return false
	}
}

// HasReserved reports whether an offer holds an amount of a resource reserved for a role, with no volume on it.
func HasReserved(name string, amount float64, role string) func(J) bool {
	return func(o J) bool {
		for _, r := range Resources(o) {
			if String(r, "name") == name && Get(r, "disk") == nil && Get(r, "scalar", "value") == amount && String(r, "reservations", 0, "role") == role {
				return true
			}
		}
		return false
	}
}

// Whole reports whether an offer holds all the cpus and memory of the agent that the records were made with:
// nothing is in use by a task.
func Whole(o J) bool {
	sum := map[string]float64{}
	for _, r := range Resources(o) {
		if v, ok := Get(r, "scalar", "value").(float64); ok {
			sum[String(r, "name")] += v
		}
	}
	return sum["cpus"] == 4 && sum["mem"] == 4096
}

// All combines conditions on an offer.
func All(conditions ...func(J) bool) func(J) bool {
	return func(o J) bool {
		for _, ok := range conditions {
			if !ok(o) {
				return false
			}
		}
		return true
	}
}

// OnDisk puts a disk resource on a disk source as an offer shows it: its type and root.
func OnDisk(r, source J) J {
	disk := J{}
	if d, ok := r["disk"].(J); ok {
		disk = With(d, J{})
	}
	disk["source"] = source
	return With(r, J{"disk": disk})
}

// Source finds the disk source of a type (PATH, MOUNT) in an offer, and the size of the disk on it.
func (r *Run) Source(o J, kind string) (source J, mb float64) {
	for _, res := range Resources(o) {
		if String(res, "disk", "source", "type") == kind {
			source, _ = Get(res, "disk", "source").(J)
			mb, _ = Get(res, "scalar", "value").(float64)
			return source, mb
		}
	}
	r.fail("the offer holds no %s disk", kind)
	return nil, 0
}

// NothingReserved reports whether an offer holds nothing dynamically reserved.
func NothingReserved(o J) bool {
	for _, r := range Resources(o) {
		if String(r, "reservations", 0, "type") == "DYNAMIC" || String(r, "reservations", 1, "type") == "DYNAMIC" {
			return false
		}
	}
	return true
}

// Resources of an offer.
func Resources(o J) []any {
	l, _ := o["resources"].(L)
	return l
}
