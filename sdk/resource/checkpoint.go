package resource

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// ErrNotCheckpointed says that a resource among checkpointed ones is none that an agent persists.
var ErrNotCheckpointed = errors.New("Unexpected checkpointed resources") //nolint:staticcheck // Mesos's own text

// Checkpointed tells whether the agent persists r over restarts: it is dynamically reserved or a persistent volume, and no
// resource provider's. All else comes from the agent's flags on each start (semantics 2.9).
func Checkpointed(r *mesos.Resource) bool {
	return r.ProviderID == nil && (IsDynamic(r) || IsVolume(r))
}

// ApplyCheckpointed returns what an agent has that is configured with total and has persisted checkpointed: each checkpointed
// entry replaces what it was made of (semantics 2.9). The errors wrap [ErrNotCheckpointed], or a *[NotContainedError] if the
// configuration has become too small for what was persisted.
func ApplyCheckpointed(total, checkpointed Set) (Set, error) {
	total = total.Plus(nil)
	for i := range checkpointed {
		r := &checkpointed[i]
		if !Checkpointed(r) {
			return nil, fmt.Errorf("%w %s", ErrNotCheckpointed, String(r))
		}
		configured := Set{configuredAs(r)}
		left, contained := total.Minus(configured)
		if !contained {
			return nil, fmt.Errorf("Incompatible agent resources: %w", //nolint:staticcheck // Mesos's own text
				&NotContainedError{Resources: total, Consumed: configured})
		}
		total = left.Plus(checkpointed[i : i+1])
	}
	return total, nil
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
