package scheduler_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stateful-mesos/moor/sdk/internal/recordio"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

// ERROR events that end Run, and those that don't.
func TestRefusals(t *testing.T) {
	tests := []struct {
		text string
		want error // nil: Run goes on
	}{
		{"Framework has been removed", scheduler.ErrFrameworkRemoved},
		{"Framework failed over", scheduler.ErrFailedOver},
		{"'FrameworkInfo.roles' contains invalid role: Role names cannot be the empty string", scheduler.ErrSubscription},
		{"Changing framework's principal is not allowed.", scheduler.ErrPrincipal},
		{"Not authorized to register framework x with roles { r }", scheduler.ErrForbidden},
		{"User 'root' is not allowed to run frameworks without --root_submissions set", scheduler.ErrForbidden},
		{"something new", scheduler.ErrSubscription},
		{"Authorization failure: the authorizer is down", nil},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMaster(t)
				cfg := config(m)
				cfg.Store = state.NewMemory()
				if err := cfg.Store.Commit(t.Context(), state.Write{Key: "scheduler/framework-id", Value: []byte("fw-1")}); err != nil {
					t.Fatal(err)
				}
				d := drive(t, cfg, scheduler.Callbacks{})
				s := <-m.streams
				s.send(errorEvent(test.text))
				if test.want == nil {
					m.subscribed()
					d.stop(t)
					return
				}
				err := <-d.result
				var refused *scheduler.SubscriptionError
				if !errors.Is(err, test.want) || !errors.As(err, &refused) || refused.Message != test.text ||
					refused.Advice == "" || !strings.Contains(err.Error(), refused.Advice) {
					t.Errorf("Run returned %v, want %v", err, test.want)
				}
				// The id is for a person to give up.
				if id, _, err := cfg.Store.Get(t.Context(), "scheduler/framework-id"); err != nil || string(id) != "fw-1" {
					t.Errorf("the store has the id %q, %v", id, err)
				}
				if err := scheduler.Forget(t.Context(), cfg.Store); err != nil {
					t.Error(err)
				}
				drive(t, cfg, scheduler.Callbacks{})
				if s := <-m.streams; s.call.FrameworkID != nil {
					t.Errorf("after Forget it subscribed as %v", s.call.FrameworkID)
				}
			})
		})
	}
}

// An unknown ERROR on a stream that was good says nothing about the next one.
func TestUnknownErrorWhileSubscribed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		d := drive(t, config(m), scheduler.Callbacks{})
		m.subscribed().send(errorEvent("something new"))
		m.subscribed()
		d.stop(t)
	})
}

// Answers to SUBSCRIBE: fatal ones end Run, others are tried again.
func TestSubscribeAnswers(t *testing.T) {
	for code, want := range map[int]error{
		401: scheduler.ErrUnauthorized, 403: scheduler.ErrForbidden, 406: scheduler.ErrNotMaster, 400: scheduler.ErrRefused,
		404: nil, 503: nil, 500: nil,
	} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMaster(t)
				answered := false
				m.answer = func(w http.ResponseWriter, _ *http.Request, _ *schedulerpb.Call) bool {
					if answered {
						return false
					}
					answered = true
					http.Error(w, "no", code)
					return true
				}
				lost := make(chan error, 1)
				d := drive(t, config(m), scheduler.Callbacks{OnLost: func(_ context.Context, err error) error { lost <- err; return nil }})
				if want == nil {
					m.subscribed()
					var answer *scheduler.AnswerError
					if err := <-lost; !errors.As(err, &answer) || answer.Code != code {
						t.Errorf("OnLost got %v", err)
					}
					d.stop(t)
				} else if err := <-d.result; !errors.Is(err, want) {
					t.Errorf("Run returned %v, want %v", err, want)
				}
			})
		})
	}
}

