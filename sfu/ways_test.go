package sfu_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/stun/v3"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
	"parley/sfu/turn"
)

func withTURN(c *sfu.Config) { c.TURN.Port = turn.AnyPort }

// TestMediaThroughRelay: the way to the media port is closed, as it is for an
// address that leads nowhere; only what the node relays to itself gets there.
func TestMediaThroughRelay(t *testing.T) {
	t.Parallel()
	elsewhere := func(c *sfu.Config) { c.NodeIPs, c.TURN.Host = []string{"203.0.113.7"}, "127.0.0.1" }
	for name, single := range modes {
		for _, kind := range []string{"udp", "tcp"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				w := realWorld(t, withTURN, elsewhere)
				ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0], Relay: kind}), w.join("bob", sfutest.Options{SinglePC: single[1], Relay: kind})
				w.publish(ann, sfutest.Camera())
				w.publish(bob, sfutest.Microphone())
				w.ok(bob.Hears(w.ctx, "ann", video, 20))
				w.ok(ann.Hears(w.ctx, "bob", audio, 20))
			})
		}
	}
}

// TestRelayOnAMachineOfManyAddresses: relays are on one of them, media on all.
func TestRelayOnAMachineOfManyAddresses(t *testing.T) {
	t.Parallel()
	w := realWorld(t, withTURN, func(c *sfu.Config) { c.NodeIPs = nil })
	ann, bob := w.join("ann", sfutest.Options{Relay: "udp"}), w.join("bob", sfutest.Options{SinglePC: true, Relay: "tcp"})
	w.publish(ann, sfutest.Microphone())
	w.publish(bob, sfutest.Microphone())
	w.ok(bob.Hears(w.ctx, "ann", audio, 20))
	w.ok(ann.Hears(w.ctx, "bob", audio, 20))
	if relays := w.node.Stats().Relays; relays < 2 {
		t.Errorf("%d relays are open", relays)
	}
	ann.Leave()
	bob.Leave()
	w.eventually("the relays to be closed", func() bool { return w.node.Stats().Relays == 0 })
}

// opens says whether the credentials open a relay.
func opens(t *testing.T, servers []*livekit.ICEServer) bool {
	t.Helper()
	var config webrtc.Configuration
	config.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	for _, s := range servers {
		config.ICEServers = append(config.ICEServers, webrtc.ICEServer{URLs: s.GetUrls()[:1], Username: s.GetUsername(), Credential: s.GetCredential()})
	}
	pc, err := webrtc.NewPeerConnection(config)
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	if _, err := pc.CreateDataChannel("any", nil); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-webrtc.GatheringCompletePromise(pc)
	return strings.Contains(pc.LocalDescription().SDP, " typ relay")
}

func TestCredentialsAreOnePersons(t *testing.T) {
	t.Parallel()
	w := realWorld(t, withTURN)
	ann, bob := w.join("ann", signaling), w.join("bob", signaling)
	hers, his := ann.Join().GetIceServers(), bob.Join().GetIceServers()
	if len(hers) != 1 || len(his) != 1 || hers[0].GetUsername() == his[0].GetUsername() || hers[0].GetCredential() == his[0].GetCredential() {
		t.Fatalf("ann gets %v, bob %v", hers, his)
	}
	if urls := hers[0].GetUrls(); len(urls) != 2 || !strings.HasPrefix(urls[0], "turn:127.0.0.1:") || !strings.HasSuffix(urls[0], "?transport=udp") || !strings.HasSuffix(urls[1], "?transport=tcp") {
		t.Errorf("ways: %v", urls)
	}
	if !opens(t, hers) || !opens(t, his) {
		t.Error("a credential opens no relay")
	}
	if opens(t, []*livekit.ICEServer{{Urls: hers[0].GetUrls(), Username: hers[0].GetUsername(), Credential: his[0].GetCredential()}}) {
		t.Error("ann relays with bob's password")
	}
	w.ok(w.node.Remove(w.ctx, acme, "ann", sfu.ReasonRemoved))
	w.sentAway(ann)
	w.eventually("ann's credential to be worthless", func() bool { return !opens(t, hers) })
	if !opens(t, his) {
		t.Error("bob lost his way with ann")
	}
}

func TestResumeBringsAFreshCredential(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	w := newWorld(t, clock, withTURN)
	w.open(acme, sfu.Limits{Participants: 2})
	ann := w.join("ann", signaling)
	clock.Advance(5 * time.Second)
	fresh := w.resumeAs(w.token(acme, sfu.Grant{Identity: "ann"}), ann.SID()).GetReconnect().GetIceServers()
	if len(fresh) != 1 || fresh[0].GetUsername() <= ann.Join().GetIceServers()[0].GetUsername() {
		t.Errorf("on resume: %v", fresh)
	}
}

