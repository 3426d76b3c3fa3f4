package arbitrary

import (
	"encoding/binary"
	"slices"

	"pgregory.net/rapid"
)

// unknown makes fields of numbers that no message of Mesos uses, of every wire type.
func (f filler) unknown() []byte {
	var b []byte
	for range f.count("unknown fields") {
		number := rapid.SampledFrom([]uint64{2000, 1<<29 - 1}).Draw(f.T, "number")
		switch wire := rapid.SampledFrom([]uint64{0, 1, 2, 3, 5}).Draw(f.T, "wire type"); wire {
		case 0:
			b = binary.AppendUvarint(tagged(b, number, wire), rapid.Uint64().Draw(f.T, "varint"))
		case 1:
			b = binary.LittleEndian.AppendUint64(tagged(b, number, wire), 1)
		case 2:
			data := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(f.T, "data")
			b = append(binary.AppendUvarint(tagged(b, number, wire), uint64(len(data))), data...)
		case 3: // a group, with another one inside
			b = tagged(tagged(b, number, 3), 7, 3)
			b = binary.AppendUvarint(tagged(b, 1, 0), 300)
			b = tagged(tagged(b, 7, 4), number, 4)
		case 5:
			b = binary.LittleEndian.AppendUint32(tagged(b, number, wire), 1)
		}
	}
	return b
}

func tagged(b []byte, number, wire uint64) []byte { return binary.AppendUvarint(b, number<<3|wire) }

// sorted makes the choice among a map's values repeatable.
func sorted(values []int32) []int32 {
	slices.Sort(values)
	return values
}
