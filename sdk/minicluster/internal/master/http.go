package master

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/api"
)

// Content types of the v1 APIs.
const (
	typeJSON     = api.JSON
	typeProtobuf = api.Protobuf
	typeText     = "text/plain"
)

// Realms of authentication.
const (
	realmScheduler = "mesos-master-scheduler"
	realmReadWrite = "mesos-master-readwrite"
	realmReadOnly  = "mesos-master-readonly"
)

// answer is a response of the master.
type answer struct {
	status  int
	body    string
	kind    string // content type; empty: text
	message proto.Message
}

func refuse(status int, why string) answer { return answer{status: status, body: why} }

// plain is a response of which libprocess words the body.
func plain(status int) answer {
	return refuse(status, fmt.Sprintf("%d %s.", status, http.StatusText(status)))
}

func (a answer) write(w http.ResponseWriter) {
	kind := a.kind
	if kind == "" {
		kind = typeText
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body) // the client may have gone
}

// answer writes what do returns, which runs on the loop. Where the master has ended, so does the connection.
func (m *Master) answer(w http.ResponseWriter, do func() answer) {
	a, alive := ask(m, do)
	if !alive {
		panic(http.ErrAbortHandler)
	}
	a.write(w)
}

// notAllowed is the response to a wrong method.
func notAllowed(w http.ResponseWriter, r *http.Request, expected ...string) {
	w.Header().Set("Allow", strings.Join(expected, ", "))
	refuse(http.StatusMethodNotAllowed, api.WrongMethod(r, expected...)).write(w)
}

// authenticate returns the principal of a request, nil if the master asks nobody. ok is false where it has
// answered the request itself.
func (m *Master) authenticate(w http.ResponseWriter, r *http.Request, realm string) (principal *string, ok bool) {
	if len(m.config.Credentials) == 0 {
		return nil, true
	}
	if name, ok := m.basic(r.Header.Get("Authorization")); ok {
		return &name, true
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="`+realm+`"`)
	plain(http.StatusUnauthorized).write(w)
	return nil, false
}

// basic checks a header as libprocess does: a secret with a colon never passes.
func (m *Master) basic(header string) (string, bool) {
	encoded, ok := strings.CutPrefix(header, "Basic ")
	if !ok {
		return "", false
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", false
	}
	parts := strings.Split(string(decoded), ":")
	if len(parts) != 2 {
		return "", false
	}
	secret, known := m.config.Credentials[parts[0]]
	return parts[0], known && secret == parts[1]
}

// decode reads a call in either format. The zero answer means that it is read.
func decode(r *http.Request, call proto.Message) answer { return refuse(api.Decode(r, call)) }

func readBody(r *http.Request) ([]byte, answer) {
	body, status, text := api.Body(r)
	return body, refuse(status, text)
}

// accepted returns the content type that a client wants; empty: none there is.
func accepted(r *http.Request) string { return api.Accepted(r) }

const notAcceptable = api.NotAcceptable
