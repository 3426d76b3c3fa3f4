package matcher

import (
	"slices"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// diskText is "root", "PATH", "PATH:/mnt/d1", "MOUNT(profile fast)" and the like.
func diskText(d resource.Disk) string {
	text := d.Type.String()
	if d.Type == resource.RootDisk {
		text = "root"
	}
	if d.Root != "" {
		text += ":" + d.Root
	}
	var extra []string
	for _, f := range []struct{ name, value string }{{"id", d.ID}, {"profile", d.Profile}, {"vendor", d.Vendor}} {
		if f.value != "" {
			extra = append(extra, f.name+" "+f.value)
		}
	}
	if len(extra) > 0 {
		text += "(" + strings.Join(extra, ", ") + ")"
	}
	return text
}

// reservationText is "(DYNAMIC, role db, principal p, instance=node-0)".
func reservationText(r *mesos.Resource_ReservationInfo) string {
	if r.Role == nil {
		return "(nothing)"
	}
	parts := []string{"DYNAMIC", "role " + *r.Role}
	if r.Type != nil && *r.Type == mesos.Resource_ReservationInfo_STATIC {
		parts[0] = "STATIC"
	}
	if r.Principal != nil {
		parts = append(parts, "principal "+*r.Principal)
	}
	if r.Labels != nil {
		var labels []string
		for _, l := range r.Labels.Labels {
			if l.Value == nil {
				labels = append(labels, l.Key)
				continue
			}
			labels = append(labels, l.Key+"="+*l.Value)
		}
		slices.Sort(labels)
		parts = append(parts, labels...)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
