package mesosjson_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/gogo/protobuf/proto"
	"github.com/gogo/protobuf/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/executorpb"
	"github.com/stateful-mesos/moor/sdk/mesos/internal/arbitrary"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// topLevel are the messages that travel as JSON.
var topLevel = []proto.Message{
	&schedulerpb.Event{}, &schedulerpb.Call{},
	&executorpb.Event{}, &executorpb.Call{},
	&masterpb.Event{}, &masterpb.Call{}, &masterpb.Response{},
	&mesos.Resource{}, &mesos.MasterInfo{}, &mesos.AgentInfo{}, &mesos.TaskInfo{}, &mesos.Volume{},
}

func newLike(m proto.Message) proto.Message {
	return reflect.New(reflect.TypeOf(m).Elem()).Interface().(proto.Message)
}

// TestMarshal: each case is what the master writes for such a message.
func TestMarshal(t *testing.T) {
	for _, c := range []struct {
		name string
		m    proto.Message
		want string
	}{
		{"defaults", &mesos.Filters{}, `{"refuse_seconds":5.0}`},
		{"set to its default", &mesos.Filters{RefuseSeconds: new(0.0)}, `{"refuse_seconds":0.0}`},
		{"deprecated defaults stay away", &mesos.FrameworkInfo{User: "u", Name: "n", Roles: []string{"a"}},
			`{"user":"u","name":"n","failover_timeout":0.0,"checkpoint":false,"roles":["a"]}`},
		{"defaults of booleans and enums", &mesos.HealthCheck_TCPCheckInfo{Port: 80}, `{"protocol":"IPv4","port":80}`},
		{"boolean default", &mesos.CommandInfo{Value: new("true")}, `{"shell":true,"value":"true"}`},
		{"set and deprecated", &mesos.Resource{Name: "cpus", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 0.25}, Role: new("*")},
			`{"name":"cpus","type":"SCALAR","scalar":{"value":0.25},"role":"*"}`},
		{"64 bits", &mesos.Value_Range{Begin: 0, End: math.MaxUint64}, `{"begin":0,"end":18446744073709551615}`},
		{"bytes", &schedulerpb.Call_Acknowledge{UUID: []byte("0123456789abcdef")},
			`{"agent_id":{"value":""},"task_id":{"value":""},"uuid":"MDEyMzQ1Njc4OWFiY2RlZg=="}`},
		{"empty bytes are set", &mesos.TaskStatus{TaskID: mesos.TaskID{Value: "t"}, State: mesos.TASK_RUNNING, Data: []byte{}},
			`{"task_id":{"value":"t"},"state":"TASK_RUNNING","data":""}`},
		{"map", &masterpb.QuotaConfig{Role: "r", Limits: map[string]mesos.Value_Scalar{"mem": {Value: 1}, "cpus": {Value: 2}}},
			`{"role":"r","limits":{"cpus":{"value":2.0},"mem":{"value":1.0}}}`},
		{"oneof", &schedulerpb.AttributeConstraint_Selector{Selector: &schedulerpb.AttributeConstraint_Selector_AttributeName{AttributeName: "rack"}},
			`{"attribute_name":"rack"}`},
		{"oneof with an enum", &schedulerpb.AttributeConstraint_Selector{Selector: &schedulerpb.AttributeConstraint_Selector_PseudoattributeType_{
			PseudoattributeType: schedulerpb.AttributeConstraint_Selector_HOSTNAME}}, `{"pseudoattribute_type":"HOSTNAME"}`},
		{"strings", &mesos.Label{Key: "<&>\"\\/\n\x01\x7f", Value: new("\xff漢")}, "{\"key\":\"<&>\\\"\\\\/\\n\\u0001\x7f\",\"value\":\"\xff漢\"}"},
		{"empty arrays", &mesos.Labels{Labels: []mesos.Label{}}, `{}`},
		{"unknown enum value", &mesos.Volume{ContainerPath: "p", Mode: mesos.Volume_Mode(99).Enum()}, `{"container_path":"p"}`},
		{"unknown fields", &mesos.TaskID{Value: "t", XXX_unrecognized: []byte{0xf8, 0x7d, 1}}, `{"value":"t"}`},
		{"well-known type", &masterpb.Call_DrainAgent{AgentID: mesos.AgentID{Value: "a"}, MaxGracePeriod: &types.Duration{Seconds: 60}},
			`{"agent_id":{"value":"a"},"max_grace_period":{"seconds":60},"mark_gone":false}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := mesosjson.Marshal(c.m)
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestDoubles(t *testing.T) {
	for _, c := range []struct {
		value float64
		want  string
	}{
		{0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {5, "5.0"}, {-1.5, "-1.5"}, {0.1, "0.1"}, {1024, "1024.0"},
		{99999999999.999, "99999999999.999"}, {1e20, "100000000000000000000.0"}, {1e21, "1e21"}, {1.5e300, "1.5e300"},
		{0.000001, "0.000001"}, {1e-7, "1e-7"}, {1.25e-10, "1.25e-10"}, {math.MaxFloat64, "1.7976931348623157e308"},
		{math.Inf(1), `"Infinity"`}, {math.Inf(-1), `"-Infinity"`},
	} {
		got, err := mesosjson.Marshal(&mesos.Value_Scalar{Value: c.value})
		if want := `{"value":` + c.want + `}`; err != nil || string(got) != want {
			t.Errorf("%v: got %s (%v), want %s", c.value, got, err, want)
		}
	}
	if _, err := mesosjson.Marshal(&mesos.Value_Scalar{Value: math.NaN()}); !errors.Is(err, mesosjson.ErrNotANumber) {
		t.Errorf("NaN: %v", err)
	}
}

// TestMarshalRefuses: a message that contains itself must not exhaust the stack.
func TestMarshalRefuses(t *testing.T) {
	loop := &mesos.ContainerID{Value: "c"}
	loop.Parent = loop
	if _, err := mesosjson.Marshal(loop); !errors.Is(err, mesosjson.ErrTooDeep) {
		t.Errorf("a loop: %v", err)
	}
	var none *mesos.ContainerID
	if _, err := mesosjson.Marshal(none); err == nil {
		t.Error("a nil message was written")
	}
	if err := mesosjson.Unmarshal([]byte("{}"), none); err == nil {
		t.Error("a nil message was filled")
	}
}

// TestRoundTrip: every message with every kind of content comes back as it was.
func TestRoundTrip(t *testing.T) {
	for _, m := range topLevel {
		t.Run(proto.MessageName(m), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				want := newLike(m)
				arbitrary.Fill(t, want, arbitrary.Config{})
				b, err := mesosjson.Marshal(want)
				if err != nil {
					t.Fatal(err)
				}
				got := newLike(m)
				if err := mesosjson.Unmarshal(b, got); err != nil {
					t.Fatalf("%v in %s", err, b)
				}
				again, err := mesosjson.Marshal(got)
				if err != nil || string(again) != string(b) {
					t.Fatalf("%v: became\n%s, was\n%s", err, again, b)
				}
			})
		})
	}
}

// TestRoundTripBytes: with every field set, and so no default filled in, the bytes are the same as well.
func TestRoundTripBytes(t *testing.T) {
	for _, m := range topLevel {
		t.Run(proto.MessageName(m), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				want := newLike(m)
				arbitrary.Fill(t, want, arbitrary.Config{Full: true, Depth: 2})
				b, err := mesosjson.Marshal(want)
				if err != nil {
					t.Fatal(err)
				}
				got := newLike(m)
				if err := mesosjson.Unmarshal(b, got); err != nil {
					t.Fatalf("%v in %s", err, b)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatal(diff)
				}
			})
		})
	}
}

// TestRecorded: what passed between a real master and its clients is understood, and nothing of it is lost.
func TestRecorded(t *testing.T) {
	f, err := os.Open("testdata/recorded.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var record struct {
			Message string
			JSON    json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		m := reflect.New(proto.MessageType(record.Message).Elem()).Interface().(proto.Message)
		if err := mesosjson.Unmarshal(record.JSON, m); err != nil {
			t.Errorf("%v in %s", err, record.JSON)
			continue
		}
		written, err := mesosjson.Marshal(m)
		if err != nil {
			t.Error(err)
		}
		var want, got any
		if err := errors.Join(json.Unmarshal(record.JSON, &want), json.Unmarshal(written, &got)); err != nil {
			t.Fatal(err)
		}
		if lost := missing("", want, got); lost != "" {
			t.Errorf("%s of %s is not in %s", lost, record.JSON, written)
		}
	}
	if err := lines.Err(); err != nil || n < 50 {
		t.Errorf("only %d records: %v", n, err)
	}
}

// missing names a part of want that isn't in got; empty arrays needn't be.
func missing(path string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			return path
		}
		for key, value := range want {
			if empty, is := value.([]any); is && len(empty) == 0 {
				continue
			}
			if lost := missing(path+"."+key, value, got[key]); lost != "" {
				return lost
			}
		}
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return path
		}
		for i := range want {
			if lost := missing(path+"[]", want[i], got[i]); lost != "" {
				return lost
			}
		}
	default:
		if want != got {
			return path
		}
	}
	return ""
}

// FuzzUnmarshal: no input panics; what is taken can be written, and is the same when read again.
func FuzzUnmarshal(f *testing.F) {
	for _, seed := range []string{
		"", "not json", "{}", "[]", `{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":"n"}}}`,
		`{"accept":{"offer_ids":[{"value":"o"}],"operations":[{"type":"RESERVE","reserve":{"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":"1.5"}}]}}]}}`,
		`{"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"AAAA AA=="}}`,
		`{"framework_id":{"value":"\ud834\udd1e\u0000"}}`, `{"a":` + strings.Repeat("[", 300), `{"a":1e999}`, `{"a":007}`, "{}\n 5",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var call schedulerpb.Call
		if err := mesosjson.Unmarshal(in, &call); err != nil {
			if mesosjson.Refusal(err, "Call") == "" {
				t.Fatal("a refusal without a word")
			}
			return
		}
		once, err := mesosjson.Marshal(&call)
		if err != nil {
			t.Fatalf("%v: taken, but can't be written: %q", err, in)
		}
		var again schedulerpb.Call
		if err := mesosjson.Unmarshal(once, &again); err != nil {
			t.Fatalf("%v: %q became %q", err, in, once)
		}
		if twice, err := mesosjson.Marshal(&again); err != nil || string(twice) != string(once) {
			t.Fatalf("%v: %q became %q", err, once, twice)
		}
	})
}
