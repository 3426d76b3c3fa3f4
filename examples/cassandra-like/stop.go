package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stateful-mesos/moor/examples/cassandra-like/node"
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// stop kills the tasks and ends the scheduler, also after Ctrl-C. The framework is not torn down: its reservations and
// volumes are there for the next run.
func (s *story) stop(ctx context.Context) error {
	if s.life == nil {
		return nil
	}
	select {
	case <-s.life.ended:
		return nil // it has failed, which was said; without it nothing can be killed
	default:
	}
	const patience = 20 * time.Second // more than the grace that tasks have
	err := s.life.killAll()
	if err == nil {
		err = s.life.await(context.WithoutCancel(ctx), patience, "the tasks to end", s.life.allEnded)
	}
	if err = errors.Join(err, s.life.end()); err != nil {
		return fmt.Errorf("the tasks may still run: %w", err)
	}
	switch {
	case !s.life.launchedAny():
		// Nothing was reserved either.
	case s.temporary:
		s.line.say("the tasks are killed; the cluster was a temporary one, and its volumes go with it (-work-dir keeps them)")
	default:
		s.line.say("the tasks are killed; reservations and volumes remain: go on with them by the same flags and -work-dir %s", quoted(s.dir))
	}
	return nil
}

// killAll asks for the end of all tasks; the driver repeats it until they have ended.
func (r *ring) killAll() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping = true
	for _, i := range r.instances {
		if i.vacant() {
			continue
		}
		if err := r.calls.Kill(mesos.TaskID{Value: i.Task}, mesos.AgentID{Value: i.Agent}, 0); err != nil {
			return err
		}
	}
	return nil
}

// close gives back what the story holds. A work dir that nobody named is removed unless it is of use: to go on with volumes
// that remain, or to see in the files of a cluster of our own what went wrong.
func (s *story) close(failed bool) error {
	var errs []error
	if s.client != nil {
		s.client.close()
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.cluster != nil {
		errs = append(errs, s.cluster.Close())
	}
	launched := s.life != nil && s.life.launchedAny()
	switch {
	case s.workDir != "":
	case !launched || s.temporary && !failed:
		errs = append(errs, os.RemoveAll(s.dir))
	case failed:
		s.line.say("the files are kept in %s", s.dir)
	}
	return errors.Join(errs...)
}

// killProcess sends SIGKILL to a node's process, by the pid that the node itself tells. A pid means something on its own
// machine only, so everything that can be checked is checked first.
func killProcess(i instance, status node.Status, binary string) error {
	host, _, err := net.SplitHostPort(i.Address)
	if err != nil {
		return err
	}
	local, err := isLocal(host)
	if err != nil {
		return err
	}
	if !local || status.Instance != i.Name || status.PID <= 1 {
		return fmt.Errorf("%s (pid %d at %s) is not a process of this machine that could be killed; run this on the machine of the agents", status.Instance, status.PID, i.Address)
	}
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", status.PID))
	if err == nil && strings.TrimSuffix(exe, " (deleted)") != binary { // deleted: a later run has put a newer one in its place
		return fmt.Errorf("pid %d is %s and not the node %s", status.PID, exe, status.Instance)
	}
	return syscall.Kill(status.PID, syscall.SIGKILL)
}

func isLocal(host string) (bool, error) {
	addresses, err := net.LookupHost(host)
	if err != nil {
		return false, err
	}
	mine, err := net.InterfaceAddrs()
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(addresses, func(a string) bool {
		ip := net.ParseIP(a)
		return ip.IsLoopback() || slices.ContainsFunc(mine, func(m net.Addr) bool {
			own, ok := m.(*net.IPNet)
			return ok && own.IP.Equal(ip)
		})
	}), nil
}
