package mesos

//go:generate go -C ../../tools run ./protogen -root .. sdk/mesos/mesos.proto
//go:generate go -C ../../tools run ./protogen -root .. sdk/mesos/schedulerpb/scheduler.proto
//go:generate go -C ../../tools run ./protogen -root .. sdk/mesos/executorpb/executor.proto
//go:generate go -C ../../tools run ./protogen -root .. sdk/mesos/masterpb/allocator.proto sdk/mesos/masterpb/maintenance.proto sdk/mesos/masterpb/quota.proto sdk/mesos/masterpb/master.proto
