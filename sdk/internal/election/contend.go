package election

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-zookeeper/zk"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// label is what the names of masters' znodes begin with.
const label = "json.info_"

// Contend makes a master a candidate, and keeps it one until ctx ends or its candidacy is lost. entered, which may be
// nil, is called once when ZooKeeper has taken it, with its sequence number. Whether it leads is for [Watch] to tell.
//
// The error wraps [ErrLost] where the session ended, was without a server for too long, or somebody removed the znode:
// a master that led must stop then, and one that didn't may contend again. It is ctx's where ctx ended; the znode is gone
// by then, unless no server could be told. Any other error stays: an invalid address, or a ZooKeeper that doesn't let us.
func Contend(ctx context.Context, cfg Config, info *mesos.MasterInfo, entered func(sequence int)) error {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return err
	}
	data, err := mesosjson.Marshal(info)
	if err != nil {
		return fmt.Errorf("election: master %s: %w", info.ID, err)
	}
	s, err := openSession(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.authenticate(ctx); err != nil {
		return err
	}
	if err := s.makePath(ctx); err != nil {
		return err
	}
	name, err := s.enter(ctx, data)
	if err != nil {
		return err
	}
	if sequence, ok := sequenceOf(name); ok && entered != nil {
		entered(sequence)
	}
	return s.stay(ctx, name)
}

// acl lets everybody read and, where there are credentials, nobody else write (semantics 1.13).
func (s *session) acl() []zk.ACL {
	if s.cfg.URL.credentials == "" {
		return zk.WorldACL(zk.PermAll)
	}
	return append(zk.AuthACL(zk.PermAll), zk.WorldACL(zk.PermRead)...)
}

// makePath makes the znodes above the candidates'.
func (s *session) makePath(ctx context.Context) error {
	parts := strings.Split(s.cfg.URL.Path, "/")
	for i := range parts[1:] {
		path := strings.Join(parts[:i+2], "/")
		err := s.do(ctx, func() error {
			there, _, err := s.conn.Exists(path)
			if err != nil || there {
				return err
			}
			_, err = s.conn.Create(path, nil, 0, s.acl())
			if errors.Is(err, zk.ErrNodeExists) {
				return nil
			}
			return err
		})
		if err != nil {
			return s.unless(ctx, "create "+path, err)
		}
	}
	return nil
}

// enter makes the znode of a candidate and returns its name. A request whose answer was lost may have made it.
func (s *session) enter(ctx context.Context, data []byte) (name string, err error) {
	tried := false
	err = s.do(ctx, func() error {
		if tried {
			if name, err = s.own(); err != nil || name != "" {
				return err
			}
		}
		tried = true
		made, err := s.conn.Create(s.cfg.URL.Path+"/"+label, data, zk.FlagEphemeral|zk.FlagSequence, s.acl())
		name = made[strings.LastIndexByte(made, '/')+1:]
		return err
	})
	return name, s.unless(ctx, "contend below "+s.cfg.URL.Path, err)
}

// own finds the znode that this session has; empty: it has none.
func (s *session) own() (string, error) {
	names, _, err := s.conn.Children(s.cfg.URL.Path)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, label) {
			continue
		}
		there, stat, err := s.conn.Exists(s.cfg.URL.Path + "/" + name)
		if err != nil {
			return "", err
		}
		if there && stat.EphemeralOwner == s.conn.SessionID() {
			return name, nil
		}
	}
	return "", nil
}

// stay returns when the candidacy is over.
func (s *session) stay(ctx context.Context, name string) error {
	path := s.cfg.URL.Path + "/" + name
	for {
		var there bool
		var changes <-chan zk.Event
		err := s.do(ctx, func() (err error) {
			there, _, changes, err = s.conn.ExistsW(path)
			return err
		})
		if err != nil {
			return s.unless(ctx, "watch "+path, err)
		}
		if !there {
			return fmt.Errorf("%w: %s was removed", ErrLost, path)
		}
		select {
		case <-changes:
		case <-s.lost:
			return ErrLost
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unless words an error, but for the end of ctx or of the session.
func (s *session) unless(ctx context.Context, what string, err error) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrLost) {
		return err
	}
	return s.refused(what, err)
}
