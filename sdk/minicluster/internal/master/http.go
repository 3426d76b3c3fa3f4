package master

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// maxBody is how large a request's body may be.
const maxBody = 8 << 20

// maxDrained is how much more of a body is read, and thrown away, where it is too large.
const maxDrained = 64 << 20

// Content types of the v1 APIs.
const (
	typeJSON     = "application/json"
	typeProtobuf = "application/x-protobuf"
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

// notAllowed is the response to a wrong method.
func notAllowed(w http.ResponseWriter, r *http.Request, expected ...string) {
	w.Header().Set("Allow", strings.Join(expected, ", "))
	refuse(http.StatusMethodNotAllowed, fmt.Sprintf("405 Method Not Allowed. Expecting one of { '%s' }, but received '%s'.", strings.Join(expected, "', '"), r.Method)).write(w)
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
func decode(r *http.Request, call proto.Message) answer {
	if len(r.Header["Content-Type"]) == 0 {
		return refuse(http.StatusBadRequest, "Expecting 'Content-Type' to be present")
	}
	kind := r.Header.Get("Content-Type")
	if kind != typeJSON && kind != typeProtobuf {
		return refuse(http.StatusUnsupportedMediaType, "Expecting 'Content-Type' of application/json or application/x-protobuf")
	}
	body, failed := readBody(r)
	if failed.status != 0 {
		return failed
	}
	if kind == typeProtobuf {
		if err := proto.Unmarshal(body, call); err != nil {
			return refuse(http.StatusBadRequest, "Failed to parse body into Call protobuf")
		}
		return answer{}
	}
	if err := mesosjson.Unmarshal(body, call); err != nil {
		return refuse(http.StatusBadRequest, mesosjson.Refusal(err, "Call"))
	}
	return answer{}
}

func readBody(r *http.Request) ([]byte, answer) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "Failed to read body")
	}
	if len(body) > maxBody {
		// A client that is still writing when the connection closes doesn't get to see the answer.
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
		return nil, refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("Body is larger than %d bytes", maxBody))
	}
	return body, answer{}
}

// accepted returns the content type that a client wants: JSON if it may be, else protobuf; empty: neither.
func accepted(r *http.Request) string {
	header, ok := r.Header["Accept"]
	if !ok {
		return typeJSON
	}
	allowed := map[string]bool{}
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		kind, _, _ := strings.Cut(part, ";")
		allowed[strings.TrimSpace(kind)] = true
	}
	for _, kind := range []string{typeJSON, typeProtobuf} {
		if allowed["*/*"] || allowed["application/*"] || allowed[kind] {
			return kind
		}
	}
	return ""
}

const notAcceptable = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'"
