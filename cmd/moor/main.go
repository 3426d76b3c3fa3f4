package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// Exit statuses.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitUnconfirmed = 3
)

// commandLine is all that moor can do; each subcommand is a struct with its flags and a Run(*environment) error.
type commandLine struct {
	Cluster clusterCommand `cmd:"" help:"Run a minicluster: masters and agents in one process."`

	Volumes      volumesCommand      `cmd:"" help:"Look at, make and destroy persistent volumes."`
	Reservations reservationsCommand `cmd:"" help:"Look at reservations, reserve and unreserve."`
	Agents       agentsCommand       `cmd:"" help:"Look at agents, drain, deactivate and reactivate them, or mark them gone."`
	Tasks        tasksCommand        `cmd:"" help:"Look at tasks."`
}

// environment is what a subcommand has of the world. Its context ends with the first SIGINT or SIGTERM.
type environment struct {
	context.Context
	stdout, stderr io.Writer
}

// usageError is an error that the command line is to blame for.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// refusef refuses the command line.
func refusef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process whatever it is doing
	os.Exit(run(&environment{Context: ctx, stdout: os.Stdout, stderr: os.Stderr}, os.Args[1:]))
}

// run carries out a command line and returns the exit status.
func run(env *environment, args []string) int {
	var cli commandLine
	left := -1 // the status with which the parser itself ended, after --help
	parser, err := kong.New(&cli,
		kong.Name("moor"),
		kong.Description("Runs and looks after Mesos clusters. Long flags may be written with one dash or two."),
		kong.Writers(env.stdout, env.stderr),
		kong.Vars{"resources": minicluster.DefaultAgentResources, "allocatable": minicluster.DefaultMinAllocatable},
		kong.Exit(func(status int) { left = status }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return report(env, err)
	}
	parsed, err := parser.Parse(doubleDashes(args))
	switch {
	case left >= 0:
		return left
	case err != nil:
		return report(env, usageError{err})
	}
	return report(env, parsed.Run(env))
}

// report writes an error in one line and returns the exit status that it calls for.
func report(env *environment, err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(env.stderr, "moor: %s\n", oneLine(err.Error()))
	if errors.Is(err, errUnconfirmed) {
		return exitUnconfirmed
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}
