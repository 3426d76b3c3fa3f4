package resource_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gogo/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A model is the dumbest account of resources: each thousandth of a scalar, each number and each item on its own, as
// often as it is there. It shares no code with the package but the conversion to the newer format.
type model struct {
	scalars map[string]int             // kind to thousandths
	units   map[string]map[string]bool // kind to numbers or items
	wholes  map[string]int             // kind and size to copies
	volumes map[string]bool            // which of the wholes are volumes
}

func modelOf(s resource.Set) model {
	m := model{map[string]int{}, map[string]map[string]bool{}, map[string]int{}, map[string]bool{}}
	for _, r := range s.Upgrade() {
		kind := describe(r)
		units := []string{}
		for _, span := range r.Ranges.GetRange() {
			for n := span.Begin; n <= span.End; n++ {
				units = append(units, string(rune(n)))
			}
		}
		units = append(units, r.Set.GetItem()...)
		thousandths := int(r.Scalar.GetValue()*1000 + 0.5)
		switch {
		case r.Scalar != nil && thousandths == 0:
		case isWhole(r):
			key := kind + " " + string(rune(thousandths))
			m.wholes[key]++
			m.volumes[key] = r.Disk.Persistence != nil
		case r.Scalar != nil:
			m.scalars[kind] += thousandths
		case len(units) > 0:
			if m.units[kind] == nil {
				m.units[kind] = map[string]bool{}
			}
			for _, u := range units {
				m.units[kind][u] = true
			}
		}
	}
	return m
}

func isWhole(r mesos.Resource) bool {
	source := r.GetDisk().GetSource()
	return r.GetDisk().GetPersistence() != nil || source.GetType() == mesos.Resource_DiskInfo_Source_MOUNT ||
		source.GetType() == mesos.Resource_DiskInfo_Source_BLOCK || source.GetType() == mesos.Resource_DiskInfo_Source_RAW && source.ID != nil
}

// describe prints all of r's identity and no amount.
func describe(r mesos.Resource) string {
	c := *proto.Clone(&r).(*mesos.Resource)
	c.Scalar, c.Ranges, c.Set = nil, nil, nil
	if c.Disk != nil {
		c.Disk.Volume = nil
		if c.Disk.Persistence != nil {
			c.Disk.Persistence.Principal = nil
		}
	}
	for _, i := range c.Reservations {
		slices.SortFunc(i.Labels.GetLabels(), func(a, b mesos.Label) int { return strings.Compare(a.Key, b.Key) })
	}
	return proto.CompactTextString(&c)
}

func (m model) plus(o model) {
	for kind, n := range o.scalars {
		m.scalars[kind] += n
	}
	for kind, units := range o.units {
		if m.units[kind] == nil {
			m.units[kind] = map[string]bool{}
		}
		maps.Copy(m.units[kind], units)
	}
	for key, n := range o.wholes {
		m.wholes[key] += n
		m.volumes[key] = o.volumes[key]
	}
}

func (m model) minus(o model) {
	for kind, n := range o.scalars {
		if m.scalars[kind] -= n; m.scalars[kind] <= 0 {
			delete(m.scalars, kind)
		}
	}
	for kind, units := range o.units {
		for u := range units {
			delete(m.units[kind], u)
		}
		if len(m.units[kind]) == 0 {
			delete(m.units, kind)
		}
	}
	for key, n := range o.wholes {
		if m.wholes[key] -= n; m.wholes[key] <= 0 {
			delete(m.wholes, key)
		}
	}
}

func (m model) contains(o model) bool {
	for kind, n := range o.scalars {
		if m.scalars[kind] < n {
			return false
		}
	}
	for kind, units := range o.units {
		for u := range units {
			if !m.units[kind][u] {
				return false
			}
		}
	}
	for key, n := range o.wholes {
		if m.wholes[key] == 0 || o.volumes[key] && m.wholes[key] < n {
			return false
		}
	}
	return true
}

func (m model) equal(o model) bool {
	return maps.Equal(m.scalars, o.scalars) && maps.Equal(m.wholes, o.wholes) &&
		maps.EqualFunc(m.units, o.units, maps.Equal[map[string]bool, map[string]bool])
}

func TestAgainstTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anySet(t, "a"), anySet(t, "b")
		if rapid.Bool().Draw(t, "related") {
			b = append(b, aPart(t, a)...)
		}
		if got, want := a.Contains(b), modelOf(a).contains(modelOf(b)); got != want {
			t.Fatalf("%s contains %s: %v", a, b, got)
		}
		if got, want := a.Equal(b), modelOf(a).contains(modelOf(b)) && modelOf(b).contains(modelOf(a)); got != want {
			t.Fatalf("%s equals %s: %v", a, b, got)
		}
		want := modelOf(a)
		want.plus(modelOf(b))
		if got := a.Plus(b); !modelOf(got).equal(want) {
			t.Fatalf("%s + %s = %s", a, b, got)
		}
		want = modelOf(a)
		want.minus(modelOf(b))
		if got := minus(a, b); !modelOf(got).equal(want) {
			t.Fatalf("%s - %s = %s", a, b, got)
		}
		taken := slices.Clone(a)
		if got, want := taken.Take(b), a.Contains(b); got != want || want && !taken.Equal(minus(a, b)) || !want && !taken.Equal(a) {
			t.Fatalf("taking %s from %s: %v, leaves %s", b, a, got, taken)
		}
		for i := range b {
			if got, want := a.ContainsOne(&b[i]), a.Contains(b[i:i+1]); got != want && !resource.IsEmpty(&b[i]) {
				t.Fatalf("%s contains %s: %v alone, %v in a set", a, resource.String(&b[i]), got, want)
			}
		}
	})
}

// However many entries there are, the answers are the same: past some number the package takes another way.
func TestSmallAndLargeSetsAgree(t *testing.T) {
	var ballast resource.Set
	for i := range 100 {
		ballast = append(ballast, resource.Scalar("ballast"+string(rune('a'+i)), 1))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := anySet(t, "a"), anySet(t, "b")
		b = append(b, aPart(t, a)...)
		large, largeToo := append(a.Clone(), ballast...), append(b.Clone(), ballast...)
		if got, want := large.Contains(largeToo), a.Contains(b); got != want {
			t.Fatalf("%s contains %s: %v, in large sets %v", a, b, want, got)
		}
		if got, want := large.Plus(b), a.Plus(b).Plus(ballast); !got.Equal(want) {
			t.Fatalf("%s + %s = %s", a, b, got)
		}
		left, contained := large.Minus(largeToo)
		want, wantContained := a.Minus(b)
		if !left.Equal(want) || contained != wantContained {
			t.Fatalf("%s - %s = %s, %v; in large sets %s, %v", a, b, want, wantContained, left, contained)
		}
	})
}
