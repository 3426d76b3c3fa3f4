package minicluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/master"
)

// seat is the address of one of the cluster's masters, with the master that is there: it leads, stands by, or is
// dead.
type seat struct {
	index       int
	listener    net.Listener
	server      *http.Server
	connections connections
	gate        gate // shut while the master is frozen
	standby     *master.Standby

	id       string                        // the master's id; owned by the holder of Cluster.admin
	campaign *campaign                     // its part in ZooKeeper's election; nil: it takes none. Likewise
	ticket   int                           // what it drew in the election, see ballot; likewise
	master   atomic.Pointer[master.Master] // nil: it doesn't lead
	names    atomic.Pointer[string]        // the leader's address as this master knows it; nil: there is none
	dead     atomic.Bool
	frozen   atomic.Bool
}

// openSeats begins to listen for all masters. The first has the address of the config; where that names a port,
// the others have the ports after it.
func (c *Cluster) openSeats(ctx context.Context) error {
	host, text, err := net.SplitHostPort(c.config.Listen)
	if err != nil {
		return fmt.Errorf("%w on %s: %w", ErrListen, c.config.Listen, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("%w on %s: %w", ErrListen, c.config.Listen, err)
	}
	if port == 0 && c.config.Network == Pipes {
		port = defaultPipePort
	}
	for i := range c.config.Masters {
		address := c.config.Listen
		if i > 0 && port > 0 {
			address = net.JoinHostPort(host, strconv.Itoa(port+i))
		}
		l, err := listen(ctx, c.config.Network, address)
		if err != nil {
			return err
		}
		c.seats = append(c.seats, &seat{index: i, listener: l, id: master.NewID()})
	}
	return nil
}

// serve begins to answer at a seat.
func (c *Cluster) serveSeat(s *seat) error {
	cfg, err := c.masterConfig(s)
	if err != nil {
		return err
	}
	s.standby = master.NewStandby(cfg, func() string {
		if leader := s.names.Load(); leader != nil {
			return *leader
		}
		return ""
	})
	s.server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !c.enter() {
				panic(http.ErrAbortHandler)
			}
			defer c.busy.Done()
			s.serve(w, r)
		}),
		ConnState:         s.connections.follow,
		ErrorLog:          slog.NewLogLogger(c.config.Logger.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 30 * time.Second,
	}
	c.background(func() {
		if err := s.server.Serve(&door{s.listener, s}); !errors.Is(err, http.ErrServerClosed) {
			c.config.Logger.Error("server ended", "error", err)
		}
	})
	return nil
}

func (s *seat) serve(w http.ResponseWriter, r *http.Request) {
	if m := s.master.Load(); m != nil {
		m.ServeHTTP(w, r)
		return
	}
	s.standby.ServeHTTP(w, r)
}

// address is where the seat is reached.
func (s *seat) address() string { return s.listener.Addr().String() }

// advertised is the address that a seat's master gives out.
func (s *seat) advertised() (ip string, port int, err error) {
	address, ok := s.listener.Addr().(*net.TCPAddr)
	if !ok {
		return "", 0, fmt.Errorf("%w on %v: not TCP", ErrListen, s.listener.Addr())
	}
	if address.IP.IsUnspecified() {
		return "127.0.0.1", address.Port, nil
	}
	return address.IP.String(), address.Port, nil
}

func (c *Cluster) masterConfig(s *seat) (master.Config, error) {
	ip, port, err := s.advertised()
	if err != nil {
		return master.Config{}, err
	}
	least, err := allocator.ParseMinAllocatable(c.config.minAllocatable())
	if err != nil {
		return master.Config{}, err
	}
	acls, err := authorize.Parse(c.config.ACLs)
	if err != nil {
		return master.Config{}, err
	}
	return master.Config{
		ID:                s.id,
		IP:                ip,
		Port:              port,
		Interval:          c.config.AllocationInterval,
		Heartbeat:         c.config.Heartbeat,
		OfferTimeout:      c.config.OfferTimeout,
		PingTimeout:       c.config.PingTimeout,
		ReregisterTimeout: c.config.ReregisterTimeout,
		MinAllocatable:    least,
		Roles:             c.config.Roles,
		Credentials:       c.config.Credentials,
		ACLs:              acls,
		Seed:              c.config.Seed,
		Registry:          c.registry,
		Intercept:         c.intercepts.call,
		Called:            c.calls.add,
		Logger:            c.config.Logger,
	}, nil
}

// close ends a seat for good.
func (s *seat) close() error {
	var err error
	if s.server != nil {
		err = ignoreClosed(s.server.Close())
	} else {
		err = ignoreClosed(s.listener.Close())
	}
	if m := s.master.Load(); m != nil {
		m.Close()
	}
	return err
}

// door is the listener of a seat. Nobody is let in while the master is dead: the connection ends as soon as it is
// made. The port stays taken, because another program could take it and be found by the cluster's clients.
type door struct {
	net.Listener
	seat *seat
}

// Accept waits for a connection to a master that lives.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if !d.seat.dead.Load() {
			return gated(conn, &d.seat.gate), nil
		}
		_ = conn.Close() // the other side sees it end, which is all that is wanted
	}
}