// Masters are tried in turn; one that stands by leads to the leader, and calls go there.
func TestRedirectAndFailover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		leader := "m2:5050"
		var dialled []string
		m.answer = func(w http.ResponseWriter, r *http.Request, _ *schedulerpb.Call) bool {
			if r.Host == leader {
				return false
			}
			w.Header().Set("Location", "//"+leader+"/master/api/v1/scheduler")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		}
		cfg := config(m)
		cfg.Masters = []string{"dead:5050", "m1:5050", "m2:5050"}
		cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			dialled = append(dialled, address)
			if address == "dead:5050" {
				return nil, errors.New("connection refused")
			}
			return m.Dial(ctx, network, address)
		}
		subscribed := make(chan scheduler.Subscription, 1)
		d := drive(t, cfg, scheduler.Callbacks{OnSubscribed: func(_ context.Context, s scheduler.Subscription) error { subscribed <- s; return nil }})
		m.subscribed()
		if s := <-subscribed; s.Address != "m2:5050" {
			t.Errorf("subscribed at %s", s.Address)
		}
		if err := d.Revive("r"); err != nil {
			t.Fatal(err)
		}
		m.next(schedulerpb.Call_REVIVE)
		if got := strings.Join(dialled, " "); got != "dead:5050 m1:5050 m2:5050 m2:5050" { // the last one for calls
			t.Errorf("dialled %s", got)
		}
		// Another leader: a call is redirected, which ends the subscription.
		leader = "m1:5050"
		if err := d.Suppress("r"); err != nil {
			t.Fatal(err)
		}
		s := m.subscribed()
		if got := <-subscribed; got.Address != "m1:5050" || got.First {
			t.Errorf("subscribed: %+v", got)
		}
		if got := s.call.Subscribe.SuppressedRoles; len(got) != 1 || got[0] != "r" {
			t.Errorf("subscribed suppressing %v", got)
		}
		d.stop(t)
	})
}

// Garbage in the stream ends the subscription, not the driver.
func TestGarbage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		lost := make(chan error, 1)
		d := drive(t, config(m), scheduler.Callbacks{OnLost: func(_ context.Context, err error) error { lost <- err; return nil }})
		for _, test := range []struct {
			garbage string
			want    error
		}{
			{"garbage", recordio.ErrMalformed},
			{"4294967296\n", recordio.ErrTooLarge},
			{"100\n" + strings.Repeat("\xff", 100), nil},
		} {
			m.subscribed().raw([]byte(test.garbage))
			if err := <-lost; err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("%.20q: lost: %v", test.garbage, err)
			}
		}
		// Unknown types and missing contents are nothing to be lost over.
		s := m.subscribed()
		s.send(&schedulerpb.Event{Type: schedulerpb.Event_Type(99).Enum()}, &schedulerpb.Event{}, &schedulerpb.Event{Type: schedulerpb.Event_OFFERS.Enum()},
			&schedulerpb.Event{Type: schedulerpb.Event_UPDATE.Enum()}, &schedulerpb.Event{Type: schedulerpb.Event_SUBSCRIBED.Enum()},
			offersEvent(offer("o1", "a")))
		m.next(schedulerpb.Call_DECLINE)
		d.stop(t)
	})
}

// SUBSCRIBE that is never answered, and SUBSCRIBED that never comes.
func TestSubscribeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		silent := true
		m.answer = func(_ http.ResponseWriter, r *http.Request, _ *schedulerpb.Call) bool {
			if silent {
				silent = false
				<-r.Context().Done()
				return true
			}
			return false
		}
		lost := make(chan error, 1)
		d := drive(t, config(m), scheduler.Callbacks{OnLost: func(_ context.Context, err error) error { lost <- err; return nil }})
		began := time.Now()
		if err := <-lost; !errors.Is(err, scheduler.ErrSubscribeTimeout) || time.Since(began) != scheduler.DefaultSubscribeTimeout {
			t.Errorf("lost after %v: %v", time.Since(began), err)
		}
		s := <-m.streams // 200, and then nothing
		if err := <-lost; !errors.Is(err, scheduler.ErrSubscribeTimeout) {
			t.Errorf("lost: %v", err)
		}
		<-s.gone
		m.subscribed()
		d.stop(t)
	})
}

