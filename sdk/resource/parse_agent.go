package resource

import "github.com/stateful-mesos/moor/sdk/mesos"

// What an agent's configuration can't hold (semantics 2.10).
var (
	ErrAgentVolume    error = agentError("Persistent volumes cannot be specified at the command line")
	ErrAgentRevocable error = agentError("Revocable resources cannot be specified at the command line; do not include a" +
		" 'revocable' key in the resources JSON")
	ErrAgentDynamic error = agentError("Dynamic reservations cannot be specified at the command line; do not include a" +
		" reservation with DYNAMIC type in the resources JSON")
	ErrAgentTypes error = agentError("Resources with the same name but different types are not allowed")
)

// An agentError has Mesos's own text.
type agentError string

func (e agentError) Error() string { return string(e) }

// A typesError is ErrAgentTypes with Mesos's own text, which has the name in it.
type typesError struct{ name string }

func (e typesError) Error() string {
	return "Resources with the same name ('" + e.name + "') but different types are not allowed"
}

func (e typesError) Unwrap() error { return ErrAgentTypes }

// ParseAgent is [Parse] for an agent's configuration: persistent volumes, revocable resources, dynamic reservations and one
// name with two types are refused too (semantics 2.10). The error is a [*ParseError].
func ParseAgent(text string) (Set, error) {
	s, items, err := parse(text)
	if err != nil {
		return nil, err
	}
	types := make(map[string]mesos.Value_Type)
	for i := range items {
		r := &items[i].resource
		if IsEmpty(r) {
			continue
		}
		before, again := types[r.Name]
		types[r.Name] = r.Type
		switch {
		case IsVolume(r):
			return nil, items[i].fail(ErrAgentVolume)
		case IsRevocable(r):
			return nil, items[i].fail(ErrAgentRevocable)
		case IsDynamic(r):
			return nil, items[i].fail(ErrAgentDynamic)
		case again && before != r.Type:
			return nil, items[i].fail(typesError{r.Name})
		}
	}
	return s, nil
}
