package resource

import "math"

const (
	// maxFixed is the largest sum: its float is still an amount that Mesos takes, so a sum never becomes invalid.
	maxFixed = 9_223_372_036_854_774_000

	// noAmount stands for what has no fixed-point form. Mesos's llround gives it for NaN, infinities and overflow.
	noAmount = math.MinInt64

	// plain bounds the floats that can be compared as they are before the exact comparison is tried.
	plain = 9e15
)

// Fixed returns v in thousandths, rounded half away from zero, which is how Mesos compares and adds scalars: 1.5015
// is 1502 (semantics 2.1). NaN, infinities and what overflows (9.3e15 and more) give math.MinInt64, as on the master; no
// valid amount is negative, so that is never one.
func Fixed(v float64) int64 {
	x := v * 1000
	if !(x < math.MaxInt64 && x > math.MinInt64) { // NaN too
		return noAmount
	}
	whole := int64(x)
	switch part := x - float64(whole); {
	case part >= 0.5:
		return whole + 1
	case part <= -0.5:
		return whole - 1
	}
	return whole
}

// Float is the inverse of [Fixed]. Dividing only the remainder keeps three decimals exact for large amounts.
func Float(fixed int64) float64 {
	return float64(fixed/1000) + float64(fixed%1000)/1000
}

// addFixed adds two amounts that are not negative; it saturates where Mesos's sum would wrap around.
func addFixed(a, b int64) int64 {
	if a > maxFixed-b {
		return maxFixed
	}
	return a + b
}
