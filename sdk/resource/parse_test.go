package resource_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"": "{}", ";;": "{}", "gpus:0": "{}", "ports:[]": "{}", "x:{}": "{}",
		"cpus:45.55;ports:[10000-20000, 30000-50000];disks:{sda1}": "cpus:45.55; ports:[10000-20000, 30000-50000]; disks:{sda1}",
		"cpus(role1):2;mem(role1):3":                               "cpus(reservations: [(STATIC,role1)]):2; mem(reservations: [(STATIC,role1)]):3",
		" cpus ( role1 ):2":                                        "cpus(reservations: [(STATIC,role1)]):2",
		"cpus(*):2":                                                "cpus:2",
		"cpus: 1;\tmem: 5 1 2 ; ":                                  "",
		"cpus: 1;\tmem: 5 1 2 ;":                                   "cpus:1; mem:512",
		"cpus:1;cpus:2.5":                                          "cpus:3.5",
		"cpus::1":                                                  "cpus:1",
		"ports:[1-2,3-4]":                                          "ports:[1-4]",
		"ports:[1-10, 5-30, 50-60]":                                "ports:[1-30, 50-60]",
		"ports:[0x10-0X20]":                                        "ports:[16-32]",
		"ports:[+1-2]":                                             "ports:[1-2]",
		"ports:[0-18446744073709551615]":                           "ports:[0-18446744073709551615]",
		"ports:[5-6];ports:[1-4]":                                  "ports:[1-6]",
		"x:{b,a};x:{c,a}":                                          "x:{b, a, c}",
		"cpus:1e3;mem:.5;disk:2.":                                  "cpus:1000; mem:0.5; disk:2",
		"cpus:1.5011":                                              "cpus:1.501",
		`[]`:                                                       "{}",
		` [{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"*"}] `:                                                        "cpus:1",
		`[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"a","reservation":{"principal":"p"}}]`:                          "cpus(reservations: [(DYNAMIC,a,p)]):1",
		`[{"name":"disk","type":"SCALAR","scalar":{"value":9},"disk":{"source":{"type":"PATH","path":{"root":"/d"}}}}]`:              "disk[PATH:/d]:9",
		`[{"name":"x","type":"SET","set":{"item":["a","b"]}},{"name":"p","type":"RANGES","ranges":{"range":[{"begin":3,"end":4}]}}]`: "x:{a, b}; p:[3-4]",
	} {
		got, err := resource.Parse(text)
		if want == "" {
			if err == nil {
				t.Errorf("%q: %s", text, got)
			}
			continue
		}
		if err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v; want %s", text, got, err, want)
		}
	}
}

