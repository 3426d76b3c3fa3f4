package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxFile bounds the files that flags name.
const maxFile = 16 << 20

// readCredentials reads a file in either format of Mesos's --credentials: JSON, {"credentials": [{"principal":
// "p", "secret": "s"}]}, or one principal and its secret a line, separated by blanks. A path may begin with
// file://. Errors name lines and principals and never hold a secret.
func readCredentials(path string) (map[string]string, error) {
	b, err := readFile(strings.TrimPrefix(path, "file://"))
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(string(b))
	var pairs []credential
	if strings.HasPrefix(text, "{") {
		pairs, err = credentialsOfJSON(text)
	} else {
		pairs, err = credentialsOfText(string(b))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := map[string]string{}
	for _, c := range pairs {
		// A colon ends the name in a Basic header, and libprocess takes no secret with one (semantics 1.1).
		if strings.Contains(c.Principal, ":") || strings.Contains(c.Secret, ":") {
			return nil, fmt.Errorf("%s: principal %q, or its secret, has a colon: it could never authenticate", path, c.Principal)
		}
		if _, twice := out[c.Principal]; twice {
			return nil, fmt.Errorf("%s: principal %q is there twice", path, c.Principal)
		}
		out[c.Principal] = c.Secret
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no credentials in it", path)
	}
	return out, nil
}

type credential struct {
	Principal string `json:"principal"`
	Secret    string `json:"secret"`
}

func credentialsOfJSON(text string) ([]credential, error) {
	var read struct {
		Credentials []credential `json:"credentials"`
	}
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		// Its own text may quote what it read.
		return nil, errors.New(`not JSON of the form {"credentials": [{"principal": "p", "secret": "s"}]}`)
	}
	for i, c := range read.Credentials {
		if c.Principal == "" {
			return nil, fmt.Errorf("credentials[%d] has no principal", i)
		}
	}
	return read.Credentials, nil
}

func credentialsOfText(text string) ([]credential, error) {
	var out []credential
	n := 0
	for line := range strings.Lines(text) {
		n++
		fields := strings.Fields(line)
		switch len(fields) {
		case 0:
		case 2:
			out = append(out, credential{Principal: fields[0], Secret: fields[1]})
		default:
			return nil, fmt.Errorf("line %d is not a principal and its secret", n)
		}
	}
	return out, nil
}

// readFile reads a file of bounded size.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxFile>>20)
	}
	return b, nil
}

// textOrFile returns a flag's value, or what the file holds that it names with @ or file://.
func textOrFile(value string) (string, error) {
	path, ok := strings.CutPrefix(value, "@")
	if !ok {
		path, ok = strings.CutPrefix(value, "file://")
	}
	if !ok {
		return value, nil
	}
	b, err := readFile(path)
	return strings.TrimSpace(string(b)), err
}
