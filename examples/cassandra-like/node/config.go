package node

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The defaults of a [Config].
const (
	DefaultReplicas    = 3
	DefaultLockWait    = 5 * time.Second
	DefaultGossipEvery = 150 * time.Millisecond
	DefaultDownAfter   = 4 * time.Second
	DefaultCallTimeout = 2 * time.Second
)

// Config says who a node is. Name, Service, Volume, Dir, Listen and Ring must be set.
type Config struct {
	Name    string // of this instance, which is one of Ring
	Service string
	Volume  string // persistence id of the volume
	Dir     string // where the volume is
	Listen  string // host:port; others reach the node under the same host, so it can't be a wildcard

	// Cluster tells this ring from others with the same names: nodes that carry another one are not talked to, whatever
	// address they have. Unlike Service it isn't part of what a volume is known by. Default: Service.
	Cluster  string
	Ring     []string // names of all nodes of the service
	Seeds    []string // addresses of some nodes, out of date ones included
	Replicas int      // of a key. Default [DefaultReplicas]

	LockWait    time.Duration // how long to wait for an earlier process to give the volume free. Default [DefaultLockWait]
	GossipEvery time.Duration // Default [DefaultGossipEvery]
	DownAfter   time.Duration // without news for so long a node counts as down. Default [DefaultDownAfter]
	CallTimeout time.Duration // of one call to another node. Default [DefaultCallTimeout]

	Logger *slog.Logger // nil: nothing is logged
}

// The environment a scheduler gives a node; see [Config] for their meaning. Lists are separated by commas.
const (
	EnvName     = "NODE_NAME"
	EnvService  = "NODE_SERVICE"
	EnvVolume   = "NODE_VOLUME"
	EnvDir      = "NODE_DIR"
	EnvListen   = "NODE_LISTEN"
	EnvCluster  = "NODE_CLUSTER"
	EnvRing     = "NODE_RING"
	EnvSeeds    = "NODE_SEEDS"
	EnvReplicas = "NODE_REPLICAS"
)

// FromEnv makes a Config of the environment.
func FromEnv(getenv func(string) string) (Config, error) {
	c := Config{
		Name: getenv(EnvName), Service: getenv(EnvService), Volume: getenv(EnvVolume), Dir: getenv(EnvDir),
		Listen: getenv(EnvListen), Cluster: getenv(EnvCluster), Ring: list(getenv(EnvRing)), Seeds: list(getenv(EnvSeeds)),
	}
	if replicas := getenv(EnvReplicas); replicas != "" {
		n, err := strconv.Atoi(replicas)
		if err != nil || n < 1 {
			return Config{}, fmt.Errorf("%s is %q: it has to be a number above 0", EnvReplicas, replicas)
		}
		c.Replicas = n
	}
	return c, c.validate()
}

func list(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(s string) bool { return s == "" })
}

// maxRing bounds tables and fan-out.
const maxRing = 1000

func (c Config) validate() error {
	for _, field := range []struct{ name, value string }{
		{"Name", c.Name}, {"Service", c.Service}, {"Volume", c.Volume}, {"Dir", c.Dir}, {"Listen", c.Listen},
	} {
		if field.value == "" {
			return fmt.Errorf("node: Config.%s is not set", field.name)
		}
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("node: Config.Listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return fmt.Errorf("node: Config.Listen is %q: name the one address that others reach this node under", c.Listen)
	}
	if len(c.Ring) > maxRing || len(c.Seeds) > maxRing {
		return fmt.Errorf("node: Config.Ring and Seeds can have %d entries at most", maxRing)
	}
	for _, name := range c.Ring {
		if err := validKey(name); err != nil {
			return fmt.Errorf("node: Config.Ring has %q: %w", name, err)
		}
	}
	if !slices.Contains(c.Ring, c.Name) {
		return fmt.Errorf("node: Config.Ring %v does not have this node, %q", c.Ring, c.Name)
	}
	if c.Replicas < 0 || c.LockWait < 0 || c.GossipEvery < 0 || c.DownAfter < 0 || c.CallTimeout < 0 {
		return errors.New("node: Config has a negative number")
	}
	return nil
}

func (c Config) withDefaults() Config {
	set(&c.Cluster, c.Service)
	set(&c.Replicas, DefaultReplicas)
	set(&c.LockWait, DefaultLockWait)
	set(&c.GossipEvery, DefaultGossipEvery)
	set(&c.DownAfter, DefaultDownAfter)
	set(&c.CallTimeout, DefaultCallTimeout)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
