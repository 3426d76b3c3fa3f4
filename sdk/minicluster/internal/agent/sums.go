package agent

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A message alone in its file is followed by a record with its checksum, which Mesos, that reads one message,
// doesn't look at. A file without it is one of Mesos' own, or cut short behind the message, which is all there.

// summed is one record and the record of its checksum.
func summed(content []byte) []byte {
	return appendRecord(appendRecord(nil, content), sum(content))
}

func sum(content []byte) []byte {
	return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))
}

// cutSummed is summed backwards.
func cutSummed(b []byte) ([]byte, error) {
	content, rest, err := cutRecord(b)
	if err != nil || len(rest) == 0 {
		return content, err
	}
	if string(rest) != string(appendRecord(nil, sum(content))) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrCorrupt)
	}
	return content, nil
}

// sealed is content that ends with its checksum.
func sealed(content []byte) []byte { return append(content, sum(content)...) }

// unseal is sealed backwards.
func unseal(b []byte) ([]byte, error) {
	n := len(b) - crc32.Size
	if n < 0 || string(b[n:]) != string(sum(b[:n])) {
		return nil, fmt.Errorf("%w: a record's checksum is wrong", ErrCorrupt)
	}
	return b[:n], nil
}

// beginsSealed tells whether b begins with something sealed, of whatever length.
func beginsSealed(b []byte) bool {
	crc := uint32(0)
	for n := 1; n+crc32.Size <= len(b); n++ {
		crc = crc32.Update(crc, crc32.IEEETable, b[n-1:n])
		if binary.LittleEndian.Uint32(b[n:]) == crc {
			return true
		}
	}
	return false
}
