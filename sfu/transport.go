package sfu

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v3"

	"parley/sfu/receive"
	"parley/sfu/udp"
)

const (
	socketBuffer  = 4 << 20
	portAttempts  = 20
	receiveMTU    = 1500
	replayWindow  = 1024 // packets
	tcpReadBuffer = 64
	tcpWriteBytes = 4 << 20
)

// transport owns the media port. All peer connections of a node share it, its
// certificate and its two ways of making connections.
type transport struct {
	udp         *udp.Mux
	tcp         ice.TCPMux
	port        int
	certificate webrtc.Certificate
	loggers     pionLoggers
	settings    atomic.Pointer[webrtc.SettingEngine]
	started     time.Time
}

func newTransport(port int, addresses addressPlan, log *slog.Logger) (*transport, error) {
	loggers := pionLoggers{log: log}
	t := &transport{loggers: loggers, started: time.Now()}
	if err := t.listen(port, addresses, loggers); err != nil {
		return nil, err
	}
	// ECDSA: an RSA key costs each DTLS handshake milliseconds.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err == nil {
		var certificate *webrtc.Certificate
		if certificate, err = webrtc.GenerateCertificate(key); err == nil {
			t.certificate = *certificate
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make DTLS certificate: %w", err), t.Close())
	}
	t.announce(addresses)
	return t, nil
}

// family is how Go's networks end: "4" or "6".
func family(ip net.IP) string {
	if ip.To4() != nil {
		return "4"
	}
	return "6"
}

// listen takes one port number for UDP on every address and for TCP. With port
// 0 it tries numbers until one is free everywhere.
func (t *transport) listen(port int, plan addressPlan, loggers pionLoggers) error {
	attempts := 1
	if port == 0 {
		attempts = portAttempts
	}
	var failed error
	for range attempts {
		conns, listener, number, err := bindAll(port, plan.bind())
		if err != nil {
			failed = err
			if errors.Is(err, syscall.EADDRINUSE) {
				continue
			}
			return err
		}
		return t.use(conns, listener, number, loggers)
	}
	return failed
}

func bindAll(port int, ips []net.IP) ([]*net.UDPConn, net.Listener, int, error) {
	var conns []*net.UDPConn
	release := func(err error) ([]*net.UDPConn, net.Listener, int, error) {
		for _, conn := range conns {
			err = errors.Join(err, conn.Close())
		}
		return nil, nil, 0, err
	}
	for _, ip := range ips {
		conn, err := net.ListenUDP("udp"+family(ip), &net.UDPAddr{IP: ip, Port: port})
		if err != nil {
			return release(fmt.Errorf("open media port: %w", err))
		}
		conns = append(conns, conn)
		if local, ok := conn.LocalAddr().(*net.UDPAddr); ok {
			port = local.Port
		}
	}
	listener, err := listenTCP(ips, port)
	if err != nil {
		return release(fmt.Errorf("open media port: %w", err))
	}
	return conns, listener, port, nil
}

func (t *transport) use(conns []*net.UDPConn, listener net.Listener, port int, loggers pionLoggers) error {
	for _, conn := range conns {
		// The kernel may give less; a small buffer is no reason not to start.
		_ = conn.SetReadBuffer(socketBuffer)
		_ = conn.SetWriteBuffer(socketBuffer)
	}
	var err error
	if t.udp, err = udp.New(conns); err != nil {
		return errors.Join(err, listener.Close())
	}
	t.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: listener, Logger: loggers.NewLogger("ice"), ReadBufferSize: tcpReadBuffer, WriteBufferSize: tcpWriteBytes,
	})
	t.port = port
	return nil
}

// announce says which addresses clients of connections to come are told.
func (t *transport) announce(plan addressPlan) {
	settings := t.configure(plan, t.loggers)
	t.settings.Store(&settings)
}

