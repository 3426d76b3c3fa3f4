package resource_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// rich has every member that a resource can have.
func rich() resource.Set {
	label := &mesos.Labels{Labels: []mesos.Label{{Key: "m", Value: new("1")}}}
	everything := disk(10, static("a"), dynamic("a/b", "p", "k", "v"), volume("v", "data"), shared, revocable, allocated("a"), provided("x"),
		source(mesos.Resource_DiskInfo_Source{
			Type: mesos.Resource_DiskInfo_Source_PATH, Path: &mesos.Resource_DiskInfo_Source_Path{Root: new("/d")},
			Vendor: new("v"), ID: new("i"), Profile: new("f"), Metadata: label,
		}),
		func(r *mesos.Resource) {
			r.Disk.Persistence.Principal = new("p")
			r.Disk.Volume.HostPath = new("/h")
			r.Disk.Volume.Image = &mesos.Image{Type: mesos.Image_DOCKER.Enum()}
			r.Disk.Volume.Source = &mesos.Volume_Source{Type: mesos.Volume_Source_SANDBOX_PATH.Enum()}
		})
	return set(
		cpus(4), cpus(2, static("a"), allocated("a")), cpus(1, dynamic("a", "p", "k", "v")), cpus(3, oldRole("b"), oldPrincipal("p")),
		everything, disk(7, onMount("/m")), ports(span(1, 5), span(7, 9)), resource.Items("x", "a", "b"),
	)
}

// scramble changes all that can be reached from v by setting fields and elements. What a pointer to a string or a
// number points to stays: such a field is changed by setting the pointer.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "XXX_unrecognized" {
				scramble(v.Field(i))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type().Elem().Kind() == reflect.Struct {
			scramble(v.Elem())
		} else if !v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
		}
		if v.Cap() > v.Len() { // as append would
			extended := v.Slice(0, v.Cap())
			for i := v.Len(); i < v.Cap(); i++ {
				extended.Index(i).SetZero()
			}
		}
	case reflect.String:
		v.SetString("scrambled")
	case reflect.Float64:
		v.SetFloat(-7)
	case reflect.Uint64:
		v.SetUint(77)
	case reflect.Int32:
		v.SetInt(1)
	}
}

