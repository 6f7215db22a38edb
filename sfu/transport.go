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
	"slices"
	"syscall"
	"time"

	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v3"

	"parley/sfu/udp"
)

const (
	socketBuffer  = 4 << 20
	portAttempts  = 20
	receiveMTU    = 1500
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
	settings    webrtc.SettingEngine
	receiving   *interceptor.Registry
}

func newTransport(port int, nodeIPs []string, log *slog.Logger) (*transport, error) {
	addresses, err := planAddresses(nodeIPs)
	if err != nil {
		return nil, err
	}
	loggers := pionLoggers{log: log}
	t := &transport{}
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
	t.settings = t.configure(addresses, loggers)
	if t.receiving, err = receivingInterceptors(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// addressPlan says where to listen and what to tell clients.
type addressPlan struct {
	bind   []net.IP
	public []string // set when the node is reached by other addresses than it binds
}

// planAddresses listens on each local address by itself, so that an answer
// always leaves from the address that was asked. Addresses that are not the
// machine's own (a public one in front of a container) need one socket on all.
func planAddresses(nodeIPs []string) (addressPlan, error) {
	local, err := localIPs()
	if err != nil {
		return addressPlan{}, err
	}
	if len(nodeIPs) == 0 {
		return addressPlan{bind: local}, nil
	}
	var plan addressPlan
	foreign := false
	for _, text := range nodeIPs {
		ip := net.ParseIP(text)
		if ip == nil {
			return addressPlan{}, fmt.Errorf("node address %q is not an IP address", text)
		}
		plan.bind = append(plan.bind, ip)
		foreign = foreign || !slices.ContainsFunc(local, ip.Equal)
	}
	if foreign {
		if len(nodeIPs) > 1 {
			return addressPlan{}, errors.New("name either addresses of this machine, or one public address")
		}
		plan.public = nodeIPs
		plan.bind[0] = map[string]net.IP{"4": net.IPv4zero, "6": net.IPv6zero}[family(plan.bind[0])]
	}
	return plan, nil
}

// networks are the kinds of connection that clients can make. Behind a public
// address, the machine's own ones of the other family mean nothing to them.
func (p addressPlan) networks() []webrtc.NetworkType {
	four := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4}
	six := []webrtc.NetworkType{webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP6}
	switch {
	case p.public == nil:
		return append(four, six...)
	case family(p.bind[0]) == "4":
		return four
	default:
		return six
	}
}

// family is how Go's networks end: "4" or "6".
func family(ip net.IP) string {
	if ip.To4() != nil {
		return "4"
	}
	return "6"
}

// localIPs are the machine's addresses that somebody could reach it by.
func localIPs() ([]net.IP, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list own addresses: %w", err)
	}
	var ips []net.IP
	for _, address := range addresses {
		network, ok := address.(*net.IPNet)
		if !ok {
			continue
		}
		v4 := network.IP.To4() != nil
		if (v4 && (network.IP.IsGlobalUnicast() || network.IP.IsLoopback())) || (!v4 && network.IP.IsGlobalUnicast()) {
			ips = append(ips, network.IP)
		}
	}
	if len(ips) == 0 {
		return nil, errors.New("this machine has no address")
	}
	return ips, nil
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
		conns, listener, number, err := bindAll(port, plan.bind)
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
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{Port: port})
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

// configure makes the settings of every peer connection.
func (t *transport) configure(plan addressPlan, loggers logging.LoggerFactory) webrtc.SettingEngine {
	var s webrtc.SettingEngine
	s.LoggerFactory = loggers
	// The node has a public address, so it need not look for a way: it answers
	// the client's checks. Full ICE costs the offerer a second.
	s.SetLite(true)
	s.SetICEUDPMux(t.udp)
	s.SetICETCPMux(t.tcp)
	s.DisableActiveTCP(true)
	s.SetNetworkTypes(plan.networks())
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetHostAcceptanceMinWait(0)
	s.SetSrflxAcceptanceMinWait(0)
	s.SetPrflxAcceptanceMinWait(0)
	s.SetICETimeouts(8*time.Second, 20*time.Second, 2*time.Second)
	if plan.public != nil {
		s.SetNAT1To1IPs(plan.public, webrtc.ICECandidateTypeHost)
	} else {
		s.SetIPFilter(func(ip net.IP) bool { return slices.ContainsFunc(plan.bind, ip.Equal) })
	}
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	s.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	// ICE has checked the client's address before the first DTLS packet is read.
	s.SetDTLSInsecureSkipHelloVerify(true)
	s.SetDTLSConnectContextMaker(func() (context.Context, func()) {
		return context.WithTimeout(context.Background(), 15*time.Second)
	})
	s.SetReceiveMTU(receiveMTU)
	// Each connection has a media engine of its own already; with the copy
	// that Pion would make, senders that are added later miss what was
	// negotiated.
	s.DisableMediaEngineCopy(true)
	return s
}

// link is a peer connection, with the API that makes senders for it.
type link struct {
	*webrtc.PeerConnection
	api *webrtc.API
}

// connect makes a connection that receives media (and in one-connection mode
// sends it too), or one that only sends.
func (t *transport) connect(receives bool) (link, error) {
	media, err := newMediaEngine(receives)
	if err != nil {
		return link{}, err
	}
	// What the node sends passes no interceptor: that is forward's work.
	registry := &interceptor.Registry{}
	if receives {
		registry = t.receiving
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(t.settings))
	pc, err := api.NewPeerConnection(webrtc.Configuration{
		Certificates: []webrtc.Certificate{t.certificate},
		BundlePolicy: webrtc.BundlePolicyMaxBundle,
		SDPSemantics: webrtc.SDPSemanticsUnifiedPlan,
	})
	if err != nil {
		return link{}, fmt.Errorf("make peer connection: %w", err)
	}
	return link{PeerConnection: pc, api: api}, nil
}

// Close frees the port.
func (t *transport) Close() error { return errors.Join(t.udp.Close(), t.tcp.Close()) }
