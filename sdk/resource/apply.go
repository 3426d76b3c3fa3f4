package resource

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// What [Set.Apply] refuses besides invalid resources and what isn't there.
var (
	ErrNotSupported = errors.New("Operation not supported")                       //nolint:staticcheck // Mesos's own text
	ErrProvider     = errors.New("Operation not supported for resource provider") //nolint:staticcheck // Mesos's own text
	ErrUnknown      = errors.New("Unknown operation")                             //nolint:staticcheck // Mesos's own text
	ErrNotReserved  = errors.New("resource: RESERVE without a source and UNRESERVE need resources with a reservation to take off")
	ErrNotConserved = errors.New("resource: the operation would change how much there is")
)

// A NotContainedError says that an operation needs resources that are not there. Its text is Mesos's own.
type NotContainedError struct {
	Resources Set // what there is
	Consumed  Set // what is needed
}

func (e *NotContainedError) Error() string {
	return e.Resources.String() + " does not contain " + e.Consumed.String()
}

// A SharedCopiesError says that a shared volume can't be destroyed because there is another copy of it. Its text is Mesos's own.
type SharedCopiesError struct{ Volume mesos.Resource }

func (e *SharedCopiesError) Error() string {
	return "Persistent volume " + String(&e.Volume) + " cannot be removed due to additional shared copies"
}

// A conversion is one step of an operation.
type conversion struct {
	consumed, converted Set
	destroyed           *mesos.Resource // no copy of it may be left
}

// Apply returns s after op: what op consumes must be contained in s, and is replaced by what it makes of it (semantics 2.8). The
// resources in op may be in either wire format. Errors: *[NotContainedError], *[SharedCopiesError], *[InvalidError] and those of
// [Validate], [ErrProvider], [ErrNotReserved], [ErrNotConserved]; [ErrNotSupported] for LAUNCH, LAUNCH_GROUP, CREATE_DISK and
// DESTROY_DISK, whose results resources alone can't tell. s itself never changes.
func (s Set) Apply(op *mesos.Offer_Operation) (Set, error) {
	steps, err := conversions(op)
	if err != nil {
		return nil, err
	}
	before := s.Plus(nil)
	after := before
	for _, step := range steps {
		if after, err = after.convert(step); err != nil {
			return nil, err
		}
	}
	return after, conserved(before, after)
}

func (s Set) convert(c conversion) (Set, error) {
	left, contained := s.Minus(c.consumed)
	if !contained {
		return nil, &NotContainedError{Resources: s, Consumed: c.consumed}
	}
	after := left.Plus(c.converted)
	if c.destroyed != nil && after.ContainsOne(c.destroyed) {
		return nil, &SharedCopiesError{Volume: clone(c.destroyed)}
	}
	return after, nil
}

// conserved: operations change what resources are, never how much there is. Mesos aborts if one does.
func conserved(before, after Set) error {
	was, is := before.Quantities(), after.Quantities()
	for name := range is {
		was[name] += 0
	}
	for name := range was {
		if was[name] != is[name] {
			return fmt.Errorf("%w: %s from %v to %v", ErrNotConserved, name, was[name], is[name])
		}
	}
	return nil
}

func conversions(op *mesos.Offer_Operation) ([]conversion, error) {
	if err := ValidateOperation(op); err != nil {
		return nil, err
	}
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		return reserve(op.Reserve)
	case mesos.Offer_Operation_UNRESERVE:
		return unreserve(op.Unreserve)
	case mesos.Offer_Operation_CREATE:
		return create(op.Create.Volumes), nil
	case mesos.Offer_Operation_DESTROY:
		return destroy(op.Destroy.Volumes), nil
	case mesos.Offer_Operation_GROW_VOLUME:
		return grow(op.GrowVolume)
	case mesos.Offer_Operation_SHRINK_VOLUME:
		return shrink(op.ShrinkVolume)
	}
	return nil, ErrNotSupported
}

func reserve(op *mesos.Offer_Operation_Reserve) ([]conversion, error) {
	reserved := Set(op.Resources).Plus(nil)
	consumed := Set(op.Source).Plus(nil)
	if len(op.Source) == 0 {
		var err error
		if consumed, err = popAll(reserved); err != nil {
			return nil, err
		}
	}
	return []conversion{{consumed: consumed, converted: reserved}}, nil
}

func unreserve(op *mesos.Offer_Operation_Unreserve) ([]conversion, error) {
	var steps []conversion
	for i := range op.Resources {
		reserved := Set(op.Resources[i : i+1]).Plus(nil)
		bare, err := popAll(reserved)
		if err != nil {
			return nil, err
		}
		steps = append(steps, conversion{consumed: reserved, converted: bare})
	}
	return steps, nil
}

// popAll takes the last reservation off every entry.
func popAll(s Set) (Set, error) {
	popped := make(Set, len(s))
	for i := range s {
		if len(s[i].Reservations) == 0 {
			return nil, fmt.Errorf("%w: %s", ErrNotReserved, String(&s[i]))
		}
		popped[i] = Pop(s[i])
	}
	return popped.Plus(nil), nil
}

func create(volumes []mesos.Resource) []conversion {
	var steps []conversion
	for i := range volumes {
		steps = append(steps, conversion{
			consumed:  Set{Unvolume(volumes[i])}.Plus(nil),
			converted: Set(volumes[i : i+1]).Plus(nil),
		})
	}
	return steps
}

func destroy(volumes []mesos.Resource) []conversion {
	var steps []conversion
	for i := range volumes {
		steps = append(steps, conversion{
			consumed:  Set(volumes[i : i+1]).Plus(nil),
			converted: Set{Unvolume(volumes[i])}.Plus(nil),
			destroyed: &volumes[i],
		})
	}
	return steps
}

func grow(op *mesos.Offer_Operation_GrowVolume) ([]conversion, error) {
	if op.Volume.ProviderID != nil {
		return nil, ErrProvider
	}
	grown := clone(&op.Volume)
	grown.Scalar = &mesos.Value_Scalar{Value: Float(addFixed(amount(&op.Volume), amount(&op.Addition)))}
	return []conversion{{
		consumed:  Set{op.Volume, op.Addition}.Plus(nil),
		converted: Set{grown},
	}}, nil
}

func shrink(op *mesos.Offer_Operation_ShrinkVolume) ([]conversion, error) {
	if op.Volume.ProviderID != nil {
		return nil, ErrProvider
	}
	subtract := Fixed(op.Subtract.Value)
	if subtract < 0 || subtract > amount(&op.Volume) {
		return nil, fmt.Errorf("%w: SHRINK_VOLUME by %s of %s", ErrNotConserved, scalarText(op.Subtract.Value), String(&op.Volume))
	}
	freed, shrunk := Unvolume(op.Volume), clone(&op.Volume)
	freed.Scalar = &mesos.Value_Scalar{Value: Float(subtract)}
	shrunk.Scalar = &mesos.Value_Scalar{Value: Float(amount(&op.Volume) - subtract)}
	return []conversion{{
		consumed:  Set{op.Volume}.Plus(nil),
		converted: Set{shrunk, freed}.Plus(nil),
	}}, nil
}
