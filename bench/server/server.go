package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"parley/bench/load"
)

// Kind is one of the servers that can be measured.
type Kind string

// The servers.
const (
	Parley       Kind = "parley"
	LiveKit      Kind = "livekit"       // one UDP port
	LiveKitBatch Kind = "livekit-batch" // the same, sending in batches: its best, for 1.5 ms of delay
)

// Config says where the programs are and where they run.
type Config struct {
	Parley  string // path of the binary
	LiveKit string // path of the binary
	Core    int    // that servers run on; below 0: all
}

// Server is a running server.
type Server struct {
	Kind    Kind
	URL     string
	Metrics string // http://host:port of Parley's metrics listener; empty for others
	Key     load.Key

	folder string
	cmd    *exec.Cmd
	log    bytes.Buffer
	done   chan error
}

// readyTime is how long a server may take to start.
const readyTime = 30 * time.Second

// Start starts a fresh server with nothing in it, and waits until it answers.
func (c Config) Start(ctx context.Context, kind Kind) (*Server, error) {
	folder, err := os.MkdirTemp("", "bench-media-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	s := &Server{Kind: kind, folder: folder, done: make(chan error, 1)}
	prepare := s.livekit
	if kind == Parley {
		prepare = s.parley
	}
	command, ready, err := prepare(ctx, c)
	if err == nil {
		err = s.run(c.Pin(c.Core, command...))
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := s.await(ctx, ready); err != nil {
		return nil, errors.Join(err, fmt.Errorf("%s said: %s", kind, s.log.String()), s.Stop())
	}
	return s, nil
}

// Pin makes a command run on one core, or below 0 on all of them, whatever
// this process is bound to.
func (Config) Pin(core int, command ...string) []string {
	list := strconv.Itoa(core)
	if core < 0 {
		list = "0-1023" // the kernel takes those that there are
	}
	return append([]string{"taskset", "-c", list}, command...)
}

func (s *Server) run(command []string) error {
	s.cmd = exec.Command(command[0], command[1:]...)
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, &s.log
	s.cmd.Dir = s.folder
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", s.Kind, err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	return nil
}

// await asks until the server answers.
func (s *Server) await(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case ended := <-s.done:
			s.done <- ended
			return fmt.Errorf("%s ended: %w", s.Kind, ended)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", s.Kind, errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server; what it wrote is removed.
func (s *Server) Stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	return os.RemoveAll(s.folder)
}

// Said is what the server has logged.
func (s *Server) Said() string { return s.log.String() }

// freePort finds a port number that is free for UDP and TCP.
func freePort() (int, error) {
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("find a port: %w", err)
		}
		port := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a TCP listener has a TCP address
		u, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		_ = l.Close()
		if err != nil {
			continue
		}
		_ = u.Close()
		return port, nil
	}
	return 0, errors.New("find a port: none is free for UDP and TCP")
}
