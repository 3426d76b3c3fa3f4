package ops

import (
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A Chain is the operations of one ACCEPT in the making, and what they leave of its offers. Make one with [On]; the zero value has no offers
// and refuses every step. Each method that adds a step returns the chain itself.
type Chain struct {
	target     target
	principal  string // of the framework; "": none, or not known
	left       resource.Set
	shared     resource.Set // copies of shared volumes that a LAUNCH may use: tasks don't use them up (semantics 3.10)
	volumes    map[volume]fate
	tasks      map[string]struct{} // ids launched
	executors  map[string]*executor
	ids        map[string]struct{} // of operations
	operations []mesos.Offer_Operation
	err        error
}

// On starts a chain on the resources of offers, which are of one agent, one role and one framework ([ErrOffers]).
// They may come in either wire format of reservations.
func On(offers ...mesos.Offer) *Chain {
	c := &Chain{volumes: map[volume]fate{}, tasks: map[string]struct{}{}, executors: map[string]*executor{}, ids: map[string]struct{}{}}
	t, e := targetOf(offers)
	if e != nil {
		c.err = e
		return c
	}
	c.target = t
	var offered resource.Set
	for i := range offers {
		offered = append(offered, offers[i].Resources...)
	}
	for i := range offered {
		c.target.allocate(&offered[i])
	}
	c.left = offered.Plus(nil)
	c.shared = c.left.Filter(resource.IsShared)
	for i := range c.left {
		if v, ok := volumeOf(&c.left[i]); ok {
			c.volumes[v] = idle
		}
	}
	return c
}

// As names the framework's principal (FrameworkInfo.principal, or the one it authenticates as). Later steps are then
// refused if their reservations or volumes carry another one, as the master would ([ErrPrincipal], semantics 8.2), and
// volumes made by [Chain.Create] carry it. Without As, or with "", nothing is refused, and volumes carry the principal of
// the reservation they are made on.
func (c *Chain) As(principal string) *Chain {
	c.principal = principal
	return c
}

// Do adds an operation made by hand. It is checked and completed as those of the other methods are; an id that it has is
// kept. op itself isn't changed.
func (c *Chain) Do(op mesos.Offer_Operation) *Chain {
	if c.err != nil {
		return c
	}
	if c.ids == nil {
		c.err = refuse(ErrOffers, "", "the chain has no offers; make chains with On")
		return c
	}
	name := op.GetType().String()
	if e := c.add(&op); e != nil {
		return c.fail(name, e)
	}
	return c
}

// fail makes e the chain's error, at the step that would be the next.
func (c *Chain) fail(operation string, e *Error) *Chain {
	e.Step, e.Operation = len(c.operations)+1, operation
	c.err = e
	return c
}

// Left returns what no step has used, as later steps and the next offer see it. Resources of tasks are gone; so are resized
// volumes and what was taken for them. Volumes that a LAUNCH may still share are not in it. With an error: what was left
// before the step that failed.
func (c *Chain) Left() resource.Set { return c.left.Clone() }

// Err returns the first error, an [*Error], or nil.
func (c *Chain) Err() error { return c.err }

// Build returns the operations for the ACCEPT of the chain's offers, in order, or the first error. No steps give no operations: such an
// ACCEPT declines. What the operations point to is shared with the chain and with the arguments of its methods: don't
// change it.
func (c *Chain) Build() ([]mesos.Offer_Operation, error) {
	if c.err != nil {
		return nil, c.err
	}
	return slices.Clone(c.operations), nil
}
