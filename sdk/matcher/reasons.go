package matcher

import (
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// NeedError says which field of a need no offer could ever satisfy. It is an [ErrNeed].
type NeedError struct {
	Field string // "Volumes[1].Path"
	Err   error
}

// Error names the field and what is wrong with it.
func (e *NeedError) Error() string { return fmt.Sprintf("invalid need: %s: %v", e.Field, e.Err) }

// Unwrap returns what is wrong with the field.
func (e *NeedError) Unwrap() error { return e.Err }

// Is makes a NeedError an [ErrNeed].
func (e *NeedError) Is(target error) bool { return target == ErrNeed }

// ConflictError names the needs that want the same volume. It is an [ErrDuplicateVolume].
type ConflictError struct {
	Role, Volume string
	Needs        []string
}

// Error names the volume, its role and the needs, and the way out.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("volume %q of role %q is wanted by several needs (%s): give each a persistence id of its own",
		e.Volume, e.Role, strings.Join(e.Needs, ", "))
}

// Is makes a ConflictError an [ErrDuplicateVolume].
func (e *ConflictError) Is(target error) bool { return target == ErrDuplicateVolume }

// Sighting is where a volume was seen.
type Sighting struct{ Volume, AgentID, Hostname string }

// MissingError says which volumes of a claimed need were not on offer, and where the others are. While a task
// uses a volume, or another framework of the role holds the offer, or the rest of the agent is too small to be
// offered, the volume isn't on offer either: missing doesn't mean lost. It is an [ErrMissing].
type MissingError struct {
	Missing []string   // persistence ids; none for a need without volumes, whose reserved resources are missing
	Found   []Sighting // the others
	Claim   Claim
	// AgentOffered: the agent of the claim is among the offers, without them. If no task uses them, and the offer
	// is newer than the last ACCEPT, they don't exist there.
	AgentOffered bool
	// ReservedDisk is disk in MiB that is reserved as the need's and isn't a volume, on the agent refused.
	ReservedDisk float64
}

// Error names what is missing, where the rest is, and where it all was last.
func (e *MissingError) Error() string {
	var b strings.Builder
	if len(e.Missing) == 0 {
		b.WriteString("its reserved resources are not on offer")
	} else {
		fmt.Fprintf(&b, "volumes not on offer: %s", strings.Join(e.Missing, ", "))
	}
	for _, s := range e.Found {
		fmt.Fprintf(&b, "; %s is on agent %s (%s)", s.Volume, s.AgentID, s.Hostname)
	}
	if e.ReservedDisk > 0 {
		fmt.Fprintf(&b, "; %s MiB of disk reserved for it there are no volume", number(e.ReservedDisk))
	}
	if e.Claim.AgentID != "" || e.Claim.Hostname != "" {
		where := "last seen on"
		if e.Claim.Intent {
			where = "meant for"
		}
		fmt.Fprintf(&b, "; %s agent %s (%s)", where, e.Claim.AgentID, e.Claim.Hostname)
	}
	if e.AgentOffered {
		b.WriteString(", whose offers lack them")
	}
	return b.String()
}

// Is makes a MissingError an [ErrMissing].
func (e *MissingError) Is(target error) bool { return target == ErrMissing }

// AmbiguousError says that a need's volumes are on several agents, and which hold the data is not known. Moor
// doesn't guess: an operator, or the author's own record, must decide, by destroying one or by a Claim that
// names the agent. It is an [ErrAmbiguous].
type AmbiguousError struct{ Found []Sighting }

// Error names each volume and place, and the way out.
func (e *AmbiguousError) Error() string {
	texts := make([]string, len(e.Found))
	for i, s := range e.Found {
		texts[i] = fmt.Sprintf("%s on agent %s (%s)", s.Volume, s.AgentID, s.Hostname)
	}
	return "several places hold its volumes: " + strings.Join(texts, ", ") + "; destroy one, or claim the agent whose data is right"
}

// Is makes an AmbiguousError an [ErrAmbiguous].
func (e *AmbiguousError) Is(target error) bool { return target == ErrAmbiguous }

// SizeError: the volume is the need's but has another size than wanted. To give it that size, grow or shrink
// it in an ACCEPT of its own (semantics 3.8). It is an [ErrSize].
type SizeError struct {
	Volume     string
	Want, Have float64 // MiB
	Resource   mesos.Resource
}

