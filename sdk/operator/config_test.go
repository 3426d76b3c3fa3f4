package operator_test

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/operator"
)

func TestConfig(t *testing.T) {
	tests := []struct {
		field string // "": valid
		cfg   operator.Config
	}{
		{"", operator.Config{Masters: []string{"a", "https://b:5051"}}},
		{"", operator.Config{Masters: []string{"https://a"}, CAFile: "ca", CertFile: "c", KeyFile: "k", Principal: "me", SecretEnv: "S"}},
		{"Masters", operator.Config{}},
		{"Masters[1]", operator.Config{Masters: []string{"a", "me:" + secret + "@b"}}},
		{"Masters[0]", operator.Config{Masters: []string{"zk://a/mesos"}}},
		{"Masters", operator.Config{Masters: []string{"a"}, CAFile: "ca"}},
		{"Principal", operator.Config{Masters: []string{"a"}, Secret: secret}},
		{"Principal", operator.Config{Masters: []string{"a"}, Principal: "a:b", Secret: secret}},
		{"Secret", operator.Config{Masters: []string{"a"}, Principal: "a", Secret: secret + ":"}},
		{"Secret", operator.Config{Masters: []string{"a"}, Principal: "a", Secret: secret, SecretFile: "f"}},
		{"CertFile", operator.Config{Masters: []string{"https://a"}, CertFile: "c"}},
		{"CertFile", operator.Config{Masters: []string{"https://a"}, KeyFile: "k"}},
		{"TLS", operator.Config{Masters: []string{"https://a"}, TLS: &tls.Config{}, CAFile: "ca"}},
		{"Timeout", operator.Config{Masters: []string{"a"}, Timeout: -time.Second}},
		{"MaxAnswer", operator.Config{Masters: []string{"a"}, MaxAnswer: 1}},
	}
	for _, test := range tests {
		_, err := operator.New(test.cfg)
		var e *operator.ConfigError
		switch {
		case test.field == "" && err != nil:
			t.Errorf("a valid config: %v", err)
		case test.field != "" && (!errors.As(err, &e) || e.Field != test.field || !errors.Is(err, operator.ErrConfig)):
			t.Errorf("%+v: %v, want an error about %s", test.cfg, err, test.field)
		case strings.Contains(fmt.Sprint(err)+fmt.Sprintf("%+v %#v", operator.Config{Secret: test.cfg.Secret}, test.cfg.Secret), secret):
			t.Errorf("the secret is told: %v", err)
		}
	}
}

func writePEM(t *testing.T, file string, certificate []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Certificates come from files, which are looked at by the first call.
func TestCertificates(t *testing.T) {
	s := newScript(t, true, healthy(t))
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	cfg := operator.Config{Masters: []string{s.URL}, CAFile: ca}
	if _, err := newClient(t, cfg).Healthy(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
	if err := os.WriteFile(ca, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newClient(t, cfg).Healthy(t.Context()); !errors.Is(err, operator.ErrConfig) {
		t.Errorf("without a certificate: %v", err)
	}
	writePEM(t, ca, s.Certificate().Raw)
	if ok, err := newClient(t, cfg).Healthy(t.Context()); !ok || err != nil {
		t.Errorf("with it: %v, %v", ok, err)
	}
	strange := operator.Config{Masters: []string{s.URL}, Principal: "me", Secret: secret}
	if _, err := newClient(t, strange).Healthy(t.Context()); !errors.Is(err, operator.ErrUnreachable) {
		t.Errorf("a certificate of a stranger: %v", err)
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests, want 1: none without trust", n)
	}
	cfg.CertFile, cfg.KeyFile = ca, ca
	if _, err := newClient(t, cfg).Healthy(t.Context()); !errors.Is(err, operator.ErrConfig) {
		t.Errorf("a certificate without a key: %v", err)
	}
}
