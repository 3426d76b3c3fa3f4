package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/state"
)

// place is where a run keeps its things, and the cluster it runs on.
type place struct {
	dir       string
	temporary bool // nobody named it, and nothing outside depends on it
	binary    string
	leaders   []string             // addresses of its masters
	cluster   *minicluster.Cluster // nil: somebody else's
}

// openWorkDir finds or makes the work dir. Others than its owner may pass through it, because a task's user has to reach the
// program in it; what it holds is closed to them by itself.
func (o *options) openWorkDir() (p *place, err error) {
	p = &place{dir: o.workDir}
	if p.dir == "" {
		// The volumes on somebody else's cluster outlive this run, so what is known of them has to as well.
		p.temporary = len(o.masters) == 0 && !o.stay
		if p.dir, err = os.MkdirTemp("", service+"-"); err != nil {
			return nil, err
		}
		if err := os.Chmod(p.dir, 0o755); err != nil {
			return nil, err
		}
	}
	if p.dir, err = filepath.Abs(p.dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(p.dir, "bin"), 0o755); err != nil {
		return nil, fmt.Errorf("work dir: %w", err)
	}
	p.dir, err = filepath.EvalSymlinks(p.dir) // as /proc names the program in it
	return p, err
}

// layout is what can't change from run to run on one work dir: the nodes decide where keys are, role and principal are part
// of what the volumes are known by.
type layout struct {
	Nodes     int    `json:"nodes"`
	Role      string `json:"role"`
	Principal string `json:"principal"`
}

const layoutKey = "layout"

// checkLayout compares the options with those of the first run on the store, and stores them if this is the first.
func (o *options) checkLayout(ctx context.Context, store state.Store) error {
	mine := layout{Nodes: o.nodes, Role: o.role, Principal: o.principal}
	raw, _, err := store.Get(ctx, layoutKey)
	if errors.Is(err, state.ErrNotFound) {
		raw, err := json.Marshal(mine)
		if err != nil {
			return err
		}
		return store.Commit(ctx, state.Write{Key: layoutKey, Value: raw})
	}
	var first layout
	if err == nil {
		err = json.Unmarshal(raw, &first)
	}
	if err == nil && first != mine {
		err = fmt.Errorf("the ring in %s was made with -nodes %d -role %s -principal %s: use the same, or another -work-dir",
			o.workDir, first.Nodes, first.Role, first.Principal)
	}
	return err
}

// installNode copies this program to where agents can launch it as a node: the one that "go run" makes is gone as soon as
// it ends, and its tasks should outlive it.
func (p *place) installNode() (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	from, err := os.Open(self)
	if err != nil {
		return err
	}
	defer from.Close()
	p.binary = filepath.Join(p.dir, "bin", service)
	to, err := os.CreateTemp(filepath.Dir(p.binary), service+".new-*") // renamed below: a program that runs can't be written
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	err = errors.Join(err, to.Chmod(0o755), to.Close())
	if err == nil {
		err = os.Rename(to.Name(), p.binary)
	}
	if err != nil {
		return errors.Join(err, os.Remove(to.Name()))
	}
	return nil
}

// startCluster starts a cluster of three agents, unless the options name masters.
func (p *place) startCluster(ctx context.Context, o options) (err error) {
	if p.leaders = o.masters; len(p.leaders) > 0 {
		return nil
	}
	cfg := minicluster.Config{WorkDir: filepath.Join(p.dir, "cluster"), Logger: o.logger}
	const agents, portsEach = 3, 100
	for i := range agents {
		first := 31000 + i*portsEach // each its own, since all of them are this machine
		cfg.Agents = append(cfg.Agents, minicluster.Agent{
			Hostname:   fmt.Sprintf("host-%d", i),
			Resources:  fmt.Sprintf("cpus:2;mem:1024;disk:2048;ports:[%d-%d]", first, first+portsEach-1),
			Attributes: fmt.Sprintf("rack:r%d", i),
		})
	}
	if p.cluster, err = minicluster.Start(ctx, cfg); err != nil {
		return err
	}
	p.leaders = p.cluster.Masters()
	return nil
}
