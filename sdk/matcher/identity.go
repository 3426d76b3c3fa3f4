package matcher

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// reservationKey is equal for two reservations if, and only if, Mesos holds them for the same: type, role,
// principal and labels, in any order (semantics 2.4). Comparing keys is what makes finding the owner of a
// reservation a lookup.
func reservationKey(r *mesos.Resource_ReservationInfo) string {
	var b strings.Builder
	b.WriteString(r.GetType().String())
	text(&b, r.GetRole())
	if r.Principal != nil {
		b.WriteByte('p')
		text(&b, *r.Principal)
	}
	if r.Labels != nil {
		b.WriteByte('l')
		for _, label := range sortedLabels(r.Labels.Labels) {
			text(&b, label[0])
			text(&b, label[1])
		}
	}
	return b.String()
}

func sortedLabels(labels []mesos.Label) [][2]string {
	sorted := make([][2]string, len(labels))
	for i := range labels {
		sorted[i] = [2]string{labels[i].Key, labels[i].GetValue()}
	}
	slices.SortFunc(sorted, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return sorted
}

// text writes s after its length, so that no two lists of texts make the same bytes.
func text(b *strings.Builder, s string) {
	b.WriteString(strconv.Itoa(len(s)))
	b.WriteByte(':')
	b.WriteString(s)
}
