package mesos_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gogo/protobuf/proto"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/executorpb"
	"github.com/stateful-mesos/moor/sdk/mesos/internal/arbitrary"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// wire is what the tests need of a generated message.
type wire interface {
	proto.Message
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

// topLevel contain every message there is.
var topLevel = []wire{
	&schedulerpb.Event{}, &schedulerpb.Call{},
	&executorpb.Event{}, &executorpb.Call{},
	&masterpb.Event{}, &masterpb.Call{}, &masterpb.Response{},
}

func newLike(m wire) wire { return reflect.New(reflect.TypeOf(m).Elem()).Interface().(wire) }

func marshal(t interface{ Fatal(...any) }, m wire) []byte {
	b, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reference decodes b with gogo's own decoder, which works by reflection.
func reference(b []byte, m proto.Message) error {
	var info proto.InternalMessageInfo
	return info.Unmarshal(m, b)
}

// everything is a configuration that leaves nothing out.
var everything = arbitrary.Config{Unknown: true, Numbers: true, NaN: true, Depth: 4}

// TestAgainstReference: whatever a message holds, unknown fields at every level included, our decoders and
// gogo's make the same of it, and nothing is lost on the way back.
func TestAgainstReference(t *testing.T) {
	for _, m := range topLevel {
		t.Run(proto.MessageName(m), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				made := newLike(m)
				arbitrary.Fill(t, made, everything)
				b := marshal(t, made)
				got, want := newLike(m), newLike(m)
				if err := errors.Join(got.Unmarshal(b), reference(b, want)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got, equalNaNs); diff != "" {
					t.Fatal(diff)
				}
				// Not byte for byte: maps have no order on the wire.
				again := newLike(m)
				if err := again.Unmarshal(marshal(t, got)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(got, again, equalNaNs); diff != "" {
					t.Fatal(diff)
				}
			})
		})
	}
}

var equalNaNs = cmp.Comparer(func(a, b float64) bool { return a == b || a != a && b != b })

// TestMerge: a singular message that occurs twice is merged, repeated fields are appended, as protobuf has it.
func TestMerge(t *testing.T) {
	for _, m := range topLevel {
		t.Run(proto.MessageName(m), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				first, second := newLike(m), newLike(m)
				arbitrary.Fill(t, first, everything)
				arbitrary.Fill(t, second, everything)
				b := append(marshal(t, first), marshal(t, second)...)
				got, want := newLike(m), newLike(m)
				if err := errors.Join(got.Unmarshal(b), reference(b, want)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got, equalNaNs); diff != "" {
					t.Fatal(diff)
				}
			})
		})
	}
}

// fullEvent is an event of a few offers with everything in them.
func fullEvent(t *testing.T) (*schedulerpb.Event, []byte) {
	t.Helper()
	e := &schedulerpb.Event{}
	seed := rapid.Custom(func(t *rapid.T) *schedulerpb.Event {
		e := &schedulerpb.Event{Type: schedulerpb.Event_OFFERS.Enum(), Offers: &schedulerpb.Event_Offers{}}
		for range 3 {
			var o mesos.Offer
			arbitrary.Fill(t, &o, arbitrary.Config{Full: true, Unknown: true, Depth: 9})
			e.Offers.Offers = append(e.Offers.Offers, o)
		}
		return e
	}).Example(1)
	b := marshal(t, seed)
	if err := e.Unmarshal(b); err != nil {
		t.Fatal(err)
	}
	return e, b
}

// TestNothingShared: no two fields of a decoded message share memory that can be changed, but for the two that
// the package's comment names, and no append to a slice reaches beyond it.
func TestNothingShared(t *testing.T) {
	e, _ := fullEvent(t)
	seen := map[uintptr]string{}
	n := 0
	var walk func(v reflect.Value, path string)
	claim := func(at uintptr, size uintptr, path string) {
		for b := at; b < at+size; b++ {
			if other, taken := seen[b]; taken {
				t.Fatalf("%s lies where %s lies", path, other)
			}
			seen[b] = path
		}
		n++
	}
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				claim(v.Pointer(), v.Type().Elem().Size(), path)
				walk(v.Elem(), path)
			}
		case reflect.Slice:
			if v.Len() == 0 {
				return
			}
			claim(v.Pointer(), uintptr(v.Len())*v.Type().Elem().Size(), path)
			if v.Cap() > v.Len() && v.Type().Elem().Kind() != reflect.Uint8 {
				t.Errorf("%s has room for %d more", path, v.Cap()-v.Len())
			}
			for i := range v.Len() {
				walk(v.Index(i), path+"[]")
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		}
	}
	for _, o := range e.Offers.Offers {
		for i := range o.Resources {
			o.Resources[i].AllocationInfo, o.Resources[i].Reservations = nil, nil
		}
	}
	walk(reflect.ValueOf(e), "Event")
	if n < 700 {
		t.Errorf("only %d pieces of memory were looked at", n)
	}
}

