package operator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// The defaults of a [Config].
const (
	DefaultTimeout   = 30 * time.Second // of one call to one master
	DefaultMaxAnswer = 64 << 20         // bytes
)

// A Secret is a string that doesn't print: every way of formatting, logging or encoding it gives "[redacted]".
type Secret = wire.Secret

// Config is what a client is made of. Only Masters must be set. It is copied by New.
type Config struct {
	// Masters are the masters to try, in this order: "host:port", "http://host:port" or "https://host:port".
	Masters []string

	// Principal and its secret authenticate every request by HTTP Basic. Empty: no authentication. Neither may contain
	// a colon: Mesos takes no such credentials (semantics 1.1). At most one of Secret, SecretFile and SecretEnv (the name of an
	// environment variable) is set; file and variable are read for each call, so that secrets can be changed under way.
	// White space around what a file holds is not part of the secret.
	Principal  string
	Secret     Secret
	SecretFile string
	SecretEnv  string

	// TLS is for https masters. Nil: the defaults of package tls, with what the files below say.
	TLS *tls.Config

	// CAFile names a file of certificates in PEM, the only ones that a master's may be signed by. CertFile and KeyFile are the
	// client's own certificate and its key, set both or neither. They are read at the first call, and can't be set with TLS.
	CAFile, CertFile, KeyFile string

	// Dial makes the connections. Nil: a net.Dialer with a timeout of 10 s. No proxy is used.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Timeout is how long one master, with those that it redirects to, may take for one call. Default: [DefaultTimeout].
	Timeout time.Duration

	// MaxAnswer is the longest answer in bytes that is taken; a longer one is an [ErrTooLarge]. Default: [DefaultMaxAnswer].
	MaxAnswer int

	// Logger gets each call and what became of it, without contents and secrets. Nil: nothing.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxAnswer == 0 {
		c.MaxAnswer = DefaultMaxAnswer
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c *Config) validate() ([]*url.URL, error) {
	masters, err := wire.ParseMasters(c.Masters, wire.OperatorPath)
	if err != nil {
		return nil, configError(err)
	}
	if err := c.login().Validate(); err != nil {
		return nil, configError(err)
	}
	files := c.CAFile != "" || c.CertFile != ""
	switch {
	case (c.CertFile == "") != (c.KeyFile == ""):
		return nil, &ConfigError{"CertFile", "and KeyFile belong together; set both or neither"}
	case c.TLS != nil && files:
		return nil, &ConfigError{"TLS", "is set, and so are files; set one or the other"}
	case c.Timeout < 0:
		return nil, &ConfigError{"Timeout", fmt.Sprintf("is %v; give a positive time", c.Timeout)}
	case c.MaxAnswer < 1<<10:
		return nil, &ConfigError{"MaxAnswer", fmt.Sprintf("is %d bytes; give at least 1024", c.MaxAnswer)}
	}
	for _, m := range masters {
		if files && m.Scheme != "https" {
			return nil, &ConfigError{"Masters", fmt.Sprintf("has %s, to which certificates mean nothing; write \"https://%s\"", m.Host, m.Host)}
		}
	}
	return masters, nil
}

func (c *Config) login() wire.Login {
	return wire.Login{Principal: c.Principal, Secret: c.Secret, SecretFile: c.SecretFile, SecretEnv: c.SecretEnv}
}

// tls reads the files.
func (c *Config) tls() (*tls.Config, error) {
	if c.CAFile == "" && c.CertFile == "" {
		return c.TLS, nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("operator: reading Config.CAFile: %w", err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &ConfigError{"CAFile", fmt.Sprintf("%s holds no certificate in PEM", c.CAFile)}
		}
	}
	if c.CertFile != "" {
		own, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, &ConfigError{"CertFile", fmt.Sprintf("and KeyFile are of no use: %v", err)}
		}
		out.Certificates = []tls.Certificate{own}
	}
	return out, nil
}

// A ConfigError names the field of [Config] that is wrong, and how to put it right. It is an [ErrConfig].
type ConfigError struct {
	Field  string // "Masters[1]"
	Reason string
}

// Error names field and reason.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("operator: Config.%s: %s", e.Field, e.Reason)
}

// Unwrap is ErrConfig.
func (e *ConfigError) Unwrap() error { return ErrConfig }

// configError turns what package wire says of a config into this package's error.
func configError(err error) error {
	if e, ok := errors.AsType[*wire.FieldError](err); ok {
		return &ConfigError{e.Field, e.Reason}
	}
	return fmt.Errorf("operator: %w", err)
}
