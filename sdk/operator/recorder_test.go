package operator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// newRecorder starts a master that hands over each call and takes it; it returns its address.
func newRecorder(t *testing.T, calls chan<- *masterpb.Call) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		call := new(masterpb.Call)
		if err == nil {
			err = call.Unmarshal(body)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		calls <- call
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}
