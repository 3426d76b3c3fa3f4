package mesosjson_test

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/gogo/protobuf/proto"
	"github.com/gogo/protobuf/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func scalar(v float64) *mesos.Value_Scalar { return &mesos.Value_Scalar{Value: v} }

// TestUnmarshal: what the master takes, and what it makes of it.
func TestUnmarshal(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     proto.Message
	}{
		{"blanks around", " \t\r\n{ \"value\" : 1.5 } \n", scalar(1.5)},
		{"unknown fields", `{"value":1.5,"x":{"y":[1,"2",null,{}]},"z":"NaN"}`, scalar(1.5)},
		{"the last of one name", `{"value":1,"value":2}`, scalar(2)},
		{"escaped name", `{"\u0076alue":2}`, scalar(2)},
		{"null", `{"refuse_seconds":null}`, &mesos.Filters{}},
		{"integer for a double", `{"value":5}`, scalar(5)},
		{"string for a double", `{"value":"5.5"}`, scalar(5.5)},
		{"infinity", `{"value":"Infinity"}`, scalar(math.Inf(1))},
		{"negative infinity", `{"value":"-Infinity"}`, scalar(math.Inf(-1))},
		{"leading zeros", `{"value":007}`, scalar(7)},
		{"exponent", `{"value":1.5E+3}`, scalar(1500)},
		{"open fraction", `{"value":1.}`, scalar(1)},
		{"too small", `{"value":1e-999}`, scalar(0)},
		{"negative zero", `{"value":-0.0}`, scalar(math.Copysign(0, -1))},
		{"64 bits", `{"begin":"9223372036854775807","end":18446744073709551615}`, &mesos.Value_Range{Begin: math.MaxInt64, End: math.MaxUint64}},
		{"fractions are cut off", `{"begin":1.9,"end":2e3}`, &mesos.Value_Range{Begin: 1, End: 2000}},
		{"negative wraps", `{"begin":-1,"end":9.3e18}`, &mesos.Value_Range{Begin: math.MaxUint64, End: 9300000000000000000}},
		{"beyond 64 bits", `{"begin":1e30,"end":-1e30}`, &mesos.Value_Range{Begin: 0, End: 1 << 63}},
		{"32 bits wrap", `{"port":4294967297}`, &mesos.Address{Port: 1}},
		{"double beyond 32 bits", `{"port":1e10}`, &mesos.Address{Port: math.MinInt32}},
		{"signed 64 bits", `{"nanoseconds":-5}`, &mesos.TimeInfo{Nanoseconds: -5}},
		{"beyond signed 64 bits", `{"nanoseconds":18446744073709551615}`, &mesos.TimeInfo{Nanoseconds: math.MinInt64}},
		{"boolean as a string", `{"shell":" false "}`, &mesos.CommandInfo{Shell: new(false)}},
		{"unknown enum name, optional", `{"type":"NO_SUCH"}`, &schedulerpb.Call{}},
		{"one for many", `{"roles":"a","user":"u","name":"n"}`, &mesos.FrameworkInfo{User: "u", Name: "n", Roles: []string{"a"}}},
		{"an object for many", `{"labels":{"key":"k"}}`, &mesos.Labels{Labels: []mesos.Label{{Key: "k"}}}},
		{"arrays in arrays, and null", `{"item":["a",["b",[]],null]}`, &mesos.Value_Set{Item: []string{"a", "b"}}},
		{"escapes", `{"key":"\"\\\/\b\f\n\r\t\u00e9\ud834\udd1e\u0000"}`, &mesos.Label{Key: "\"\\/\b\f\n\r\té𝄞\x00"}},
		{"raw bytes", "{\"key\":\"\xff\x7f\"}", &mesos.Label{Key: "\xff\x7f"}},
		{"base64", `{"value":"AP8="}`, &mesos.UUID{Value: []byte{0, 255}}},
		{"base64 without padding, with blanks", `{"value":" A P\n8"}`, &mesos.UUID{Value: []byte{0, 255}}},
		{"base64 with too little", `{"value":"AP8AA=garbage!"}`, &mesos.UUID{Value: []byte{0, 255, 0}}},
		{"base64 of nothing", `{"value":""}`, &mesos.UUID{Value: []byte{}}},
		{"map", `{"role":"r","limits":{"cpus":{"value":"2"}}}`, &masterpb.QuotaConfig{Role: "r", Limits: map[string]mesos.Value_Scalar{"cpus": {Value: 2}}}},
		{"oneof", `{"attribute_name":"rack"}`, &schedulerpb.AttributeConstraint_Selector{
			Selector: &schedulerpb.AttributeConstraint_Selector_AttributeName{AttributeName: "rack"}}},
		{"oneof, both: the later by name", `{"pseudoattribute_type":"ZONE","attribute_name":"rack"}`, &schedulerpb.AttributeConstraint_Selector{
			Selector: &schedulerpb.AttributeConstraint_Selector_PseudoattributeType_{PseudoattributeType: schedulerpb.AttributeConstraint_Selector_ZONE}}},
		{"oneof of messages", `{"not_exists":{}}`, &schedulerpb.AttributeConstraint_Predicate{
			Predicate: &schedulerpb.AttributeConstraint_Predicate_NotExists_{NotExists: &schedulerpb.AttributeConstraint_Predicate_NotExists{}}}},
		{"well-known type", `{"seconds":"60"}`, &types.Duration{Seconds: 60}},
		{"required enum that starts above zero", `{"container_path":"p","mode":"RO"}`, &mesos.Volume{ContainerPath: "p", Mode: mesos.RO.Enum()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newLike(c.want)
			if err := mesosjson.Unmarshal([]byte(c.in), got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRefusals: the body of the 400 with which a master answers each of these as a Call.
func TestRefusals(t *testing.T) {
	syntax := func(text string) string { return "Failed to parse body into JSON: " + text }
	conversion := func(text string) string { return "Failed to convert JSON into Call protobuf: " + text }
	// inside builds a RESERVE of one resource around the text.
	inside := func(resource string) string {
		return `{"type":"ACCEPT","accept":{"operations":[{"type":"RESERVE","reserve":{"resources":[` + resource + `]}}]}}`
	}
	for _, c := range []struct{ name, in, want string }{
		{"no JSON", "not json", syntax("syntax error at line 1 near: ot json")},
		{"nothing", "", syntax("syntax error at line 1 near: ")},
		{"blanks", " \n ", syntax("syntax error at line 2 near: ")},
		{"later line", "{\n\"a\":1,\nx}\nmore", syntax("syntax error at line 3 near: x}")},
		{"control characters aren't shown", "{x\x01\x1fy", syntax("syntax error at line 1 near: xy")},
		{"comma at the end", `{"a":1,}`, syntax("syntax error at line 1 near: }")},
		{"open string", `{"a":"b`, syntax("syntax error at line 1 near: ")},
		{"newline in a string", "{\"a\":\"b\nc\"}", syntax("syntax error at line 1 near: ")},
		{"bad escape", `{"a":"\x"}`, syntax(`syntax error at line 1 near: "}`)},
		{"lone second half", `{"a":"\udd1e"}`, syntax(`syntax error at line 1 near: "}`)},
		{"lone first half", `{"a":"\ud834x"}`, syntax(`syntax error at line 1 near: x"}`)},
		{"short hex", `{"a":"\u12g4"}`, syntax(`syntax error at line 1 near: g4"}`)},
		{"no number", `{"a":1-2}`, syntax("syntax error at line 1 near: }")},
		{"plus", `{"a":+1}`, syntax("syntax error at line 1 near: +1}")},
		{"too large a number", `{"unknown":-1e999}`, syntax("Value out of range")},
		{"behind the end", "{} x", syntax("Parsed JSON included non-whitespace trailing characters:  x")},
		{"bare number and a blank", "5 ", syntax("Parsed JSON included non-whitespace trailing characters: ")},
		{"201 levels", strings.Repeat("[", 201), syntax("syntax error at line 1 near: ")},
		{"an array", "[]", conversion("Expecting a JSON object")},
		{"a bare number", "5", conversion("Expecting a JSON object")},
		{"200 levels", strings.Repeat("[", 200) + strings.Repeat("]", 200), conversion("Expecting a JSON object")},
		{"number for a message", `{"accept":5}`, conversion("Not expecting a JSON number for field 'accept'")},
		{"string for a message", `{"accept":"x"}`, conversion("Not expecting a JSON string for field 'accept'")},
		{"array for a message", `{"accept":[]}`, conversion("Not expecting a JSON array for field 'accept'")},
		{"boolean for a string", `{"framework_id":{"value":true}}`, conversion("Not expecting a JSON boolean for field 'value'")},
		{"object for a string", `{"framework_id":{"value":{}}}`, conversion("Not expecting a JSON object for field 'value'")},
		{"number for an enum", `{"type":5}`, conversion("Not expecting a JSON number for field 'type'")},
		{"string for a map", `{"subscribe":{"framework_info":{"offer_filters":"x"}}}`, conversion("Not expecting a JSON string for field 'offer_filters'")},
		{"unknown enum name, required", inside(`{"name":"cpus","type":"NO_SUCH"}`), conversion("Failed to find enum for 'NO_SUCH'")},
		{"nan", inside(`{"scalar":{"value":"nan"}}`),
			conversion("Failed to parse 'nan' as a JSON number for field 'value': syntax error at line 1 near: an")},
		{"boolean in a string for a number", inside(`{"scalar":{"value":"true"}}`),
			conversion("Failed to parse 'true' as a JSON number for field 'value': Unexpected JSON type parsed")},
		{"number in a string for a boolean", `{"accept":{"operations":[{"launch":{"task_infos":[{"command":{"shell":"1"}}]}}]}}`,
			conversion("Failed to parse '1' as a JSON boolean for field 'shell': Unexpected JSON type parsed")},
		{"bad base64", `{"acknowledge":{"uuid":"AA!A"}}`, conversion("Failed to base64 decode bytes field 'uuid': Invalid character '!'")},
		{"faults are found in the order of names", `{"type":5,"accept":7}`, conversion("Not expecting a JSON number for field 'accept'")},
		{"missing", inside(`{}`), conversion("Missing required fields: accept.operations[0].reserve.resources[0].name, accept.operations[0].reserve.resources[0].type")},
		{"null is missing", `{"framework_id":{"value":null}}`, conversion("Missing required fields: framework_id.value")},
		{"missing, own first, then inside by number", inside(`{"name":"x","type":"SCALAR"},{"type":"SCALAR","scalar":{},"provider_id":{},"reservations":[{},{"labels":{"labels":[{}]}}]}`),
			conversion("Missing required fields: accept.operations[0].reserve.resources[1].name, accept.operations[0].reserve.resources[1].scalar.value, " +
				"accept.operations[0].reserve.resources[1].provider_id.value, accept.operations[0].reserve.resources[1].reservations[1].labels.labels[0].key")},
		{"missing in a map", `{"subscribe":{"framework_info":{"user":"u","name":"n","offer_filters":{"b":{"min_allocatable_resources":{"quantities":{"quantities":{"cpus":{}}}}},"a":{}}}}}`,
			conversion("Missing required fields: subscribe.framework_info.offer_filters[1].value.min_allocatable_resources.quantities[0].quantities[0].value.value")},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := mesosjson.Unmarshal([]byte(c.in), &schedulerpb.Call{})
			if err == nil {
				t.Fatal("taken")
			}
			if got := mesosjson.Refusal(err, "Call"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestErrorTypes(t *testing.T) {
	var syntax *mesosjson.SyntaxError
	if err := mesosjson.Unmarshal([]byte("{"), &mesos.TaskID{}); !errors.As(err, &syntax) {
		t.Errorf("%#v", err)
	}
	var conversion *mesosjson.ConversionError
	if err := mesosjson.Unmarshal([]byte(`{"value":5}`), &mesos.TaskID{}); !errors.As(err, &conversion) || conversion.Field != "value" {
		t.Errorf("%#v", err)
	}
	var required *mesosjson.RequiredError
	if err := mesosjson.Unmarshal([]byte(`{}`), &mesos.TaskID{}); !errors.As(err, &required) || !cmp.Equal(required.Fields, []string{"value"}) {
		t.Errorf("%#v", err)
	}
	large := make([]byte, mesosjson.MaxBytes+1)
	if err := mesosjson.Unmarshal(large, &mesos.TaskID{}); !errors.Is(err, mesosjson.ErrTooLarge) {
		t.Errorf("%#v", err)
	}
}

// TestManyMissing: an input of nothing but empty messages isn't looked at to its end.
func TestManyMissing(t *testing.T) {
	in := `{"labels":[{}` + strings.Repeat(",{}", 1<<20) + `]}`
	var required *mesosjson.RequiredError
	if err := mesosjson.Unmarshal([]byte(in), &mesos.Labels{}); !errors.As(err, &required) || len(required.Fields) > 1000 {
		t.Errorf("%T with %d fields", err, len(required.Fields))
	}
}

// TestReset: nothing of what m held before is left.
func TestReset(t *testing.T) {
	m := &mesos.Filters{RefuseSeconds: new(7.0), XXX_unrecognized: []byte{1}}
	if err := mesosjson.Unmarshal([]byte("{}"), m); err != nil || m.RefuseSeconds != nil || m.XXX_unrecognized != nil {
		t.Errorf("%v: left %v", err, m)
	}
}

// TestConcurrent is for the race detector: types are met for the first time by several goroutines at once.
func TestConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, m := range topLevel {
				m := newLike(m)
				b, err := mesosjson.Marshal(m)
				if err != nil {
					t.Error(err)
				}
				var required *mesosjson.RequiredError
				if err := mesosjson.Unmarshal(b, m); err != nil && !errors.As(err, &required) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestUnmarshalArray(t *testing.T) {
	read := func(in string) ([]string, error) {
		var made []*mesos.Resource
		err := mesosjson.UnmarshalArray([]byte(in), func() proto.Message {
			made = append(made, &mesos.Resource{})
			return made[len(made)-1]
		})
		var names []string
		for _, r := range made {
			names = append(names, r.Name)
		}
		return names, err
	}
	got, err := read(`[{"name":"cpus","type":"SCALAR"}, {"name":"mem","type":"SCALAR"}]`)
	if want := []string{"cpus", "mem"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for in, want := range map[string]string{
		`{}`:      "Unexpected JSON type parsed",
		`[`:       "syntax error at line 1 near: ",
		`[5]`:     "Expecting a JSON object",
		`[{}]`:    "Missing required fields: name, type",
		`[] junk`: "Parsed JSON included non-whitespace trailing characters:  junk",
	} {
		if _, err := read(in); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}