// configure makes the settings of every peer connection.
func (t *transport) configure(plan addressPlan, loggers logging.LoggerFactory) webrtc.SettingEngine {
	var s webrtc.SettingEngine
	s.LoggerFactory = loggers
	// The node has a public address, so it need not look for a way: it answers
	// the client's checks. Full ICE costs the offerer a second.
	s.SetLite(true)
	s.DisableActiveTCP(true)
	s.SetNetworkTypes(plan.networks())
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetHostAcceptanceMinWait(0)
	s.SetSrflxAcceptanceMinWait(0)
	s.SetPrflxAcceptanceMinWait(0)
	s.SetICETimeouts(8*time.Second, 20*time.Second, 2*time.Second)
	s.SetIPFilter(plan.uses)
	if pairs := plan.translations(); pairs != nil {
		s.SetNAT1To1IPs(pairs, webrtc.ICECandidateTypeHost)
	}
	// Only a server knows its connection's keys: see lane.
	_ = s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer) // fails for roles that there are not
	s.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	// ICE has checked the client's address before the first DTLS packet is read.
	s.SetDTLSInsecureSkipHelloVerify(true)
	s.SetDTLSConnectContextMaker(func() (context.Context, func()) {
		return context.WithTimeout(context.Background(), 15*time.Second)
	})
	s.SetReceiveMTU(receiveMTU)
	s.DetachDataChannels() // see dataPort.listenTo
	// What a publisher sends again comes a round trip late: 64 packets, Pion's
	// default, are 300 ms of video.
	s.SetSRTPReplayProtectionWindow(replayWindow)
	// Each connection has a media engine of its own already; with the copy
	// that Pion would make, senders that are added later miss what was
	// negotiated.
	s.DisableMediaEngineCopy(true)
	return s
}

// link is a peer connection, with the API that makes senders for it.
type link struct {
	*webrtc.PeerConnection
	api     *webrtc.API
	inflow  *inflow
	lane    *lane
	outlets *outlets
}

// connect makes a connection that receives media, sends it, or both.
func (t *transport) connect(receives, sends bool) (link, error) {
	media, err := newMediaEngine(receives, sends)
	if err != nil {
		return link{}, err
	}
	// No interceptor works on media: what is sent is forward's part, what comes
	// in is receive's.
	l := link{}
	flow := receive.NewFlow(func() time.Duration { return time.Since(t.started) }, func(packets []byte) {
		_ = l.WriteRTCP(rawReport(packets)) // fails when the connection is closing
	})
	l.inflow = newInflow(flow)
	l.lane = newLane(flow, l.inflow.heard)
	l.outlets = newOutlets(l.lane)
	registry, settings := &interceptor.Registry{}, *t.settings.Load()
	registry.Add(l.outlets)
	settings.BufferFactory = l.inflow.buffer
	settings.SetICEUDPMux(udpLane{UDPMux: t.udp, lane: l.lane})
	settings.SetICETCPMux(tcpLane{TCPMux: t.tcp, lane: l.lane})
	settings.SetSRTPProtectionProfiles(l.lane.handshake.Offers()...)
	settings.SetDTLSKeyLogWriter(&l.lane.handshake) // which keeps it to itself
	settings.SetICEBindingRequestHandler(firstWay(l.lane.startup))
	l.api = webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings))
	l.PeerConnection, err = l.api.NewPeerConnection(webrtc.Configuration{
		Certificates: []webrtc.Certificate{t.certificate},
		BundlePolicy: webrtc.BundlePolicyMaxBundle,
		SDPSemantics: webrtc.SDPSemanticsUnifiedPlan,
	})
	if err != nil {
		return link{}, fmt.Errorf("make peer connection: %w", err)
	}
	l.lane.watch(l.PeerConnection)
	return l, nil
}

// Close ends the connection, and everything that Pion has started for it.
func (l link) Close() error {
	l.lane.close()
	l.lane.startup.end()
	err := l.PeerConnection.Close()
	l.inflow.close()
	return err
}

// Close frees the port.
func (t *transport) Close() error { return errors.Join(t.udp.Close(), t.tcp.Close()) }
