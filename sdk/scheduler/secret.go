package scheduler

import (
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/internal/wire"
)

// A Secret is a string that doesn't print: every way of formatting, logging or encoding it gives "[redacted]".
type Secret = wire.Secret

func (c *Config) login() wire.Login {
	return wire.Login{Principal: c.Principal, Secret: c.Secret, SecretFile: c.SecretFile, SecretEnv: c.SecretEnv}
}

// credentials are read anew for each attempt.
func (c *Config) credentials() (wire.Credentials, error) {
	who, err := c.login().Credentials()
	return who, configError(err)
}

// configError turns what package wire says of a config into this package's error.
func configError(err error) error {
	if e, ok := errors.AsType[*wire.FieldError](err); ok {
		return &ConfigError{e.Field, e.Reason}
	}
	if err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	return nil
}
