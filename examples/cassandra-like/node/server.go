package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// maxRequests is how many requests are served at once; more are told to come again. It bounds memory: each holds
// one value, or one handover.
const maxRequests = 512

// StampHeader carries a record's timestamp, in microseconds since 1970, with the answers to reads and writes of a key.
const StampHeader = "X-Timestamp"

// Status is what GET /status tells.
type Status struct {
	Identity
	Cluster    string         `json:"cluster"` // see [Config]
	PID        int            `json:"pid"`
	Address    string         `json:"address"`
	Generation uint64         `json:"generation"`
	Keys       int64          `json:"keys"`
	Hints      int64          `json:"hints"` // records that other replicas still miss
	Members    []MemberStatus `json:"members"`
}

// handler serves:
//
//	PUT  /keys/{key}?consistency=QUORUM   the body is the value
//	GET  /keys/{key}?consistency=QUORUM
//	GET  /status
//	GET  /healthz
//
// and, for other nodes, the paths in peers.go.
func (n *Node) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /keys/{key}", n.putKey)
	mux.HandleFunc("GET /keys/{key}", n.getKey)
	mux.HandleFunc("GET /status", n.getStatus)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("POST "+pathRecords, n.mine(n.postRecords))
	mux.HandleFunc("GET "+pathRecords, n.mine(n.getRecord))
	mux.HandleFunc("POST "+pathGossip, n.postGossip)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case n.slots <- struct{}{}:
			defer func() { <-n.slots }()
			if cluster := r.Header.Get(ClusterHeader); cluster != "" && cluster != n.cfg.Cluster {
				http.Error(w, fmt.Sprintf("this is a node of %s, not of %.100q", n.cfg.Cluster, cluster), http.StatusMisdirectedRequest)
				return
			}
			mux.ServeHTTP(w, r)
		default:
			w.Header().Set("Retry-After", "1")
			http.Error(w, fmt.Sprintf("%d requests are being served already", maxRequests), http.StatusServiceUnavailable)
		}
	})
}

// mine refuses calls that are meant for another node, which had this address before.
func (n *Node) mine(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		to, cluster := r.Header.Get(toHeader), r.Header.Get(ClusterHeader)
		if to != n.cfg.Name || cluster == "" {
			http.Error(w, fmt.Sprintf("this is %s of %s, not %.100q of %.100q", n.cfg.Name, n.cfg.Cluster, to, cluster), http.StatusMisdirectedRequest)
			return
		}
		handle(w, r)
	}
}

func (n *Node) putKey(w http.ResponseWriter, r *http.Request) {
	key, level, err := keyAndLevel(r)
	if err != nil {
		fail(w, err)
		return
	}
	value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxValue))
	if err != nil {
		fail(w, err)
		return
	}
	record, err := n.write(r.Context(), key, value, level)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set(StampHeader, strconv.FormatInt(record.Stamp, 10))
	w.WriteHeader(http.StatusNoContent)
}

func (n *Node) getKey(w http.ResponseWriter, r *http.Request) {
	key, level, err := keyAndLevel(r)
	if err != nil {
		fail(w, err)
		return
	}
	record, err := n.read(r.Context(), key, level)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set(StampHeader, strconv.FormatInt(record.Stamp, 10))
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(record.Value)
}

func keyAndLevel(r *http.Request) (string, Level, error) {
	level, err := ParseLevel(r.URL.Query().Get("consistency"))
	return r.PathValue("key"), level, errors.Join(validKey(r.PathValue("key")), err)
}

func (n *Node) getStatus(w http.ResponseWriter, _ *http.Request) {
	members := n.members.status()
	s := Status{
		Identity: Identity{Service: n.cfg.Service, Instance: n.cfg.Name, Volume: n.cfg.Volume},
		Cluster:  n.cfg.Cluster, PID: os.Getpid(), Address: n.Address(),
		Keys: n.storage.keys.Load(), Hints: n.storage.hints.Load(), Members: members,
	}
	for _, m := range members {
		if m.Name == n.cfg.Name {
			s.Generation = m.Generation
		}
	}
	reply(w, s)
}

func (n *Node) postRecords(w http.ResponseWriter, r *http.Request) {
	var records []Record
	if err := decodeBody(w, r, &records); err != nil {
		fail(w, err)
		return
	}
	for _, record := range records {
		if err := record.validate(time.Now()); err != nil {
			fail(w, err)
			return
		}
		n.clock.saw(record.Stamp)
	}
	if err := n.storage.put(records...); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (n *Node) getRecord(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	if err := validKey(key); err != nil {
		fail(w, err)
		return
	}
	record, err := n.storage.get(key)
	if err != nil {
		fail(w, err)
		return
	}
	reply(w, record)
}

func (n *Node) postGossip(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(ClusterHeader) == "" {
		http.Error(w, "gossip without "+ClusterHeader, http.StatusMisdirectedRequest)
		return
	}
	var news []Member
	if err := decodeBody(w, r, &news); err != nil {
		fail(w, err)
		return
	}
	reply(w, n.members.merge(news))
}

func decodeBody(w http.ResponseWriter, r *http.Request, into any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(into)
	var large *http.MaxBytesError
	if err != nil && !errors.As(err, &large) {
		err = fmt.Errorf("%w JSON: %w", errInvalid, err)
	}
	return err
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body) // an error is the client's, who is gone
}

func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, errInvalid):
		status = http.StatusBadRequest
	case errors.Is(err, ErrUnavailable):
		status = http.StatusServiceUnavailable
	case errors.Is(err, errAbsent):
		status = http.StatusNotFound
	}
	http.Error(w, err.Error(), status)
}
