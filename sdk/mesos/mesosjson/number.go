package mesosjson

import (
	"math"
	"strconv"
)

func floatNode(f float64) node { return node{kind: floating, bits: math.Float64bits(f)} }

func (n *node) float() float64 {
	switch n.kind {
	case integer:
		return float64(int64(n.bits))
	case unsigned:
		return float64(n.bits)
	}
	return math.Float64frombits(n.bits)
}

// int64 is the number as the master's conversion makes it: fractions are cut off, what doesn't fit is the
// smallest int64 (that is what its processor does).
func (n *node) int64() int64 {
	if n.kind == integer {
		return int64(n.bits)
	}
	return truncate(n.float())
}

func (n *node) uint64() uint64 {
	if n.kind != floating {
		return n.bits // a negative one wraps
	}
	const half = 1 << 63
	if f := n.float(); f >= half {
		return uint64(truncate(f-half)) ^ half
	}
	return uint64(truncate(n.float()))
}

func (n *node) int32() int32 {
	if n.kind == integer {
		return int32(n.bits) // wraps
	}
	f := n.float()
	if f > math.MinInt32-1 && f < math.MaxInt32+1 {
		return int32(f)
	}
	return math.MinInt32
}

func (n *node) uint32() uint32 { return uint32(n.int64()) }

func truncate(f float64) int64 {
	if f >= math.MinInt64 && f < math.MaxInt64+1 {
		return int64(f)
	}
	return math.MinInt64
}

// appendFloat writes f as the master does: shortest digits, always with a fraction or an exponent.
func appendFloat(b []byte, f float64) ([]byte, error) {
	switch {
	case math.IsNaN(f):
		return b, ErrNotANumber
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...), nil
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...), nil
	}
	abs := math.Abs(f)
	if abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return appendExponent(b, f), nil
	}
	from := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	for _, c := range b[from:] {
		if c == '.' {
			return b, nil
		}
	}
	return append(b, '.', '0'), nil
}

// appendExponent writes 1e-7 where strconv writes 1e-07, and 1e21 for 1e+21.
func appendExponent(b []byte, f float64) []byte {
	s := strconv.AppendFloat(nil, f, 'e', -1, 64)
	for i, c := range s {
		if c != 'e' {
			continue
		}
		b = append(b, s[:i+1]...)
		sign, digits := s[i+1], s[i+2:]
		if sign == '-' {
			b = append(b, '-')
		}
		for len(digits) > 1 && digits[0] == '0' {
			digits = digits[1:]
		}
		return append(b, digits...)
	}
	return append(b, s...)
}
