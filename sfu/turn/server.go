package turn

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pion/logging"
	pion "github.com/pion/turn/v4"
)

// AnyPort as a port takes any that is free.
const AnyPort = -1

// Bounds of what strangers and clients may use. A browser makes an allocation
// for each of its connections, addresses and servers that it is told of.
const (
	realm             = "parley"
	relaysPerSession  = 24
	relaysAtOnce      = 8192
	requestsPerSecond = 200 // of a source; joining takes some 30 requests a person
	requestsAtOnce    = 4000
	sourcesKept       = 16384
	bytesPerSecond    = 8 << 20 // 67 Mbit/s each way, of a session
	bytesAtOnce       = 4 << 20
	relayBuffer       = 1 << 20
	maxFrame          = 1600
	loginTime         = 15 * time.Second
	silence           = 11 * time.Minute // an allocation lives ten without a word
	writeTime         = 10 * time.Second
)

// Config is what a server is made from. At least one port is needed.
type Config struct {
	Loggers     logging.LoggerFactory // of pion/turn; nil keeps it quiet
	Clock       clockwork.Clock
	Bind        []net.IP                                             // addresses of this machine to listen on; empty for all
	Port        int                                                  // for UDP and TCP; 0 for none
	TLSPort     int                                                  // for TLS over TCP; 0 for none
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error) // needed with TLSPort
	Peers       []Peer                                               // what it relays to, see SetPeers
}

// Server is a TURN server for the people on one media node. Its methods may be
// called from anywhere.
type Server struct {
	clock         clockwork.Clock
	secret        []byte
	pion          *pion.Server
	gate          *gate
	table         atomic.Pointer[peers]
	port, tlsPort int

	mu       sync.Mutex // guards the rest
	sessions map[string]*session
	pending  map[net.Addr]*relay // opened, and not yet of a session
	count    int                 // relays of sessions
	streams  map[ends]*stream
	closed   bool
}

// New opens the ports and serves when it returns.
func New(config Config) (*Server, error) {
	if config.Port == 0 && config.TLSPort == 0 {
		return nil, errors.New("start TURN server: no port is given")
	}
	if config.TLSPort != 0 && config.Certificate == nil {
		return nil, errors.New("start TURN server: TLS needs a certificate")
	}
	if config.Loggers == nil {
		config.Loggers = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	}
	if config.Clock == nil {
		config.Clock = clockwork.NewRealClock()
	}
	s := &Server{
		clock: config.Clock, secret: []byte(rand.Text()), gate: newGate(),
		sessions: map[string]*session{}, pending: map[net.Addr]*relay{}, streams: map[ends]*stream{},
	}
	s.SetPeers(config.Peers)
	udp, tcp, err := s.listen(config)
	if err == nil {
		s.pion, err = pion.NewServer(pion.ServerConfig{
			PacketConnConfigs: udp, ListenerConfigs: tcp, LoggerFactory: config.Loggers, Realm: realm, InboundMTU: maxFrame + 1,
			AuthHandler: s.authenticate, QuotaHandler: s.hasRoom,
			EventHandler: pion.EventHandler{OnAllocationCreated: s.allocated},
		})
	}
	if err != nil {
		for _, c := range udp {
			err = errors.Join(err, c.PacketConn.Close())
		}
		for _, c := range tcp {
			err = errors.Join(err, c.Listener.Close())
		}
		return nil, fmt.Errorf("start TURN server: %w", err)
	}
	return s, nil
}

// Port is where the server listens on UDP and TCP, or 0.
func (s *Server) Port() int { return s.port }

// TLSPort is where the server listens for TLS, or 0.
func (s *Server) TLSPort() int { return s.tlsPort }

// SetPeers says which media sockets the server relays to from now on.
// Allocations that exist keep what they had.
func (s *Server) SetPeers(list []Peer) { s.table.Store(newPeers(list)) }

// Admit lets somebody relay, until Dismiss. The credential may be used to open
// relays until the given time; those that are open then stay. A subject that
// was admitted before gets another credential, and the older ones stay good
// for as long as they say.
func (s *Server) Admit(subject string, until time.Time) Credential {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[subject] == nil && !s.closed {
		s.sessions[subject] = newSession()
	}
	return NewCredential(s.secret, subject, until)
}

// Dismiss ends what Admit has begun: relays close, credentials are worthless.
func (s *Server) Dismiss(subject string) {
	s.mu.Lock()
	gone := s.sessions[subject]
	delete(s.sessions, subject)
	var open []*relay
	if gone != nil {
		for r := range gone.relays {
			open = append(open, r)
		}
	}
	s.mu.Unlock()
	for _, r := range open {
		_ = r.Close() // nobody is left to tell
	}
}

// Relays counts the allocations that are open.
func (s *Server) Relays() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Close frees the ports and ends all connections and relays.
func (s *Server) Close() error {
	err := s.pion.Close()
	s.mu.Lock()
	s.closed = true
	var subjects []string
	for subject := range s.sessions {
		subjects = append(subjects, subject)
	}
	s.mu.Unlock()
	for _, subject := range subjects {
		s.Dismiss(subject)
	}
	return err
}

func (s *Server) now() time.Time { return s.clock.Now() }

// authenticate gives the key of somebody who may relay. A credential that is
// past its time keeps alive what it has opened: browsers cannot change the
// credential of an allocation.
func (s *Server) authenticate(username, realm string, _ net.Addr) ([]byte, bool) {
	subject, until, ok := parseUsername(username)
	if !ok {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.sessions[subject]
	if who == nil || (s.now().After(until) && len(who.relays) == 0) {
		return nil, false
	}
	return pion.GenerateAuthKey(username, realm, password(s.secret, username)), true
}

// hasRoom says whether one more allocation may be made. It is asked for new
// ones only, so here time counts.
func (s *Server) hasRoom(username, _ string, _ net.Addr) bool {
	subject, until, ok := parseUsername(username)
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.sessions[subject]
	return ok && who != nil && !s.now().After(until) && len(who.relays) < relaysPerSession && s.count < relaysAtOnce
}

// expect keeps a relay until pion/turn says whose it is.
func (s *Server) expect(address net.Addr, r *relay) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.pending[address] = r
	r.address = address
	return true
}

// allocated gives a relay to its session, before the first packet passes. Who
// has too many by now, or has gone, loses it again: several requests can be
// past hasRoom at once.
func (s *Server) allocated(from, to net.Addr, _, username, _ string, address net.Addr, _ int) {
	subject, _, _ := parseUsername(username) // it has been checked
	s.mu.Lock()
	r := s.pending[address]
	if r == nil {
		s.mu.Unlock()
		return
	}
	delete(s.pending, address)
	who := s.sessions[subject]
	fits := who != nil && len(who.relays) < relaysPerSession && s.count < relaysAtOnce
	if who == nil {
		who = newSession()
	}
	r.session = who
	if fits {
		r.counted = true
		who.relays[r] = struct{}{}
		s.count++
	}
	if stream := s.streams[ends{addrPort(from), addrPort(to)}]; stream != nil {
		stream.login.Store(true)
	}
	s.mu.Unlock()
	close(r.ready)
	if !fits {
		_ = r.Close()
	}
}

// forget takes a closed relay off the books.
func (s *Server) forget(r *relay) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, r.address)
	if r.counted {
		delete(r.session.relays, r)
		s.count--
	}
}

// enter remembers a connection, so that it can be told from a stranger's.
func (s *Server) enter(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams[st.ends] = st
}

func (s *Server) exit(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[st.ends] == st {
		delete(s.streams, st.ends)
	}
}
