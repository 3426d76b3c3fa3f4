package ops

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// convert applies a reservation or a volume operation to what is left. consumed says what entry i of list takes.
func (c *Chain) convert(op *mesos.Offer_Operation, list []mesos.Resource, field string, consumed func(mesos.Resource) mesos.Resource) *Error {
	wanted := func() resource.Set {
		s := make(resource.Set, len(list))
		for i := range list {
			s[i] = consumed(list[i])
		}
		return s
	}
	if len(list) > 1 && slices.ContainsFunc(list, wholeDisk) && !wholeDisks(c.left, wanted()) {
		return c.lacks(c.left, wanted(), field)
	}
	after, err := c.left.Apply(op)
	var missing *resource.NotContainedError
	var copies *resource.SharedCopiesError
	switch {
	case err == nil:
		c.left = after
		return nil
	case errors.As(err, &missing):
		return c.lacks(c.left, wanted(), field).because(err)
	case errors.As(err, &copies):
		return refuse(ErrShared, field, "%v; destroy it when no other copy is offered", err).because(err)
	}
	return refuse(ErrResource, field, "%v; the resources of one operation must not overlap", err).because(err)
}

// take removes what an operation keeps to itself until it is done, or for ever. fields name the entries of wanted.
func (c *Chain) take(wanted resource.Set, fields ...string) *Error {
	for i := range wanted {
		if !contains(c.left, wanted[:i+1]) {
			return c.lack(c.left, wanted[:i+1]).in(fields[i])
		}
	}
	c.left, _ = c.left.Minus(wanted)
	c.mark(wanted, resized)
	return nil
}

// mark notes what becomes of the volumes in s.
func (c *Chain) mark(s resource.Set, f fate) {
	for i := range s {
		if v, ok := volumeOf(&s[i]); ok {
			c.volumes[v] = f
		}
	}
}

// lacks says which entry of wanted, together with those before it, is not in available, and what of its kind is.
func (c *Chain) lacks(available, wanted resource.Set, field string) *Error {
	for i := range wanted {
		if !contains(available, wanted[:i+1]) {
			return c.lack(available, wanted[:i+1]).at(field, i)
		}
	}
	return refuse(ErrNotContained, field, "not in what is left")
}

// contains is stricter than the master in one thing: a disk that is only taken whole can't be taken twice. The master counts such a disk
// once where it looks for it, and twice where it takes it (semantics 2.4).
func contains(available, wanted resource.Set) bool {
	return wholeDisks(available, wanted) && available.Contains(wanted)
}

// wholeDisks tells whether available has each of wanted's indivisible disks as often as wanted.
func wholeDisks(available, wanted resource.Set) bool {
	for i := range wanted {
		r := &wanted[i]
		if !wholeDisk(*r) {
			continue
		}
		if n := count(wanted, r); n > 1 && n > count(available, r) {
			return false
		}
	}
	return true
}

func wholeDisk(r mesos.Resource) bool { return resource.IsIndivisible(&r) && !resource.IsVolume(&r) }

func count(s resource.Set, r *mesos.Resource) int {
	n := 0
	for i := range s {
		if resource.Equal(&s[i], r) {
			n++
		}
	}
	return n
}

// lack explains why the last entry of wanted can't be had.
func (c *Chain) lack(available, wanted resource.Set) *Error {
	r := &wanted[len(wanted)-1]
	if v, ok := volumeOf(r); ok {
		switch c.volumes[v] {
		case resized:
			return refuse(ErrResized, "", "%s was resized by an earlier step; use it when the next offer has it", v)
		case used:
			return refuse(ErrVolumeInUse, "", "%s is used by an earlier task of this chain", v)
		}
	}
	same := available.Filter(func(have *mesos.Resource) bool { return resource.SameMetadata(have, r) })
	switch {
	case len(same) == 0:
		return refuse(ErrNotContained, "", "does not contain %s; left of %s: %s", resource.String(r), r.Name, brief(available.Named(r.Name)))
	case resource.IsIndivisible(r) && !resource.IsVolume(r):
		return refuse(ErrMountWhole, "", "%s can't be had in part or twice; the offer has %s: take all of it", resource.String(r), brief(same))
	}
	together := ""
	if len(wanted) > 1 {
		together = ", together with the entries before it"
	}
	return refuse(ErrNotContained, "", "does not contain %s%s; left: %s", resource.String(r), together, brief(same))
}

// brief prints a few entries: errors are for people.
func brief(s resource.Set) string {
	const few = 4
	if len(s) == 0 {
		return "none"
	}
	var parts []string
	for i := range s[:min(few, len(s))] {
		parts = append(parts, resource.String(&s[i]))
	}
	if len(s) > few {
		parts = append(parts, fmt.Sprintf("and %d more", len(s)-few))
	}
	return strings.Join(parts, "; ")
}
