package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// print writes an answer as JSON, or as what table writes.
func (f *clientFlags) print(env *environment, answer any, table func(io.Writer) error) error {
	if f.Output == "json" {
		e := json.NewEncoder(env.stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(answer)
	}
	return table(env.stdout)
}

// writeTable writes lines of cells beneath their titles; without lines, what there is none of.
func writeTable(w io.Writer, none string, titles []string, lines [][]string) error {
	if len(lines) == 0 {
		_, err := fmt.Fprintln(w, none)
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range append([][]string{titles}, lines...) {
		cells := make([]string, len(line))
		for i, cell := range line {
			if cells[i] = printable(cell); cells[i] == "" {
				cells[i] = "-"
			}
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	return t.Flush()
}

// printable returns a name from the cluster with nothing in it that a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

// size writes MiB, exactly, as GiB where that is short.
func size(mib float64) string {
	if quarters := mib * 4 / 1024; mib >= 1024 && quarters == float64(int64(quarters)) {
		return number(mib/1024) + " GiB"
	}
	return number(mib) + " MiB"
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// mebibytes is an amount of disk: "512", "512MiB", "2GiB" or "1TiB".
type mebibytes float64

// UnmarshalText reads an amount above 0.
func (m *mebibytes) UnmarshalText(text []byte) error {
	t, factor := strings.TrimSpace(string(text)), 1.0
	for _, unit := range []struct {
		name   string
		factor float64
	}{{"MiB", 1}, {"GiB", 1 << 10}, {"TiB", 1 << 20}} {
		if n, ok := strings.CutSuffix(t, unit.name); ok {
			t, factor = strings.TrimSpace(n), unit.factor
			break
		}
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil || !(v*factor >= 0.001 && v*factor <= 1e12) {
		return fmt.Errorf("%q is no size: write 512MiB, 2GiB or 1TiB", text)
	}
	*m = mebibytes(v * factor)
	return nil
}

// label of a reservation.
type label struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func labelsOf(l *mesos.Labels) []label {
	out := []label{}
	for _, one := range l.GetLabels() {
		out = append(out, label{one.Key, one.GetValue()})
	}
	return out
}

func labelText(labels []label) string {
	parts := make([]string, len(labels))
	for i, l := range labels {
		parts[i] = l.Key + "=" + l.Value
	}
	return strings.Join(parts, ",")
}

// reservation is one entry of a stack.
type reservation struct {
	Type      string  `json:"type"`
	Role      string  `json:"role"`
	Principal string  `json:"principal"`
	Labels    []label `json:"labels"`
}

func reservationsOf(stack []mesos.Resource_ReservationInfo) []reservation {
	out := []reservation{}
	for i := range stack {
		out = append(out, reservation{stack[i].GetType().String(), stack[i].GetRole(), stack[i].GetPrincipal(), labelsOf(stack[i].Labels)})
	}
	return out
}

// amounts are the scalars of resources, cpus in cores, mem and disk in MiB.
type amounts struct {
	CPUs float64 `json:"cpus"`
	Mem  float64 `json:"mem_mib"`
	Disk float64 `json:"disk_mib"`
	GPUs float64 `json:"gpus"`
}

func amountsOf(s resource.Set) amounts {
	return amounts{s.Scalar("cpus"), s.Scalar("mem"), s.Scalar("disk"), s.Scalar("gpus")}
}

// brief writes resources for people, reservations left out.
func brief(s resource.Set) string {
	if len(s) == 0 {
		return ""
	}
	return s.ToUnreserved().String()
}
