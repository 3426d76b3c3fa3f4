package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// options are what the flags say.
type options struct {
	masters    []string // empty: a cluster of our own
	role       string
	principal  string
	secretFile string
	workDir    string
	spreadMode string
	nodes      int
	keys       int
	stay       bool
	timeout    time.Duration
	logger     *slog.Logger // nil: the driver's log isn't wanted
}

const usage = `cassandra-like deploys a replicated key-value store on Mesos, writes keys, kills one of its nodes, restarts its own
scheduler, and reads all keys back. Without -master it does so on a cluster of its own, on this machine.

`

// errUsage: the flags are wrong, and that was said.
var errUsage = errors.New("bad usage")

func parseOptions(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet(service, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	masters := flags.String("master", "", "`host:port[,host:port]` of the masters of a cluster, or zk://host:port/path where they are found, whose agents run on this machine; default: a cluster of its own with three agents")
	flags.StringVar(&o.role, "role", service, "role to reserve resources for")
	flags.StringVar(&o.principal, "principal", service, "principal of the framework")
	flags.StringVar(&o.secretFile, "secret-file", "", "file with the principal's secret; default: no authentication")
	flags.StringVar(&o.workDir, "work-dir", "", "where to keep the scheduler's state, the node program and the files of a cluster of its own; a second run on it goes on with the volumes of the first (default: a new temporary folder)")
	flags.StringVar(&o.spreadMode, "spread", "auto", "nodes per host: auto (one, or more if there are too few hosts), host (one), none (any number)")
	flags.IntVar(&o.nodes, "nodes", 3, "number of nodes")
	flags.IntVar(&o.keys, "keys", 1000, "number of keys to write")
	flags.BoolVar(&o.stay, "stay", false, "keep the ring up until Ctrl-C")
	flags.DurationVar(&o.timeout, "timeout", 2*time.Minute, "how long one step may take")
	verbose := flags.Bool("v", false, "log what the driver does to stderr")
	if err := flags.Parse(args); err != nil {
		return o, errors.Join(errUsage, err)
	}
	if strings.HasPrefix(*masters, "zk://") { // its commas are between the servers of one ZooKeeper
		o.masters = []string{*masters}
	} else if *masters != "" {
		for _, master := range strings.Split(*masters, ",") {
			o.masters = append(o.masters, strings.TrimSpace(master))
		}
	}
	if *verbose {
		o.logger = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if err := o.validate(flags.Args()); err != nil {
		fmt.Fprintf(stderr, "error: %v; see -help\n", err)
		return o, errUsage
	}
	return o, nil
}

func (o *options) validate(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("%q is not a flag", rest[0])
	}
	if err := mesos.ValidateRole(o.role); err != nil {
		return fmt.Errorf("-role: %w", err)
	}
	if err := parseSpread(o.spreadMode); err != nil {
		return fmt.Errorf("-spread: %w", err)
	}
	const most = 100
	switch {
	case o.role == "*":
		return errors.New(`-role: nothing can be reserved for "*"`)
	case o.nodes < 1 || o.nodes > most:
		return fmt.Errorf("-nodes: %d is not between 1 and %d", o.nodes, most)
	case o.keys < 1 || o.keys > 100_000:
		return fmt.Errorf("-keys: %d is not between 1 and 100000", o.keys)
	case o.timeout <= 0:
		return fmt.Errorf("-timeout: %v is not a positive time", o.timeout)
	case o.principal == "" && o.secretFile != "":
		return errors.New("-secret-file needs a -principal")
	}
	return nil
}
