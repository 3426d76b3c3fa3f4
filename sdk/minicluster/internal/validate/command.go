package validate

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// command judges the environment of a command (row 10 of semantics 3.10).
func command(c *mesos.CommandInfo) error {
	if c == nil || c.Environment == nil {
		return nil
	}
	for i := range c.Environment.Variables {
		if err := variable(&c.Environment.Variables[i]); err != nil {
			return err
		}
	}
	return nil
}

func variable(v *mesos.Environment_Variable) error {
	refuse := func(why string) error { return fmt.Errorf("Environment variable '%s' %s", v.Name, why) }
	switch v.GetType() {
	case mesos.Environment_Variable_SECRET:
		switch {
		case v.Secret == nil:
			return refuse("of type 'SECRET' must have a secret set")
		case v.Value != nil:
			return refuse("of type 'SECRET' must not have a value set")
		}
		if err := secret(v.Secret); err != nil {
			return refuse("specifies an invalid secret: " + err.Error())
		}
		if v.Secret.Value != nil && bytes.IndexByte(v.Secret.Value.Data, 0) >= 0 {
			return refuse("specifies a secret containing null bytes, which is not allowed in the environment")
		}
	case mesos.Environment_Variable_VALUE:
		switch {
		case v.Value == nil:
			return refuse("of type 'VALUE' must have a value set")
		case v.Secret != nil:
			return refuse("of type 'VALUE' must not have a secret set")
		}
	default:
		return errors.New("Environment variable of type 'UNKNOWN' is not allowed")
	}
	return nil
}

func secret(s *mesos.Secret) error {
	switch s.GetType() {
	case mesos.Secret_REFERENCE:
		if s.Reference == nil {
			return errors.New("Secret of type REFERENCE must have the 'reference' field set")
		}
		if s.Value != nil {
			return fmt.Errorf("Secret '%s' of type REFERENCE must not have the 'value' field set", s.Reference.Name)
		}
	case mesos.Secret_VALUE:
		if s.Value == nil {
			return errors.New("Secret of type VALUE must have the 'value' field set")
		}
		if s.Reference != nil {
			return errors.New("Secret of type VALUE must not have the 'reference' field set")
		}
	}
	return nil
}

// container judges a container (row 11 of semantics 3.10).
func container(c *mesos.ContainerInfo) error {
	if c == nil {
		return nil
	}
	for i := range c.Volumes {
		if err := wrap("Invalid volume: ", containerVolume(&c.Volumes[i])); err != nil {
			return err
		}
	}
	if c.Type == nil || *c.Type != mesos.ContainerInfo_DOCKER {
		return nil
	}
	if c.Docker == nil {
		return errors.New("DockerInfo 'docker' is not set for DOCKER typed ContainerInfo")
	}
	for _, p := range c.Docker.Parameters {
		if p.Key == "name" {
			return errors.New("Parameter in DockerInfo must not be 'name'")
		}
	}
	return nil
}

func containerVolume(v *mesos.Volume) error {
	set := 0
	for _, is := range []bool{v.HostPath != nil, v.Image != nil, v.Source != nil} {
		if is {
			set++
		}
	}
	if set > 1 {
		return errors.New("Only one of them should be set: 'host_path', 'image' and 'source'")
	}
	if v.Source == nil {
		return nil
	}
	return volumeSource(v.Source)
}

func volumeSource(s *mesos.Volume_Source) error {
	require := func(ok bool, field, kind string) error {
		if !ok {
			return fmt.Errorf("'source.%s' is not set for %s volume", field, kind)
		}
		return nil
	}
	switch s.GetType() {
	case mesos.Volume_Source_DOCKER_VOLUME:
		return require(s.DockerVolume != nil, "docker_volume", "DOCKER_VOLUME")
	case mesos.Volume_Source_HOST_PATH:
		return require(s.HostPath != nil, "host_path", "HOST_PATH")
	case mesos.Volume_Source_SANDBOX_PATH:
		return require(s.SandboxPath != nil, "sandbox_path", "SANDBOX_PATH")
	case mesos.Volume_Source_SECRET:
		return require(s.Secret != nil, "secret", "SECRET")
	case mesos.Volume_Source_CSI_VOLUME:
		if err := require(s.CSIVolume != nil, "csi_volume", "CSI"); err != nil {
			return err
		}
		return require(s.CSIVolume.StaticProvisioning != nil, "csi_volume.static_provisioning", "CSI")
	}
	return errors.New("'source.type' is unknown")
}
