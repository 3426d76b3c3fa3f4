package master

// The endpoints /reserve, /unreserve, /create-volumes, /destroy-volumes and /teardown (semantics 7.1), which
// take forms.

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// formHandler carries out what a form asks for, on the loop.
type formHandler func(m *Master, fields url.Values, principal *string) answer

// form serves an endpoint that takes a form.
func form(handle formHandler) func(*Master, http.ResponseWriter, *http.Request) {
	return func(m *Master, w http.ResponseWriter, r *http.Request) {
		principal, ok := m.authenticate(w, r, realmReadWrite)
		if !ok {
			return
		}
		if r.Method != http.MethodPost {
			notAllowed(w, r, http.MethodPost)
			return
		}
		body, failed := readBody(r)
		if failed.status != 0 {
			failed.write(w)
			return
		}
		fields, err := url.ParseQuery(strings.TrimSpace(string(body)))
		if err != nil {
			refuse(http.StatusBadRequest, "Unable to decode query string: "+err.Error()).write(w)
			return
		}
		m.answer(w, func() answer { return handle(m, fields, principal) })
	}
}

func reserveForm(m *Master, fields url.Values, principal *string) answer {
	// This endpoint alone leaves out the "in".
	const parsing = "Error parsing"
	agentID, failed := field(fields, "slaveId")
	if failed.status != 0 {
		return failed
	}
	resources, failed := resourceField(fields, "resources", parsing)
	if failed.status != 0 {
		return failed
	}
	var source []mesos.Resource
	if fields.Has("source") {
		if source, failed = resourceField(fields, "source", parsing); failed.status != 0 {
			return failed
		}
	}
	return m.reserve(agentID, source, resources, principal)
}

func unreserveForm(m *Master, fields url.Values, principal *string) answer {
	agentID, resources, failed := agentAnd(fields, "resources")
	if failed.status != 0 {
		return failed
	}
	return m.unreserve(agentID, resources, principal)
}

func createForm(m *Master, fields url.Values, principal *string) answer {
	agentID, volumes, failed := agentAnd(fields, "volumes")
	if failed.status != 0 {
		return failed
	}
	return m.createVolumes(agentID, volumes, principal)
}

func destroyForm(m *Master, fields url.Values, principal *string) answer {
	agentID, volumes, failed := agentAnd(fields, "volumes")
	if failed.status != 0 {
		return failed
	}
	return m.destroyVolumes(agentID, volumes, principal)
}

func teardownForm(m *Master, fields url.Values, principal *string) answer {
	frameworkID, failed := field(fields, "frameworkId")
	if failed.status != 0 {
		return failed
	}
	return m.operatorTeardown(frameworkID, principal)
}

func agentAnd(fields url.Values, name string) (agentID string, resources []mesos.Resource, failed answer) {
	if agentID, failed = field(fields, "slaveId"); failed.status != 0 {
		return "", nil, failed
	}
	resources, failed = resourceField(fields, name, "Error in parsing")
	return agentID, resources, failed
}

func field(fields url.Values, name string) (string, answer) {
	if !fields.Has(name) {
		return "", refuse(http.StatusBadRequest, "Missing '"+name+"' query parameter in the request body")
	}
	return fields.Get(name), answer{}
}

// resourceField reads an array of resources.
func resourceField(fields url.Values, name, parsing string) ([]mesos.Resource, answer) {
	text, failed := field(fields, name)
	if failed.status != 0 {
		return nil, failed
	}
	var read []*mesos.Resource
	err := mesosjson.UnmarshalArray([]byte(text), func() proto.Message {
		read = append(read, &mesos.Resource{})
		return read[len(read)-1]
	})
	if err != nil {
		return nil, refuse(http.StatusBadRequest, parsing+" '"+name+"' query parameter in the request body: "+err.Error())
	}
	out := make([]mesos.Resource, len(read))
	for i := range read {
		out[i] = *read[i]
	}
	return out, answer{}
}
