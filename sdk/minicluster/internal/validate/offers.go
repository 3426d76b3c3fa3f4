package validate

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Offers judges the offers of an ACCEPT (semantics 3.2). find returns an outstanding offer, or nil.
func Offers(ids []mesos.OfferID, frameworkID string, find func(id string) *mesos.Offer) error {
	if len(ids) == 0 {
		return errors.New("No offers specified")
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id.Value] {
			return fmt.Errorf("Duplicate offer %s in offer list", id.Value)
		}
		seen[id.Value] = true
	}
	offers := make([]*mesos.Offer, len(ids))
	for i, id := range ids {
		if offers[i] = find(id.Value); offers[i] == nil {
			return fmt.Errorf("Offer %s is no longer valid", id.Value)
		}
	}
	for _, o := range offers {
		if o.FrameworkID.Value != frameworkID {
			return fmt.Errorf("Offer %s has invalid framework %s while framework %s is expected", o.ID.Value, o.FrameworkID.Value, frameworkID)
		}
	}
	one := offers[0]
	for _, o := range offers {
		if a, b := o.AllocationInfo.GetRole(), one.AllocationInfo.GetRole(); a != b {
			// The master leaves out the closing quotes.
			return fmt.Errorf("Aggregated offers must be allocated to the same role. Offer %s uses role '%s but another is using role '%s", o.ID.Value, a, b)
		}
	}
	for _, o := range offers {
		if o.AgentID.Value != one.AgentID.Value {
			return fmt.Errorf("Aggregated offers must belong to one single agent. Offer %s uses agent %s and agent %s", o.ID.Value, o.AgentID.Value, one.AgentID.Value)
		}
	}
	return nil
}