// An error says what is wrong and where.
func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text, item string
		offset     int
		reason     string
		is         error
	}{
		{"cpus(role1)", "cpus(role1)", 0, "Bad value for resources, missing or extra ':' in cpus(role1)", resource.ErrSyntax},
		{"cpus:1;mem", "mem", 7, "Bad value for resources, missing or extra ':' in mem", resource.ErrSyntax},
		{"cpus:1:2", "cpus:1:2", 0, "Bad value for resources, missing or extra ':' in cpus:1:2", resource.ErrSyntax},
		{"cpus(role1:1", "cpus(role1:1", 0, "Bad value for resources, mismatched parentheses in cpus(role1:1", resource.ErrSyntax},
		{"cpus)(role1:1", "cpus)(role1:1", 0, "Bad value for resources, mismatched parentheses in cpus)(role1:1", resource.ErrSyntax},
		{"cpus: ", "cpus: ", 0, "Failed to parse resource cpus value   error Expecting non-empty string", resource.ErrSyntax},
		{"ports:[1-2", "ports:[1-2", 0, "Failed to parse resource ports value [1-2 error Mismatched brackets", resource.ErrSyntax},
		{"x:}{", "x:}{", 0, "Failed to parse resource x value }{ error Mismatched brackets", resource.ErrSyntax},
		{"x:1(", "x:1(", 0, "Failed to parse resource x value 1( error Mismatched brackets", resource.ErrSyntax},
		{"ports:[1-2-3]", "ports:[1-2-3]", 0, `Failed to parse resource ports value [1-2-3] error Expecting one or more "ranges"`, resource.ErrSyntax},
		{"ports:[a-2]", "ports:[a-2]", 0, "Failed to parse resource ports value [a-2] error Expecting non-negative integers in 'a'", resource.ErrSyntax},
		{"ports:[0-18446744073709551616]", "ports:[0-18446744073709551616]", 0,
			"Failed to parse resource ports value [0-18446744073709551616] error Expecting non-negative integers in '0'", resource.ErrSyntax},
		{"ports:1[2-3]", "ports:1[2-3]", 0, "Failed to parse resource ports value 1[2-3] error Unexpected '[' found", resource.ErrSyntax},
		{"x:a{b}", "x:a{b}", 0, "Failed to parse resource x value a{b} error Unexpected '{' found", resource.ErrSyntax},
		{"cpus:1e-310", "cpus:1e-310", 0, "Failed to parse resource cpus value 1e-310 error Subnormal values not supported", resource.ErrSyntax},
		{"cpus:nan", "cpus:nan", 0, "Bad type for resource cpus value nan type TEXT: Unsupported floating point value", resource.ErrSyntax},
		{"cpus:-1", "cpus:-1", 0, "Bad type for resource cpus value -1 type TEXT: Negative values not supported", resource.ErrSyntax},
		{"cpus:1e999", "cpus:1e999", 0, "Bad type for resource cpus value 1e999 type TEXT: Unsupported floating point value", resource.ErrSyntax},
		{"cpus:0x1p4", "cpus:0x1p4", 0, "Bad type for resource cpus value 0x1p4 type TEXT: not a number", resource.ErrSyntax},
		{"cpus:many", "cpus:many", 0, "Bad type for resource cpus value many type TEXT: not a number", resource.ErrSyntax},
		{"mem:1;cpus:0.00001", "cpus:0.00001", 6, "Invalid scalar resource: value <= 0", resource.ErrInvalid},
		{"cpus:1e16", "cpus:1e16", 0, "Invalid scalar resource: value <= 0", resource.ErrInvalid},
		{"ports:[1-3,9-5]", "ports:[1-3,9-5]", 0, "Invalid ranges resource: begin > end", resource.ErrInvalid},
		{"x:{a,b,a}", "x:{a,b,a}", 0, "Invalid set resource: duplicated elements", resource.ErrInvalid},
		{"cpus():1", "cpus():1", 0, "Role names cannot be the empty string", mesos.ErrInvalidRole},
		{"cpus(a b):1", "cpus(a b):1", 0, "Role component 'a b' is invalid because it contains backspace or whitespace", mesos.ErrInvalidRole},
		{":1: ", ":1: ", 0, "", resource.ErrSyntax},
		{"(r):1", "(r):1", 0, "Empty resource name", resource.ErrInvalid},
	} {
		got, err := resource.Parse(c.text)
		var parse *resource.ParseError
		if !errors.As(err, &parse) {
			t.Errorf("%q: %s, %v", c.text, got, err)
			continue
		}
		if parse.Item != c.item || parse.Offset != c.offset || parse.JSON {
			t.Errorf("%q: at %d, %q", c.text, parse.Offset, parse.Item)
		}
		if c.reason != "" && parse.Err.Error() != c.reason || !errors.Is(err, c.is) || !strings.Contains(err.Error(), parse.Err.Error()) {
			t.Errorf("%q:\ngot  %v\nwant %s", c.text, err, c.reason)
		}
	}
}

