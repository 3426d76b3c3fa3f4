package matcher

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// maxPorts is how many ports there are to give: 1 to 65535.
const maxPorts = 65535

// check tells what in a need no offer could ever satisfy, or would be refused by the master.
func check(n Need) error {
	for _, step := range []func(Need) error{checkReservation, checkVolumes, checkResources, checkPorts} {
		if err := step(n); err != nil {
			return err
		}
	}
	if n.ID == "" {
		return refuse("ID", "is empty: give the instance a stable name")
	}
	for i, rule := range n.Rules {
		if rule == nil {
			return refuse(index("Rules", i), "is nil")
		}
	}
	if len(n.Volumes) == 0 && len(n.Ports) == 0 && len(n.Resources.Plus(nil)) == 0 {
		return refuse("Resources", "nothing is wanted at all: a task needs some resource")
	}
	return nil
}

func checkReservation(n Need) error {
	r := n.Reservation
	if r.Role == "" {
		if r.Static || r.Principal != "" || len(r.Labels) > 0 || len(n.Refine) > 0 || n.Claim != nil {
			return refuse("Reservation.Role", "is empty, but something is to be reserved or claimed")
		}
		return nil
	}
	if err := mesos.ValidateRole(r.Role); err != nil {
		return &NeedError{Field: "Reservation.Role", Err: err}
	}
	if r.Role == resource.Unreserved {
		return refuse("Reservation.Role", "can't be \"*\": that is no reservation")
	}
	for i, parent := range n.Refine {
		if parent.Static || !mesos.IsSubrole(r.Role, parent.Role) {
			return refuse(index("Refine", i), fmt.Sprintf("must be a dynamic reservation of a role above %q", r.Role))
		}
	}
	return nil
}

func checkVolumes(n Need) error {
	if len(n.Volumes) > 0 && n.Reservation.Role == "" {
		return refuse("Reservation.Role", "is empty: volumes are made from reserved disk only")
	}
	ids, paths := map[string]bool{}, map[string]bool{}
	for i, v := range n.Volumes {
		field := index("Volumes", i)
		if err := mesos.ValidateID(v.ID); err != nil {
			return &NeedError{Field: field + ".ID", Err: err}
		}
		if err := checkPath(v.Path); err != nil {
			return &NeedError{Field: field + ".Path", Err: err}
		}
		switch {
		case ids[v.ID]:
			return refuse(field+".ID", fmt.Sprintf("%q is there twice", v.ID))
		case paths[v.Path]:
			return refuse(field+".Path", fmt.Sprintf("%q is there twice", v.Path))
		case resource.Fixed(v.MiB) <= 0:
			return refuse(field+".MiB", fmt.Sprintf("%v is not a size", v.MiB))
		}
		switch v.Disk.Type {
		case resource.RootDisk, resource.PathDisk, resource.MountDisk:
		default:
			return refuse(field+".Disk.Type", "can't hold volumes: only root, PATH and MOUNT disks can")
		}
		ids[v.ID], paths[v.Path] = true, true
	}
	return nil
}

// checkPath: a path that isn't one component is ignored by the agent, and the task would write to its
// sandbox (semantics 4.3).
func checkPath(path string) error {
	if path == "" || path == "." || path == ".." || strings.ContainsAny(path, "/\x00") {
		return fmt.Errorf("%q must be one path component", path)
	}
	return nil
}

func checkResources(n Need) error {
	for i := range n.Resources {
		r := &n.Resources[i]
		field := index("Resources", i)
		if err := resource.Validate(r); err != nil {
			return &NeedError{Field: field, Err: err}
		}
		switch {
		case resource.IsReserved(r):
			return refuse(field, "is reserved: write it unreserved, the need's Reservation says as what to reserve it")
		case r.Disk != nil:
			return refuse(field, "names a disk: that belongs in Volumes")
		case r.Revocable != nil || r.Shared != nil || r.AllocationInfo != nil || r.ProviderID != nil:
			return refuse(field, "must be a plain amount")
		case r.Name == "gpus" && r.Scalar != nil && resource.Fixed(r.Scalar.Value)%1000 != 0:
			return refuse(field, "gpus must be a whole number")
		}
	}
	return nil
}

func checkPorts(n Need) error {
	if len(n.Ports) > maxPorts {
		return refuse("Ports", fmt.Sprintf("%d are wanted, there are %d", len(n.Ports), maxPorts))
	}
	names := map[string]bool{}
	for i, name := range n.Ports {
		if name == "" || names[name] {
			return refuse(index("Ports", i), fmt.Sprintf("%q is empty or there twice", name))
		}
		names[name] = true
	}
	return nil
}

func refuse(field, why string) error { return &NeedError{Field: field, Err: errors.New(why)} }

func index(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }
