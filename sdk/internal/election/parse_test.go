package election

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

func TestParseURL(t *testing.T) {
	for text, want := range map[string]URL{
		"zk://h/mesos":                {Servers: []string{"h:2181"}, Path: "/mesos"},
		"zk://h1:1,h2,10.0.0.1:3/a/b": {Servers: []string{"h1:1", "h2:2181", "10.0.0.1:3"}, Path: "/a/b"},
		"zk://u:p@h/mesos/":           {Servers: []string{"h:2181"}, Path: "/mesos", credentials: "u:p"},
		"zk://u:p@q:r@h/mesos":        {Servers: []string{"h:2181"}, Path: "/mesos", credentials: "u:p@q:r"},
		"zk://[::1]:2181,[::2]/mesos": {Servers: []string{"[::1]:2181", "[::2]:2181"}, Path: "/mesos"},
	} {
		got, err := ParseURL(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(URL{})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
		for _, shown := range []string{got.String(), fmt.Sprintf("%v %+v %#v %s", got, got, got, got), fmt.Sprintf("%+v", Config{URL: got})} {
			if strings.Contains(shown, ":p@") {
				t.Errorf("the password is shown: %s", shown)
			}
		}
	}
	for _, text := range []string{
		"", "h:2181/mesos", "http://h/mesos", "zk://", "zk://h", "zk://h/", "zk://h//", "zk:///mesos", "zk://h,/mesos", "zk://h:0/mesos", "zk://h:x/mesos",
		"zk://h:99999/mesos", "zk://a:b:c/mesos", "zk://secret@h/mesos", "zk://:secret@h/mesos", "zk://h/a//b", "zk://h/./a", "zk://h/a/..", "zk://h/a\x00", "zk://h h/a",
	} {
		if got, err := ParseURL(text); !errors.Is(err, ErrURL) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestFirst(t *testing.T) {
	for _, c := range []struct {
		names string
		want  string
	}{
		{"", ""},
		{"log_replicas", ""},
		{"json.info_0000000012 json.info_0000000003 log_replicas", "json.info_0000000003"},
		{"json.info_0000000012 info_0000000011 0000000010", "0000000010"},
		{"json.info_-2147483648 json.info_2147483647", "json.info_-2147483648"},
		{"json.info_99999999999 x", ""},
	} {
		if got, _ := first(strings.Fields(c.names)); got != c.want {
			t.Errorf("of %q %q leads, want %q", c.names, got, c.want)
		}
	}
}

func TestParseLeader(t *testing.T) {
	info := &mesos.MasterInfo{ID: "m", IP: binary.NativeEndian.Uint32([]byte{10, 0, 0, 7}), Port: new(uint32(5050)), Hostname: new("h")}
	text, err := mesosjson.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	binaryInfo, err := info.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, data, address string }{
		{"json.info_0000000007", string(text), "10.0.0.7:5050"},
		{"info_0000000007", string(binaryInfo), "10.0.0.7:5050"},
		{"0000000007", "master@10.0.0.8:5051", "10.0.0.8:5051"},
		{"json.info_0000000007", `{"id":"m","ip":1,"port":2,"pid":"master@h.example:3"}`, "h.example:3"},
		{"json.info_0000000007", `{"id":"m","ip":1,"port":2,"address":{"ip":"::1","port":4}}`, "[::1]:4"},
		{"json.info_0000000007", `{"id":"m","ip":1,"port":2,"address":{"hostname":"h2","ip":"10.0.0.9","port":4}}`, "h2:4"},
	} {
		l, err := parseLeader(c.name, 7, []byte(c.data))
		if err != nil || l.Address != c.address || l.Sequence != 7 {
			t.Errorf("%s %q: %+v, %v; want %s", c.name, c.data, l, err, c.address)
		}
	}
	for _, c := range [][2]string{
		{"json.info_0000000007", ""}, {"json.info_0000000007", "{}"}, {"info_0000000007", "x"}, {"0000000007", "x"}, {"0000000007", "m@h"}, {"other_0000000007", "{}"},
		{"json.info_0000000007", `{"id":"m","ip":0,"port":0}`},
		{"json.info_0000000007", `{"id":"m","ip":0,"port":0,"address":{"hostname":"evil/../x?","port":1}}`},
	} {
		if l, err := parseLeader(c[0], 7, []byte(c[1])); !errors.Is(err, errContent) {
			t.Errorf("%s %q: %+v, %v", c[0], c[1], l, err)
		}
	}
}

// TestGuard: what would make the client library panic, or take gigabytes, ends the connection.
func TestGuard(t *testing.T) {
	greeting := func(timeout uint32, session uint64) []byte {
		b := binary.BigEndian.AppendUint32(nil, 36)
		b = binary.BigEndian.AppendUint32(b, 0)
		b = binary.BigEndian.AppendUint32(b, timeout)
		b = binary.BigEndian.AppendUint64(b, session)
		return append(b, make([]byte, 20)...)
	}
	frame := func(n int) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(n)), make([]byte, min(n, 1<<20))...)
	}
	good := greeting(4000, 1)
	for name, c := range map[string]struct {
		sent []byte
		ok   bool
	}{
		"greeting":         {good, true},
		"expired":          {greeting(0, 0), true},
		"no time":          {greeting(0, 1), false},
		"negative time":    {greeting(1<<31, 1), false},
		"frames":           {append(append(good[:len(good):len(good)], frame(16)...), frame(1000)...), true},
		"short frame":      {append(good[:len(good):len(good)], frame(15)...), false},
		"long frame":       {append(good[:len(good):len(good)], frame(1<<31)...), false},
		"long greeting":    {frame(1 << 17), false},
		"nothing but text": {[]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), false},
	} {
		for _, piece := range []int{1, 3, 1 << 20} {
			server, client := net.Pipe()
			go func() {
				for b := c.sent; len(b) > 0; {
					n := min(piece, len(b))
					if _, err := server.Write(b[:n]); err != nil {
						break
					}
					b = b[n:]
				}
				_ = server.Close()
			}()
			got, err := io.ReadAll(&guard{Conn: client})
			_ = client.Close()
			if ok := !errors.Is(err, errFrame); ok != c.ok || ok && len(got) != len(c.sent) {
				t.Errorf("%s in pieces of %d: %d of %d bytes, %v", name, piece, len(got), len(c.sent), err)
			}
		}
	}
}
