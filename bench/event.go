// Package bench measures Moor beside github.com/mesos/mesos-go, on the same input in the same run.
package bench

import (
	"fmt"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

const (
	role      = "cassandra"
	principal = "cassandra-principal"
	masterID  = "4f7a1c52-1c0b-4f0e-8a5e-7f1f1f1c9d11"
)

// Event returns n offers as a master sends them to a framework with the capabilities MULTI_ROLE and
// RESERVATION_REFINEMENT, in bytes. Each has three attributes and ten resources: three persistent volumes of
// the framework on disks of different kinds, what it has reserved beside them, and what is free.
func Event(n int) ([]byte, error) {
	e := &schedulerpb.Event{Type: schedulerpb.Event_OFFERS.Enum(), Offers: &schedulerpb.Event_Offers{}}
	for i := range n {
		e.Offers.Offers = append(e.Offers.Offers, offer(i))
	}
	return e.Marshal()
}

func offer(i int) mesos.Offer {
	host := fmt.Sprintf("agent-%04d.example.org", i)
	return mesos.Offer{
		ID:             mesos.OfferID{Value: fmt.Sprintf("%s-O%d", masterID, 100000+i)},
		FrameworkID:    mesos.FrameworkID{Value: masterID + "-0000"},
		AgentID:        mesos.AgentID{Value: fmt.Sprintf("%s-S%d", masterID, i)},
		Hostname:       host,
		URL:            &mesos.URL{Scheme: "http", Address: mesos.Address{Hostname: &host, IP: new(fmt.Sprintf("10.1.%d.%d", i/250, i%250)), Port: 5051}, Path: new("/slave(1)")},
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new(role)},
		Attributes: []mesos.Attribute{
			{Name: "rack", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: fmt.Sprintf("r%d", i%20)}},
			{Name: "zone", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: fmt.Sprintf("z%d", i%3)}},
			{Name: "generation", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 7}},
		},
		Resources: []mesos.Resource{
			volume(i, "data", 204800, &mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_MOUNT, Mount: &mesos.Resource_DiskInfo_Source_Mount{Root: new("/mnt/disk1")}}),
			volume(i, "log", 10240, &mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_PATH, Path: &mesos.Resource_DiskInfo_Source_Path{Root: new("/mnt/disk2")}}),
			volume(i, "conf", 64, nil),
			reserved(i, scalar("cpus", 4)),
			reserved(i, scalar("mem", 16384)),
			reserved(i, ports(7000, 7001)),
			scalar("cpus", 12),
			scalar("mem", 49152),
			scalar("disk", 102400),
			ports(31000, 32000),
		},
	}
}

func scalar(name string, value float64) mesos.Resource {
	return mesos.Resource{
		Name: name, Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: value},
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new(role)},
	}
}

func ports(begin, end uint64) mesos.Resource {
	return mesos.Resource{
		Name: "ports", Type: mesos.RANGES, Ranges: &mesos.Value_Ranges{Range: []mesos.Value_Range{{Begin: begin, End: end}}},
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new(role)},
	}
}

// reserved marks r as the instance's, with the labels that Moor finds it by.
func reserved(i int, r mesos.Resource) mesos.Resource {
	r.Reservations = []mesos.Resource_ReservationInfo{{
		Type:      mesos.Resource_ReservationInfo_DYNAMIC.Enum(),
		Role:      new(role),
		Principal: new(principal),
		Labels: &mesos.Labels{Labels: []mesos.Label{
			{Key: "service", Value: new("cassandra")},
			{Key: "instance", Value: new(fmt.Sprintf("node-%d", i))},
		}},
	}}
	return r
}

func volume(i int, path string, mib float64, source *mesos.Resource_DiskInfo_Source) mesos.Resource {
	r := reserved(i, scalar("disk", mib))
	r.Disk = &mesos.Resource_DiskInfo{
		Persistence: &mesos.Resource_DiskInfo_Persistence{ID: fmt.Sprintf("cassandra-node-%d-%s-1", i, path), Principal: new(principal)},
		Volume:      &mesos.Volume{ContainerPath: path, Mode: mesos.RW.Enum()},
		Source:      source,
	}
	return r
}
