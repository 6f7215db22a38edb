package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	embeddedStart    = 10 * time.Second // a store that has to be repaired takes its time
	embeddedMaxStore = 1 << 30          // bytes of events and bindings on disk
	embeddedMaxMem   = 64 << 20
	embeddedSync     = 5 * time.Second // what a power cut may cost; a crash of the process costs nothing
	embeddedPayload  = 1 << 20         // the same as a NATS server's default, so that both twins behave alike
)

// Server is a NATS server inside the process, with a connection to it. It
// opens no port: only this process can talk to it.
type Server struct {
	nats *server.Server
	conn *nats.Conn
	lock *folderLock
}

// Embedded starts a NATS server with its JetStream store in dir and connects
// to it. Close stops both. A folder can be used by one server at a time.
func Embedded(dir string, log *slog.Logger) (*Server, error) {
	if dir == "" {
		return nil, errors.New("embedded nats: no folder for its store")
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("embedded nats in %s: %w", dir, err)
	}
	srv, err := startServer(dir, log)
	if err != nil {
		lock.release()
		return nil, fmt.Errorf("embedded nats in %s: %w", dir, err)
	}
	conn, err := nats.Connect("", append(dialOptions(log), nats.InProcessServer(srv))...)
	if err != nil {
		stop(srv)
		lock.release()
		return nil, fmt.Errorf("embedded nats in %s: connect: %w", dir, err)
	}
	return &Server{nats: srv, conn: conn, lock: lock}, nil
}

func startServer(dir string, log *slog.Logger) (*server.Server, error) {
	srv, err := server.NewServer(&server.Options{
		ServerName:             "parley",
		DontListen:             true,
		JetStream:              true,
		StoreDir:               dir,
		JetStreamMaxStore:      embeddedMaxStore,
		JetStreamMaxMemory:     embeddedMaxMem,
		SyncInterval:           embeddedSync,
		MaxPayload:             embeddedPayload,
		NoSigs:                 true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, err
	}
	fatal := make(chan error, 1)
	srv.SetLogger(serverLog{log, fatal}, false, false)
	srv.Start()
	select {
	case err = <-fatal: // it has logged why it cannot start, and returned
	default:
		if !srv.ReadyForConnections(embeddedStart) {
			err = fmt.Errorf("not ready after %s", embeddedStart)
		}
	}
	if err != nil {
		stop(srv)
		return nil, err
	}
	return srv, nil
}

// Conn is the process's connection. It belongs to the server: do not close it.
func (s *Server) Conn() *nats.Conn { return s.conn }

// Close closes the connection, flushes the store and waits until the server
// has stopped.
func (s *Server) Close() {
	s.conn.Close()
	stop(s.nats)
	s.lock.release()
}

func stop(srv *server.Server) {
	srv.Shutdown()
	srv.WaitForShutdown()
}

// serverLog gives the server's lines to slog. Its notices are of no interest
// to an operator of Parley, so they are debug lines here.
type serverLog struct {
	log   *slog.Logger
	fatal chan<- error
}

func (l serverLog) put(level slog.Level, format string, v []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, "nats: "+fmt.Sprintf(format, v...))
	}
}

func (l serverLog) Noticef(format string, v ...any) { l.put(slog.LevelDebug, format, v) }
func (l serverLog) Warnf(format string, v ...any)   { l.put(slog.LevelWarn, format, v) }
func (l serverLog) Errorf(format string, v ...any)  { l.put(slog.LevelError, format, v) }
func (l serverLog) Debugf(format string, v ...any)  { l.put(slog.LevelDebug, format, v) }
func (l serverLog) Tracef(format string, v ...any)  { l.put(slog.LevelDebug, format, v) }

// Fatalf keeps the first fault for whoever starts the server: it does not end
// the process, as it would in a program of its own.
func (l serverLog) Fatalf(format string, v ...any) {
	l.put(slog.LevelError, format, v)
	select {
	case l.fatal <- fmt.Errorf(format, v...):
	default:
	}
}
