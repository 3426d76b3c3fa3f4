package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadCredentials(t *testing.T) {
	want := map[string]string{"ops": "xyzzy", "marathon": "plugh"}
	for _, content := range []string{
		"ops xyzzy\n\n  marathon\tplugh\r\n",
		`{"credentials": [{"principal": "ops", "secret": "xyzzy"}, {"principal": "marathon", "secret": "plugh"}]}`,
	} {
		path := writeFile(t, content)
		for _, name := range []string{path, "file://" + path} {
			got, err := readCredentials(name)
			if err != nil {
				t.Fatalf("%s: %v", content, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", content, diff)
			}
		}
	}
}

// TestReadCredentialsRefuses: with a reason, and never with a secret in it.
func TestReadCredentialsRefuses(t *testing.T) {
	for content, why := range map[string]string{
		"":                                       "no credentials",
		`{}`:                                     "no credentials",
		"ops xyzzy\nxyzzy\n":                     "line 2",
		"ops xyzzy extra":                        "line 1",
		"ops xyzzy\nops b":                       "twice",
		"ops xy:zzy":                             "colon",
		`{"credentials": [{"secret": "xyzzy"}]}`: "credentials[0]",
		`{"credentials": "xyzzy"}`:               "not JSON",
		`{"credentials": xyzzy}`:                 "not JSON",
	} {
		_, err := readCredentials(writeFile(t, content))
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v; want a word of %q", content, err, why)
		}
		if err != nil && strings.Contains(err.Error(), "zzy") {
			t.Errorf("%q: the error tells the secret: %v", content, err)
		}
	}
	if _, err := readCredentials(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that isn't there is read")
	}
}
