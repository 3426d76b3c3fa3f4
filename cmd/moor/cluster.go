package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// clusterCommand runs a minicluster until a signal ends it.
type clusterCommand struct {
	Listen             string   `default:"127.0.0.1:5050" placeholder:"HOST:PORT" help:"Address of the first master; the others have the ports after it. Port 0 is any free one. Default: ${default}."`
	Masters            int      `default:"1" placeholder:"N" help:"How many masters there are: one leads, the others stand by. Default: ${default}."`
	SessionTimeout     duration `default:"0s" placeholder:"TIME" help:"How long a dead master is still taken for the leader. Default: not at all; with ZooKeeper, 10s."`
	ZK                 string   `name:"zk" placeholder:"URL" help:"Where the masters contend, zk://user:password@host:port,host:port/path, or @file. Default: they agree among themselves."`
	Agents             int      `default:"1" placeholder:"N" help:"How many agents there are. Default: ${default}."`
	AgentResources     []string `sep:"none" placeholder:"TEXT" help:"Resources of an agent, in Mesos's text form or JSON, or @file. Given several times: of the first agent, the second and so on. Default: ${resources}."`
	AgentAttributes    []string `sep:"none" placeholder:"TEXT" help:"Attributes of an agent, such as rack:r1;zone:z1, or @file; several times as above."`
	AgentHostname      []string `sep:"none" placeholder:"NAME" help:"Host names of the agents, once each. Default: 127.0.0.1, 127.0.0.2 and so on."`
	WorkDir            string   `placeholder:"DIR" help:"What outlives the cluster: started on it again, it has the same agents, reservations and volumes. Default: a temporary folder, removed at the end."`
	AllocationInterval duration `default:"250ms" placeholder:"TIME" help:"Time between two rounds of offers. Default: ${default}."`
	OfferTimeout       duration `default:"0s" placeholder:"TIME" help:"How long an offer may stay unanswered; 0, the default: for ever."`
	MinAllocatable     string   `placeholder:"TEXT" help:"What an offer must hold at least, such as cpus:0.01|mem:32, or none. Default: ${allocatable}."`
	PingTimeout        duration `default:"75s" placeholder:"TIME" help:"How long an agent may be away before it is unreachable. Default: ${default}."`
	ReregisterTimeout  duration `default:"10m" placeholder:"TIME" help:"How long a new master waits for the agents it knows. Default: ${default}."`
	Heartbeat          duration `default:"15s" placeholder:"TIME" help:"Time between two heartbeats on an event stream. Default: ${default}."`
	Roles              []string `placeholder:"ROLE,..." help:"The only roles that frameworks may have. Default: any."`
	Credentials        string   `placeholder:"FILE" help:"Principals and secrets, in either format of Mesos's: who isn't in it is refused."`
	ACLs               string   `name:"acls" placeholder:"JSON" help:"Access control lists in the form of Mesos's, or @file."`
	LogLevel           string   `default:"warn" enum:"debug,info,warn,error" placeholder:"LEVEL" help:"What to log on standard error: debug, info, warn or error. Default: ${default}."`
}

// Run starts the cluster, says where it is, and waits for a signal.
func (c *clusterCommand) Run(env *environment) error {
	cfg, err := c.config(env)
	if err != nil {
		return err
	}
	c.warn(env)
	cluster, err := minicluster.Start(env, cfg)
	if err != nil {
		return blame(err)
	}
	c.announce(env, cluster)
	<-env.Done()
	return cluster.Close()
}

// config makes of the flags what the minicluster takes, which checks most of it.
func (c *clusterCommand) config(env *environment) (minicluster.Config, error) {
	cfg := minicluster.Config{
		Listen:             c.Listen,
		Masters:            c.Masters,
		SessionTimeout:     time.Duration(c.SessionTimeout),
		WorkDir:            c.WorkDir,
		AllocationInterval: time.Duration(c.AllocationInterval),
		OfferTimeout:       time.Duration(c.OfferTimeout),
		MinAllocatable:     c.MinAllocatable,
		PingTimeout:        time.Duration(c.PingTimeout),
		ReregisterTimeout:  time.Duration(c.ReregisterTimeout),
		Heartbeat:          time.Duration(c.Heartbeat),
		Roles:              c.Roles,
		Logger:             c.logger(env),
	}
	for _, flag := range []struct {
		name  string
		value duration
	}{
		{"allocation-interval", c.AllocationInterval}, {"ping-timeout", c.PingTimeout},
		{"reregister-timeout", c.ReregisterTimeout}, {"heartbeat", c.Heartbeat},
	} {
		if flag.value == 0 {
			return cfg, refusef("--%s: must be longer than 0", flag.name)
		}
	}
	if c.Masters < 1 {
		return cfg, refusef("--masters: %d: there must be at least one", c.Masters)
	}
	var err error
	if cfg.Agents, err = c.agents(); err != nil {
		return cfg, err
	}
	if c.Credentials != "" {
		if cfg.Credentials, err = readCredentials(c.Credentials); err != nil {
			return cfg, refusef("--credentials: %w", err)
		}
	}
	if cfg.ZooKeeper, err = textOrFile(c.ZK); err != nil {
		return cfg, refusef("--zk: %w", err)
	}
	if cfg.ACLs, err = textOrFile(c.ACLs); err != nil {
		return cfg, refusef("--acls: %w", err)
	}
	return cfg, c.checkWorkDir()
}

