package master

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
)

// Version is the version of Mesos whose behaviour the master follows.
const Version = "1.12.0"

// Limits of what a master remembers (semantics 0.4).
const (
	maxCompletedFrameworks = 50
	maxCompletedTasks      = 1000 // per framework
	maxUnreachableTasks    = 1000 // per framework
)

// Config of a [Master]. All of it is required but where said.
type Config struct {
	ID                string // the master's id; empty: a new one
	IP                string // advertised address
	Port              int
	Interval          time.Duration // between rounds of offers
	Heartbeat         time.Duration
	OfferTimeout      time.Duration // 0: offers stay
	PingTimeout       time.Duration // from disconnected to unreachable
	ReregisterTimeout time.Duration // for agents known from the registry
	MinAllocatable    []allocator.Quantities
	Roles             []string          // whitelist; empty: any
	Credentials       map[string]string // by principal; empty: nobody is asked
	ACLs              *authorize.ACLs   // nil: everybody may do everything
	Seed              uint64
	Registry          *Registry // outlives the master
	// Intercept sees every valid call of a scheduler before the master does. May be nil.
	Intercept func(*schedulerpb.Call) (handled bool, err error)
	// Called is told each call of a scheduler that can be read, with its answer, by the goroutine of its request.
	// May be nil.
	Called func(Called)
	Logger *slog.Logger
}

// Master is one master. All fields below mail are owned by its loop.
type Master struct {
	config Config
	id     string
	log    *slog.Logger
	quit   chan struct{} // closed by Close
	ended  chan struct{} // closed by the loop at its end
	mail   *mailbox
	stall  stall // of schedulers' streams

	started     time.Time
	alloc       *allocator.Allocator
	frameworks  map[string]*framework
	completed   *history[*framework]
	agents      map[string]*agent    // registered, connected or not
	recovered   map[string]bool      // ids of agents known from the registry that have not come yet
	since       map[string]time.Time // when agents were marked unreachable, by id
	offers      map[string]*offer
	inverse     map[string]*inverseOffer
	orders      *orders // of operators
	next        struct{ framework, offer, agent int }
	quotas      map[string]allocator.Quota // by role
	weights     map[string]float64         // by role
	rounds      rounds
	journal     *journal
	outcomes    outcomes
	gallery     gallery
	subscribers []*subscriber // operators, oldest first
}

// New starts a master.
func New(config Config) *Master {
	m := &Master{
		config:     config,
		id:         cmp.Or(config.ID, NewID()),
		log:        config.Logger,
		quit:       make(chan struct{}),
		ended:      make(chan struct{}),
		mail:       newMailbox(),
		started:    time.Now(),
		frameworks: map[string]*framework{},
		completed:  newHistory[*framework](maxCompletedFrameworks),
		agents:     map[string]*agent{},
		recovered:  map[string]bool{},
		since:      map[string]time.Time{},
		offers:     map[string]*offer{},
		inverse:    map[string]*inverseOffer{},
		quotas:     map[string]allocator.Quota{},
		weights:    map[string]float64{},
		journal:    newJournal(),
		gallery:    newGallery(),
	}
	m.alloc = allocator.New(allocator.Config{Interval: config.Interval, MinAllocatable: config.MinAllocatable, Seed: config.Seed, Logger: config.Logger})
	m.recoverOrders()
	m.recoverRoles()
	for _, id := range config.Registry.Agents() {
		m.recovered[id] = true
	}
	m.rounds.init(m.started, config.Interval)
	go m.loop()
	if len(m.recovered) > 0 {
		m.after(config.ReregisterTimeout, m.giveUpRecovered)
	}
	return m
}

// ID returns the master's id, with which the ids it gives out begin.
func (m *Master) ID() string { return m.id }

// Close ends the master as kill -9 does: streams break off, agents are told nothing. It waits for the loop,
// not for the HTTP handlers.
func (m *Master) Close() {
	select {
	case <-m.quit:
	default:
		close(m.quit)
	}
	<-m.ended
}

func (m *Master) loop() {
	defer close(m.ended)
	defer m.rounds.timer.Stop()
	defer m.gallery.timer.Stop()
	for {
		select {
		case <-m.quit:
			m.mail.close()
			m.breakStreams()
			m.abortSubscribers()
			m.gallery.viewers.Close()
			m.stopTimers()
			return
		case <-m.mail.ready:
			for _, f := range m.mail.take() {
				if m.ending() {
					break
				}
				f()
			}
			m.rounds.touched = true
			m.gallery.changed()
		case <-m.rounds.timer.C:
			m.rounds.fired()
			m.gallery.changed()
		case <-m.gallery.viewers.Joined:
			m.gallery.changed()
		case <-m.gallery.timer.C:
			m.show()
		}
		m.allocate()
	}
}

// after runs f on the loop when d has passed, unless the timer is stopped or the master ends before.
func (m *Master) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() { m.mail.put(f) })
}

// stopTimers lets no timer of ours fire after the loop has ended.
func (m *Master) stopTimers() {
	for _, o := range m.offers {
		o.stop()
	}
	for _, o := range m.inverse {
		o.stop()
	}
	for _, f := range m.frameworks {
		f.stopTimer()
	}
	for _, a := range m.agents {
		a.stopTimer()
	}
}

// ask runs f on the loop and waits for what it returns. ok is false when the master has ended.
func ask[T any](m *Master, f func() T) (result T, ok bool) {
	done := make(chan T, 1)
	if !m.mail.put(func() { done <- f() }) {
		return result, false
	}
	select {
	case result = <-done:
		return result, true
	case <-m.ended:
	}
	select {
	case result = <-done:
		return result, true
	default:
		return result, false
	}
}

// NewID returns an id for a master.
func NewID() string { return newUUID() }

// newUUID returns a random UUID as text.
func newUUID() string {
	b := newUUIDBytes()
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newUUIDBytes returns a random UUID, of version 4.
func newUUIDBytes() []byte {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return b
}

// seconds is a time as Mesos gives it in doubles.
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }

func timeInfo(t time.Time) *mesos.TimeInfo {
	if t.IsZero() {
		return nil
	}
	return &mesos.TimeInfo{Nanoseconds: t.UnixNano()}
}
