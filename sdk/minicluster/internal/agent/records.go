package agent

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// maxCheckpoint bounds what is read back from one checkpoint file.
const maxCheckpoint = 256 << 20

// appendRecord appends one record: its length in four bytes, as Mesos's protobuf::write puts it, and content.
func appendRecord(dst, content []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(content)))
	return append(dst, content...)
}

// cutRecord takes the first record off b.
func cutRecord(b []byte) (content, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, fmt.Errorf("%w: %d bytes where a record's length belongs", ErrCorrupt, len(b))
	}
	n := uint64(binary.LittleEndian.Uint32(b))
	if b = b[4:]; uint64(len(b)) < n {
		return nil, nil, fmt.Errorf("%w: a record of %d bytes in a file with %d left", ErrCorrupt, n, len(b))
	}
	return b[:n], b[n:], nil
}

// messageFile is the content of a file with one message.
func messageFile(m interface{ Marshal() ([]byte, error) }) ([]byte, error) {
	b, err := m.Marshal()
	if err != nil {
		return nil, err
	}
	return summed(b), nil
}

// readMessage reads a file with one message, and reports whether there is one.
func readMessage(path string, m interface{ Unmarshal([]byte) error }) (bool, error) {
	b, err := readFile(path, maxCheckpoint)
	if err != nil || b == nil {
		return false, err
	}
	content, err := cutSummed(b)
	if err != nil {
		return false, err
	}
	return true, m.Unmarshal(content)
}

// Fields of Mesos's ResourceState message: repeated Resource resources = 1; repeated Operation operations = 2.
const (
	stateResource  = 1<<3 | proto.WireBytes
	stateOperation = 2<<3 | proto.WireBytes
)

// encodeState is the content of resources_and_operations.state, as a Mesos agent writes it (semantics 4.7).
func encodeState(s resource.Set, operations []mesos.Operation) ([]byte, error) {
	buffer := proto.NewBuffer(nil)
	add := func(tag uint64, m interface{ Marshal() ([]byte, error) }) error {
		b, err := m.Marshal()
		if err != nil {
			return err
		}
		return errors.Join(buffer.EncodeVarint(tag), buffer.EncodeRawBytes(b))
	}
	for i := range s {
		if err := add(stateResource, &s[i]); err != nil {
			return nil, fmt.Errorf("encode %s: %w", resource.String(&s[i]), err)
		}
	}
	for i := range operations {
		if err := add(stateOperation, &operations[i]); err != nil {
			return nil, fmt.Errorf("encode operation %s: %w", operations[i].UUID.Value, err)
		}
	}
	return summed(buffer.Bytes()), nil
}

// decodeState is encodeState backwards. Unknown fields are no part of what this agent writes, so they are
// refused like other damage.
func decodeState(b []byte) (resource.Set, []mesos.Operation, error) {
	content, err := cutSummed(b)
	if err != nil {
		return nil, nil, err
	}
	var (
		s          resource.Set
		operations []mesos.Operation
	)
	for len(content) > 0 {
		tag, n := proto.DecodeVarint(content)
		size, m := proto.DecodeVarint(content[n:])
		if n == 0 || m == 0 || size > uint64(len(content)-n-m) {
			return nil, nil, fmt.Errorf("%w: %d bytes that are no field", ErrCorrupt, len(content))
		}
		field := content[n+m:][:size]
		content = content[n+m:][size:]
		switch tag {
		case stateResource:
			s = append(s, mesos.Resource{})
			err = s[len(s)-1].Unmarshal(field)
		case stateOperation:
			operations = append(operations, mesos.Operation{})
			err = operations[len(operations)-1].Unmarshal(field)
		default:
			err = fmt.Errorf("unknown field %d", tag)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
	}
	return s, operations, checkpointable(s)
}

// checkpointable checks that s can be what an agent kept.
func checkpointable(s resource.Set) error {
	if err := s.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	for i := range s {
		if !resource.Checkpointed(&s[i]) {
			return fmt.Errorf("%w: unexpected checkpointed resources %s", ErrCorrupt, resource.String(&s[i]))
		}
	}
	return nil
}

// encodeLegacy is the content of resources.info, one record for each resource, in the format of before
// reservation refinement where that can say it: for agents that know nothing of operations (semantics 4.7).
func encodeLegacy(s resource.Set) ([]byte, error) {
	if old, err := s.Clone().Downgrade(); err == nil {
		s = old
	}
	var out []byte
	for i := range s {
		b, err := s[i].Marshal()
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", resource.String(&s[i]), err)
		}
		out = appendRecord(out, b)
	}
	return out, nil
}

// decodeLegacy is encodeLegacy backwards.
func decodeLegacy(b []byte) (resource.Set, error) {
	var s resource.Set
	for len(b) > 0 {
		content, rest, err := cutRecord(b)
		if err != nil {
			return nil, err
		}
		s, b = append(s, mesos.Resource{}), rest
		if err := s[len(s)-1].Unmarshal(content); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
	}
	s = s.Upgrade()
	return s, checkpointable(s)
}