func TestServersElsewhere(t *testing.T) {
	t.Parallel()
	w := realWorld(t, func(c *sfu.Config) {
		c.TURN.Servers, c.TURN.Secret = []string{"turns:turn.example.org:443?transport=tcp"}, []byte("shared")
	})
	ann := w.join("ann", signaling)
	servers := ann.Join().GetIceServers()
	if len(servers) != 1 || servers[0].GetUrls()[0] != "turns:turn.example.org:443?transport=tcp" || !strings.HasSuffix(servers[0].GetUsername(), ":"+ann.SID()) {
		t.Errorf("servers: %v", servers)
	}
	if node, err := sfu.NewNode(sfu.Config{Keyring: sfutest.Keys{}, TURN: sfu.TURN{Servers: []string{"turn:x"}}}); err == nil {
		t.Error("servers without a secret are accepted")
		_ = node.Close(context.Background())
	}
}

// outside is a STUN server that believes what it is told.
type outside struct {
	conn *net.UDPConn
	done chan struct{}

	mu     sync.Mutex // guards the rest
	mapped netip.Addr // invalid: it does not answer
	asked  int
}

func newOutside(t *testing.T, mapped string) *outside {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	o := &outside{conn: conn, done: make(chan struct{}), mapped: netip.MustParseAddr(mapped)}
	go o.serve()
	t.Cleanup(func() { _ = conn.Close(); <-o.done })
	return o
}

func (o *outside) serve() {
	defer close(o.done)
	packet := make([]byte, 1500)
	for {
		n, from, err := o.conn.ReadFromUDP(packet)
		if err != nil {
			return
		}
		request := &stun.Message{Raw: packet[:n]}
		if request.Decode() != nil {
			continue
		}
		o.mu.Lock()
		mapped := o.mapped
		o.asked++
		o.mu.Unlock()
		answer, err := stun.Build(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: mapped.AsSlice(), Port: from.Port}, stun.Fingerprint)
		if err == nil {
			_, _ = o.conn.WriteToUDP(answer.Raw, from)
		}
	}
}

func (o *outside) move(mapped string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mapped = netip.MustParseAddr(mapped)
}

// announcedTo are the addresses that a node tells somebody who joins now.
func (w *world) announcedTo(identity string) string {
	w.t.Helper()
	peer := w.join(identity, signaling)
	var addresses []string
	w.until(peer, "an offer", func() bool {
		for _, message := range peer.Messages() {
			for line := range strings.Lines(message.GetOffer().GetSdp()) {
				if fields := strings.Fields(line); strings.HasPrefix(line, "a=candidate:") {
					addresses = append(addresses, fields[4])
				}
			}
		}
		return len(addresses) > 0
	})
	for _, address := range addresses[1:] {
		if address != addresses[0] {
			w.t.Fatalf("told %v", addresses)
		}
	}
	return addresses[0]
}

func TestAddressFromOutside(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	o := newOutside(t, "203.0.113.7")
	w := newWorld(t, clock, withTURN, func(c *sfu.Config) { c.NodeIPs, c.STUN = nil, o.conn.LocalAddr().String() })
	w.open(acme, sfu.Limits{Participants: 1000})
	if at := w.announcedTo("ann"); at != "203.0.113.7" {
		t.Errorf("told %s", at)
	}
	o.move("203.0.113.8")
	clock.Advance(5 * time.Minute)
	w.eventually("the new address", func() bool { return w.announcedTo("bob") == "203.0.113.8" })
	if url := w.join("cat", signaling).Join().GetIceServers()[0].GetUrls()[0]; !strings.HasPrefix(url, "turn:203.0.113.8:") {
		t.Errorf("the relay is at %s", url)
	}
}

func TestAddressThatNobodyKnows(t *testing.T) {
	for name, config := range map[string]sfu.Config{
		"a name that leads nowhere": {STUN: "stun.invalid:3478"},
		"no port":                   {STUN: "127.0.0.1"},
		"addresses as well":         {STUN: "127.0.0.1:3478", NodeIPs: []string{"127.0.0.1"}},
	} {
		config.Keyring = sfutest.Keys{}
		if node, err := sfu.NewNode(config); err == nil {
			t.Errorf("%s: the node starts", name)
			_ = node.Close(context.Background())
		}
	}
}
