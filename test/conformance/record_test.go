package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// names gives every identifier a stable name by order of first sight.
type names struct {
	seen  map[string]string
	count map[string]int
}

func (n *names) of(kind, raw string) string {
	if name, ok := n.seen[raw]; ok {
		return name
	}
	n.count[kind]++
	name := fmt.Sprintf("<%s-%d>", kind, n.count[kind])
	n.seen[raw] = name
	return name
}

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var patterns = []struct {
	kind string
	re   *regexp.Regexp
}{
	{"offer", regexp.MustCompile(uuid + `-O\d+`)},
	{"agent", regexp.MustCompile(uuid + `-S\d+`)},
	{"framework", regexp.MustCompile(uuid + `-\d{4}`)},
	{"uuid", regexp.MustCompile(uuid)},
}

var (
	address = regexp.MustCompile(`\b127\.0\.0\.1(:\d+)?`)
	pidAt   = regexp.MustCompile(`(scheduler|slave|agent|executor)(-[0-9a-f-]+)?\(\d+\)@`)
	rooted  = regexp.MustCompile(`(^|[\s'":\[(,])(/[\w.<>-]+){2,}`)
	bytes64 = regexp.MustCompile(`^[A-Za-z0-9+/]{22}==$`)
)

// volatile fields say nothing that two masters would share.
var volatile = map[string]bool{
	"timestamp": true, "container_status": true, "master_info": true, "unreachable_time": true, "heartbeat_interval_seconds": true,
	"url": true, "hostname": true, "port": true, "domain": true, "container_id": true, "root": true,
}

// Normalise renders steps as JSON lines with identifiers named and volatile fields left out.
func Normalise(steps []Step) []byte {
	n := &names{seen: map[string]string{}, count: map[string]int{}}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, s := range steps {
		var v any
		b, err := json.Marshal(s)
		if err == nil {
			err = json.Unmarshal(b, &v)
		}
		if err == nil {
			err = enc.Encode(n.walk("", v))
		}
		if err != nil { // steps are made of what JSON was decoded to
			fmt.Fprintf(&out, "%q\n", err)
		}
	}
	return out.Bytes()
}

func (n *names) walk(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		return n.object(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = n.walk(key, v[i])
		}
		if key == "resources" || key == "volumes" || key == "capabilities" {
			sort.SliceStable(out, func(i, j int) bool { return text(out[i]) < text(out[j]) })
		}
		return out
	case string:
		return n.string(key, v)
	}
	return v
}

// object walks in the order of keys, so that names are given in the same order each time.
func (n *names) object(v map[string]any) map[string]any {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := map[string]any{}
	for _, k := range keys {
		if !volatile[k] {
			out[k] = n.walk(k, v[k])
		}
	}
	return out
}

func (n *names) string(key, v string) string {
	if bytes64.MatchString(v) {
		return n.of("bytes", v)
	}
	for _, p := range patterns {
		v = p.re.ReplaceAllStringFunc(v, func(raw string) string { return n.of(p.kind, raw) })
	}
	v = pidAt.ReplaceAllString(v, "$1@")
	if key == "message" || key == "body" {
		v = rooted.ReplaceAllString(v, "$1<path>")
	}
	// Which of an agent's resources the master prints, and in which order, is its own affair.
	if i := strings.Index(v, " does not contain "); i > 0 {
		v = "<resources>" + v[i:]
	}
	if i := strings.Index(v, " is more than available "); i > 0 {
		v = v[:i] + " is more than available <resources>"
	}
	return address.ReplaceAllString(v, "<address>")
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Compare returns the lines in which two records differ, none where they agree.
func Compare(want, got []byte) []string {
	a := strings.Split(strings.TrimSpace(string(want)), "\n")
	b := strings.Split(strings.TrimSpace(string(got)), "\n")
	var out []string
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			out = append(out, fmt.Sprintf("line %d\n  want %s\n  got  %s", i+1, indent(x), indent(y)))
		}
	}
	return out
}
