package resource

import (
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// String returns r as Mesos prints it in logs and error texts (semantics 0.3):
// "disk(allocated: r)(reservations: [(DYNAMIC,r,p)])[PATH:/d1,id1:data]:64". Reservations in the older wire format are not
// printed, as there.
func String(r *mesos.Resource) string {
	var b strings.Builder
	printResource(&b, r)
	return b.String()
}

// String returns s as Mesos prints it: entries joined by "; ", a shared one once with its count ("<SHARED>:64<2>"), "{}"
// if there are none (semantics 0.3).
func (s Set) String() string {
	if len(s) == 0 {
		return "{}"
	}
	copies := s.copies()
	var b strings.Builder
	for i := range s {
		if copies != nil && copies[i] == 0 {
			continue
		}
		if i > 0 {
			b.WriteString("; ")
		}
		printResource(&b, &s[i])
		if IsShared(&s[i]) {
			b.WriteString("<" + strconv.Itoa(copies[i]) + ">")
		}
	}
	return b.String()
}

func printResource(b *strings.Builder, r *mesos.Resource) {
	b.WriteString(r.Name)
	if r.AllocationInfo != nil {
		b.WriteString("(allocated: " + r.AllocationInfo.GetRole() + ")")
	}
	printReservations(b, r.Reservations)
	if r.Disk != nil {
		printDisk(b, r.Disk)
	}
	if r.Revocable != nil {
		b.WriteString("{REV}")
	}
	if r.Shared != nil {
		b.WriteString("<SHARED>")
	}
	b.WriteByte(':')
	switch r.Type {
	case mesos.SCALAR:
		b.WriteString(scalarText(r.Scalar.GetValue()))
	case mesos.RANGES:
		printRanges(b, r.Ranges.GetRange())
	case mesos.SET:
		b.WriteString("{" + strings.Join(r.Set.GetItem(), ", ") + "}")
	default:
		b.WriteString("<" + r.Type.String() + ">")
	}
}

// scalarText prints as C++ streams do with 15 digits.
func scalarText(v float64) string {
	return strconv.FormatFloat(Float(Fixed(v)), 'g', 15, 64)
}

func printRanges(b *strings.Builder, ranges []mesos.Value_Range) {
	b.WriteByte('[')
	for i, r := range ranges {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatUint(r.Begin, 10) + "-" + strconv.FormatUint(r.End, 10))
	}
	b.WriteByte(']')
}

func printReservations(b *strings.Builder, stack []mesos.Resource_ReservationInfo) {
	if len(stack) == 0 {
		return
	}
	b.WriteString("(reservations: [")
	for i := range stack {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(" + stack[i].GetType().String() + "," + stack[i].GetRole())
		if stack[i].Principal != nil {
			b.WriteString("," + *stack[i].Principal)
		}
		if stack[i].Labels != nil {
			b.WriteByte(',')
			printLabels(b, stack[i].Labels)
		}
		b.WriteByte(')')
	}
	b.WriteString("])")
}

func printLabels(b *strings.Builder, l *mesos.Labels) {
	b.WriteByte('{')
	labels := l.GetLabels()
	for i := range labels {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(labels[i].Key)
		if labels[i].Value != nil {
			b.WriteString(": " + *labels[i].Value)
		}
	}
	b.WriteByte('}')
}

func printDisk(b *strings.Builder, disk *mesos.Resource_DiskInfo) {
	b.WriteByte('[')
	if disk.Source != nil {
		printSource(b, disk.Source)
	}
	if disk.Persistence != nil {
		if disk.Source != nil {
			b.WriteByte(',')
		}
		b.WriteString(disk.Persistence.ID)
	}
	if disk.Volume != nil {
		b.WriteByte(':')
		printVolume(b, disk.Volume)
	}
	b.WriteByte(']')
}

func printSource(b *strings.Builder, s *mesos.Resource_DiskInfo_Source) {
	b.WriteString(s.Type.String())
	switch {
	case s.Type == mesos.Resource_DiskInfo_Source_UNKNOWN:
	case s.ID != nil || s.Profile != nil:
		b.WriteString("(" + s.GetVendor() + "," + s.GetID() + "," + s.GetProfile() + ")")
	case s.Type == mesos.Resource_DiskInfo_Source_MOUNT && s.Mount != nil && s.Mount.Root != nil:
		b.WriteString(":" + *s.Mount.Root)
	case s.Type == mesos.Resource_DiskInfo_Source_PATH && s.Path != nil && s.Path.Root != nil:
		b.WriteString(":" + *s.Path.Root)
	}
}

func printVolume(b *strings.Builder, v *mesos.Volume) {
	if v.HostPath == nil {
		b.WriteString(v.ContainerPath)
		return
	}
	b.WriteString(*v.HostPath + ":" + v.ContainerPath)
	switch {
	case v.Mode == nil:
	case *v.Mode == mesos.RW:
		b.WriteString(":rw")
	case *v.Mode == mesos.RO:
		b.WriteString(":ro")
	}
}