func wire(t *testing.T, s resource.Set) []byte {
	t.Helper()
	b, err := (&mesos.Offer_Operation_Unreserve{Resources: s}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whatever a caller does with a result, the arguments stay.
func TestResultsDontAlias(t *testing.T) {
	for name, f := range map[string]func(s, o resource.Set) resource.Set{
		"Plus":     resource.Set.Plus,
		"Plus nil": func(s, _ resource.Set) resource.Set { return s.Plus(nil) },
		"Plus many": func(s, o resource.Set) resource.Set {
			return resource.Set.Plus(append(s, make(resource.Set, 100)...), o)
		},
		"Clone":             func(s, _ resource.Set) resource.Set { return s.Clone() },
		"Upgrade":           func(s, _ resource.Set) resource.Set { return s.Upgrade() },
		"Endpoint":          func(s, _ resource.Set) resource.Set { return s.Endpoint() },
		"Allocate":          func(s, _ resource.Set) resource.Set { return s.Allocate("r") },
		"Unallocate":        func(s, _ resource.Set) resource.Set { return s.Unallocate() },
		"ToUnreserved":      func(s, _ resource.Set) resource.Set { return s.ToUnreserved() },
		"Filter":            func(s, _ resource.Set) resource.Set { return s.Filter(func(*mesos.Resource) bool { return true }) },
		"Minus, then Clone": func(s, o resource.Set) resource.Set { return minus(s, o[:1]).Clone() },
		"Downgrade": func(s, _ resource.Set) resource.Set {
			down, err := s.Unreserved().Downgrade()
			if err != nil {
				t.Fatal(err)
			}
			return down
		},
		"Apply": func(s, _ resource.Set) resource.Set {
			after, err := s.Apply(reserveOp(cpus(1, dynamic("r", "p"))))
			if err != nil {
				t.Fatal(err)
			}
			return after
		},
		"ApplyCheckpointed": func(s, _ resource.Set) resource.Set {
			after, err := resource.ApplyCheckpointed(s, set(cpus(1, dynamic("a", "p", "k", "w"))))
			if err != nil {
				t.Fatal(err)
			}
			return after
		},
		"Push, Pop, On, Unvolume": func(s, _ resource.Set) resource.Set {
			var all resource.Set
			for i := range s {
				all = append(all, resource.Push(s[i], resource.Reservation{Role: "r"}.Info()), resource.Pop(s[i]),
					resource.Volume{ID: "n", MiB: 1, Path: "p"}.On(s[i], "p"), resource.Unvolume(s[i]))
			}
			return all
		},
		"CommonReservations": func(s, _ resource.Set) resource.Set {
			return set(mesos.Resource{Reservations: resource.CommonReservations(&s[2], &s[2])})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, o := rich(), rich()
			before := wire(t, s)
			got := f(s, o)
			if len(got) == 0 {
				t.Fatal("no result")
			}
			if !bytes.Equal(wire(t, s), before) {
				t.Fatal("the operation itself changed its receiver")
			}
			scramble(reflect.ValueOf(got))
			if !bytes.Equal(wire(t, s), before) {
				t.Errorf("a change of the result changed the receiver: %s", s)
			}
			if !bytes.Equal(wire(t, o), before) {
				t.Errorf("a change of the result changed the argument: %s", o)
			}
		})
	}
}

// Minus writes to nothing that the receiver has, whatever is set in the result.
func TestMinusSharesWhatItDoesntChange(t *testing.T) {
	for name, o := range map[string]resource.Set{
		"nothing":             nil,
		"a part of each":      set(cpus(1), cpus(1, static("a"), allocated("a")), ports(span(2, 2)), resource.Items("x", "a")),
		"more than there is":  set(cpus(99)),
		"several of one kind": set(cpus(1), cpus(2)),
	} {
		t.Run(name, func(t *testing.T) {
			s := rich()
			before := wire(t, s)
			for left := minus(s, o); len(left) > 0; left = minus(left, left[:1]) {
				left[0].Reservations, left[0].Disk, left[0].AllocationInfo = nil, nil, nil
			}
			if !bytes.Equal(wire(t, s), before) {
				t.Errorf("the receiver became %s", s)
			}
		})
	}
}

// Take changes the slice that it is called on, and nothing else.
func TestTake(t *testing.T) {
	v := disk(5, static("a"), volume("v", "p"))
	for name, c := range map[string]struct {
		s, o resource.Set
		want bool
	}{
		"a part of each":        {rich(), set(cpus(1), cpus(1, static("a"), allocated("a")), ports(span(2, 2)), resource.Items("x", "a")), true},
		"with a volume":         {append(rich(), v), set(v, cpus(4)), true},
		"nothing":               {rich(), nil, true},
		"empty":                 {rich(), set(cpus(0)), true},
		"several of one kind":   {rich(), set(cpus(1), cpus(2)), true},
		"entries that add up":   {set(cpus(1), cpus(2)), set(cpus(2.5)), true},
		"too much of one":       {rich(), set(ports(span(2, 2)), cpus(99)), false},
		"too much of an entry":  {rich(), set(cpus(2), cpus(3)), false},
		"what isn't there":      {rich(), set(resource.Scalar("gpus", 1)), false},
		"an invalid amount":     {rich(), set(cpus(-1)), false},
		"a volume that is gone": {rich(), set(v), false},
	} {
		t.Run(name, func(t *testing.T) {
			original := c.s
			before := wire(t, original)
			s := slices.Clone(original)
			want, contained := s.Minus(c.o)
			if got := s.Take(c.o); got != c.want || contained != c.want {
				t.Fatalf("%s: taken %v, contained %v", c.o, got, contained)
			}
			if !c.want {
				want = original
			}
			wantEqual(t, s, want)
			if !bytes.Equal(wire(t, original), before) {
				t.Errorf("entries copied before became %s", original)
			}
		})
	}
}

// Fields that this version doesn't know travel along: a framework echoes what it was offered.
func TestUnknownFieldsStay(t *testing.T) {
	r := disk(8, static("a"), dynamic("a/b", "p", "k", "v"), volume("v", "p"), onPath("/d"), allocated("a"), provided("x"), shared)
	r.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'r'}
	r.Scalar.XXX_unrecognized = []byte{0xfa, 0x07, 1, 's'}
	r.Disk.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'd'}
	r.Disk.Source.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'o'}
	r.Disk.Volume.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'v'}
	r.Disk.Persistence.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'p'}
	r.Reservations[1].XXX_unrecognized = []byte{0xfa, 0x07, 1, 'i'}
	r.Reservations[1].Labels.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'l'}
	r.AllocationInfo.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'a'}
	p := ports(span(1, 9))
	p.Ranges.XXX_unrecognized = []byte{0xfa, 0x07, 1, 'g'}
	s := set(r, p)
	want := wire(t, s)
	for name, got := range map[string]resource.Set{
		"Clone": s.Clone(), "Plus": s.Plus(nil), "Minus": minus(s, nil), "Minus and back": minus(s.Plus(set(cpus(1))), set(cpus(1))),
		"Minus many": minus(s, set(cpus(1))),
	} {
		if !bytes.Equal(wire(t, got), want) {
			t.Errorf("%s lost something: %s", name, got)
		}
	}
	if got := minus(s, set(ports(span(1, 1)))); string(got[1].Ranges.XXX_unrecognized) != string(p.Ranges.XXX_unrecognized) {
		t.Error("Minus lost something of ranges")
	}
}