// Error has both sizes and the way out.
func (e *SizeError) Error() string {
	return fmt.Sprintf("volume %q has %s MiB, wanted %s: grow or shrink it, or change the need", e.Volume, number(e.Have), number(e.Want))
}

// Is makes a SizeError an [ErrSize].
func (e *SizeError) Is(target error) bool { return target == ErrSize }

// DiskError: the volume is the need's but lies on another kind of disk than wanted. It is an [ErrDisk].
type DiskError struct {
	Volume     string
	Want, Have resource.Disk
}

// Error has both disks.
func (e *DiskError) Error() string {
	return fmt.Sprintf("volume %q is on %s disk, wanted on %s disk", e.Volume, diskText(e.Have), diskText(e.Want))
}

// Is makes a DiskError an [ErrDisk].
func (e *DiskError) Is(target error) bool { return target == ErrDisk }

// SharedError: the volume is the need's but shared, or not, unlike what is wanted; this can't be changed later
// (semantics 4.10). It is an [ErrShared].
type SharedError struct {
	Volume     string
	Want, Have bool
}

// Error has both marks.
func (e *SharedError) Error() string {
	return fmt.Sprintf("volume %q: shared is %t, wanted %t", e.Volume, e.Have, e.Want)
}

// Is makes a SharedError an [ErrShared].
func (e *SharedError) Is(target error) bool { return target == ErrShared }

// ForeignError: a volume with the persistence id is there in the role, but under another reservation. It isn't
// touched, and none of that id can be made beside it (semantics 3.6). It is an [ErrForeign].
type ForeignError struct {
	Volume     string
	Want, Have mesos.Resource_ReservationInfo
}

// Error has both reservations.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("volume %q is reserved as %s, ours would be %s: not touched", e.Volume, reservationText(&e.Have), reservationText(&e.Want))
}

// Is makes a ForeignError an [ErrForeign].
func (e *ForeignError) Is(target error) bool { return target == ErrForeign }

// ShortError: too little of something was left in an agent's offers. It is an [ErrShort].
type ShortError struct {
	Name       string         // of the resource: "mem"
	Volume     string         // the volume it was wanted for; empty: none
	Disk       *resource.Disk // what kind of disk; nil: not disk for a volume
	Want, Have float64        // MiB for mem and disk, a count for ports; for a volume Have is the largest piece
	Static     float64        // so much more is statically reserved for the role, usable with Reservation.Static
}

// Error has both amounts, with the unit.
func (e *ShortError) Error() string {
	unit := ""
	if e.Name == "mem" || e.Name == "disk" {
		unit = "MiB "
	}
	name := e.Name
	if e.Disk != nil {
		name = diskText(*e.Disk) + " disk"
	}
	text := fmt.Sprintf("wanted %s %s%s, %s offered", number(e.Want), unit, name, number(e.Have))
	if e.Volume != "" {
		text = fmt.Sprintf("volume %q: %s", e.Volume, text)
	}
	if e.Static > 0 {
		text += fmt.Sprintf(" (%s MiB more are statically reserved: set Reservation.Static to use them)", number(e.Static))
	}
	return text
}

// Is makes a ShortError an [ErrShort].
func (e *ShortError) Is(target error) bool { return target == ErrShort }

// RoleError: a need's role and the roles that were offered to. It is an [ErrRole].
type RoleError struct {
	Want string
	Have string // the role of the offers refused; empty: there was none for the need's role at all
}

// Error has the role, or both roles.
func (e *RoleError) Error() string {
	switch {
	case e.Want == "":
		return "nothing was offered"
	case e.Have == "":
		return fmt.Sprintf("nothing was offered to role %q", e.Want)
	}
	return fmt.Sprintf("something must be reserved for role %q, but the offer is for role %q", e.Want, e.Have)
}

// Is makes a RoleError an [ErrRole].
func (e *RoleError) Is(target error) bool { return target == ErrRole }

// RuleError names the rule that refused an agent. It is an [ErrRule].
type RuleError struct {
	Rule string
	Err  error
}

// Error has the name of the rule and its reason.
func (e *RuleError) Error() string { return fmt.Sprintf("rule %q: %s", e.Rule, plain(e.Err)) }

// Unwrap returns the rule's own reason, such as a [*LimitError].
func (e *RuleError) Unwrap() error { return e.Err }

// Is makes a RuleError an [ErrRule].
func (e *RuleError) Is(target error) bool { return target == ErrRule }
