package minicluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// maxRegistry bounds what is read of a registry.
const maxRegistry = 16 << 20

// prepare makes the work dir, or a temporary one, and reads the registry.
func (c *Cluster) prepare() error {
	if c.config.WorkDir == "" {
		dir, err := os.MkdirTemp("", "minicluster-")
		if err != nil {
			return fmt.Errorf("%w: %w", ErrWorkDir, err)
		}
		c.dir, c.temporary = dir, true
	} else {
		dir, err := filepath.Abs(c.config.WorkDir)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrWorkDir, err)
		}
		c.dir = dir
	}
	if err := os.MkdirAll(filepath.Join(c.dir, "master"), 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrWorkDir, err)
	}
	contents, err := c.readRegistry()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWorkDir, err)
	}
	c.registry = master.NewRegistry(contents, c.writeRegistry)
	return nil
}

func (c *Cluster) registryFile() string { return filepath.Join(c.dir, "master", "registry.json") }

func (c *Cluster) readRegistry() (contents master.Contents, err error) {
	info, err := os.Stat(c.registryFile())
	if errors.Is(err, fs.ErrNotExist) {
		return contents, nil
	}
	if err != nil {
		return contents, err
	}
	if info.Size() > maxRegistry {
		return contents, c.corruptRegistry(fmt.Errorf("%d bytes are more than a registry can have", info.Size()))
	}
	b, err := os.ReadFile(c.registryFile())
	if err != nil {
		return contents, c.corruptRegistry(err)
	}
	var kept struct {
		Checksum string `json:"checksum"`
	}
	if err := errors.Join(json.Unmarshal(b, &contents), json.Unmarshal(b, &kept)); err != nil {
		return contents, c.corruptRegistry(err)
	}
	for id, e := range contents.Agents {
		if e.Standing != master.Admitted && e.Standing != master.Unreachable && e.Standing != master.Gone {
			return contents, c.corruptRegistry(fmt.Errorf("agent %q is said to be %q", id, e.Standing))
		}
	}
	if sum, err := checksum(contents); err != nil || kept.Checksum != "" && kept.Checksum != sum {
		return contents, c.corruptRegistry(errors.Join(errors.New("its checksum is wrong"), err))
	}
	return contents, nil
}

func (c *Cluster) corruptRegistry(err error) error {
	return fmt.Errorf("%w: %s is no registry (%w); nothing was changed: restore the file, or remove it, and agents are admitted anew, "+
		"with their ids, reservations and volumes, while those marked gone and all maintenance are forgotten", ErrCorrupt, c.registryFile(), err)
}

// checksum is that of a registry's contents without white space.
func checksum(contents master.Contents) (string, error) {
	b, err := json.Marshal(contents)
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE(b)), err
}

// writeRegistry replaces the registry by renaming, so that a crash leaves the old or the new one.
func (c *Cluster) writeRegistry(contents master.Contents) error {
	sum, err := checksum(contents)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(contents, "", "  ")
	if err != nil {
		return err
	}
	b = append([]byte(fmt.Sprintf("{\n  \"checksum\": %q,", sum)), bytes.TrimPrefix(b, []byte("{"))...)
	next := c.registryFile() + ".next"
	if err := os.WriteFile(next, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, c.registryFile())
}
