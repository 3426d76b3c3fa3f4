package resource

import (
	"errors"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// What an agent's configuration can't hold (semantics 2.10). The texts are Mesos's own.
var (
	ErrAgentVolume    = errors.New("Persistent volumes cannot be specified at the command line")                                                                         //nolint:staticcheck
	ErrAgentRevocable = errors.New("Revocable resources cannot be specified at the command line; do not include a 'revocable' key in the resources JSON")                //nolint:staticcheck
	ErrAgentDynamic   = errors.New("Dynamic reservations cannot be specified at the command line; do not include a reservation with DYNAMIC type in the resources JSON") //nolint:staticcheck
	ErrAgentTypes     = errors.New("Resources with the same name but different types are not allowed")                                                                   //nolint:staticcheck
)

// ParseAgent is [Parse] for an agent's configuration: persistent volumes, revocable resources, dynamic reservations and one
// name with two types are refused (semantics 2.10). The error is a [*ParseError].
func ParseAgent(text string) (Set, error) {
	s, err := Parse(text)
	if err != nil {
		return nil, err
	}
	types := make(map[string]mesos.Value_Type)
	for i := range s {
		r := &s[i]
		fail := func(err error) (Set, error) { return nil, &ParseError{Item: String(r), Err: err} }
		before, again := types[r.Name]
		types[r.Name] = r.Type
		switch {
		case IsVolume(r):
			return fail(ErrAgentVolume)
		case IsRevocable(r):
			return fail(ErrAgentRevocable)
		case IsDynamic(r):
			return fail(ErrAgentDynamic)
		case again && before != r.Type:
			return fail(ErrAgentTypes)
		}
	}
	return s, nil
}
