package wire

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Credentials authenticate requests by HTTP Basic. The zero value is none. Copies of it are not to be printed.
type Credentials struct {
	Principal, Secret string
}

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

// A FieldError says what is wrong with a field of a config.
type FieldError struct {
	Field  string // "Masters[1]"
	Reason string // with the way out
}

// Error names field and reason.
func (e *FieldError) Error() string { return fmt.Sprintf("Config.%s: %s", e.Field, e.Reason) }

// A Login says who a client is, and where its secret is kept. The names of its fields are those of the configs that it is made from.
type Login struct {
	Principal  string
	Secret     Secret
	SecretFile string
	SecretEnv  string
}

// Validate says what is wrong without looking at file or environment. The error is a [*FieldError].
func (l Login) Validate() error {
	sources := 0
	for _, set := range []bool{l.Secret != "", l.SecretFile != "", l.SecretEnv != ""} {
		if set {
			sources++
		}
	}
	switch {
	case sources > 1:
		return &FieldError{"Secret", "more than one of Secret, SecretFile and SecretEnv is set; set one"}
	case sources > 0 && l.Principal == "":
		return &FieldError{"Principal", "is empty, but there is a secret; set both"}
	case strings.Contains(l.Principal, ":"):
		return &FieldError{"Principal", "contains a colon, and Mesos takes no such principal"}
	}
	_, err := checkSecret(string(l.Secret), "Secret")
	return err
}

// Credentials reads the secret from where it is. The error is a [*FieldError], or one of reading a file.
func (l Login) Credentials() (Credentials, error) {
	secret, err := l.secret()
	return Credentials{l.Principal, secret}, err
}

func (l Login) secret() (string, error) {
	switch {
	case l.SecretFile != "":
		text, err := readBounded(l.SecretFile)
		if err != nil {
			return "", fmt.Errorf("reading Config.SecretFile: %w", err)
		}
		return checkSecret(strings.TrimSpace(text), "SecretFile")
	case l.SecretEnv != "":
		text, ok := os.LookupEnv(l.SecretEnv)
		if !ok {
			return "", &FieldError{"SecretEnv", fmt.Sprintf("the environment variable %s is not set", l.SecretEnv)}
		}
		return checkSecret(text, "SecretEnv")
	default:
		return string(l.Secret), nil
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
		return "", &FieldError{field, "the secret contains a colon, and Mesos takes no such secret; choose another one"}
	}
	return text, nil
}
