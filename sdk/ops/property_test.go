package ops_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A world draws random steps, most of them possible, and keeps what a master would have.
type world struct {
	t        *rapid.T
	offer    mesos.Offer
	before   string // the offer's bytes
	chain    *ops.Chain
	inputs   []input // every argument so far
	tasks    int
	volumes  int
	as       string                  // principal
	built    []mesos.Offer_Operation // by the steps that were possible
	launched resource.Set            // what tasks took, shared copies included
}

// An input is an argument, and what it was before the call.
type input struct {
	m      interface{ Marshal() ([]byte, error) }
	before string
}

func encoded(t *rapid.T, m interface{ Marshal() ([]byte, error) }) string {
	b, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var reservations = []resource.Reservation{mine, {Role: "db"}, {Role: "db", Principal: "moor", Labels: map[string]string{"instance": "node-1"}}}

func amount(most float64) *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		return resource.Float(rapid.Int64Range(1, int64(most*1000)).Draw(t, "thousandths"))
	})
}

func newWorld(t *rapid.T) *world {
	s := together(parsed("cpus:8;mem:4096;disk:1000;ports:[31000-31099];cpus(db):2;disk(db):100"), []mesos.Resource{
		mount("/m", 500), pathDisk("/p", 300), reserve(mine, mount("/n", 400)),
		volume(mine, "old", 50), shared(volume(mine, "both", 60)),
	}, reservedAs(mine, "disk:200;mem:64"))
	offer := offered("db", s...)
	if rapid.Bool().Draw(t, "old format") {
		old, err := resource.Set(offer.Resources).Downgrade()
		if err != nil {
			t.Fatal(err)
		}
		offer.Resources = old
	}
	w := &world{t: t, offer: offer, before: encoded(t, &offer), as: rapid.SampledFrom([]string{"", "moor"}).Draw(t, "principal")}
	w.again()
	return w
}

// again starts the chain anew with what was built: its own operations, by hand.
func (w *world) again() {
	w.chain = ops.On(w.offer).As(w.as)
	for _, op := range w.built {
		w.chain.Do(op)
	}
}

func (w *world) build() []mesos.Offer_Operation {
	operations, err := w.chain.Build()
	if err != nil {
		w.t.Fatalf("a chain's own operations: %v", err)
	}
	return operations
}

// given notes resources that are about to be an argument.
func (w *world) given(s ...mesos.Resource) []mesos.Resource {
	for i := range s {
		w.inputs = append(w.inputs, input{&s[i], encoded(w.t, &s[i])})
	}
	return s
}

// pick draws an entry of what is left that keep accepts; ok is false if there is none.
func (w *world) pick(keep func(*mesos.Resource) bool) (mesos.Resource, bool) {
	s := w.chain.Left().Filter(keep)
	if len(s) == 0 {
		return mesos.Resource{}, false
	}
	return rapid.SampledFrom(s).Draw(w.t, "entry"), true
}

// part draws a part of r, all of it if it is indivisible.
func (w *world) part(r mesos.Resource) mesos.Resource {
	c := resource.Set{r}.Clone()[0]
	switch {
	case resource.IsIndivisible(&c):
	case c.Type == mesos.SCALAR:
		c.Scalar.Value = amount(c.Scalar.Value).Draw(w.t, "part")
	case c.Type == mesos.RANGES:
		c.Ranges.Range = c.Ranges.Range[:1]
	}
	return c
}

func (w *world) reserve() {
	if r, ok := w.pick(func(r *mesos.Resource) bool { return !resource.IsReserved(r) }); ok {
		w.chain.Reserve(rapid.SampledFrom(reservations).Draw(w.t, "reservation"), w.given(w.part(r)))
	}
}

func (w *world) unreserve() {
	if r, ok := w.pick(func(r *mesos.Resource) bool { return resource.IsDynamic(r) && !resource.IsVolume(r) }); ok {
		w.chain.Unreserve(w.given(w.part(r)))
	}
}

func (w *world) create() {
	w.volumes++
	kind := rapid.SampledFrom([]resource.DiskType{resource.RootDisk, resource.PathDisk, resource.MountDisk}).Draw(w.t, "disk")
	w.chain.Create(rapid.SampledFrom(reservations).Draw(w.t, "reservation"), resource.Volume{
		ID: fmt.Sprintf("v%d", rapid.IntRange(w.volumes-1, w.volumes).Draw(w.t, "number")), Path: fmt.Sprintf("p%d", w.volumes),
		MiB: amount(200).Draw(w.t, "size"), Disk: resource.Disk{Type: kind}, Shared: rapid.Bool().Draw(w.t, "shared")})
}

func (w *world) destroy() {
	if v, ok := w.pick(resource.IsVolume); ok {
		w.chain.Destroy(w.given(v)...)
	}
}

func (w *world) resize() {
	v, ok := w.pick(resource.IsVolume)
	if !ok {
		return
	}
	if bare := resource.Unvolume(v); rapid.Bool().Draw(w.t, "grow") {
		if disk, ok := w.pick(func(r *mesos.Resource) bool { return resource.SameMetadata(r, &bare) }); ok {
			args := w.given(v, w.part(disk))
			w.chain.Grow(args[0], args[1])
		}
		return
	}
	w.chain.Shrink(w.given(v)[0], amount(v.Scalar.Value).Draw(w.t, "by"))
}

