package matcher

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// What a refusal's reason is, for errors.Is. The types that some of them come as carry the figures.
var (
	// ErrNeed: the need itself can't be met anywhere; the reason is a [*NeedError].
	ErrNeed = errors.New("matcher: invalid need")
	// ErrDuplicateNeed: several needs have this id. None of them is placed.
	ErrDuplicateNeed = errors.New("matcher: several needs have this id")
	// ErrDuplicateVolume: several needs want the same volume; the reason is a [*ConflictError]. None of them is placed.
	ErrDuplicateVolume = errors.New("matcher: several needs want the same volume")
	// ErrMissing: a claimed need's volumes are not all on offer on one agent; the reason is a [*MissingError].
	ErrMissing = errors.New("matcher: volumes are missing")
	// ErrAmbiguous: a need's volumes are on several agents; the reason is an [*AmbiguousError].
	ErrAmbiguous = errors.New("matcher: volumes on several agents")
	// ErrSize: the volume found has another size; the reason is a [*SizeError].
	ErrSize = errors.New("matcher: volume of another size")
	// ErrDisk: the volume found lies on another kind of disk; the reason is a [*DiskError].
	ErrDisk = errors.New("matcher: volume on another disk")
	// ErrShared: the volume found is shared and shouldn't be, or the other way round; the reason is a [*SharedError].
	ErrShared = errors.New("matcher: volume shared otherwise")
	// ErrForeign: a volume of this persistence id and role is somebody else's; the reason is a [*ForeignError].
	ErrForeign = errors.New("matcher: somebody else's volume")
	// ErrShort: too little is offered; the reason is a [*ShortError], or several.
	ErrShort = errors.New("matcher: too little offered")
	// ErrRole: nothing was offered to the need's role, or something must be reserved and the offer is another
	// role's; the reason is a [*RoleError].
	ErrRole = errors.New("matcher: no offer for the role")
	// ErrRule: a placement rule refused the agent; the reason is a [*RuleError].
	ErrRule = errors.New("matcher: refused by a rule")
	// ErrOfferUsed: the agent's offers are used by other needs in this round, up to [Config.PerAgent].
	ErrOfferUsed = errors.New("matcher: offer already used in this round")
)

// Refusal says why a need was not matched: with one agent, or at all. It is an error; errors.Is and errors.As
// look through it at the reason.
type Refusal struct {
	Need     string // its ID
	AgentID  string // the agent refused; empty: the reason isn't about an agent
	Hostname string
	Offers   []mesos.OfferID // of that agent, for the need's role
	Reason   error           // never nil
	// Others is set on the last refusal of a need: on how many more agents it was refused that are not listed.
	Others int
}

// Error is one line: the need, where, why.
func (r Refusal) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "need %q", r.Need)
	if r.AgentID != "" || r.Hostname != "" {
		fmt.Fprintf(&b, " on agent %s (%s)", r.AgentID, r.Hostname)
	}
	fmt.Fprintf(&b, ": %s", plain(r.Reason))
	if r.Others > 0 {
		fmt.Fprintf(&b, " (and refused on %d more agents)", r.Others)
	}
	return b.String()
}

// Unwrap returns the reason.
func (r Refusal) Unwrap() error { return r.Reason }

// maxRefusals bounds what is said about one need in one round.
const maxRefusals = 16

// reasons is several reasons in one, printed in one line.
type reasons []error

func (r reasons) Error() string {
	texts := make([]string, len(r))
	for i, err := range r {
		texts[i] = plain(err)
	}
	return strings.Join(texts, "; ")
}

// Unwrap makes errors.Is and errors.As look at each.
func (r reasons) Unwrap() []error { return r }

// plain is a sentinel's text without the package in front, which the line already has or doesn't need.
func plain(err error) string { return strings.TrimPrefix(err.Error(), "matcher: ") }

// joined is nil, the only reason, or all.
func joined(list []error) error {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return reasons(list)
}

func compareRefusals(a, b Refusal) int {
	return cmp.Or(cmp.Compare(a.Need, b.Need), cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.AgentID, b.AgentID))
}
