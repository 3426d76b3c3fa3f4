package minicluster

import (
	"errors"
	"fmt"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

var (
	// ErrNoMaster is wrapped by errors about a master that isn't there, or isn't in the state that a method needs.
	ErrNoMaster = errors.New("minicluster: no such master")
	// ErrNoLeader is wrapped by errors of what needs a leading master while there is none, or it is frozen.
	ErrNoLeader = errors.New("minicluster: no master leads")
)

// lostLeadership is what a master says that finds another one leading.
const lostLeadership = "EXIT with status 1: Lost leadership after indecisive election... committing suicide!"

// Masters returns the addresses of all masters, "127.0.0.1:5050", whether they lead, stand by or are dead. The first
// one leads when the cluster starts.
func (c *Cluster) Masters() []string {
	out := make([]string, len(c.seats))
	for i, s := range c.seats {
		out[i] = s.address()
	}
	return out
}

// Leader returns which of the masters leads; -1: none, or one that isn't of this cluster. A frozen master leads as
// long as no other one was elected.
func (c *Cluster) Leader() int {
	if s := c.leader.Load(); s != nil {
		return s.index
	}
	return -1
}

// FailoverMaster kills the leading master. All its connections break without a word, and offers are void; frameworks have
// to subscribe again. Another master leads, with an id of its own, when FailoverMaster returns; running agents have registered
// with it then, with their tasks and reservations, and stopped ones are known from the registry only (semantics 1.6,
// 6.4).
//
// With one master, the other one is started on its address. With several the next one leads, as soon as
// Config.SessionTimeout has passed, and the dead one is started again and stands by.
func (c *Cluster) FailoverMaster() error {
	var old *seat
	others := false
	err := c.exclusively(func() error {
		if old = c.leader.Load(); old == nil {
			return ErrNoLeader
		}
		for _, s := range c.seats {
			others = others || s != old && !s.dead.Load() && !s.frozen.Load()
		}
		return c.kill(old)
	})
	if err != nil {
		return err
	}
	if others {
		if err := c.awaitLeader(old); err != nil {
			return err
		}
	}
	if err := c.exclusively(func() error { return c.revive(old) }); err != nil || others {
		return err
	}
	return c.awaitLeader(nil)
}

// awaitLeader waits until another one than old leads.
func (c *Cluster) awaitLeader(old *seat) error {
	late := time.NewTimer(c.config.SessionTimeout + electionPatience)
	defer late.Stop()
	for {
		c.mu.Lock()
		changed := c.elected
		c.mu.Unlock()
		if s := c.leader.Load(); s != nil && s != old {
			return nil
		}
		select {
		case <-changed:
		case <-c.closing:
			return ErrClosed
		case <-late.C:
			return fmt.Errorf("%w: waited for %v", ErrNoLeader, c.config.SessionTimeout+electionPatience)
		}
	}
}

// electionPatience is how long an election may take beyond the session timeout.
const electionPatience = 30 * time.Second

// KillMaster ends master i as kill -9 does: its connections break, new ones end at once. Where it leads, the others go on to
// name it for Config.SessionTimeout; then the next one leads.
func (c *Cluster) KillMaster(i int) error {
	return c.withSeat(i, func(s *seat) error {
		if s.dead.Load() {
			return fmt.Errorf("%w: master %d is dead already", ErrNoMaster, i)
		}
		return c.kill(s)
	})
}

// StartMaster starts master i again, with a new id. It stands by unless no other one leads.
func (c *Cluster) StartMaster(i int) error {
	return c.withSeat(i, func(s *seat) error {
		if !s.dead.Load() {
			return fmt.Errorf("%w: master %d runs already", ErrNoMaster, i)
		}
		return c.revive(s)
	})
}

// FreezeMaster stops master i as SIGSTOP does: its connections stay open, and not a byte comes over them. Where it leads,
// the next one leads after Config.SessionTimeout.
func (c *Cluster) FreezeMaster(i int) error {
	return c.withSeat(i, func(s *seat) error {
		if s.dead.Load() || s.frozen.Load() {
			return fmt.Errorf("%w: master %d is dead or frozen already", ErrNoMaster, i)
		}
		s.gate.close()
		s.frozen.Store(true)
		if m := s.master.Load(); m != nil {
			m.Freeze(s.gate.opened())
		}
		return c.expireLater(s)
	})
}

// ThawMaster lets master i go on as SIGCONT does. Where another one leads by now that it thought to be the leader
// itself, it says that it lost leadership and dies.
func (c *Cluster) ThawMaster(i int) error {
	return c.withSeat(i, func(s *seat) error {
		if !s.frozen.Load() {
			return fmt.Errorf("%w: master %d isn't frozen", ErrNoMaster, i)
		}
		s.frozen.Store(false)
		if s.master.Load() != nil && (c.leader.Load() != s || s.campaign != nil && s.campaign.lost) {
			return c.depose(s)
		}
		s.gate.open()
		if s.campaign != nil {
			return errors.Join(c.follow(s), c.register(false))
		}
		if s.ticket == 0 {
			return c.draw(s)
		}
		return errors.Join(c.elect(), c.register(false))
	})
}

// StopElection makes as if ZooKeeper were gone: the leading master exits after Config.SessionTimeout, and from then on
// the others know of no leader, which they answer with 503. StartElection ends it.
func (c *Cluster) StopElection() error {
	return c.exclusively(func() error {
		if c.ballot.stopped {
			return fmt.Errorf("%w: the election is stopped already", ErrNoMaster)
		}
		if c.config.ZooKeeper != "" {
			return fmt.Errorf("%w: the election is ZooKeeper's: stop that", ErrNoMaster)
		}
		c.ballot.stopped = true
		if c.config.SessionTimeout == 0 {
			return c.forgetLeader()
		}
		time.AfterFunc(c.config.SessionTimeout, func() {
			c.background(func() {
				err := c.exclusively(func() error {
					if !c.ballot.stopped {
						return nil
					}
					return c.forgetLeader()
				})
				if err != nil && !errors.Is(err, ErrClosed) {
					c.config.Logger.Error("election failed", "error", err)
				}
			})
		})
		return nil
	})
}

// StartElection makes as if ZooKeeper were back: the masters that live contend anew, in their order.
func (c *Cluster) StartElection() error {
	return c.exclusively(func() error {
		if !c.ballot.stopped {
			return fmt.Errorf("%w: the election isn't stopped", ErrNoMaster)
		}
		c.ballot.stopped = false
		var errs []error
		for _, s := range c.seats {
			if s.ticket == 0 && !s.dead.Load() && !s.frozen.Load() {
				errs = append(errs, c.draw(s))
			}
		}
		return errors.Join(append(errs, c.elect())...)
	})
}

// forgetLeader is what masters do whose session with ZooKeeper has ended: the leading one dies, the others know of
// none.
func (c *Cluster) forgetLeader() error {
	var errs []error
	for _, s := range c.seats {
		s.ticket = 0
		s.names.Store(nil)
		if s.master.Load() != nil && !s.frozen.Load() {
			errs = append(errs, c.kill(s))
		}
	}
	c.leader.Store(nil)
	return errors.Join(errs...)
}

func (c *Cluster) withSeat(i int, f func(*seat) error) error {
	return c.exclusively(func() error {
		if i < 0 || i >= len(c.seats) {
			return fmt.Errorf("%w: %d of %d", ErrNoMaster, i, len(c.seats))
		}
		return f(c.seats[i])
	})
}

// kill ends the master of a seat.
func (c *Cluster) kill(s *seat) error {
	s.dead.Store(true)
	s.frozen.Store(false)
	if s.campaign != nil {
		s.campaign.end(true)
		s.campaign = nil
	}
	if m := s.master.Swap(nil); m != nil {
		m.Close()
	}
	s.connections.cut()
	s.gate.open()
	c.leader.CompareAndSwap(s, nil)
	return c.expireLater(s)
}

// revive starts the master of a seat again.
func (c *Cluster) revive(s *seat) error {
	s.id = master.NewID()
	s.names.Store(nil)
	s.dead.Store(false)
	if c.ballot.stopped {
		return nil
	}
	return c.draw(s)
}

// lead makes the master of a seat the leading one. Agents register with it.
func (c *Cluster) lead(s *seat) error {
	c.forget()
	cfg, err := c.masterConfig(s)
	if err != nil {
		return err
	}
	if old := c.leader.Load(); old != nil && old != s && !old.frozen.Load() { // it has not noticed yet
		if err := c.depose(old); err != nil {
			return err
		}
	}
	m := master.New(cfg)
	c.master.Store(m)
	s.master.Store(m)
	c.leader.Store(s)
	c.mu.Lock()
	close(c.elected)
	c.elected = make(chan struct{})
	c.mu.Unlock()
	return c.register(true)
}

// register lets running agents register with the master that leads: all of them, or those that found none before.
func (c *Cluster) register(all bool) error {
	var errs []error
	for _, m := range c.members {
		if m.handle != nil && !m.away && (all || m.waiting) {
			if err := c.join(m); !errors.Is(err, ErrShutDown) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// leading returns the master that leads, and whether there is one that isn't frozen.
func (c *Cluster) leading() (*master.Master, error) {
	if s := c.leader.Load(); s != nil && !s.frozen.Load() {
		return c.master.Load(), nil
	}
	return nil, ErrNoLeader
}
