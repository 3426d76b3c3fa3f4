package resource

import (
	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// parseJSON reads a JSON array of resources in either wire format.
func parseJSON(text string) ([]item, error) {
	var read []*mesos.Resource
	err := mesosjson.UnmarshalArray([]byte(text), func() proto.Message {
		r := &mesos.Resource{}
		read = append(read, r)
		return r
	})
	if err != nil {
		return nil, &ParseError{Offset: len(read) - 1, JSON: true, Err: jsonError{err}}
	}
	items := make([]item, len(read))
	for i, r := range read {
		items[i] = item{resource: *r, offset: i, json: true}
	}
	return items, nil
}

// jsonError is a reason that errors.Is finds as ErrSyntax.
type jsonError struct{ error }

func (e jsonError) Error() string { return cut(e.error.Error()) }

func (e jsonError) Unwrap() []error { return []error{e.error, ErrSyntax} }
