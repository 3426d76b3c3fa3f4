package ops

import "github.com/stateful-mesos/moor/sdk/mesos"

// container checks a ContainerInfo, which may be nil (semantics 3.10, row 11).
func container(c *mesos.ContainerInfo) *Error {
	if c == nil {
		return nil
	}
	if c.Type == nil {
		return refuse(ErrContainer, "type", "the type is required; set MESOS or DOCKER")
	}
	for i := range c.Volumes {
		if e := containerVolume(&c.Volumes[i]); e != nil {
			return e.at("volumes", i)
		}
	}
	if *c.Type != mesos.ContainerInfo_DOCKER {
		return nil
	}
	if c.Docker == nil {
		return refuse(ErrContainer, "docker", "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo")
	}
	for i := range c.Docker.Parameters {
		if c.Docker.Parameters[i].Key == "name" {
			return refuse(ErrContainer, "key", "Parameter in DockerInfo must not be 'name'").at("docker.parameters", i)
		}
	}
	return nil
}

func containerVolume(v *mesos.Volume) *Error {
	if v.Mode == nil {
		return refuse(ErrContainer, "mode", "the mode of a volume is required; set RW or RO")
	}
	n := 0
	for _, set := range []bool{v.HostPath != nil, v.Image != nil, v.Source != nil} {
		if set {
			n++
		}
	}
	if n != 1 {
		return refuse(ErrContainer, "", "Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'")
	}
	if v.Source == nil {
		return nil
	}
	return under("source", containerSource(v.Source))
}

func containerSource(s *mesos.Volume_Source) *Error {
	var field, kind string
	var set bool
	switch s.GetType() {
	case mesos.Volume_Source_DOCKER_VOLUME:
		field, kind, set = "docker_volume", "DOCKER_VOLUME", s.DockerVolume != nil
	case mesos.Volume_Source_HOST_PATH:
		field, kind, set = "host_path", "HOST_PATH", s.HostPath != nil
	case mesos.Volume_Source_SANDBOX_PATH:
		field, kind, set = "sandbox_path", "SANDBOX_PATH", s.SandboxPath != nil
	case mesos.Volume_Source_SECRET:
		field, kind, set = "secret", "SECRET", s.Secret != nil
	case mesos.Volume_Source_CSI_VOLUME:
		field, kind, set = "csi_volume", "CSI", s.CSIVolume != nil
		if set && s.CSIVolume.StaticProvisioning == nil {
			field, set = "csi_volume.static_provisioning", false
		}
	default:
		return refuse(ErrContainer, "type", "Invalid volume: 'source.type' is unknown")
	}
	if !set {
		return refuse(ErrContainer, field, "Invalid volume: 'source.%s' is not set for %s volume", field, kind)
	}
	return nil
}
