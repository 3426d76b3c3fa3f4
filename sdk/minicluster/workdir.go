package minicluster

import (
	"encoding/json"
	"errors"
	"fmt"
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
		return contents, fmt.Errorf("%s has %d bytes, more than a registry can have: remove it, and agents are admitted anew", c.registryFile(), info.Size())
	}
	b, err := os.ReadFile(c.registryFile())
	if err != nil {
		return contents, err
	}
	if err := json.Unmarshal(b, &contents); err != nil {
		return contents, fmt.Errorf("%s is no registry (%w): remove it, and agents are admitted anew", c.registryFile(), err)
	}
	return contents, nil
}

// writeRegistry replaces the registry by renaming, so that a crash leaves the old or the new one.
func (c *Cluster) writeRegistry(contents master.Contents) error {
	b, err := json.MarshalIndent(contents, "", "  ")
	if err != nil {
		return err
	}
	next := c.registryFile() + ".next"
	if err := os.WriteFile(next, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, c.registryFile())
}
