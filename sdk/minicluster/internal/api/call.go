package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// Content types of the v1 APIs.
const (
	JSON     = "application/json"
	Protobuf = "application/x-protobuf"
)

// NotAcceptable is the text of a 406.
const NotAcceptable = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'"

// maxBody is how large a request's body may be.
const maxBody = 8 << 20

// maxDrained is how much more of a body is read, and thrown away, where it is too large.
const maxDrained = 64 << 20

// Decode reads a call in either format. Status 0 means that it is read; another one is the answer, with a text.
func Decode(r *http.Request, call proto.Message) (status int, text string) {
	if len(r.Header["Content-Type"]) == 0 {
		return http.StatusBadRequest, "Expecting 'Content-Type' to be present"
	}
	kind := r.Header.Get("Content-Type")
	if kind != JSON && kind != Protobuf {
		return http.StatusUnsupportedMediaType, "Expecting 'Content-Type' of application/json or application/x-protobuf"
	}
	body, status, text := Body(r)
	if status != 0 {
		return status, text
	}
	if kind == Protobuf {
		if err := proto.Unmarshal(body, call); err != nil {
			return http.StatusBadRequest, "Failed to parse body into Call protobuf"
		}
		return 0, ""
	}
	if err := mesosjson.Unmarshal(body, call); err != nil {
		return http.StatusBadRequest, mesosjson.Refusal(err, "Call")
	}
	return 0, ""
}

// Body reads a request's body up to a limit. Status 0 means that it is read; another one is the answer.
func Body(r *http.Request) (body []byte, status int, text string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, http.StatusBadRequest, "Failed to read body"
	}
	if len(body) > maxBody {
		// A client that is still writing when the connection closes doesn't get to see the answer.
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
		return nil, http.StatusRequestEntityTooLarge, fmt.Sprintf("Body is larger than %d bytes", maxBody)
	}
	return body, 0, ""
}

// Accepted returns the content type that a client wants: JSON if it may be, else protobuf; empty: neither.
func Accepted(r *http.Request) string {
	header, ok := r.Header["Accept"]
	if !ok {
		return JSON
	}
	allowed := map[string]bool{}
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		kind, _, _ := strings.Cut(part, ";")
		allowed[strings.TrimSpace(kind)] = true
	}
	for _, kind := range []string{JSON, Protobuf} {
		if allowed["*/*"] || allowed["application/*"] || allowed[kind] {
			return kind
		}
	}
	return ""
}

// Marshaler returns what writes messages in a content type.
func Marshaler(kind string) func(proto.Message) ([]byte, error) {
	if kind == Protobuf {
		return proto.Marshal
	}
	return mesosjson.Marshal
}

// WrongMethod is the text of a 405, whose Allow header names what is expected.
func WrongMethod(r *http.Request, expected ...string) string {
	return fmt.Sprintf("405 Method Not Allowed. Expecting one of { '%s' }, but received '%s'.", strings.Join(expected, "', '"), r.Method)
}
