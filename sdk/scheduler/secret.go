package scheduler

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// A Secret is a string that doesn't print: every way of formatting, logging or encoding it gives "[redacted]".
type Secret string

const redacted = "[redacted]"

// String returns "[redacted]", or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString is String, for the verb %#v.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// Format is String for every verb, so that none of them shows the bytes.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		text = s.GoString()
	}
	_, _ = fmt.Fprint(f, text) // a fmt.State of package fmt never fails
}

// LogValue is String, for package slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, for encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// secret reads the secret from where the config says it is.
func (c *Config) secret() (string, error) {
	switch {
	case c.SecretFile != "":
		text, err := readBounded(c.SecretFile)
		if err != nil {
			return "", fmt.Errorf("scheduler: reading Config.SecretFile: %w", err)
		}
		return checkSecret(strings.TrimSpace(text), "SecretFile")
	case c.SecretEnv != "":
		text, ok := os.LookupEnv(c.SecretEnv)
		if !ok {
			return "", &ConfigError{"SecretEnv", fmt.Sprintf("the environment variable %s is not set", c.SecretEnv)}
		}
		return checkSecret(text, "SecretEnv")
	default:
		return string(c.Secret), nil
	}
}

// mostSecret bounds a secret, bytes: the file may turn out to be something else.
const mostSecret = 64 << 10

func readBounded(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, mostSecret))
	return string(text), err
}

// checkSecret refuses what can't be sent: Mesos splits name and password at every colon (semantics 1.1).
func checkSecret(text, field string) (string, error) {
	if strings.Contains(text, ":") {
		return "", &ConfigError{field, "the secret contains a colon, and Mesos takes no such secret; choose another one"}
	}
	return text, nil
}
