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
	entries, err := c.readRegistry()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWorkDir, err)
	}
	c.registry = master.NewRegistry(entries, c.writeRegistry)
	return nil
}

func (c *Cluster) registryFile() string { return filepath.Join(c.dir, "master", "registry.json") }

func (c *Cluster) readRegistry() (map[string]master.Standing, error) {
	info, err := os.Stat(c.registryFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > maxRegistry {
		return nil, fmt.Errorf("%s has %d bytes, more than a registry can have: remove it, and agents are admitted anew", c.registryFile(), info.Size())
	}
	b, err := os.ReadFile(c.registryFile())
	if err != nil {
		return nil, err
	}
	var entries map[string]master.Standing
	if err := json.Unmarshal(b, &entries); err != nil {
		return nil, fmt.Errorf("%s is no registry (%w): remove it, and agents are admitted anew", c.registryFile(), err)
	}
	return entries, nil
}

// writeRegistry replaces the registry by renaming, so that a crash leaves the old or the new one.
func (c *Cluster) writeRegistry(entries map[string]master.Standing) error {
	b, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		return err
	}
	next := c.registryFile() + ".next"
	if err := os.WriteFile(next, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, c.registryFile())
}
