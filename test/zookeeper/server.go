package zookeeper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// jar is where Debian's package has it. Its manifest names those that it needs.
const jar = "/usr/share/java/zookeeper.jar"

// patience is how long a server may take to start or end.
const patience = time.Minute

// Tick is the server's unit of time; a session's timeout is at least two of them.
const Tick = 250 * time.Millisecond

// Server is a ZooKeeper of one server.
type Server struct {
	t       testing.TB
	dir     string
	address string
	process *exec.Cmd // nil: it is stopped
	keeper  *exec.Cmd // kills the server when this process is gone, however that came
	output  bytes.Buffer
	ended   chan struct{} // closed when the server has ended
}

// Start starts one for a test, which ends it. The test is skipped where java or ZooKeeper isn't installed.
func Start(t testing.TB) *Server {
	t.Helper()
	_, err := exec.LookPath("java")
	if _, missing := os.Stat(jar); err != nil || missing != nil {
		t.Skipf("no ZooKeeper here: install Debian's packages zookeeper and default-jre-headless (java: %v, jar: %v)", err, missing)
	}
	s := &Server{t: t, dir: t.TempDir()}
	t.Cleanup(s.Stop)
	for attempt := range 5 { // another program may take the port first
		s.address = freeAddress(t)
		if err = s.launch(); err == nil {
			return s
		}
		t.Logf("attempt %d: %v", attempt, err)
	}
	t.Fatalf("ZooKeeper doesn't start: %v", err)
	return nil
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Address is where clients connect to: "127.0.0.1:41234".
func (s *Server) Address() string { return s.address }

// Restart starts a server again that was stopped, with what it knew, on the same address.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.launch(); err != nil {
		s.t.Fatalf("ZooKeeper doesn't start again: %v", err)
	}
}

// launch starts the process and waits until it answers.
func (s *Server) launch() error {
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		return err
	}
	config := filepath.Join(s.dir, "zoo.cfg")
	text := fmt.Sprintf("tickTime=%d\ndataDir=%s\nclientPort=%s\nclientPortAddress=127.0.0.1\nmaxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=ruok\n",
		Tick.Milliseconds(), filepath.Join(s.dir, "data"), port)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	s.output.Reset()
	s.process = exec.Command("java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.jmx.log4j.disable=true",
		"-cp", jar, "org.apache.zookeeper.server.ZooKeeperServerMain", config)
	s.process.Stdout, s.process.Stderr = &s.output, &s.output
	if err := s.process.Start(); err != nil {
		s.process = nil
		return err
	}
	process, ended := s.process, make(chan struct{})
	s.ended = ended
	go func() {
		_ = process.Wait() // killed, in the end
		close(ended)
	}()
	s.keeper = exec.Command("sh", "-c", "cat >/dev/null; kill -9 "+strconv.Itoa(s.process.Process.Pid))
	_, err = s.keeper.StdinPipe() // which ends with this process
	if err == nil {
		err = s.keeper.Start()
	}
	if err != nil {
		s.Stop()
		return err
	}
	return s.await()
}

func (s *Server) await() error {
	for deadline := time.Now().Add(patience); ; {
		if s.answers() {
			return nil
		}
		select {
		case <-s.ended:
			s.Stop()
			return fmt.Errorf("it ended: %s", strings.TrimSpace(s.output.String()))
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.Stop()
			return errors.New("it doesn't answer")
		}
	}
}

// answers asks whether the server is well.
func (s *Server) answers() bool {
	conn, err := net.DialTimeout("tcp", s.address, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second)) // an error shows in what follows
	if _, err := io.WriteString(conn, "ruok"); err != nil {
		return false
	}
	answer, err := io.ReadAll(io.LimitReader(conn, 16))
	return err == nil && string(answer) == "imok"
}

// Stop ends the server as kill -9 does. It does nothing to one that is stopped.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	if s.keeper != nil && s.keeper.Process != nil {
		_ = s.keeper.Process.Kill() // first, lest it kill who gets the server's number next
		_ = s.keeper.Wait()
		s.keeper = nil
	}
	_ = s.process.Process.Kill() // it may have ended
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Errorf("ZooKeeper, of process %d, doesn't end", s.process.Process.Pid)
	}
	s.process = nil
}
