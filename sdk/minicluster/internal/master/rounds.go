package master

import "time"

// rounds says when the allocator runs: at fixed times an interval apart, as that of a real master does, but
// only at those where something may have changed since the run before. So an idle cluster does nothing, and
// a test's clock can jump over days.
type rounds struct {
	start    time.Time
	interval time.Duration
	timer    *time.Timer
	at       time.Time // what the timer is set for; zero: nothing
	touched  bool      // something has happened since the last run
	now      bool      // a run is due at once
}

func (r *rounds) init(start time.Time, interval time.Duration) {
	r.start, r.interval = start, interval
	r.timer = time.NewTimer(time.Hour)
	r.timer.Stop()
}

// fired notes that the timer's time has come.
func (r *rounds) fired() { r.at, r.now = time.Time{}, true }

// arm sets the timer for the first round at or after t, unless it is set for an earlier one.
func (r *rounds) arm(t time.Time) {
	passed := t.Sub(r.start)
	at := r.start.Add((passed + r.interval - 1) / r.interval * r.interval)
	if r.at.IsZero() || at.Before(r.at) {
		r.at = at
		r.timer.Reset(time.Until(at))
	}
}

// allocate runs the allocator if a run is due, and sees to it that there will be one if anything has changed.
func (m *Master) allocate() {
	now := time.Now()
	if m.rounds.now {
		m.rounds.now, m.rounds.touched = false, false
		picked, next := m.alloc.Run(now)
		m.makeOffers(picked)
		if !next.IsZero() {
			m.rounds.arm(next)
		}
		if next := m.makeInverseOffers(now); !next.IsZero() {
			m.rounds.arm(next)
		}
	}
	if m.rounds.touched {
		m.rounds.touched = false
		m.rounds.arm(now.Add(1)) // the next one, even if this is the time of one
	}
}
