package callcheck

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// Scheduler checks a whole call of the scheduler API. The error is an [*Error]; it is nil for a call that
// may be sent. It does not tell whether the call is complete: a master says so itself, and takes no harm.
func Scheduler(c *schedulerpb.Call) error {
	if c == nil {
		return refuse(UnknownOperation, "", "there is no call")
	}
	return scheduler(c).orNil()
}

func scheduler(c *schedulerpb.Call) *Error {
	if m := c.Subscribe; m != nil {
		if e := framework(&m.FrameworkInfo); e != nil {
			return e.in("framework_info").in("subscribe")
		}
	}
	if m := c.UpdateFramework; m != nil {
		if e := framework(&m.FrameworkInfo); e != nil {
			return e.in("framework_info").in("update_framework")
		}
	}
	if m := c.Accept; m != nil {
		if e := accept(m); e != nil {
			return e.in("accept")
		}
	}
	if m := c.Request; m != nil {
		for i := range m.Requests {
			if e := loose(m.Requests[i].Resources, "resources"); e != nil {
				return e.at("requests", i).in("request")
			}
		}
	}
	return refusals(c)
}

func accept(m *schedulerpb.Call_Accept) *Error {
	var all accepted
	for i := range m.Operations {
		e := operation(&m.Operations[i])
		if e == nil {
			e = all.add(&m.Operations[i])
		}
		if e != nil {
			return e.at("operations", i)
		}
	}
	return filters(m.Filters)
}

// refusals checks how long offers are refused for, in the calls that refuse some.
func refusals(c *schedulerpb.Call) *Error {
	if m := c.Decline; m != nil {
		if e := filters(m.Filters); e != nil {
			return e.in("decline")
		}
	}
	if m := c.AcceptInverseOffers; m != nil {
		if e := filters(m.Filters); e != nil {
			return e.in("accept_inverse_offers")
		}
	}
	if m := c.DeclineInverseOffers; m != nil {
		if e := filters(m.Filters); e != nil {
			return e.in("decline_inverse_offers")
		}
	}
	return nil
}

// filters lets large and infinite times pass: frameworks mean "as long as possible" by them, and a master
// puts its own bounds in their place (semantics 5.4).
func filters(f *mesos.Filters) *Error {
	if f == nil || f.RefuseSeconds == nil || !math.IsNaN(*f.RefuseSeconds) {
		return nil
	}
	return refuse(Number, "filters.refuse_seconds", "not a number of seconds; give one, or leave it out for 5 s")
}

// framework checks the numbers of a FrameworkInfo. A failover_timeout that is not a number removes the
// framework, and kills its tasks, the moment it disconnects.
func framework(f *mesos.FrameworkInfo) *Error {
	if e := optional(f.FailoverTimeout, "failover_timeout"); e != nil {
		return e
	}
	for _, role := range slices.Sorted(maps.Keys(f.OfferFilters)) {
		least := f.OfferFilters[role].MinAllocatableResources
		if least == nil {
			continue
		}
		for i := range least.Quantities {
			if e := scalars(least.Quantities[i].Quantities, "quantities"); e != nil {
				return e.in(fmt.Sprintf("offer_filters[%s].min_allocatable_resources.quantities[%d]", role, i))
			}
		}
	}
	return nil
}
