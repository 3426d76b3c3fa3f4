package state_test

import (
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/state"
)

func TestErrorsSayWhatToDo(t *testing.T) {
	long := state.Validate([]state.Write{{Key: strings.Repeat("k", 10_000)}})
	if n := len(long.Error()); n > 300 {
		t.Errorf("the error of a long key is %d bytes long: it repeats the key", n)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&state.ConflictError{Key: "a", Want: 0, Have: 4}, `key "a" exists already, with version 4; read it`},
		{&state.ConflictError{Key: "a", Want: 3, Have: 0}, `key "a" was expected at version 3 but does not exist`},
		{&state.ConflictError{Key: "a", Want: 3, Have: 4}, `key "a" is at version 4, not 3; read it again`},
		{&state.TooLargeError{Key: "a", What: "value", Size: 9, Limit: 8}, `the value of "a" has 9 bytes, over the limit of 8`},
		{&state.TooLargeError{What: "number of writes", Size: 9, Limit: 8}, `the number of writes is 9, over the limit of 8; split the batch`},
	} {
		if !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error says %q, want it to contain %q", c.err, c.want)
		}
	}
}
