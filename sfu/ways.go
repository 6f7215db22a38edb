package sfu

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu/turn"
)

const (
	// credentialFor is how long a TURN credential opens relays. It may be long,
	// because the node's own server forgets it when the person leaves, and it
	// has to be: a client asks for a relay again when it first publishes.
	credentialFor = 12 * time.Hour

	credentialForCheck = 2 * time.Minute // the same for who only checks their network

	addressEvery   = 5 * time.Minute // looking for the node's address from outside
	addressTimeout = 5 * time.Second
)

// TURN says how people reach the node whose networks let nothing through to its
// media port.
type TURN struct {
	Port        int                                                  // of the node's own server, for UDP and TCP; 0 for none
	TLSPort     int                                                  // the same for TLS over TCP; 0 for none
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error) // for TLS
	Host        string                                               // name or address that clients are told; empty takes the media's

	Servers []string // addresses of servers elsewhere, such as turns:turn.example.org:443?transport=tcp
	Secret  []byte   // shared with those (coturn: static-auth-secret); it signs credentials
}

// ways are the ways to the node that clients are told beside its media port.
type ways struct {
	turn  TURN
	own   *turn.Server // nil: none
	plan  atomic.Pointer[addressPlan]
	clock clockwork.Clock
}

func newWays(config Config, plan addressPlan, port int) (*ways, error) {
	w := &ways{turn: config.TURN, clock: config.Clock}
	w.plan.Store(&plan)
	if len(w.turn.Servers) > 0 && len(w.turn.Secret) == 0 {
		return nil, errors.New("TURN servers elsewhere need the secret that they check credentials by")
	}
	if w.turn.Port == 0 && w.turn.TLSPort == 0 {
		return w, nil
	}
	var err error
	w.own, err = turn.New(turn.Config{
		Loggers: pionLoggers{log: config.Logger}, Clock: config.Clock, Bind: plan.bind(), Port: w.turn.Port, TLSPort: w.turn.TLSPort,
		Certificate: w.turn.Certificate, Peers: plan.peers(port),
	})
	return w, err
}

// servers are what one person's client is told, with a credential that is that
// person's own and good until then.
func (w *ways) servers(sid string, until time.Time) []*livekit.ICEServer {
	var servers []*livekit.ICEServer
	add := func(urls []string, c turn.Credential) {
		servers = append(servers, &livekit.ICEServer{Urls: urls, Username: c.Username, Credential: c.Password})
	}
	if w.own != nil {
		add(w.urls(), w.own.Admit(sid, until))
	}
	if len(w.turn.Servers) > 0 {
		add(w.turn.Servers, turn.NewCredential(w.turn.Secret, sid, until))
	}
	return servers
}

// urls are the addresses of the node's own server (RFC 7065), the fastest way
// first.
func (w *ways) urls() (urls []string) {
	hosts := w.plan.Load().hosts()
	if w.turn.Host != "" {
		hosts = []string{w.turn.Host}
	}
	add := func(scheme string, port int, transport string) {
		for _, host := range hosts {
			if port != 0 {
				urls = append(urls, scheme+":"+net.JoinHostPort(host, strconv.Itoa(port))+"?transport="+transport)
			}
		}
	}
	add("turn", w.own.Port(), "udp")
	add("turn", w.own.Port(), "tcp")
	add("turns", w.own.TLSPort(), "tcp")
	return urls
}

// dismiss makes a person's credential worthless, and closes what it opened.
func (w *ways) dismiss(sid string) {
	if w.own != nil {
		w.own.Dismiss(sid)
	}
}

// relays counts what is open at the node's own server.
func (w *ways) relays() int {
	if w.own == nil {
		return 0
	}
	return w.own.Relays()
}

func (w *ways) close() error {
	if w.own == nil {
		return nil
	}
	return w.own.Close()
}

