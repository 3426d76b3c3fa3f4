package resource_test

import (
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func Example() {
	offer := resource.MustParse("cpus:8;mem:4096;disk:10240;ports:[31000-31010]")
	mine := resource.Reservation{Role: "db", Principal: "db-framework", Labels: map[string]string{"instance": "node-0"}}

	// Reserve disk, make a volume on it, and see what is left.
	reserved := resource.Push(resource.Scalar("disk", 2048), mine.Info())
	volume := resource.Volume{ID: "node-0-data", Path: "data", MiB: 2048}.On(reserved, "db-framework")
	left, err := offer.Apply(&mesos.Offer_Operation{
		Type:    mesos.Offer_Operation_RESERVE.Enum(),
		Reserve: &mesos.Offer_Operation_Reserve{Resources: resource.Set{reserved}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	left, err = left.Apply(&mesos.Offer_Operation{
		Type:   mesos.Offer_Operation_CREATE.Enum(),
		Create: &mesos.Offer_Operation_Create{Volumes: resource.Set{volume}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(left.Volumes())
	fmt.Println(left.Unreserved())
	// Output:
	// disk(reservations: [(DYNAMIC,db,db-framework,{instance: node-0})])[node-0-data:data]:2048
	// cpus:8; mem:4096; disk:8192; ports:[31000-31010]
}

func ExampleParse() {
	s, err := resource.Parse("cpus:0.1;cpus:0.2;mem(db):512;ports:[31000-31001, 31002-31005];zones:{a,b}")
	fmt.Println(s, err)
	_, err = resource.Parse("cpus:2;mem:lots")
	fmt.Println(err)
	// Output:
	// cpus:0.3; mem(reservations: [(STATIC,db)]):512; ports:[31000-31005]; zones:{a, b} <nil>
	// resources: at byte 7 ("mem:lots"): Bad type for resource mem value lots type TEXT: not a number
}

func ExampleSet_Minus() {
	offer := resource.MustParse("cpus:4;mem:1024;ports:[31000-31009]")
	left, ok := offer.Minus(resource.MustParse("cpus:1.5;mem:1024;ports:[31004-31005]"))
	fmt.Println(left, ok)
	_, ok = left.Minus(resource.MustParse("cpus:3"))
	fmt.Println(ok)
	// Output:
	// cpus:2.5; ports:[31000-31003, 31006-31009] true
	// false
}

func ExampleSet_Contains() {
	offer := resource.MustParse("cpus:4;cpus(db):2")
	fmt.Println(offer.Contains(resource.MustParse("cpus:4;cpus(db):1")))
	fmt.Println(offer.Contains(resource.MustParse("cpus:5"))) // reserved and unreserved cpus don't add up
	// Output:
	// true
	// false
}

func ExampleReservation_Matches() {
	node0 := resource.Reservation{Role: "db", Principal: "fw", Labels: map[string]string{"instance": "node-0"}}
	node1 := resource.Reservation{Role: "db", Principal: "fw", Labels: map[string]string{"instance": "node-1"}}
	disk := resource.Push(resource.Scalar("disk", 512), node0.Info())
	fmt.Println(node0.Matches(&disk), node1.Matches(&disk), resource.ReservationRole(&disk))
	// Output: true false db
}

func ExampleSet_Apply() {
	reserved := resource.Push(resource.Scalar("disk", 100), resource.Reservation{Role: "db"}.Info())
	volume := resource.Volume{ID: "v1", Path: "data", MiB: 200}.On(reserved, "")
	_, err := resource.Set{reserved}.Apply(&mesos.Offer_Operation{
		Type:   mesos.Offer_Operation_CREATE.Enum(),
		Create: &mesos.Offer_Operation_Create{Volumes: resource.Set{volume}},
	})
	fmt.Println(err)
	// Output: disk(reservations: [(DYNAMIC,db)]):100 does not contain disk(reservations: [(DYNAMIC,db)]):200
}

func ExampleSet_Quantities() {
	s := resource.MustParse("cpus:4;cpus(db):2;ports:[31000-31009]")
	fmt.Println(s.Scalar("cpus"), s.Quantities())
	// Output: 6 map[cpus:6 ports:10]
}
