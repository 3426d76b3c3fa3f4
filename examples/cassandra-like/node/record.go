package node

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// The limits of what a node takes.
const (
	MaxKey   = 256      // bytes of a key
	MaxValue = 64 << 10 // bytes of a value

	// maxAhead is how far in the future a timestamp may be. A record from far ahead could never be overwritten.
	maxAhead = time.Minute
)

// Record is one key's value with the time it was written at; of two records of a key the later one wins.
type Record struct {
	Key   string `json:"key"`
	Stamp int64  `json:"stamp"` // microseconds since 1970, made by the coordinator of the write
	Value []byte `json:"value"`
}

// newer says whether a record wins over another of its key. Equal times are told apart by value, so that
// all replicas decide alike in whatever order they see the two.
func (r Record) newer(than Record) bool {
	if r.Stamp != than.Stamp {
		return r.Stamp > than.Stamp
	}
	return bytes.Compare(r.Value, than.Value) > 0
}

var errInvalid = errors.New("invalid")

// validKey wants keys that mean the same in a URL, a shell and a log: letters, digits and "._:-", no dot in front.
func validKey(key string) error {
	if key == "" || len(key) > MaxKey || key[0] == '.' {
		return fmt.Errorf("%w key: it has to have 1 to %d characters, the first one no dot", errInvalid, MaxKey)
	}
	for i := range len(key) {
		switch c := key[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == ':', c == '-':
		default:
			return fmt.Errorf("%w key: it has the byte %q, only letters, digits and ._:- are taken", errInvalid, c)
		}
	}
	return nil
}

func (r Record) validate(now time.Time) error {
	if err := validKey(r.Key); err != nil {
		return err
	}
	if len(r.Value) > MaxValue {
		return fmt.Errorf("%w value: it has %d bytes, the limit is %d", errInvalid, len(r.Value), MaxValue)
	}
	if r.Stamp <= 0 || r.Stamp > now.Add(maxAhead).UnixMicro() {
		return fmt.Errorf("%w timestamp %d: it is not between 1970 and a minute from now; set this machine's clock", errInvalid, r.Stamp)
	}
	return nil
}

// On disk a record is its checksum (4 bytes, over the key too), timestamp (8) and value.
const recordHeader = 4 + 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (r Record) encode() []byte {
	raw := make([]byte, 4, recordHeader+len(r.Value))
	raw = binary.BigEndian.AppendUint64(raw, uint64(r.Stamp))
	raw = append(raw, r.Value...)
	binary.BigEndian.PutUint32(raw, crc32.Update(crc32.Checksum([]byte(r.Key), castagnoli), castagnoli, raw[4:]))
	return raw
}

// decode returns the record of key, or false if its bytes on disk aren't those that were written.
func decode(key string, raw []byte) (Record, bool) {
	if len(raw) < recordHeader {
		return Record{}, false
	}
	sum := crc32.Update(crc32.Checksum([]byte(key), castagnoli), castagnoli, raw[4:])
	r := Record{Key: key, Stamp: int64(binary.BigEndian.Uint64(raw[4:])), Value: bytes.Clone(raw[recordHeader:])}
	return r, sum == binary.BigEndian.Uint32(raw)
}
