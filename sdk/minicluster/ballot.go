package minicluster

import (
	"errors"
	"time"
)

// ballot elects the leading master among the seats, as ZooKeeper does for Mesos: each master draws a ticket when it
// starts, and of those whose tickets are valid the lowest leads. The ticket of a master that dies or freezes stays valid for
// Config.SessionTimeout. Owned by the holder of Cluster.admin.
type ballot struct {
	last    int
	stopped bool // see StopElection
}

// draw lets a master contend.
func (c *Cluster) draw(s *seat) error {
	if c.config.ZooKeeper != "" {
		return c.campaign(s)
	}
	c.ballot.last++
	s.ticket = c.ballot.last
	return c.elect()
}

// elect makes the seat with the lowest ticket lead.
func (c *Cluster) elect() error {
	if c.ballot.stopped {
		return nil
	}
	var first *seat
	for _, s := range c.seats {
		if s.ticket > 0 && (first == nil || s.ticket < first.ticket) {
			first = s
		}
	}
	if first == nil {
		return nil
	}
	for _, s := range c.seats {
		s.names.Store(new(first.address()))
	}
	if first.dead.Load() || first.frozen.Load() || first.master.Load() != nil {
		return nil
	}
	return c.lead(first)
}

// expireLater takes the ticket of a master that is gone out of the ballot, when its session ends.
func (c *Cluster) expireLater(s *seat) error {
	if s.ticket == 0 { // or ZooKeeper does it
		return nil
	}
	if c.config.SessionTimeout == 0 {
		return c.expire(s)
	}
	ticket := s.ticket
	time.AfterFunc(c.config.SessionTimeout, func() {
		c.background(func() {
			err := c.exclusively(func() error {
				if s.ticket != ticket || !s.dead.Load() && !s.frozen.Load() {
					return nil
				}
				return c.expire(s)
			})
			if err != nil && !errors.Is(err, ErrClosed) {
				c.config.Logger.Error("election failed", "error", err)
			}
		})
	})
	return nil
}

func (c *Cluster) expire(s *seat) error {
	s.ticket = 0
	return c.elect()
}
