package resource

import (
	"maps"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// fewLabels is how many labels are compared pair by pair; more go through a map, so that time stays linear.
const fewLabels = 16

// sameLabels compares labels as a bag: order doesn't matter, absent labels and an empty list differ, and a label
// without a value equals one with an empty value (semantics 2.4).
func sameLabels(a, b *mesos.Labels) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || len(a.Labels) != len(b.Labels) {
		return false
	}
	x, y := a.Labels, b.Labels
	for len(x) > 0 && sameLabel(&x[0], &y[0]) {
		x, y = x[1:], y[1:]
	}
	if len(x) > fewLabels {
		return maps.Equal(labelCounts(x), labelCounts(y))
	}
	for i := range x {
		if countLabel(x, &x[i]) != countLabel(y, &x[i]) {
			return false
		}
	}
	return true
}

func sameLabel(a, b *mesos.Label) bool {
	return a.Key == b.Key && (a.Value == b.Value || a.GetValue() == b.GetValue())
}

func countLabel(labels []mesos.Label, l *mesos.Label) int {
	n := 0
	for i := range labels {
		if sameLabel(&labels[i], l) {
			n++
		}
	}
	return n
}

func labelCounts(labels []mesos.Label) map[[2]string]int {
	counts := make(map[[2]string]int, len(labels))
	for i := range labels {
		counts[[2]string{labels[i].Key, labels[i].GetValue()}]++
	}
	return counts
}

// labelsOf returns labels sorted by key, so that equal maps make equal bytes; nil for an empty map.
func labelsOf(m map[string]string) *mesos.Labels {
	if len(m) == 0 {
		return nil
	}
	labels := &mesos.Labels{Labels: make([]mesos.Label, 0, len(m))}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		labels.Labels = append(labels.Labels, mesos.Label{Key: key, Value: new(m[key])})
	}
	return labels
}