func TestParseJSONErrors(t *testing.T) {
	cpu := `{"name":"cpus","type":"SCALAR","scalar":{"value":1}}`
	for _, c := range []struct {
		text  string
		index int
		is    error
	}{
		{cpu, 0, resource.ErrSyntax}, // an object, taken as text
		{"[" + cpu + cpu + "]", -1, resource.ErrSyntax},
		{"[" + cpu + ",", -1, resource.ErrSyntax},
		{"[[" + cpu + "]]", 0, resource.ErrSyntax},
		{"[" + cpu + `,{"name":"cpus"}]`, 1, resource.ErrSyntax},
		{"[" + cpu + `,{"name":"x","type":"NOTHING"}]`, 1, resource.ErrSyntax},
		{"[" + cpu + `,{"name":"x","type":"SCALAR","scalar":{"value":"a lot"}}]`, 1, resource.ErrSyntax},
		{"[" + cpu + `,{"name":"x","type":"SCALAR"}]`, 1, resource.ErrInvalid},
		{"[" + cpu + `,{"name":"x","type":"SCALAR","scalar":{"value":1},"role":"*","reservation":{"principal":"p"}}]`, 1, resource.ErrInvalid},
		{"[" + cpu + `,{"name":"x","type":"SCALAR","scalar":{"value":-1}}]`, 1, resource.ErrInvalid},
	} {
		got, err := resource.Parse(c.text)
		var parse *resource.ParseError
		if !errors.As(err, &parse) || !errors.Is(err, c.is) {
			t.Errorf("%s: %s, %v", c.text, got, err)
			continue
		}
		if json := strings.HasPrefix(c.text, "["); parse.JSON != json || parse.Offset != c.index {
			t.Errorf("%s: JSON %v, at %d: %v", c.text, parse.JSON, parse.Offset, err)
		}
	}
}

// A text that isn't JSON though it begins like it is still Mesos's text form.
func TestParseTextThatLooksLikeJSON(t *testing.T) {
	if got, err := resource.Parse("[odd]:1"); err != nil || got.String() != "[odd]:1" {
		t.Errorf("%s, %v", got, err)
	}
}

// Row 64 of semantics 10.2.
func TestParseAgent(t *testing.T) {
	persistent := `[{"name":"disk","type":"SCALAR","scalar":{"value":1},"role":"a","disk":{"persistence":{"id":"v"},"volume":{"mode":"RW","container_path":"p"}}}]`
	for _, c := range []struct {
		text, want string
		is         error
	}{
		{persistent, "Persistent volumes cannot be specified at the command line", resource.ErrAgentVolume},
		{`[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}}]`,
			"Revocable resources cannot be specified at the command line; do not include a 'revocable' key in the resources JSON", resource.ErrAgentRevocable},
		{`[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"DYNAMIC","role":"a"}]}]`,
			"Dynamic reservations cannot be specified at the command line; do not include a reservation with DYNAMIC type in the resources JSON", resource.ErrAgentDynamic},
		{`[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"a","reservation":{}}]`, "", resource.ErrAgentDynamic},
		{"foo(role1):1;foo(role2):[0-1]", "Resources with the same name ('foo') but different types are not allowed", resource.ErrAgentTypes},
		{"cpus", "", resource.ErrSyntax},
	} {
		got, err := resource.ParseAgent(c.text)
		var parse *resource.ParseError
		if !errors.As(err, &parse) || !errors.Is(err, c.is) || c.want != "" && parse.Err.Error() != c.want {
			t.Errorf("row 64: %s: %s, %v", c.text, got, err)
		}
		if _, err := resource.Parse(c.text); err != nil && c.is != resource.ErrSyntax {
			t.Errorf("row 64: not in a configuration, but anywhere else: %s: %v", c.text, err)
		}
	}
	for text, want := range map[string]string{
		"cpus:4;mem(a):5;x:0;x:[1-2]": "cpus:4; mem(reservations: [(STATIC,a)]):5; x:[1-2]",
		`[{"name":"disk","type":"SCALAR","scalar":{"value":1},"disk":{"source":{"type":"MOUNT","mount":{"root":"/m"}}}}]`: "disk[MOUNT:/m]:1",
		`[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"STATIC","role":"a"}]}]`:            "cpus(reservations: [(STATIC,a)]):1",
	} {
		if got, err := resource.ParseAgent(text); err != nil || got.String() != want {
			t.Errorf("row 64: %s: %s, %v", text, got, err)
		}
	}
}

func TestMustParsePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	resource.MustParse("cpus")
}

// However long the input, the text of an error is short.
func TestParseErrorsAreShort(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	for _, text := range []string{long, "cpus:" + long, "cpus(" + long + ":1", "p:[" + long + "-1]", long + ":x", "[" + long} {
		if _, err := resource.Parse(text); err == nil || len(err.Error()) > 2000 {
			t.Errorf("%.20s...: %d bytes of error", text, len(err.Error()))
		}
	}
}
