package main

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"250ms": 250 * time.Millisecond, "1m30s": 90 * time.Second, "0": 0,
		"15secs": 15 * time.Second, "1.5secs": 1500 * time.Millisecond, "10mins": 10 * time.Minute, "2weeks": 14 * 24 * time.Hour,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "secs", "-1s", "-1secs", "NaNsecs", "Infsecs", "1e300weeks", "1 fortnight"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}
