package resource

import (
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// ErrNotCheckpointed says that a resource among checkpointed ones is none that an agent persists.
var ErrNotCheckpointed error = operationError("Unexpected checkpointed resources")

// Checkpointed tells whether the agent persists r over restarts: it is dynamically reserved or a persistent volume, and no
// resource provider's. All else comes from the agent's flags on each start (semantics 2.9).
func Checkpointed(r *mesos.Resource) bool {
	return r.ProviderID == nil && (IsDynamic(r) || IsVolume(r))
}

// An IncompatibleError says that an agent's configuration has become too small for what it has persisted. Its text is Mesos's own.
type IncompatibleError struct{ Missing NotContainedError }

func (e *IncompatibleError) Error() string {
	return "Incompatible agent resources: " + e.Missing.Error()
}

// Unwrap returns what is missing.
func (e *IncompatibleError) Unwrap() error { return &e.Missing }

// ApplyCheckpointed returns what an agent has that is configured with total and has persisted checkpointed: each checkpointed
// entry replaces what it was made of (semantics 2.9). The error wraps [ErrNotCheckpointed] or is a *[IncompatibleError].
func ApplyCheckpointed(total, checkpointed Set) (Set, error) {
	l := ledgerOf(isAddable, total)
	for i := range checkpointed {
		r := &checkpointed[i]
		if !Checkpointed(r) {
			return nil, fmt.Errorf("%w %s", ErrNotCheckpointed, String(r))
		}
		configured := ledgerOf(isAddable, Set{configuredAs(r)})
		if !l.contains(configured) {
			return nil, &IncompatibleError{NotContainedError{Resources: l.left(), Consumed: configured.left()}}
		}
		l.subtract(configured)
		l.addAll(isAddable, checkpointed[i:i+1])
	}
	return l.left(), nil
}

// configuredAs returns what r is in the agent's configuration: without volume and dynamic reservations. A static one can only
// come first on the stack.
func configuredAs(r *mesos.Resource) mesos.Resource {
	bare := clone(r)
	if IsDynamic(r) {
		first := bare.Reservations[0]
		bare.Reservations = nil
		if first.GetType() == mesos.Resource_ReservationInfo_STATIC {
			bare.Reservations = []mesos.Resource_ReservationInfo{first}
		}
	}
	if IsVolume(r) {
		return Unvolume(bare)
	}
	bare.Shared = nil
	return bare
}
