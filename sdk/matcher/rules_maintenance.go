package matcher

import "time"

// AvoidMaintenance refuses agents whose announced unavailability (semantics 5.10) begins before the given
// time; the zero time: agents for which any is announced. An agent that is being drained needs no rule: it
// isn't offered (semantics 5.2).
func AvoidMaintenance(before time.Time) Rule { return avoidMaintenance{before} }

type avoidMaintenance struct{ before time.Time }

func (r avoidMaintenance) Name() string {
	if r.before.IsZero() {
		return "no maintenance announced"
	}
	return "no maintenance before " + r.before.UTC().Format(time.RFC3339)
}

func (r avoidMaintenance) Check(_ Need, agent Agent, _ Placements) error {
	u := agent.Unavailability
	if u == nil {
		return nil
	}
	start := time.Unix(0, u.Start.Nanoseconds)
	if !r.before.IsZero() && !start.Before(r.before) {
		return nil
	}
	err := &MaintenanceError{Start: start}
	if u.Duration != nil {
		err.Duration = time.Duration(u.Duration.Nanoseconds)
	}
	return err
}
