package ops

import (
	"bytes"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// command checks the environment of a CommandInfo, which may be nil (semantics 3.10, row 10).
func command(c *mesos.CommandInfo) *Error {
	variables := c.GetEnvironment().GetVariables()
	for i := range variables {
		if e := variable(&variables[i]); e != nil {
			return e.at("environment.variables", i)
		}
	}
	return nil
}

func variable(v *mesos.Environment_Variable) *Error {
	switch v.GetType() {
	case mesos.Environment_Variable_VALUE:
		switch {
		case v.Value == nil:
			return refuse(ErrEnvironment, "value", "Environment variable '%s' of type 'VALUE' must have a value set", v.Name)
		case v.Secret != nil:
			return refuse(ErrEnvironment, "secret", "Environment variable '%s' of type 'VALUE' must not have a secret set", v.Name)
		}
		return nil
	case mesos.Environment_Variable_SECRET:
		switch {
		case v.Secret == nil:
			return refuse(ErrEnvironment, "secret", "Environment variable '%s' of type 'SECRET' must have a secret set", v.Name)
		case v.Value != nil:
			return refuse(ErrEnvironment, "value", "Environment variable '%s' of type 'SECRET' must not have a value set", v.Name)
		}
		return secret(v.Name, v.Secret)
	}
	return refuse(ErrEnvironment, "type", "Environment variable of type 'UNKNOWN' is not allowed; '%s' needs VALUE or SECRET", v.Name)
}

func secret(name string, s *mesos.Secret) *Error {
	const invalid = "Environment variable '%s' specifies an invalid secret: "
	switch s.GetType() {
	case mesos.Secret_REFERENCE:
		switch {
		case s.Reference == nil:
			return refuse(ErrEnvironment, "secret.reference", invalid+"Secret of type REFERENCE must have the 'reference' field set", name)
		case s.Value != nil:
			return refuse(ErrEnvironment, "secret.value", invalid+"Secret '%s' of type REFERENCE must not have the 'value' field set", name, s.Reference.Name)
		}
	case mesos.Secret_VALUE:
		switch {
		case s.Value == nil:
			return refuse(ErrEnvironment, "secret.value", invalid+"Secret of type VALUE must have the 'value' field set", name)
		case s.Reference != nil:
			return refuse(ErrEnvironment, "secret.reference", invalid+"Secret of type VALUE must not have the 'reference' field set", name)
		}
	}
	if s.Value != nil && bytes.IndexByte(s.Value.Data, 0) >= 0 {
		return refuse(ErrEnvironment, "secret.value.data", "Environment variable '%s' specifies a secret containing null bytes, which is not allowed in the environment", name)
	}
	return nil
}
