package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDoubleDashes(t *testing.T) {
	for in, want := range map[string]string{
		"cluster -listen 127.0.0.1:0":  "cluster --listen 127.0.0.1:0",
		"cluster --listen 127.0.0.1:0": "cluster --listen 127.0.0.1:0",
		"-masters=3 -h":                "--masters=3 -h",
		"-x=1 -":                       "-x=1 -",
		"-masters -1":                  "--masters -1",
		"-a-b -- -c-d":                 "--a-b -- -c-d",
		"cpus:1 a-b":                   "cpus:1 a-b",
		"":                             "",
	} {
		if diff := cmp.Diff(strings.Fields(want), doubleDashes(strings.Fields(in))); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestOneLine(t *testing.T) {
	if got := oneLine("a\nb\r\nc\n"); got != "a; b; c" {
		t.Errorf("got %q", got)
	}
}