// iceServers are what the person's client is told now.
func (p *peer) iceServers() []*livekit.ICEServer {
	until := p.node.clock.Now().Add(credentialFor)
	if p.room.check {
		until = p.node.clock.Now().Add(credentialForCheck) // anybody at a lobby may have one
	}
	servers := p.node.ways.servers(p.sid, until)
	for _, s := range p.node.config.ICEServers {
		servers = append(servers, &livekit.ICEServer{Urls: s.URLs, Username: s.Username, Credential: s.Credential})
	}
	return servers
}

// findAddresses plans by what was configured, or else by what a STUN server
// says.
func findAddresses(ctx context.Context, config Config) (addressPlan, error) {
	if config.STUN == "" {
		return planAddresses(config.NodeIPs)
	}
	if len(config.NodeIPs) > 0 {
		return nil, errors.New("name the node's addresses, or a STUN server that finds them, not both")
	}
	return askAddresses(ctx, config.STUN)
}

// askAddresses asks over IPv4 and IPv6 at once. One answer is enough.
func askAddresses(ctx context.Context, server string) (addressPlan, error) {
	ctx, cancel := context.WithTimeout(ctx, addressTimeout)
	defer cancel()
	type answer struct {
		turn.Mapping
		err error
	}
	networks := []string{"udp4", "udp6"}
	answers := make([]chan answer, len(networks))
	for i, network := range networks {
		answers[i] = make(chan answer, 1)
		go func() {
			mapping, err := turn.Mapped(ctx, network, server)
			answers[i] <- answer{mapping, err}
		}()
	}
	var plan addressPlan
	var failed error
	for _, waiting := range answers {
		a := <-waiting
		if a.err != nil {
			failed = errors.Join(failed, a.err)
			continue
		}
		plan = append(plan, place{local: a.Local, public: a.Public})
	}
	if plan == nil {
		return nil, fmt.Errorf("find own address: %w", failed)
	}
	return plan, nil
}

// followAddress looks now and then whether the node's address from outside has
// changed, as home connections do at night. Who connects from then on is told
// the new one; others come back with an ICE restart.
func (n *Node) followAddress(ticks clockwork.Ticker) {
	defer ticks.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-ticks.Chan():
		}
		fresh, err := askAddresses(n.ctx, n.config.STUN)
		if n.ctx.Err() != nil {
			return
		}
		n.adopt(fresh, err)
	}
}

func (n *Node) adopt(fresh addressPlan, err error) {
	known := *n.ways.plan.Load()
	switch {
	case err != nil:
		n.log.Warn("own address not found, staying with the last one", "err", err)
		return
	case fresh.equal(known):
		return
	case !fresh.sameSockets(known):
		n.log.Error("this machine's own address has changed; restart the node to listen on the new one", "was", known.String(), "is", fresh.String())
		return
	}
	n.log.Info("the address from outside has changed", "was", known.String(), "is", fresh.String())
	n.transport.announce(fresh)
	n.ways.plan.Store(&fresh)
	if n.ways.own != nil {
		n.ways.own.SetPeers(fresh.peers(n.transport.port))
	}
}

// Doors are where clients send media and ask for relays, as every client is
// told.
type Doors struct {
	Hosts  []string // of the media port
	Port   int      // UDP and TCP
	Relays []string // addresses of TURN servers (RFC 7065)
}

// Doors gives the addresses that somebody has to let through for meetings on
// this node. Those of a machine's own networks are among them only where there
// are no others.
func (n *Node) Doors() Doors {
	plan := *n.ways.plan.Load()
	d := Doors{Port: n.transport.port, Relays: slices.Clone(n.ways.turn.Servers)}
	for _, p := range plan {
		if p.public.IsGlobalUnicast() && !p.public.IsPrivate() {
			d.Hosts = append(d.Hosts, p.public.String())
		}
	}
	if len(d.Hosts) == 0 {
		d.Hosts = plan.hosts()
	}
	if n.ways.own != nil {
		d.Relays = append(n.ways.urls(), d.Relays...)
	}
	return d
}
