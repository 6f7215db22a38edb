package sfu_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/sfu"
	"parley/sfu/sfutest"
)

func TestMediaOverTCP(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0], TCP: true}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			w.publish(ann, sfutest.Camera())
			w.publish(bob, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", video, 20))
			w.ok(ann.Hears(w.ctx, "bob", audio, 20))
		})
	}
}

// TestPublicAddress is a node in a container, reached by an address that is
// not its machine's.
func TestPublicAddress(t *testing.T) {
	keys := sfutest.Keys{"PK": {Tenant: "acme", Secret: []byte("secret")}}
	node, err := sfu.NewNode(sfu.Config{Keyring: keys, NodeIPs: []string{"203.0.113.7"}})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close(context.Background())
	clock := clockwork.NewRealClock()
	if err := node.SetLimits(context.Background(), acme, sfu.Limits{Participants: 1}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	token := keys.Token("PK", sfu.Grant{Room: acme.Room, Identity: "ann"}, clock.Now())
	ann, err := sfutest.Connect(ctx, node, sfutest.Options{Token: token, SignalingOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer ann.Drop()
	var candidates []string
	if err := ann.Until(ctx, "an offer", func() bool {
		for _, message := range ann.Messages() {
			for line := range strings.Lines(message.GetOffer().GetSdp()) {
				if candidate, found := strings.CutPrefix(line, "a=candidate:"); found {
					candidates = append(candidates, candidate)
				}
			}
		}
		return len(candidates) > 0
	}); err != nil {
		t.Fatal(err)
	}
	at := " 203.0.113.7 " + strconv.Itoa(node.Port()) + " typ host"
	for _, candidate := range candidates {
		if !strings.Contains(candidate, at) {
			t.Errorf("candidate %q, want one at%s", candidate, at)
		}
	}
}

// TestTranslatedAddress reaches a node by addresses that it does not have
// itself: all of 127.0.0.0/8 is this machine, and only the first is listed.
func TestTranslatedAddress(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{"127.0.0.2", "127.0.0.1"} {
		for _, tcp := range []bool{false, true} {
			t.Run(fmt.Sprint(ip, " tcp ", tcp), func(t *testing.T) {
				t.Parallel()
				w := realWorld(t, func(c *sfu.Config) { c.NodeIPs = []string{ip} })
				ann, bob := w.join("ann", sfutest.Options{TCP: tcp}), w.join("bob", sfutest.Options{SinglePC: true, TCP: tcp})
				w.publish(ann, sfutest.Microphone())
				w.publish(bob, sfutest.Microphone())
				w.ok(bob.Hears(w.ctx, "ann", audio, 20))
				w.ok(ann.Hears(w.ctx, "bob", audio, 20))
			})
		}
	}
}

// TestSilentStrangersDoNotHoldTheNodeUp: a connection on the media port that
// says nothing ends with the node, not half a minute later.
func TestSilentStrangersDoNotHoldTheNodeUp(t *testing.T) {
	node, err := sfu.NewNode(sfu.Config{Keyring: sfutest.Keys{}, NodeIPs: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(node.Port()))
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- node.Close(ctx) }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Error("the node waits for a stranger")
		<-closed
	}
}

func TestNodeAddressesThatMakeNoSense(t *testing.T) {
	for _, ips := range [][]string{{"localhost"}, {"203.0.113.7", "203.0.113.8"}, {""}} {
		if node, err := sfu.NewNode(sfu.Config{Keyring: sfutest.Keys{}, NodeIPs: ips}); err == nil {
			t.Errorf("%q is accepted", ips)
			_ = node.Close(context.Background())
		}
	}
	if _, err := sfu.NewNode(sfu.Config{}); err == nil {
		t.Error("a node without a keyring is accepted")
	}
}

func TestPortThatIsTaken(t *testing.T) {
	taken, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address, ok := taken.LocalAddr().(*net.UDPAddr)
	if !ok {
		t.Fatal("no UDP address")
	}
	node, err := sfu.NewNode(sfu.Config{Keyring: sfutest.Keys{}, NodeIPs: []string{"127.0.0.1"}, MediaPort: address.Port})
	if err == nil {
		_ = node.Close(context.Background())
		t.Fatal("two nodes on one port")
	}
	if !strings.Contains(err.Error(), "media port") {
		t.Errorf("the error does not say what to mend: %v", err)
	}
}