// A call that isn't answered in time makes the driver subscribe anew, because nobody knows what became of the offers.
func TestCallTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		stuck := true
		m.answer = func(_ http.ResponseWriter, r *http.Request, call *schedulerpb.Call) bool {
			if stuck && call.GetType() == schedulerpb.Call_DECLINE {
				stuck = false
				<-r.Context().Done()
				return true
			}
			return false
		}
		lost := make(chan error, 1)
		d := drive(t, config(m), scheduler.Callbacks{OnLost: func(_ context.Context, err error) error { lost <- err; return nil }})
		s := m.subscribed()
		s.send(offersEvent(offer("o1", "a")), offersEvent(offer("o2", "a")))
		if err := <-lost; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("lost: %v", err)
		}
		<-s.gone
		m.subscribed().send(offersEvent(offer("o3", "a")))
		if got := m.next(schedulerpb.Call_DECLINE).Decline.OfferIDs; len(got) != 1 || got[0].Value != "o3" {
			t.Errorf("declined %v", got) // o2's went with its subscription
		}
		d.stop(t)
	})
}

// A stale stream id is answered by a new subscription.
func TestStaleStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		lost := make(chan error, 1)
		d := drive(t, config(m), scheduler.Callbacks{OnLost: func(_ context.Context, err error) error { lost <- err; return nil }})
		m.subscribed()
		m.mu.Lock()
		m.current = "somebody else's"
		m.mu.Unlock()
		if err := d.Revive(); err != nil {
			t.Fatal(err)
		}
		var answer *scheduler.AnswerError
		if err := <-lost; !errors.Is(err, scheduler.ErrStaleStream) || !errors.As(err, &answer) || answer.Call != "REVIVE" {
			t.Errorf("lost: %v", err)
		}
		m.subscribed()
		m.next(schedulerpb.Call_REVIVE) // it wasn't taken before
		d.stop(t)
	})
}

// brokenStore fails when told to.
type brokenStore struct {
	state.Store
	fail func(batch []state.Write) error
}

func (s *brokenStore) Commit(ctx context.Context, batch ...state.Write) error {
	if err := s.fail(batch); err != nil {
		return err
	}
	return s.Store.Commit(ctx, batch...)
}

// If the id can't be stored nothing is delivered, and nothing sent.
func TestStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		broken := errors.New("disk full")
		failing := "scheduler/framework-id"
		cfg := config(m)
		cfg.Store = &brokenStore{state.NewMemory(), func(batch []state.Write) error {
			if strings.HasPrefix(batch[0].Key, failing) {
				return broken
			}
			return nil
		}}
		callbacks := scheduler.Callbacks{
			OnSubscribed: func(context.Context, scheduler.Subscription) error {
				if failing == "scheduler/framework-id" {
					t.Error("called back without a stored id")
				}
				return nil
			},
			OnOffer: func(_ context.Context, offers []mesos.Offer) ([]scheduler.Decision, error) {
				return []scheduler.Decision{scheduler.Accept(offers, launch("t1", "a"))}, nil
			},
		}
		d := drive(t, cfg, callbacks)
		s := <-m.streams
		s.send(subscribedEvent("fw-1"))
		if err := <-d.result; !errors.Is(err, scheduler.ErrStore) || !errors.Is(err, broken) {
			t.Errorf("Run returned %v", err)
		}
		m.quiet()

		// Nor is a task launched that isn't on record.
		failing = "scheduler/tasks/t1"
		d = drive(t, cfg, callbacks)
		m.subscribed().send(offersEvent(offer("o1", "a")))
		if err := <-d.result; !errors.Is(err, scheduler.ErrStore) || !errors.Is(err, broken) {
			t.Errorf("Run returned %v", err)
		}
		m.quiet()
	})
}

