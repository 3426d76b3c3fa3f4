package matcher

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// known is a need with what follows from it, computed once.
type known struct {
	need        Need
	reservation mesos.Resource_ReservationInfo
	key         string   // of the reservation; empty: the need reserves nothing
	refine      []string // keys of the reservations that may be refined
	scalars     []scalar
	others      []mesos.Resource // ranges and sets
	volumes     []wanted         // as in the need
	shape       string           // needs of one shape fit the same free resources
	err         error            // a *NeedError
}

// scalar is an amount wanted, in thousandths.
type scalar struct {
	name   string
	amount int64
}

// wanted is a volume wanted, its size in thousandths of a MiB.
type wanted struct {
	resource.Volume
	amount int64
}

func newKnown(n Need) *known {
	k := &known{need: n, err: check(n)}
	if k.err != nil {
		return k
	}
	if k.reserves() {
		k.reservation = n.Reservation.Info()
		if n.Reservation.Static {
			k.reservation.Principal = nil // nobody's principal made it: the one given is the framework's
		}
		k.key = reservationKey(&k.reservation)
	}
	for _, r := range n.Refine {
		info := r.Info()
		k.refine = append(k.refine, reservationKey(&info))
	}
	for _, r := range n.Resources.Plus(nil) {
		if r.Scalar == nil {
			k.others = append(k.others, r)
			continue
		}
		k.scalars = append(k.scalars, scalar{r.Name, resource.Fixed(r.Scalar.Value)})
	}
	slices.SortFunc(k.scalars, func(a, b scalar) int { return cmp.Compare(a.name, b.name) })
	slices.SortFunc(k.others, func(a, b mesos.Resource) int { return cmp.Compare(a.Name, b.Name) })
	for _, v := range n.Volumes {
		k.volumes = append(k.volumes, wanted{v, resource.Fixed(v.MiB)})
	}
	k.shape = k.shapeOf()
	return k
}

// reserves tells whether the need has a reservation at all.
func (k *known) reserves() bool { return k.need.Reservation.Role != "" }

// proven tells whether what the need owns is known to exist: then none of it is ever made again.
func (k *known) proven() bool { return k.need.Claim != nil && !k.need.Claim.Intent }

// adds tells whether the need may reserve more: not what is static, nor what somebody else reserved for it.
func (k *known) adds() bool {
	n := &k.need
	return k.reserves() && !n.Reservation.Static && (n.Principal == "" || n.Principal == n.Reservation.Principal)
}

// principal is that of the framework.
func (k *known) principal() string { return cmp.Or(k.need.Principal, k.need.Reservation.Principal) }

func (k *known) volumeKey(i int) volumeKey {
	return volumeKey{k.need.Reservation.Role, k.need.Volumes[i].ID}
}

// shapeOf says everything about the need that decides whether resources which nobody has reserved yet, or
// only statically, suffice for it.
func (k *known) shapeOf() string {
	var b strings.Builder
	field := func(s string) { text(&b, s) }
	number := func(n int64) { field(strconv.FormatInt(n, 10)) }
	field(k.need.Reservation.Role)
	field(strconv.FormatBool(k.adds()) + strconv.FormatBool(k.need.Reservation.Static))
	for _, key := range k.refine {
		field(key)
	}
	number(int64(len(k.scalars)))
	for _, s := range k.scalars {
		field(s.name)
		number(s.amount)
	}
	for i := range k.others {
		field(resource.String(&k.others[i]))
	}
	number(int64(len(k.volumes)))
	for _, v := range k.volumes {
		number(v.amount)
		number(int64(v.Disk.Type))
		for _, s := range []string{v.Disk.Root, v.Disk.ID, v.Disk.Profile, v.Disk.Vendor} {
			field(s)
		}
	}
	number(int64(len(k.need.Ports)))
	return b.String()
}
