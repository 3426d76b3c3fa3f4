package wire

import (
	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// An encoding is one of the two that a master speaks (semantics 1.2).
type encoding struct {
	mediaType string
	marshal   func(*schedulerpb.Call) ([]byte, error)
	unmarshal func([]byte, *schedulerpb.Event) error
}

func encodingFor(json bool) encoding {
	if json {
		return encoding{
			mediaType: "application/json",
			marshal:   func(c *schedulerpb.Call) ([]byte, error) { return mesosjson.Marshal(c) },
			unmarshal: func(b []byte, e *schedulerpb.Event) error { return mesosjson.Unmarshal(b, e) },
		}
	}
	return encoding{
		mediaType: "application/x-protobuf",
		marshal:   func(c *schedulerpb.Call) ([]byte, error) { return proto.Marshal(c) },
		unmarshal: func(b []byte, e *schedulerpb.Event) error { return e.Unmarshal(b) },
	}
}