// task draws one that uses parts of up to three entries, which may include a shared volume that is used already.
func (w *world) task() mesos.TaskInfo {
	w.tasks++
	var s resource.Set
	for range rapid.IntRange(1, 3).Draw(w.t, "entries") {
		if r, ok := w.pick(func(*mesos.Resource) bool { return true }); ok {
			p := w.part(r)
			if resource.IsVolume(&p) {
				p.Disk.Volume.ContainerPath = fmt.Sprintf("at%d-%d", w.tasks, len(s))
			}
			s = append(s, p)
		}
	}
	if rapid.Bool().Draw(w.t, "shared") {
		s = append(s, shared(volume(mine, "both", 60)))
	}
	t := task(fmt.Sprintf("t%d", w.tasks), w.given(s...)...)
	w.inputs = append(w.inputs, input{&t, encoded(w.t, &t)})
	return t
}

func (w *world) launch() {
	a := []mesos.TaskInfo{w.task()}
	if rapid.Bool().Draw(w.t, "executor") {
		a[0] = under(custom("e", w.given(parsed("mem:32")...)...), a[0])
	}
	w.chain.Launch(a...)
}

func (w *world) group() {
	w.chain.LaunchGroup(pod(w.given(parsed("cpus:0.1;mem:32;disk:1")...)...), w.task())
}

// A chain that is built, applied step by step as a master does, never fails, and leaves what the chain says; arguments never change; nothing
// that it sends would harm a master.
func TestABuiltChainHolds(t *testing.T) {
	refusals, built := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		steps := []func(){w.reserve, w.reserve, w.unreserve, w.create, w.create, w.destroy, w.resize, w.launch, w.group}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			rapid.SampledFrom(steps).Draw(t, "step")()
			if w.chain.Err() != nil {
				refusals++
				w.again()
			}
			w.built = w.build()
		}
		for i, in := range w.inputs {
			if in.before != encoded(t, in.m) {
				t.Fatalf("argument %d was changed: %v", i, in.m)
			}
		}
		if w.before != encoded(t, &w.offer) {
			t.Fatal("the offer was changed")
		}
		for i := range w.built {
			if err := callcheck.Operation(&w.built[i]); err != nil {
				t.Fatalf("operation %d: %v", i, err)
			}
		}
		built += len(w.built)
		w.replay(w.built)
	})
	t.Logf("%d steps built, %d refused", built, refusals)
	if built < refusals/2 {
		t.Error("too few steps are possible to show much")
	}
}

// replay does what a master does with the offer and the operations.
func (w *world) replay(operations []mesos.Offer_Operation) {
	have := ops.On(w.offer).Left()
	var held resource.Set // resized
	executors := map[string]bool{}
	for i := range operations {
		op := &operations[i]
		switch op.GetType() {
		case mesos.Offer_Operation_LAUNCH:
			for _, task := range op.Launch.TaskInfos {
				used := resource.Set(task.Resources)
				if e := task.Executor; e != nil && !executors[e.ExecutorID.Value] {
					executors[e.ExecutorID.Value] = true
					used = append(slices.Clip(used), e.Resources...)
				}
				have = w.use(have, used)
			}
		case mesos.Offer_Operation_LAUNCH_GROUP:
			var used resource.Set
			for _, task := range op.LaunchGroup.TaskGroup.Tasks {
				used = append(used, task.Resources...)
			}
			if id := op.LaunchGroup.Executor.ExecutorID.Value; !executors[id] {
				executors[id] = true
				used = append(used, op.LaunchGroup.Executor.Resources...)
			}
			have = w.use(have, used)
		case mesos.Offer_Operation_GROW_VOLUME, mesos.Offer_Operation_SHRINK_VOLUME:
			after, err := have.Apply(op)
			if err != nil {
				w.t.Fatalf("operation %d: %v", i, err)
			}
			made, _ := after.Minus(have)
			if op.GrowVolume != nil {
				have, _ = have.Minus(resource.Set{op.GrowVolume.Volume, op.GrowVolume.Addition})
			} else {
				have, _ = have.Minus(resource.Set{op.ShrinkVolume.Volume})
			}
			held = held.Plus(made)
		default:
			after, err := have.Apply(op)
			if err != nil {
				w.t.Fatalf("operation %d: %v", i, err)
			}
			have = after
		}
	}
	if !have.Equal(w.chain.Left()) {
		w.t.Fatalf("the chain says %v is left, a master %v", w.chain.Left(), have)
	}
	w.conserved(have, held)
}

// use takes what tasks take: ports that one of them names twice are one, and a shared volume may have been used up before.
func (w *world) use(have, used resource.Set) resource.Set {
	used = used.Plus(nil)
	for i := range used {
		one := resource.Set(used[i : i+1])
		after, ok := have.Minus(one)
		if !ok && !(resource.IsShared(&used[i]) && w.launched.Contains(one)) {
			w.t.Fatalf("%v is not in %v", one, have)
		}
		if ok {
			w.launched = append(w.launched, used[i])
		}
		have = after
	}
	return have
}

// conserved: what was offered is left, or used, or resized, and nothing else.
func (w *world) conserved(left, held resource.Set) {
	offered := ops.On(w.offer).Left().Quantities()
	now := left.Plus(w.launched).Plus(held).Quantities()
	if fmt.Sprint(offered) != fmt.Sprint(now) {
		w.t.Fatalf("offered %v, now %v", offered, now)
	}
}
