package election

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

// DefaultSessionTimeout is Mesos's.
const DefaultSessionTimeout = 10 * time.Second

// dialTimeout bounds one attempt to connect.
const dialTimeout = 2 * time.Second

// ErrLost is wrapped when a session with ZooKeeper has ended, or what a master had there is gone.
var ErrLost = errors.New("election: the session with ZooKeeper is lost")

// Config says where and how masters contend.
type Config struct {
	URL URL // required

	// SessionTimeout is how long ZooKeeper waits for a sign of life, and how long one without a server waits for it. The
	// server may make it longer or shorter. Default [DefaultSessionTimeout]; at least 10 ms.
	SessionTimeout time.Duration

	// Dial connects to a server. Nil: a net.Dialer does.
	Dial func(network, address string, timeout time.Duration) (net.Conn, error)

	Logger *slog.Logger // nil: nothing is logged
}

func (c Config) withDefaults() Config {
	if c.SessionTimeout == 0 {
		c.SessionTimeout = DefaultSessionTimeout
	}
	if c.Dial == nil {
		c.Dial = net.DialTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) validate() error {
	if len(c.URL.Servers) == 0 || c.URL.Path == "" {
		return fmt.Errorf("%w: it is empty", ErrURL)
	}
	if c.SessionTimeout < minTimeout*time.Millisecond {
		return fmt.Errorf("election: session timeout %v: at least %d ms", c.SessionTimeout, minTimeout)
	}
	return nil
}

// session is one with ZooKeeper. It ends with close, which waits for its goroutines.
type session struct {
	cfg    Config
	conn   *zk.Conn
	events <-chan zk.Event // closed by the library when its goroutines have ended
	lost   chan struct{}   // closed when the session is lost

	mu      sync.Mutex
	up      bool          // a server serves it
	changed chan struct{} // closed, and replaced, when up changes
	isLost  bool
	away    *time.Timer // runs while no server serves it; nil before the first did
	closing bool
}

// openSession begins one. It connects in the background.
func openSession(cfg Config) (*session, error) {
	s := &session{cfg: cfg, lost: make(chan struct{}), changed: make(chan struct{})}
	dial := func(network, address string, _ time.Duration) (net.Conn, error) {
		conn, err := cfg.Dial(network, address, dialTimeout)
		if err != nil {
			return nil, err
		}
		return &guard{Conn: conn}, nil
	}
	var err error
	s.conn, s.events, err = zk.Connect(cfg.URL.Servers, cfg.SessionTimeout,
		zk.WithDialer(dial), zk.WithHostProvider(&servers{}), zk.WithMaxBufferSize(maxFrame),
		zk.WithEventCallback(s.follow), zk.WithLogger(quiet{cfg.Logger}), zk.WithLogInfo(false))
	if err != nil {
		return nil, fmt.Errorf("election: %s: %w", cfg.URL, err)
	}
	return s, nil
}

// follow is told of each change of the connection, on the library's goroutine.
func (s *session) follow(e zk.Event) {
	if e.Type != zk.EventSession {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.State {
	case zk.StateHasSession:
		if s.away != nil {
			s.away.Stop()
		}
		s.set(true)
	case zk.StateExpired:
		s.lose()
	case zk.StateDisconnected:
		if s.up && !s.closing {
			s.away = time.AfterFunc(s.cfg.SessionTimeout, func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				if !s.up {
					s.lose()
				}
			})
		}
		s.set(false)
	}
}

// set and lose need mu.
func (s *session) set(up bool) {
	if s.up != up {
		s.up = up
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

func (s *session) lose() {
	if !s.isLost {
		s.isLost = true
		close(s.lost)
	}
}

// close ends the session: its ephemeral znodes go at once where a server can be told.
func (s *session) close() {
	s.mu.Lock()
	s.closing = true
	if s.away != nil {
		s.away.Stop()
	}
	s.mu.Unlock()
	s.conn.Close()
	for range s.events {
	}
}

// do runs f, which makes requests, when a server serves the session, and again where the connection broke
// meanwhile. It returns f's error, ErrLost or ctx's.
func (s *session) do(ctx context.Context, f func() error) error {
	for {
		s.mu.Lock()
		up, changed := s.up, s.changed
		s.mu.Unlock()
		if up {
			stop := context.AfterFunc(ctx, s.conn.Close) // the library knows no contexts
			err := f()
			stop()
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !broken(err) {
				return err
			}
		}
		var again <-chan time.Time
		if up { // a request may break before the broken connection is noticed
			again = time.After(retryPause)
		}
		select {
		case <-changed:
		case <-again:
		case <-s.lost:
			return ErrLost
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// retryPause is the time between two attempts of a request.
const retryPause = 100 * time.Millisecond

// broken says whether an error is about the connection and not about the request.
func broken(err error) bool {
	return errors.Is(err, zk.ErrConnectionClosed) || errors.Is(err, zk.ErrNoServer) || errors.Is(err, zk.ErrSessionMoved) || errors.Is(err, zk.ErrSessionExpired)
}

// authenticate says who we are, if the URL has it.
func (s *session) authenticate(ctx context.Context) error {
	if s.cfg.URL.credentials == "" {
		return nil
	}
	return s.do(ctx, func() error { return s.conn.AddAuth("digest", []byte(s.cfg.URL.credentials)) })
}

// refused words the error of a request that won't succeed however often it is made.
func (s *session) refused(what string, err error) error {
	if errors.Is(err, zk.ErrNoAuth) {
		return fmt.Errorf("election: %s: may not %s: put user:password@ in the address: %w", s.cfg.URL, what, err)
	}
	return fmt.Errorf("election: %s: can't %s: %w", s.cfg.URL, what, err)
}

// servers hands out servers in turn. Names are looked up at each attempt, by the dialer.
type servers struct {
	mu        sync.Mutex
	all       []string
	next      int
	attempted int // since the last one that succeeded
}

func (s *servers) Init(all []string) error { s.all = all; return nil }

func (s *servers) Len() int { return len(s.all) }

// Next returns a server, and whether to wait first because none was there the last time around.
func (s *servers) Next() (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	server := s.all[s.next%len(s.all)]
	s.next++
	s.attempted++
	return server, s.attempted > len(s.all)
}

func (s *servers) Connected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempted = len(s.all) - 1 // one that breaks off at once is asked again after a while
}

// quiet passes on what the library logs, which is all about its connections.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, args ...any) {
	q.log.Debug("zookeeper client", "says", fmt.Sprintf(format, args...))
}
