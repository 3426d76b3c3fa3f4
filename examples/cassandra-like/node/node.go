package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Node is one member of the ring. [Open] takes its volume and its port, [Node.Run] serves until its context ends.
type Node struct {
	cfg      Config
	identity *os.File // carries the lock on the volume; open as long as the node
	storage  *storage
	listener net.Listener
	ring     *Ring
	members  *members
	clock    clock
	peers    *peers
	slots    chan struct{} // one for each request under way

	// work outlives the request it began with: the slower replicas of a write, mended records. Run waits for it.
	work sync.WaitGroup
}

// Open locks the volume, checks whose it is, opens the data on it and listens, in this order. [ErrNoVolume],
// [ErrInUse] after Config.LockWait, [ErrForeign], or what the filesystem or the network said.
func Open(cfg Config) (n *Node, err error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	n = &Node{cfg: cfg, ring: NewRing(cfg.Ring), peers: newPeers(cfg.Cluster, cfg.CallTimeout), slots: make(chan struct{}, maxRequests)}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("node %s: %w", cfg.Name, err), n.release())
			n = nil
		}
	}()
	n.identity, err = claim(cfg.Dir, Identity{Service: cfg.Service, Instance: cfg.Name, Volume: cfg.Volume}, cfg.LockWait)
	if err != nil {
		return n, err
	}
	if n.storage, err = openStorage(cfg.Dir); err != nil {
		return n, err
	}
	generation, err := n.storage.nextGeneration()
	if err != nil {
		return n, err
	}
	if n.listener, err = net.Listen("tcp", cfg.Listen); err != nil {
		return n, err
	}
	self := Member{Name: cfg.Name, Address: n.listener.Addr().String(), Generation: generation}
	n.members = newMembers(self, cfg.Ring, cfg.DownAfter)
	return n, nil
}

// Address is where the node listens.
func (n *Node) Address() string { return n.listener.Addr().String() }

// Run serves until ctx ends, then answers what is under way, waits for what that left to do and gives the volume free.
// A Node runs once.
func (n *Node) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{
		Handler:           n.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	var loops sync.WaitGroup
	loops.Go(func() { n.gossip(ctx) })
	loops.Go(func() { n.handover(ctx) })
	served := make(chan error, 1)
	go func() { served <- server.Serve(n.listener) }()
	n.cfg.Logger.Info("node is up", "node", n.cfg.Name, "address", n.Address(), "keys", n.storage.keys.Load())

	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		err = n.drain(server)
		<-served
	}
	cancel()
	loops.Wait()
	n.work.Wait()
	n.peers.close()
	err = errors.Join(err, n.release())
	n.cfg.Logger.Info("node has ended", "node", n.cfg.Name)
	return err
}

// drain ends the server: what is under way is answered, what comes is refused. It doesn't wait for open connections as
// http.Server.Shutdown does, since clients keep some that they have never used.
func (n *Node) drain(server *http.Server) error {
	const patience = 5 * time.Second // below the grace a scheduler gives, so that the end is clean
	late := time.After(patience)
	err := n.unlisten()
	for range cap(n.slots) { // with all of them taken no request is under way, and none begins
		select {
		case n.slots <- struct{}{}:
		case <-late:
			err = errors.Join(err, errors.New("requests under way were cut off"))
			return errors.Join(err, closed(server.Close()))
		}
	}
	return errors.Join(err, closed(server.Close()))
}

func (n *Node) unlisten() error { return closed(n.listener.Close()) }

// closed is err, unless it says that a listener was closed before.
func closed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// release gives back what Open took, the lock last.
func (n *Node) release() error {
	var errs []error
	if n.listener != nil {
		errs = append(errs, n.unlisten())
	}
	if n.storage != nil {
		errs = append(errs, n.storage.close())
	}
	if n.identity != nil {
		errs = append(errs, n.identity.Close())
	}
	return errors.Join(errs...)
}

// clock gives out timestamps in microseconds that only grow, and that are above all this node has seen, so that
// a write wins over what its coordinator knew even if the clocks of two machines differ.
type clock struct {
	mu   sync.Mutex
	last int64
}

func (c *clock) next() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last+1, time.Now().UnixMicro())
	return c.last
}

func (c *clock) saw(stamp int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last, stamp)
}
