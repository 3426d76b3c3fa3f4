package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// duration is a length of time in Go's form ("250ms", "1m30s") or in Mesos's ("250ms", "15secs", "10mins").
type duration time.Duration

// mesosUnits are those of Mesos's durations that Go doesn't have.
var mesosUnits = [...]struct {
	name   string
	length time.Duration
}{
	{"secs", time.Second}, {"mins", time.Minute}, {"hrs", time.Hour}, {"days", 24 * time.Hour}, {"weeks", 7 * 24 * time.Hour},
}

// UnmarshalText reads a duration that isn't negative.
func (d *duration) UnmarshalText(text []byte) error {
	v, err := parseDuration(string(text))
	if err != nil {
		return err
	}
	*d = duration(v)
	return nil
}

func parseDuration(text string) (time.Duration, error) {
	for _, u := range mesosUnits {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !(n >= 0 && n*float64(u.length) < math.MaxInt64) {
			return 0, fmt.Errorf("%q is no duration: write 250ms or 15secs", text)
		}
		return time.Duration(n * float64(u.length)), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration: write 250ms or 15secs", text)
	}
	return d, nil
}
