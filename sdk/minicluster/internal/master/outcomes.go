package master

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Bounds of what is remembered of operations.
const (
	maxOutcomes    = 200
	maxOutcomeText = 1000 // bytes
	maxSubjects    = 20   // resources that are named
)

// verdicts on an operation, in the order of its life.
const (
	outcomePending = "pending" // sent to the agent
	outcomeDone    = "done"
	outcomeFailed  = "failed"  // by the agent
	outcomeRefused = "refused" // by the master
)

// outcome is what became of an operation that a framework or an operator asked for, in words for people.
type outcome struct {
	number    int
	at        time.Time
	framework string // empty: an operator's
	agent     string // empty: not known
	kind      string // "CREATE", "LAUNCH"
	subject   string // the volumes, resources or task that it is about
	state     string
	why       string // of a refusal or failure
	uuid      string // of one that an agent reports on
}

// outcomes are those of the newest operations.
type outcomes struct {
	entries []*outcome // oldest first
	next    int
}

func (o *outcomes) add(one outcome) {
	one.number, one.at = o.next, time.Now()
	one.subject, one.why = clipped(one.subject), clipped(one.why)
	o.next++
	if len(o.entries) == maxOutcomes {
		copy(o.entries, o.entries[1:])
		o.entries = o.entries[:maxOutcomes-1]
	}
	o.entries = append(o.entries, &one)
}

// follow takes over what an agent reports.
func (o *outcomes) follow(uuid string, s *mesos.OperationStatus) {
	for _, one := range o.entries {
		if one.uuid != uuid {
			continue
		}
		switch {
		case s.State == mesos.OPERATION_FINISHED:
			one.state = outcomeDone
		case s.State.Terminal():
			one.state = outcomeFailed
		}
		one.why = clipped(s.GetMessage())
	}
}

// refused notes an operation that the master doesn't do. f is nil for an operator's.
func (o *outcomes) refused(f *framework, agentID string, op *mesos.Offer_Operation, why string) {
	one := outcome{agent: agentID, kind: op.GetType().String(), subject: subjectOf(op), state: outcomeRefused, why: why}
	if f != nil {
		one.framework = f.id
	}
	o.add(one)
}

// subjectOf names what an operation is about.
func subjectOf(op *mesos.Offer_Operation) string {
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		return resourcesText(op.GetReserve().GetResources())
	case mesos.Offer_Operation_UNRESERVE:
		return resourcesText(op.GetUnreserve().GetResources())
	case mesos.Offer_Operation_CREATE:
		return resourcesText(op.GetCreate().GetVolumes())
	case mesos.Offer_Operation_DESTROY:
		return resourcesText(op.GetDestroy().GetVolumes())
	case mesos.Offer_Operation_GROW_VOLUME:
		if g := op.GrowVolume; g != nil {
			return resourcesText([]mesos.Resource{g.Volume}) + " by " + resourcesText([]mesos.Resource{g.Addition})
		}
	case mesos.Offer_Operation_SHRINK_VOLUME:
		if s := op.ShrinkVolume; s != nil {
			return resourcesText([]mesos.Resource{s.Volume})
		}
	case mesos.Offer_Operation_CREATE_DISK:
		if c := op.CreateDisk; c != nil {
			return resourcesText([]mesos.Resource{c.Source})
		}
	case mesos.Offer_Operation_DESTROY_DISK:
		if d := op.DestroyDisk; d != nil {
			return resourcesText([]mesos.Resource{d.Source})
		}
	}
	return ""
}

// resourcesText says in short what resources are, and for which roles they are reserved: volumes by id, the rest by
// name.
func resourcesText(s []mesos.Resource) string {
	var parts, roles []string
	for i := range s {
		if i == maxSubjects {
			parts = append(parts, strconv.Itoa(len(s)-i)+" more")
			break
		}
		parts = append(parts, resourceText(&s[i]))
		if role := resource.ReservationRole(&s[i]); role != resource.Unreserved && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	text := strings.Join(parts, ", ")
	if len(roles) > 0 {
		text += " for " + strings.Join(roles, ", ")
	}
	return text
}

func resourceText(r *mesos.Resource) string {
	text := r.Name
	if resource.IsVolume(r) {
		text = r.Disk.Persistence.GetID()
	}
	if r.Scalar == nil {
		return text
	}
	text += " " + strconv.FormatFloat(resource.Float(resource.Fixed(r.Scalar.Value)), 'f', -1, 64)
	if r.Name == "disk" || r.Name == "mem" {
		text += " MiB"
	}
	return text
}

func clipped(s string) string { return clip(s, maxOutcomeText) }

// clip bounds a text without cutting a character apart.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
