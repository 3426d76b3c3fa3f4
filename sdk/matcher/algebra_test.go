package matcher

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func drawRanges(t *rapid.T, name string) ([]mesos.Value_Range, map[uint64]bool) {
	// The last numbers of all are where arithmetic overflows.
	offset := rapid.SampledFrom([]uint64{0, 100, 1<<64 - 12}).Draw(t, name+" offset")
	numbers := map[uint64]bool{}
	var ranges []mesos.Value_Range
	for range rapid.IntRange(0, 4).Draw(t, name) {
		begin := rapid.Uint64Range(0, 11).Draw(t, "begin")
		end := rapid.Uint64Range(begin, 11).Draw(t, "end")
		ranges = append(ranges, mesos.Value_Range{Begin: offset + begin, End: offset + end})
		for i := begin; i <= end; i++ {
			numbers[offset+i] = true
		}
	}
	return ranges, numbers
}

func numbersOf(ranges []mesos.Value_Range) map[uint64]bool {
	numbers := map[uint64]bool{}
	for _, r := range ranges {
		for i := r.Begin; ; i++ {
			numbers[i] = true
			if i == r.End {
				break
			}
		}
	}
	return numbers
}

// TestRanges compares the arithmetic of ranges with that of sets of numbers.
func TestRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, inA := drawRanges(t, "a")
		b, inB := drawRanges(t, "b")
		a, b = normalise(a), normalise(b)
		both, rest := numbersOf(common(a, b)), numbersOf(without(a, b))
		for n := range inA {
			if both[n] != inB[n] || rest[n] == inB[n] {
				t.Fatalf("%d of %v and %v: common %t, without %t", n, a, b, both[n], rest[n])
			}
		}
		if len(both)+len(rest) != len(inA) || count(a) != float64(len(inA)) {
			t.Fatalf("%v and %v: %d common, %d without, %v in all", a, b, len(both), len(rest), count(a))
		}
		for i := 1; i < len(a); i++ {
			if a[i].Begin <= a[i-1].End || a[i].Begin-1 == a[i-1].End {
				t.Fatalf("not in normal form: %v", a)
			}
		}
	})
}

// TestReservationKey: keys are equal for exactly those reservations that Mesos holds for the same.
func TestReservationKey(t *testing.T) {
	draw := func(t *rapid.T) resource.Reservation {
		text := rapid.SampledFrom([]string{"", "a", "b", "1:a"})
		return resource.Reservation{
			Role: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "role"), Principal: text.Draw(t, "principal"),
			Labels: rapid.MapOfN(text, text, 0, 2).Draw(t, "labels"), Static: rapid.Bool().Draw(t, "static"),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t), draw(t)
		info, other := a.Info(), b.Info()
		if other.Labels != nil {
			other.Labels.Labels = rapid.Permutation(other.Labels.Labels).Draw(t, "order")
		}
		r := resource.Push(resource.Scalar("cpus", 1), other)
		if same := reservationKey(&info) == reservationKey(&other); same != a.Matches(&r) {
			t.Fatalf("%+v and %+v: same key is %t", a, b, same)
		}
	})
}

// TestHostileOffers: whatever an offer says, nothing panics, and what is matched can be built.
func TestHostileOffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.SampledFrom([]float64{0, -1, 1, 0.0001, 512, 9.3e15, 1e300})
		var resources []mesos.Resource
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			r := mesos.Resource{Name: rapid.SampledFrom([]string{"", "cpus", "mem", "disk", "ports"}).Draw(t, "name"),
				Type: rapid.SampledFrom([]mesos.Value_Type{mesos.SCALAR, mesos.RANGES, mesos.SET, mesos.TEXT}).Draw(t, "type")}
			if rapid.Bool().Draw(t, "scalar") {
				r.Scalar = &mesos.Value_Scalar{Value: amount.Draw(t, "amount")}
			}
			if rapid.Bool().Draw(t, "ranges") {
				r.Ranges = &mesos.Value_Ranges{Range: []mesos.Value_Range{{Begin: rapid.Uint64().Draw(t, "begin"), End: rapid.Uint64().Draw(t, "end")}}}
			}
			if rapid.Bool().Draw(t, "reserved") {
				r = resource.Push(r, mine(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "label")).Info())
			}
			if rapid.Bool().Draw(t, "disk") {
				r.Disk = rapid.SampledFrom([]*mesos.Resource_DiskInfo{{}, {Source: &mesos.Resource_DiskInfo_Source{}},
					{Persistence: &mesos.Resource_DiskInfo_Persistence{ID: "a-data"}}, mountDisk("", 1).Disk}).Draw(t, "info")
			}
			resources = append(resources, r)
		}
		o := offer("s")
		o.Resources = resources
		needs := []Need{node("a"), claimed(node("b"), "s"), volumesOn(node("c"), resource.MountDisk, volume("c", 1)), small("d")}
		result := New(needs, nil, Config{PerAgent: -1}).Assign([]mesos.Offer{o, {}, o})
		checkChains(t, result)
		if len(slices.Concat(result.Refusals, result.Waiting()))+len(result.Matches) < len(needs) {
			t.Fatalf("not all are answered:\n%s", lines(result))
		}
	})
}