// TestRepeats: resources share what is the same in the bytes, and only that; more of the field that comes later
// in one of them is its own.
func TestRepeats(t *testing.T) {
	field := func(number byte, content string) string {
		return string([]byte{number<<3 | 2, byte(len(content))}) + content
	}
	const cpus = "\x0a\x04cpus\x10\x00"
	a, b := field(11, "\x0a\x01a"), field(11, "\x0a\x01b")
	extra := field(11, "\xa2\x06\x01x") // field 100, unknown
	ra, rb := field(13, "\x1a\x01a"), field(13, "\x1a\x01b")
	all := []string{a + ra, a + ra, a + a + ra, a + b + ra + rb, a + ra + rb, a + extra + extra + ra, a + extra + extra + ra, a + extra + ra, b + rb, ra + a + rb, ra + a, ra + a + ra}
	var offer []byte
	for _, r := range all {
		offer = append(offer, field(5, cpus+r)...)
	}
	var got, want mesos.Offer
	for _, missing := range []error{got.Unmarshal(offer), reference(offer, &want)} { // required fields of the offer
		if err := new(proto.RequiredNotSetError); !errors.As(missing, &err) {
			t.Fatal(missing)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for i, r := range got.Resources {
		if shared := r.AllocationInfo == got.Resources[0].AllocationInfo; shared != (i < 2 || i == 4) {
			t.Errorf("resource %d shares its allocation: %v", i, shared)
		}
	}
}

// TestManyOffers: processors that decode an event together come to what one alone does, errors included.
func TestManyOffers(t *testing.T) {
	b := offers(t, 3000)
	if got, want := new(schedulerpb.Event), new(schedulerpb.Event); true {
		if err := errors.Join(got.Unmarshal(b), reference(b, want)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Error("not what gogo makes of it")
		}
	}
	for _, broken := range []int{0, 1, 1499, 2999} {
		e := &schedulerpb.Event{}
		if err := e.Unmarshal(b); err != nil {
			t.Fatal(err)
		}
		for i := broken; i < 3000; i += 1200 { // later ones have another fault
			e.Offers.Offers[i].XXX_unrecognized = []byte{0x0b} // a group without an end
			if i == broken {
				e.Offers.Offers[i].XXX_unrecognized = []byte{0x06} // no wire type
			}
		}
		if err := new(schedulerpb.Event).Unmarshal(marshal(t, e)); !errors.Is(err, mesos.ErrMalformed) {
			t.Errorf("offer %d: %v", broken, err)
		}
	}
}

// TestInputIsFree: the buffer can be used again as soon as Unmarshal has returned.
func TestInputIsFree(t *testing.T) {
	e, b := fullEvent(t)
	want := marshal(t, e)
	for i := range b {
		b[i] = 0xff
	}
	got := &schedulerpb.Event{}
	if err := got.Unmarshal(want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, e); diff != "" {
		t.Error(diff)
	}
}

// TestUnknownFieldsOfResource: a framework echoes an offer's resources, and what it doesn't know has to be in
// the echo.
func TestUnknownFieldsOfResource(t *testing.T) {
	unknown := []byte{0xc2, 0x3e, 3, 'n', 'e', 'w'} // field 1000: "new"
	offered := mesos.Resource{Name: "disk", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 1, XXX_unrecognized: unknown}, XXX_unrecognized: unknown}
	b := marshal(t, &schedulerpb.Event{Offers: &schedulerpb.Event_Offers{Offers: []mesos.Offer{{Resources: []mesos.Resource{offered}}}}})
	var e schedulerpb.Event
	if err := e.Unmarshal(b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(offered, e.Offers.Offers[0].Resources[0]); diff != "" {
		t.Error(diff)
	}
	if echo := marshal(t, &e); !bytes.Equal(echo, b) {
		t.Errorf("became %q, was %q", echo, b)
	}
}

// TestPrefixes: an event that is cut off is refused, except between two fields.
func TestPrefixes(t *testing.T) {
	_, b := fullEvent(t)
	b = b[:min(len(b), 3000)]
	refused := 0
	for n := range b {
		ours, theirs := (&schedulerpb.Event{}).Unmarshal(b[:n]), reference(b[:n], &schedulerpb.Event{})
		if (ours == nil) != (theirs == nil) {
			t.Fatalf("%d bytes: %v, the reference says %v", n, ours, theirs)
		}
		if ours != nil && (!errors.Is(ours, mesos.ErrTruncated) || !errors.Is(ours, io.ErrUnexpectedEOF)) {
			t.Fatalf("%d bytes: %v", n, ours)
		}
		if ours != nil {
			refused++
		}
	}
	if refused < len(b)-10 {
		t.Errorf("only %d of %d prefixes were refused", refused, len(b))
	}
}

func TestRefused(t *testing.T) {
	group := func(n int) string { return strings.Repeat("\x7b", n) + strings.Repeat("\x7c", n) }
	for _, c := range []struct {
		name, in string
		want     error
	}{
		{"field number 0", "\x00\x01", mesos.ErrMalformed},
		{"wire type 6", "\x0e", mesos.ErrMalformed},
		{"end of no group", "\x7c", mesos.ErrMalformed},
		{"end of another group", "\x7b\x84\x01", mesos.ErrMalformed},
		{"field number beyond 29 bits", "\xf8\xff\xff\xff\xff\x01\x01", mesos.ErrMalformed},
		{"number of eleven bytes", "\x78" + strings.Repeat("\xff", 10) + "\x01", mesos.ErrMalformed},
		{"open group", "\x7b\x08\x01", mesos.ErrTruncated},
		{"length beyond the end", "\x0a\x05abc", mesos.ErrTruncated},
		{"length of 64 bits", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01abc", mesos.ErrTruncated},
		{"negative length", "\x0a\xfb\xff\xff\xff\xff\xff\xff\xff\xff\x01abc", mesos.ErrTruncated},
		{"open tag", "\x80", mesos.ErrTruncated},
		{"tag alone", "\x0a", mesos.ErrTruncated},
		{"short double", "\x79abc", mesos.ErrTruncated},
		{"short fixed", "\x7da", mesos.ErrTruncated},
		{"101 groups", group(101), mesos.ErrTooDeep},
		{"a million groups", group(1_000_000), mesos.ErrTooDeep},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := (&mesos.TaskID{}).Unmarshal([]byte(c.in))
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), "mesos.v1.TaskID") {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if err := (&mesos.TaskID{}).Unmarshal([]byte("\x0a\x01t" + group(100))); err != nil {
		t.Errorf("100 groups: %v", err)
	}
}

// TestWrongWireType: a known field of another wire type is an unknown field.
func TestWrongWireType(t *testing.T) {
	var id mesos.TaskID
	if err := id.Unmarshal([]byte("\x08\x05\x0a\x01t")); err != nil || id.Value != "t" || string(id.XXX_unrecognized) != "\x08\x05" {
		t.Errorf("%v: %v", err, id)
	}
}

// TestPacked: repeated numbers come one by one or in one piece.
func TestPacked(t *testing.T) {
	var check mesos.HealthCheck_HTTPCheckInfo
	if err := check.Unmarshal([]byte("\x08\x50\x20\xc8\x01\x22\x04\xc9\x01\xca\x01\x20\x01")); err != nil || !cmp.Equal(check.Statuses, []uint32{200, 201, 202, 1}) {
		t.Errorf("%v: %v", err, check.Statuses)
	}
	if err := check.Unmarshal([]byte("\x08\x50\x22\x02\xc8\x81")); !errors.Is(err, mesos.ErrTruncated) {
		t.Errorf("cut off: %v", err)
	}
}

func TestRequired(t *testing.T) {
	for _, c := range []struct {
		m    wire
		in   string
		want string
	}{
		{&mesos.TaskID{}, "", `"mesos.v1.TaskID.value"`},
		{&mesos.Resource{}, "\x10\x00", `"mesos.v1.Resource.name"`},
		{&mesos.Resource{}, "\x0a\x04cpus", `"mesos.v1.Resource.type"`},
		{&schedulerpb.Event{}, "\x1a\x04\x0a\x02\x0a\x00", `"mesos.v1.OfferID.value"`},
	} {
		err := c.m.Unmarshal([]byte(c.in))
		var required *proto.RequiredNotSetError
		if !errors.As(err, &required) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T of %q: %v, want %s", c.m, c.in, err, c.want)
		}
	}
}

// nested is a container with so many levels of parents, itself included.
func nested(levels int) []byte {
	const id = "\x0a\x01c"
	sizes := []int{len(id)} // from the inside outwards
	for range levels - 1 {
		inner := sizes[len(sizes)-1]
		sizes = append(sizes, len(id)+1+len(binary.AppendUvarint(nil, uint64(inner)))+inner)
	}
	var b []byte
	for _, inner := range slices.Backward(sizes[:levels-1]) {
		b = append(b, id+"\x12"...)
		b = binary.AppendUvarint(b, uint64(inner))
	}
	return append(b, id...)
}

// TestDepth: a container's parents nest without an end, the stack doesn't.
func TestDepth(t *testing.T) {
	for _, c := range []struct {
		levels int
		want   error
	}{{100, nil}, {101, mesos.ErrTooDeep}, {1_000_000, mesos.ErrTooDeep}} {
		var m mesos.ContainerID
		if err := m.Unmarshal(nested(c.levels)); !errors.Is(err, c.want) {
			t.Errorf("%d levels: %v, want %v", c.levels, err, c.want)
		}
		if c.want == nil && !bytes.Equal(marshal(t, &m), nested(c.levels)) {
			t.Errorf("%d levels became others", c.levels)
		}
	}
}

// TestUnbelieved: elements that are announced by the million but hold nothing take no memory.
func TestUnbelieved(t *testing.T) {
	in := bytes.Repeat([]byte("\x0a\x00"), 1<<20)
	for _, m := range []wire{&mesos.Labels{}, &schedulerpb.Event_Offers{}} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var required *proto.RequiredNotSetError
		if err := m.Unmarshal(in); !errors.As(err, &required) {
			t.Errorf("%T: %v", m, err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 20<<20 {
			t.Errorf("%T took %d bytes", m, took)
		}
	}
}

// offers is an event of n offers of three persistent volumes each.
func offers(t *testing.T, n int) []byte {
	e := &schedulerpb.Event{Offers: &schedulerpb.Event_Offers{}}
	for range n {
		r := mesos.Resource{
			Name: "disk", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 1},
			AllocationInfo: &mesos.Resource_AllocationInfo{Role: new("role")},
			Reservations:   []mesos.Resource_ReservationInfo{{Role: new("role"), Labels: &mesos.Labels{Labels: []mesos.Label{{Key: "k", Value: new("v")}}}}},
			Disk:           &mesos.Resource_DiskInfo{Persistence: &mesos.Resource_DiskInfo_Persistence{ID: strings.Repeat("i", 60)}, Volume: &mesos.Volume{ContainerPath: "p", Mode: mesos.RW.Enum()}},
		}
		e.Offers.Offers = append(e.Offers.Offers, mesos.Offer{Hostname: "h", Resources: []mesos.Resource{r, r, r}})
	}
	return marshal(t, e)
}

// TestPinning: who keeps one resource doesn't keep the event.
func TestPinning(t *testing.T) {
	b := offers(t, 2000)
	keep := func() []mesos.Resource {
		var kept []mesos.Resource
		for range 20 {
			var decoded schedulerpb.Event
			if err := decoded.Unmarshal(b); err != nil {
				t.Fatal(err)
			}
			kept = append(kept, decoded.Offers.Offers[1000].Resources[1])
		}
		return kept
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	kept := keep()
	if grown := int64(heap()) - int64(before); grown > 20*40<<10 {
		t.Errorf("twenty resources keep %d KiB", grown>>10)
	}
	runtime.KeepAlive(kept)
}

// TestAllocations guards what slabs are for: some 30 objects an offer, in a few pieces of memory.
func TestAllocations(t *testing.T) {
	b := offers(t, 1000)
	if got := testing.AllocsPerRun(5, func() {
		var e schedulerpb.Event
		if err := e.Unmarshal(b); err != nil || len(e.Offers.Offers) != 1000 {
			t.Error(err)
		}
	}); got > 3000 {
		t.Errorf("%v allocations for 1000 offers", got)
	}
}
