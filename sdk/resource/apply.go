package resource

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// What [Set.Apply] refuses besides invalid resources and what isn't there. The first three have Mesos's own texts.
var (
	ErrUnknown      error = operationError("Unknown operation")
	ErrNotSupported error = operationError("Operation not supported")
	ErrProvider     error = operationError("Operation not supported for resource provider")
	ErrNotReserved        = errors.New("resource: RESERVE without a source and UNRESERVE need a reservation to take off")
	ErrNotConserved       = errors.New("resource: the operation would change how much there is")
	ErrTooMany            = errors.New("resource: too many resources in one operation")
)

// An operationError has Mesos's own text.
type operationError string

func (e operationError) Error() string { return string(e) }

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

// maxSteps bounds how many resources one operation may convert, each of which may have to go through a long list of ranges.
const maxSteps = 10_000

// A conversion is one step of an operation.
type conversion struct {
	consumed, converted Set
	destroyed           *mesos.Resource // no copy of it may be left
}

// Apply returns s after op: what op consumes must be contained in s, and is replaced by what it makes of it (semantics 2.8). The
// resources in op may be in either wire format. Errors: *[NotContainedError], *[SharedCopiesError], *[InvalidError] and those of
// [Validate], [ErrUnknown], [ErrProvider], [ErrNotReserved], [ErrNotConserved], [ErrTooMany]; [ErrNotSupported] for LAUNCH,
// LAUNCH_GROUP, CREATE_DISK and DESTROY_DISK, whose results resources alone can't tell. s itself never changes.
func (s Set) Apply(op *mesos.Offer_Operation) (Set, error) {
	steps, err := conversions(op)
	if err != nil {
		return nil, err
	}
	if len(steps) > maxSteps {
		return nil, fmt.Errorf("%w: %d, of at most %d", ErrTooMany, len(steps), maxSteps)
	}
	l := ledgerOf(isAddable, s)
	for i := range steps {
		if err := l.convert(&steps[i]); err != nil {
			return nil, err
		}
	}
	after := l.left()
	if err := conserved(s, after); err != nil {
		return nil, err
	}
	return after, nil
}

func (l *ledger) convert(c *conversion) error {
	consumed := ledgerOf(isAddable, c.consumed)
	if !l.contains(consumed) {
		return &NotContainedError{Resources: l.left(), Consumed: consumed.left()}
	}
	l.subtract(consumed)
	l.addAll(isAddable, c.converted)
	if c.destroyed != nil && len(l.at[kindKey(c.destroyed)]) > 0 {
		return &SharedCopiesError{Volume: clone(c.destroyed)}
	}
	return nil
}

// conserved: operations change what resources are, never how much there is. Mesos aborts if one does.
func conserved(before, after Set) error {
	if was, is := before.totals(), after.totals(); !was.Equal(is) {
		return fmt.Errorf("%w: from %s to %s", ErrNotConserved, was, is)
	}
	return nil
}

// totals returns what there is of each name, whatever it is reserved as or made into.
func (s Set) totals() Set {
	copies := s.copies()
	bare := make(Set, 0, len(s))
	for i := range s {
		if copies == nil || copies[i] > 0 {
			r := &s[i]
			bare = append(bare, mesos.Resource{Name: r.Name, Type: r.Type, Scalar: r.Scalar, Ranges: r.Ranges, Set: r.Set})
		}
	}
	return bare.Plus(nil)
}

func conversions(op *mesos.Offer_Operation) ([]conversion, error) {
	if err := ValidateOperation(op); err != nil {
		return nil, err
	}
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		return reserve(op.Reserve)
	case mesos.Offer_Operation_UNRESERVE:
		return unreserve(op.Unreserve.Resources)
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
	consumed := Set(op.Source)
	if len(op.Source) == 0 {
		var err error
		if consumed, err = popAll(op.Resources); err != nil {
			return nil, err
		}
	}
	return []conversion{{consumed: consumed, converted: op.Resources}}, nil
}

func unreserve(reserved Set) ([]conversion, error) {
	bare, err := popAll(reserved)
	if err != nil {
		return nil, err
	}
	steps := make([]conversion, len(bare))
	for i := range steps {
		steps[i] = conversion{consumed: reserved[i : i+1], converted: bare[i : i+1]}
	}
	return steps, nil
}

// popAll takes the last reservation off every entry.
func popAll(s Set) (Set, error) {
	popped := make(Set, len(s))
	for i := range s {
		if !IsReserved(&s[i]) {
			return nil, fmt.Errorf("%w: %s", ErrNotReserved, String(&s[i]))
		}
		popped[i] = Pop(s[i])
	}
	return popped, nil
}

func create(volumes Set) []conversion {
	steps := make([]conversion, len(volumes))
	for i := range steps {
		steps[i] = conversion{consumed: Set{Unvolume(volumes[i])}, converted: volumes[i : i+1]}
	}
	return steps
}

func destroy(volumes Set) []conversion {
	steps := create(volumes)
	for i := range steps {
		steps[i].consumed, steps[i].converted = steps[i].converted, steps[i].consumed
		steps[i].destroyed = &volumes[i]
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
		consumed:  Set{op.Volume, op.Addition},
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
		consumed:  Set{op.Volume},
		converted: Set{shrunk, freed},
	}}, nil
}
