package resource

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// kindKey returns a text that two resources share if and only if they are of one kind: [SameMetadata], and for what is only taken
// whole [Equal]. It is for sets so large that comparing each entry with each would take too long.
func kindKey(r *mesos.Resource) string {
	k := key(make([]byte, 0, 128))
	k.text(r.Name)
	k.number(uint64(r.Type))
	k.flags(r.Shared != nil, r.Revocable != nil, r.AllocationInfo != nil, r.ProviderID != nil, r.Disk != nil)
	if r.AllocationInfo != nil {
		k.optional(r.AllocationInfo.Role)
	}
	if r.ProviderID != nil {
		k.text(r.ProviderID.Value)
	}
	stack := Reservations(r)
	k.number(uint64(len(stack)))
	for i := range stack {
		k.number(uint64(stack[i].GetType()))
		k.text(stack[i].GetRole())
		k.optional(stack[i].Principal)
		k.labels(stack[i].Labels)
	}
	if r.Disk != nil {
		k.disk(r.Disk)
	}
	if whole(r) {
		k.amount(r)
	}
	return string(k)
}

// A key is made of parts that can't run into each other.
type key []byte

func (k *key) number(n uint64) { *k = binary.AppendUvarint(*k, n) }

func (k *key) text(s string) {
	k.number(uint64(len(s)))
	*k = append(*k, s...)
}

func (k *key) flags(flags ...bool) {
	for _, f := range flags {
		if f {
			*k = append(*k, 1)
		} else {
			*k = append(*k, 0)
		}
	}
}

func (k *key) optional(s *string) {
	k.flags(s != nil)
	if s != nil {
		k.text(*s)
	}
}

func (k *key) labels(l *mesos.Labels) {
	k.flags(l != nil)
	sorted := slices.SortedFunc(slices.Values(l.GetLabels()), func(a, b mesos.Label) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.GetValue(), b.GetValue()))
	})
	k.number(uint64(len(sorted)))
	for i := range sorted {
		k.text(sorted[i].Key)
		k.text(sorted[i].GetValue())
	}
}

func (k *key) disk(d *mesos.Resource_DiskInfo) {
	k.flags(d.Persistence != nil, d.Source != nil)
	if d.Persistence != nil {
		k.text(d.Persistence.ID)
	}
	s := d.Source
	if s == nil {
		return
	}
	k.number(uint64(s.Type))
	k.flags(s.Path != nil, s.Mount != nil)
	if s.Path != nil {
		k.optional(s.Path.Root)
	}
	if s.Mount != nil {
		k.optional(s.Mount.Root)
	}
	k.optional(s.Vendor)
	k.optional(s.ID)
	k.optional(s.Profile)
	k.labels(s.Metadata)
}

func (k *key) amount(r *mesos.Resource) {
	switch r.Type {
	case mesos.SCALAR:
		k.number(uint64(amount(r)))
	case mesos.RANGES:
		for _, r := range coalesce(r.Ranges.GetRange()) {
			k.number(r.Begin)
			k.number(r.End)
		}
	case mesos.SET:
		for _, item := range slices.Sorted(slices.Values(r.Set.GetItem())) {
			k.text(item)
		}
	}
}
