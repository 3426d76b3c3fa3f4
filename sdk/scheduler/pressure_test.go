package scheduler_test

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

// While a callback takes its time the master can only send so much; then it has to wait, and isn't given up for that.
func TestPushBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		const size, events = 64 << 10, 100
		cfg := config(m)
		cfg.MaxRecord = 4 * size
		var sent atomic.Int64
		busy := make(chan struct{})
		var got []string
		d := drive(t, cfg, scheduler.Callbacks{
			OnMessage: func(_ context.Context, m scheduler.Message) error {
				<-busy
				got = append(got, string(m.Data[:4]))
				return nil
			},
			OnLost: func(_ context.Context, err error) error { return err },
		})
		s := m.subscribed()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range events {
				s.send(&schedulerpb.Event{Type: schedulerpb.Event_MESSAGE.Enum(), Message: &schedulerpb.Event_Message{
					Data: fmt.Appendf(nil, "%04d%s", i, bytes.Repeat([]byte("x"), size)),
				}})
				sent.Add(1)
			}
		}()
		time.Sleep(time.Hour)
		// Those in the session and the queue, the one that the reader has, and one or two on the way.
		if n := sent.Load(); n < 3 || n > 6 {
			t.Errorf("%d events of %d bytes were taken, the limit is %d bytes", n, size, cfg.MaxRecord)
		}
		close(busy)
		<-done
		synctest.Wait()
		if len(got) != events || got[0] != "0000" || got[events-1] != fmt.Sprintf("%04d", events-1) {
			t.Errorf("got %d events: %v", len(got), got)
		}
		d.stop(t)
	})
}

// Many small events are bounded by their number.
func TestPushBackByNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		const events = 3000
		busy := make(chan struct{})
		var got int
		d := drive(t, config(m), scheduler.Callbacks{
			OnFailure: func(context.Context, scheduler.Failure) error { <-busy; got++; return nil },
		})
		s := m.subscribed()
		var sent atomic.Int64
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range events {
				s.send(&schedulerpb.Event{Type: schedulerpb.Event_FAILURE.Enum(), Failure: &schedulerpb.Event_Failure{}})
				sent.Add(1)
			}
		}()
		time.Sleep(time.Hour)
		if n := sent.Load(); n < 1000 || n > 2000 {
			t.Errorf("%d events were taken", n)
		}
		close(busy)
		<-done
		synctest.Wait()
		if got != events {
			t.Errorf("got %d events", got)
		}
		d.stop(t)
	})
}
