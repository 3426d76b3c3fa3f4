module github.com/stateful-mesos/moor/test/peer

go 1.26.0

require (
	github.com/mesos/mesos-go v0.0.11
	github.com/stateful-mesos/moor v0.0.0
)

require (
	github.com/cenkalti/backoff/v4 v4.3.0 // indirect
	github.com/gogo/protobuf v1.3.2 // indirect
	github.com/pquerna/ffjson v0.0.0-20190930134022-aa0246cd15f7 // indirect
)

replace github.com/stateful-mesos/moor => ../../
