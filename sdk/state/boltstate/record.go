package boltstate

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/stateful-mesos/moor/sdk/state"
)

// A record is what stands under a key: checksum (4 bytes) of key and the rest, version (8 bytes), value.
const recordHeader = 4 + 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encode(key string, version int64, value []byte) []byte {
	raw := make([]byte, 4, recordHeader+len(value))
	raw = binary.BigEndian.AppendUint64(raw, uint64(version))
	raw = append(raw, value...)
	binary.BigEndian.PutUint32(raw, checksum([]byte(key), raw[4:]))
	return raw
}

// decode checks a record; the value is part of raw.
func decode(key, raw []byte) (version int64, value []byte, err error) {
	if len(raw) < recordHeader || binary.BigEndian.Uint32(raw) != checksum(key, raw[4:]) {
		return 0, nil, fmt.Errorf("%w: the record of key %q does not have its checksum; restore the file from a copy",
			state.ErrCorrupt, key)
	}
	version = int64(binary.BigEndian.Uint64(raw[4:]))
	if version <= 0 {
		return 0, nil, fmt.Errorf("%w: key %q has version %d; restore the file from a copy", state.ErrCorrupt, key, version)
	}
	return version, raw[recordHeader:], nil
}

func checksum(key, rest []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, rest)
}