// agents describes the agents.
func (c *clusterCommand) agents() ([]minicluster.Agent, error) {
	if c.Agents < 1 {
		return nil, refusef("--agents: %d: there must be at least one", c.Agents)
	}
	if c.Agents > maxAgents {
		return nil, refusef("--agents: %d: there may be at most %d", c.Agents, maxAgents)
	}
	out := make([]minicluster.Agent, c.Agents)
	for i := range out {
		var err error
		if out[i].Resources, err = c.each("agent-resources", c.AgentResources, i); err != nil {
			return nil, err
		}
		if out[i].Attributes, err = c.each("agent-attributes", c.AgentAttributes, i); err != nil {
			return nil, err
		}
	}
	if len(c.AgentHostname) > 0 && len(c.AgentHostname) != c.Agents {
		return nil, refusef("--agent-hostname: given %d times for %d agents: give it once for each", len(c.AgentHostname), c.Agents)
	}
	for i, name := range c.AgentHostname {
		out[i].Hostname = name
	}
	return out, nil
}

// maxAgents is more than one machine bears.
const maxAgents = 1000

// each returns what a flag says of agent i: its only value, or the one of that number.
func (c *clusterCommand) each(flag string, values []string, i int) (string, error) {
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		i = 0
	case c.Agents:
	default:
		return "", refusef("--%s: given %d times for %d agents: give it once, or once for each", flag, len(values), c.Agents)
	}
	text, err := textOrFile(values[i])
	if err != nil {
		return "", refusef("--%s: %w", flag, err)
	}
	return text, nil
}

// checkWorkDir refuses a path that is no folder before anything begins.
func (c *clusterCommand) checkWorkDir() error {
	info, err := os.Stat(c.WorkDir)
	switch {
	case c.WorkDir == "" || errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return refusef("--work-dir: %w", err)
	case !info.IsDir():
		return refusef("--work-dir: %s is no folder", c.WorkDir)
	}
	return nil
}

func (c *clusterCommand) logger(env *environment) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelWarn // can't be: the parser lets no other word through
	}
	return slog.New(slog.NewTextHandler(env.stderr, &slog.HandlerOptions{Level: level}))
}

// warn says so where others can run commands here.
func (c *clusterCommand) warn(env *environment) {
	if c.Credentials == "" && !loopback(c.Listen) {
		fmt.Fprintf(env.stderr, "moor: warning: %s can be reached from other machines, and without --credentials whoever reaches it can run commands on this one\n", c.Listen)
	}
}

// loopback says whether only this machine reaches an address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "localhost" {
		return true // no address at all is refused, with the reason, when the cluster starts
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// announce says where the cluster is. The first line comes when the master answers.
func (c *clusterCommand) announce(env *environment, cluster *minicluster.Cluster) {
	for _, address := range cluster.Masters() {
		fmt.Fprintf(env.stdout, "master    http://%s\n", address)
	}
	fmt.Fprintf(env.stdout, "page      http://%s/\n", cluster.Masters()[max(cluster.Leader(), 0)])
	for i := range c.Agents {
		fmt.Fprintf(env.stdout, "agent     %s\n", cluster.AgentID(i).Value)
	}
	kept := ""
	if c.WorkDir == "" {
		kept = " (removed at the end)"
	}
	fmt.Fprintf(env.stdout, "work dir  %s%s\nCtrl-C ends it.\n", cluster.WorkDir(), kept)
}

// flagOf names the flags behind the fields that a refusal names.
var flagOf = strings.NewReplacer(
	"Listen: ", "--listen: ", "MinAllocatable: ", "--min-allocatable: ", "Resources: ", "--agent-resources: ",
	"Attributes: ", "--agent-attributes: ", "Roles: ", "--roles: ", "Credentials: ", "--credentials: ",
	"Masters: ", "--masters: ", "ZooKeeper: ", "--zk: ", "ACLs: ", "--acls: ",
)

// blame says that the command line is to blame where it is.
func blame(err error) error {
	if !errors.Is(err, minicluster.ErrConfig) {
		return err
	}
	_, reason, ok := strings.Cut(err.Error(), minicluster.ErrConfig.Error()+": ")
	if !ok {
		reason = err.Error()
	}
	return refusef("%s", flagOf.Replace(reason))
}
