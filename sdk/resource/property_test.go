package resource_test

import (
	"math/rand"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// anyResource draws from few names, roles and disks, so that entries often are of one kind.
func anyResource(t *rapid.T) mesos.Resource {
	edits := []edit{}
	draw := func(label string, from ...edit) { edits = append(edits, rapid.SampledFrom(from).Draw(t, label)) }
	none := func(*mesos.Resource) {}
	draw("reservation", none, none, static("a"), dynamic("a", "p"), dynamic("a", "p", "k", "v"), dynamic("a", "p", "k", "w"),
		refine(static("a"), dynamic("a/b", "p")), oldRole("a"), refine(oldRole("a"), oldPrincipal("p")))
	draw("mark", none, none, none, none, allocated("a"), revocable, provided("x"))
	name := rapid.SampledFrom([]string{"cpus", "disk", "disk", "ports", "zones"}).Draw(t, "name")
	var r mesos.Resource
	switch name {
	case "ports":
		r = ports()
		for _, begin := range rapid.SliceOfNDistinct(rapid.Uint64Range(0, 5), 0, 4, rapid.ID).Draw(t, "ranges") {
			r.Ranges.Range = append(r.Ranges.Range, span(4*begin, 4*begin+rapid.Uint64Range(0, 3).Draw(t, "length")))
		}
	case "zones":
		r = resource.Items(name, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 4, rapid.ID).Draw(t, "items")...)
	default:
		r = resource.Scalar(name, float64(rapid.IntRange(0, 3000).Draw(t, "thousandths"))/1000)
		if rapid.Bool().Draw(t, "round") {
			r.Scalar.Value = float64(rapid.IntRange(0, 3).Draw(t, "amount"))
		}
	}
	if name == "disk" {
		id := new("id")
		draw("disk", none, onPath("/d"), onMount("/m"), source(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_RAW}),
			source(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_RAW, ID: id}),
			source(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_BLOCK, ID: id}))
		draw("volume", none, none, volume("v", "p"), volume("v", "q"), volume("w", "p"), refine(volume("v", "p"), shared))
	}
	return made(r, edits...)
}

func refine(a, b edit) edit { return func(r *mesos.Resource) { a(r); b(r) } }

func anySet(t *rapid.T, label string) resource.Set {
	return rapid.SliceOfN(rapid.Custom(anyResource), 0, 8).Draw(t, label)
}

// aPart draws something that s contains, unless s has less than it seems.
func aPart(t *rapid.T, s resource.Set) resource.Set {
	var part resource.Set
	for i := range s {
		if rapid.Bool().Draw(t, "take") {
			r := s.Clone()[i]
			if r.Scalar != nil && !resource.IsIndivisible(&r) {
				r.Scalar.Value = resource.Float(resource.Fixed(r.Scalar.Value * rapid.Float64Range(0, 1).Draw(t, "fraction")))
			}
			part = append(part, r)
		}
	}
	return part
}

func shuffled(t *rapid.T, s resource.Set) resource.Set {
	s = slices.Clone(s)
	seed := rapid.Int64().Draw(t, "order")
	rand.New(rand.NewSource(seed)).Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
	return s
}

// disjoint tells whether no number and no item is in both: only then does taking away undo adding.
func disjoint(a, b resource.Set) bool {
	for i := range a {
		for j := range b {
			x, y := a[i:i+1], b[j:j+1]
			if resource.SameMetadata(&a[i], &b[j]) && a[i].Type != mesos.SCALAR && !minus(x, y).Equal(x.Plus(nil)) {
				return false
			}
		}
	}
	return true
}

func TestPlusAndMinusUndoEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anySet(t, "a"), anySet(t, "b")
		all := a.Plus(b)
		if !all.Contains(a) || !all.Contains(b) {
			t.Fatalf("%s doesn't contain its parts %s and %s", all, a, b)
		}
		left, contained := all.Minus(b)
		if !contained {
			t.Fatalf("%s doesn't contain %s", all, b)
		}
		if disjoint(a, b) && !left.Equal(a) {
			t.Fatalf("%s + %s - the latter = %s", a, b, left)
		}
		if got := left.Plus(b); !got.Equal(all) {
			t.Fatalf("%s - %s + the latter = %s", all, b, got)
		}
	})
}

