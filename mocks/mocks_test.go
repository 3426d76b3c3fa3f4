package mocks

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/golang/mock/gomock"

	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
	"github.com/stateful-mesos/moor/sdk/scheduler"
	"github.com/stateful-mesos/moor/sdk/state"
)

// watch is a piece of a framework as an author would write and test it: it follows up on updates of tasks.
func watch(calls scheduler.Calls, store state.Store) func(context.Context, mesos.TaskStatus) error {
	return func(ctx context.Context, s mesos.TaskStatus) error {
		switch {
		case s.State == mesos.TASK_UNKNOWN:
			return calls.Reconcile(scheduler.KnownTask{ID: s.TaskID, Agent: *s.AgentID})
		case s.State.Terminal():
			if err := store.Commit(ctx, state.Write{Key: "task/" + s.TaskID.Value, Version: state.Any, Delete: true}); err != nil {
				return err
			}
			return calls.Revive("db")
		}
		return nil
	}
}

func TestCalls(t *testing.T) {
	ctrl := gomock.NewController(t)
	calls, store := NewMockCalls(ctrl), NewMockStore(ctrl)
	status := mesos.TaskStatus{TaskID: mesos.TaskID{Value: "t"}, AgentID: &mesos.AgentID{Value: "a"}}
	gomock.InOrder(
		calls.EXPECT().Reconcile(scheduler.KnownTask{ID: status.TaskID, Agent: *status.AgentID}),
		// What is stored comes before what is asked of the master.
		store.EXPECT().Commit(gomock.Any(), state.Write{Key: "task/t", Version: state.Any, Delete: true}),
		calls.EXPECT().Revive("db").Return(scheduler.ErrBusy),
		store.EXPECT().Commit(gomock.Any(), gomock.Any()).Return(state.ErrClosed),
	)
	for _, step := range []struct {
		state mesos.TaskState
		want  error
	}{
		{mesos.TASK_RUNNING, nil},
		{mesos.TASK_UNKNOWN, nil},
		{mesos.TASK_FAILED, scheduler.ErrBusy},
		{mesos.TASK_FAILED, state.ErrClosed}, // and then nothing is asked
	} {
		status.State = step.state
		if err := watch(calls, store)(t.Context(), status); !errors.Is(err, step.want) {
			t.Errorf("%v: error is %v, want %v", step.state, err, step.want)
		}
	}
}

// TestStore: a driver whose store can't be read doesn't talk to a master, since it might register a second time.
func TestStore(t *testing.T) {
	broken := errors.New("the disk is gone")
	store := NewMockStore(gomock.NewController(t))
	store.EXPECT().Get(gomock.Any(), gomock.Any()).Return(nil, int64(0), broken).MinTimes(1)
	store.EXPECT().List(gomock.Any(), gomock.Any()).Return(nil, broken).AnyTimes()
	driver, err := scheduler.New(scheduler.Config{
		Masters:   []string{"127.0.0.1:5050"},
		Framework: mesos.FrameworkInfo{Name: "test", User: "nobody", Roles: []string{"db"}},
		Store:     store,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			t.Error("a connection was made")
			return nil, net.ErrClosed
		},
	}, scheduler.Callbacks{})
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Run(t.Context()); !errors.Is(err, scheduler.ErrStore) || !errors.Is(err, broken) {
		t.Errorf("Run returned %v, want ErrStore with its cause", err)
	}
}

// TestRule: the matcher asks a rule about each agent that would do, and goes by what it says.
func TestRule(t *testing.T) {
	rule := NewMockRule(gomock.NewController(t))
	noisy := errors.New("a noisy neighbour")
	rule.EXPECT().Name().Return("quiet").AnyTimes()
	rule.EXPECT().Check(gomock.Any(), gomock.Any(), gomock.Any()).MinTimes(2).DoAndReturn(
		func(need matcher.Need, agent matcher.Agent, placed matcher.Placements) error {
			if need.ID != "node-0" || placed.Count("", matcher.Hostname, "h1") != 1 {
				t.Errorf("asked about %q with %d placed on h1", need.ID, placed.Count("", matcher.Hostname, "h1"))
			}
			if agent.Hostname == "h1" {
				return noisy
			}
			return nil
		})
	need := matcher.Need{ID: "node-0", Reservation: resource.Reservation{Role: "db"}, Resources: resource.MustParse("cpus:1"), Rules: []matcher.Rule{rule}}
	var offers []mesos.Offer
	for _, n := range []string{"1", "2"} {
		offers = append(offers, mesos.Offer{
			ID: mesos.OfferID{Value: "o" + n}, AgentID: mesos.AgentID{Value: "a" + n}, Hostname: "h" + n,
			Resources:      resource.MustParse("cpus:4").Allocate("db"),
			AllocationInfo: &mesos.Resource_AllocationInfo{Role: new("db")},
		})
	}
	placed := []matcher.Placed{{ID: "node-1", Hostname: "h1", AgentID: "a1"}}
	result := matcher.Assign([]matcher.Need{need}, offers, placed)
	if len(result.Matches) != 1 || result.Matches[0].Hostname() != "h2" {
		t.Errorf("matched %v, want h2", result.Matches)
	}
	result = matcher.Assign([]matcher.Need{need}, offers[:1], placed)
	if len(result.Refusals) != 1 || !errors.Is(result.Refusals[0], noisy) || !strings.Contains(result.Refusals[0].Error(), "quiet") {
		t.Errorf("refused for %v, want the rule's name and reason", result.Refusals)
	}
}