// What another driver has stored meanwhile is not overwritten.
func TestStoreConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMaster(t)
		cfg := config(m)
		cfg.Store = state.NewMemory()
		d := drive(t, cfg, scheduler.Callbacks{})
		s := <-m.streams
		if err := cfg.Store.Commit(t.Context(), state.Write{Key: "scheduler/framework-id", Value: []byte("fw-2")}); err != nil {
			t.Fatal(err)
		}
		s.send(subscribedEvent("fw-1"))
		if err := <-d.result; !errors.Is(err, scheduler.ErrStore) || !errors.Is(err, state.ErrConflict) {
			t.Errorf("Run returned %v", err)
		}
	})
}

// No secret in logs and errors, wherever it comes from; it goes to the master, and is read anew each time.
func TestSecrets(t *testing.T) {
	const secret = "hunter2"
	file := filepath.Join(t.TempDir(), "secret")
	t.Setenv("MOOR_TEST_SECRET", secret)
	for name, set := range map[string]func(*scheduler.Config){
		"value": func(c *scheduler.Config) { c.Secret = secret },
		"file":  func(c *scheduler.Config) { c.SecretFile = file },
		"env":   func(c *scheduler.Config) { c.SecretEnv = "MOOR_TEST_SECRET" },
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				m := newMaster(t)
				m.requests = make(chan *http.Request, 10)
				refused := false
				m.answer = func(w http.ResponseWriter, r *http.Request, call *schedulerpb.Call) bool {
					if call.GetType() == schedulerpb.Call_REVIVE && !refused {
						refused = true
						http.Error(w, "Framework cannot be found", 400)
						return true
					}
					return false
				}
				var log bytes.Buffer
				cfg := config(m)
				cfg.Principal = "me"
				set(&cfg)
				cfg.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				d := drive(t, cfg, scheduler.Callbacks{
					OnLost: func(_ context.Context, err error) error { cfg.Logger.Info("lost", "err", err, "cfg", cfg); return nil },
				})
				s := m.subscribed()
				if err := d.Revive(); err != nil {
					t.Fatal(err)
				}
				for range 2 { // SUBSCRIBE and REVIVE
					if user, password, ok := (<-m.requests).BasicAuth(); user != "me" || password != secret || !ok {
						t.Errorf("credentials %q %q", user, password)
					}
				}
				if got := s.call.Subscribe.FrameworkInfo.GetPrincipal(); got != "me" {
					t.Errorf("the framework's principal is %q", got)
				}
				<-s.gone
				if name == "file" {
					if err := os.WriteFile(file, []byte("changed"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				m.subscribed()
				if _, password, _ := (<-m.requests).BasicAuth(); name == "file" && password != "changed" {
					t.Errorf("after a change the secret sent is %q", password)
				}
				d.stop(t)
				if log.Len() == 0 || strings.Contains(log.String(), secret) {
					t.Errorf("log:\n%s", &log)
				}
			})
		})
	}
}

func TestSecretMissing(t *testing.T) {
	cfg := config(&master{})
	cfg.Principal, cfg.SecretFile = "me", filepath.Join(t.TempDir(), "none")
	d, err := scheduler.New(cfg, scheduler.Callbacks{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Run returned %v", err)
	}
	if err := os.WriteFile(cfg.SecretFile, []byte("with:colon"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); !errors.Is(err, scheduler.ErrConfig) || strings.Contains(err.Error(), "with:colon") {
		t.Errorf("Run returned %v", err)
	}
	cfg.SecretFile, cfg.SecretEnv = "", "MOOR_TEST_SECRET_THAT_IS_NOT_SET"
	if d, err = scheduler.New(cfg, scheduler.Callbacks{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); !errors.Is(err, scheduler.ErrConfig) {
		t.Errorf("Run returned %v", err)
	}
}