func TestContainsAgreesWithMinus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySet(t, "s")
		o := aPart(t, s)
		if rapid.Bool().Draw(t, "unrelated") {
			o = append(o, anySet(t, "o")...)
		}
		left, contained := s.Minus(o)
		if contained != s.Contains(o) {
			t.Fatalf("%s - %s says contained: %v", s, o, contained)
		}
		back := left.Plus(o)
		if contained && !back.Equal(s) {
			t.Fatalf("%s - %s + the latter = %s", s, o, back)
		}
		if !back.Contains(s) || !s.Contains(left) {
			t.Fatalf("%s - %s = %s", s, o, left)
		}
		if !contained && back.Equal(s.Plus(nil)) && s.Contains(back) {
			t.Fatalf("%s - %s = %s lost nothing", s, o, left)
		}
	})
}

func TestOrderNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anySet(t, "a"), anySet(t, "b")
		a2, b2 := shuffled(t, a), shuffled(t, b)
		if !a.Equal(a2) || a.Contains(b) != a2.Contains(b2) {
			t.Fatalf("%s and %s differ", a, a2)
		}
		if x, y := a.Plus(b), a2.Plus(b2); !x.Equal(y) {
			t.Fatalf("the sums %s and %s differ", x, y)
		}
		if x, y := minus(a, b), minus(a2, b2); !x.Equal(y) {
			t.Fatalf("the rests %s and %s differ", x, y)
		}
	})
}

func TestPlusCommutesAndAssociates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anySet(t, "a"), anySet(t, "b"), anySet(t, "c")
		if x, y := a.Plus(b), b.Plus(a); !x.Equal(y) {
			t.Fatalf("%s and %s", x, y)
		}
		if x, y := a.Plus(b).Plus(c), a.Plus(b.Plus(c)); !x.Equal(y) {
			t.Fatalf("%s and %s", x, y)
		}
		if got := a.Plus(nil); !got.Equal(a) || !got.Equal(got.Plus(nil)) {
			t.Fatalf("%s and nothing is %s", a, got)
		}
	})
}

// What text can express comes back: no dynamic reservations, no disks, no marks.
func TestParseReadsWhatStringPrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySet(t, "s").Filter(func(r *mesos.Resource) bool {
			return !resource.IsReserved(r) && r.Disk == nil && r.AllocationInfo == nil && r.Revocable == nil && r.ProviderID == nil
		}).Plus(nil)
		text := s.String()
		if len(s) == 0 {
			text = ""
		}
		got, err := resource.Parse(text)
		if err != nil || !got.Equal(s) {
			t.Fatalf("%s: read as %s, %v", text, got, err)
		}
		if again, err := resource.Parse(text); err != nil || again.String() != got.String() {
			t.Fatalf("%s: read again as %s, %v", text, again, err)
		}
	})
}

func TestFormatsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySet(t, "s")
		up := s.Upgrade()
		if !up.Equal(s) || !up.Endpoint().Equal(s) {
			t.Fatalf("%s became %s and %s", s, up, up.Endpoint())
		}
		down, err := up.Downgrade()
		if slices.ContainsFunc(up, func(r mesos.Resource) bool { return resource.IsRefined(&r) }) {
			if err == nil {
				t.Fatalf("%s was downgraded", up)
			}
			return
		}
		if err != nil || down.Validate() != nil {
			t.Fatalf("%s: %v, %v", up, err, down.Validate())
		}
		if back := down.Upgrade(); back.String() != up.String() || !back.Equal(up) {
			t.Fatalf("%s came back as %s", up, back)
		}
	})
}

// Each operation that succeeds is undone by its opposite.
func TestOperationsUndoEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySet(t, "s")
		i := rapid.IntRange(0, max(0, len(s)-1)).Draw(t, "entry")
		if len(s) == 0 || resource.IsEmpty(&s[i]) || s[i].Type != mesos.SCALAR && len(s.Named(s[i].Name)) > 1 {
			return // a port that is there twice would become one
		}
		r := s.Clone()[i]
		role := "a/b/c"
		if !resource.IsReserved(&r) {
			role = "a"
		}
		pushed := resource.Push(r, resource.Reservation{Role: role, Principal: "p"}.Info())
		steps := [][2]*mesos.Offer_Operation{{reserveOp(pushed), unreserveOp(pushed)}}
		if resource.IsRootDisk(&r) && !resource.IsVolume(&r) || resource.IsPathDisk(&r) && !resource.IsVolume(&r) {
			v := resource.Volume{ID: "new", Path: "p", MiB: r.Scalar.Value}.On(r, "")
			steps = append(steps, [2]*mesos.Offer_Operation{createOp(v), destroyOp(v)})
		}
		for _, step := range steps {
			after, err := s.Apply(step[0])
			if err != nil {
				t.Fatalf("%s: %v", s, err)
			}
			back, err := after.Apply(step[1])
			if err != nil || !back.Equal(s) {
				t.Fatalf("%s became %s, then %s, %v", s, after, back, err)
			}
		}
	})
}
