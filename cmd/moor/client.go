package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/operator"
)

// clientFlags say which cluster to speak to, as whom, and how to print. A secret is never a flag's value: command lines are
// seen by others.
type clientFlags struct {
	Master     []string `env:"MOOR_MASTER" placeholder:"HOST:PORT,..." help:"Masters to try in turn, any of them; https://host:port for TLS. Or MOOR_MASTER."`
	Principal  string   `env:"MOOR_PRINCIPAL" placeholder:"NAME" help:"Who you are. Its secret is in --secret-file or in MOOR_SECRET. Or MOOR_PRINCIPAL."`
	SecretFile string   `env:"MOOR_SECRET_FILE" placeholder:"FILE" help:"File that holds the secret and nothing else. Or MOOR_SECRET_FILE."`
	CA         string   `name:"ca" env:"MOOR_CA" placeholder:"FILE" help:"Certificates (PEM) that those of https masters are signed by. Or MOOR_CA. Default: the system's."`
	Cert       string   `env:"MOOR_CERT" placeholder:"FILE" help:"Your own certificate (PEM), with --key. Or MOOR_CERT."`
	Key        string   `env:"MOOR_KEY" placeholder:"FILE" help:"Its key (PEM). Or MOOR_KEY."`
	Timeout    duration `default:"30s" placeholder:"TIME" help:"How long a master may take to answer. Default: ${default}."`
	Output     string   `short:"o" default:"table" enum:"table,json" placeholder:"FORMAT" help:"table, for people, or json, for programs. Default: ${default}."`
}

// secretVariable holds the secret where no file does.
const secretVariable = "MOOR_SECRET"

// mostState is the largest state of a cluster that is taken, bytes: a program that ends at once can afford more than others.
const mostState = 256 << 20

// client makes the client that the flags describe.
func (f *clientFlags) client() (*operator.Client, error) {
	if len(f.Master) == 0 {
		return nil, refusef("no master: name one with --master HOST:PORT, or in MOOR_MASTER")
	}
	cfg := operator.Config{
		Masters: f.Master, Principal: f.Principal, SecretFile: f.SecretFile,
		CAFile: f.CA, CertFile: f.Cert, KeyFile: f.Key, Timeout: time.Duration(f.Timeout),
		MaxAnswer: mostState,
	}
	if _, set := os.LookupEnv(secretVariable); set && f.Principal != "" && f.SecretFile == "" {
		cfg.SecretEnv = secretVariable
	}
	c, err := operator.New(cfg)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// A view is a cluster as of one moment, and the client to change it with.
type view struct {
	*operator.Client
	state *masterpb.Response_GetState
	names map[string]string // of frameworks, by id
}

// with gives a view to do, and ends its client.
func (f *clientFlags) with(env *environment, do func(*view) error) error {
	client, err := f.client()
	if err != nil {
		return err
	}
	defer client.Close()
	state, err := client.State(env)
	if err != nil {
		return usageOf(err)
	}
	v := &view{Client: client, state: state, names: map[string]string{}}
	for _, list := range [][]operator.Framework{state.GetFrameworks.CompletedFrameworks, state.GetFrameworks.Frameworks} {
		for i := range list {
			v.names[list[i].FrameworkInfo.ID.GetValue()] = list[i].FrameworkInfo.Name
		}
	}
	return do(v)
}

// usageOf marks errors that are about flags.
func usageOf(err error) error {
	if errors.Is(err, operator.ErrConfig) {
		return usageError{err}
	}
	return err
}

// framework returns the name of a framework, or its id if it has none.
func (v *view) framework(id mesos.FrameworkID) string {
	if name := v.names[id.Value]; name != "" {
		return name
	}
	return id.Value
}

// agent finds a registered agent by id or host.
func (v *view) agent(name string) (*operator.Agent, error) {
	var found *operator.Agent
	agents := v.state.GetAgents.Agents
	for i := range agents {
		if agents[i].AgentInfo.ID == nil {
			continue // no master sends that, and no call could name it
		}
		switch name {
		case agents[i].AgentInfo.ID.GetValue():
			return &agents[i], nil
		case agents[i].AgentInfo.Hostname:
			if found != nil {
				return nil, refusef("%q is the host of several agents, %s and %s among them: give an id", name, agentID(found), agentID(&agents[i]))
			}
			found = &agents[i]
		}
	}
	if found != nil {
		return found, nil
	}
	for i := range v.state.GetAgents.RecoveredAgents {
		a := &v.state.GetAgents.RecoveredAgents[i]
		if a.ID.GetValue() == name || a.Hostname == name {
			return nil, fmt.Errorf("agent %s has not come back to the master since it was elected", name)
		}
	}
	return nil, fmt.Errorf("no agent with the id or host %q is registered: see moor agents list", name)
}

func agentID(a *operator.Agent) string { return a.AgentInfo.ID.GetValue() }

// isAgent says whether a name, unless it is empty, is an agent's id or host.
func isAgent(name, id, host string) bool { return name == "" || name == id || name == host }

// errUnconfirmed is what commands that destroy end with until they are told to.
var errUnconfirmed = errors.New("nothing was changed: repeat it with --yes to do this")

// waitFlags say how long to wait for a change to be done.
type waitFlags struct {
	Wait duration `default:"30s" placeholder:"TIME" help:"How long to wait until the agent has done it; 0: not at all, once the master has accepted it. Default: ${default}."`
}

// done waits for a change, and says whether it was seen to be done.
func (w waitFlags) done(ctx context.Context, change *operator.Change) (bool, error) {
	if w.Wait == 0 {
		return false, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(w.Wait), fmt.Errorf("%v of --wait are over", time.Duration(w.Wait)))
	defer cancel()
	if err := change.Wait(ctx); err != nil {
		return false, fmt.Errorf("the master accepted it, but: %w", err)
	}
	return true, nil
}
