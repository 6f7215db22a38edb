package sfu

import (
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/stun"
	"github.com/pion/webrtc/v3"
)

// soon is how long these tests wait for what takes milliseconds.
const soon = time.Minute

// openTransport is a media port on loopback.
func openTransport(t *testing.T) *transport {
	t.Helper()
	plan, err := planAddresses([]string{"127.0.0.1"})
	must(t, err)
	port, err := newTransport(0, plan, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { _ = port.Close() })
	return port
}

// openClient is a client on loopback that names a pair only after so long.
func openClient(t *testing.T, names time.Duration) *webrtc.PeerConnection {
	t.Helper()
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetHostAcceptanceMinWait(names)
	client, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// openLink is a connection of the port's.
func openLink(t *testing.T, port *transport) link {
	t.Helper()
	node, err := port.connect(true, true)
	must(t, err)
	t.Cleanup(func() { _ = node.Close() })
	return node
}

// call has a client call the node.
func call(t *testing.T, client *webrtc.PeerConnection, node link) {
	t.Helper()
	_, err := client.CreateDataChannel("x", nil)
	must(t, err)
	offer, err := client.CreateOffer(nil)
	must(t, err)
	must(t, client.SetLocalDescription(offer))
	must(t, node.SetRemoteDescription(offer))
	answer, err := node.CreateAnswer(nil)
	must(t, err)
	text, err := node.settle(answer)
	must(t, err)
	must(t, client.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// attribute is the first attribute of that name in a description.
func attribute(t *testing.T, text, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "a="+name+":")
	if !found {
		t.Fatalf("no %s in the description", name)
	}
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// TestEarlyChecksAreHeld: a client that answers an offer begins its checks at once,
// and they come before its answer does. It need not wait until it tries again.
func TestEarlyChecksAreHeld(t *testing.T) {
	port := openTransport(t)
	node, client := openLink(t, port), openClient(t, 0)
	_, err := node.CreateDataChannel("x", nil)
	must(t, err)
	offer, err := node.CreateOffer(nil)
	must(t, err)
	text, err := node.settle(offer)
	must(t, err)
	must(t, client.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: text}))
	answer, err := client.CreateAnswer(nil) // and never more: the only check is the one below
	must(t, err)

	ours, at := attribute(t, text, "ice-ufrag"), port.udp.GetListenAddresses()[0]
	check, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(ours+":"+attribute(t, answer.SDP, "ice-ufrag")),
		ice.AttrControlling(1), ice.PriorityAttr(1), stun.NewShortTermIntegrity(attribute(t, text, "ice-pwd")), stun.Fingerprint)
	must(t, err)
	socket := openLoopback(t)
	defer socket.Close()
	_, err = socket.WriteTo(check.Raw, at)
	must(t, err)
	waiting, err := port.udp.GetConn(ours, at)
	must(t, err)
	for deadline := time.Now().Add(soon); !waiting.(queue).Waiting(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("the check is not kept")
		}
	}
	must(t, node.SetRemoteDescription(answer))
	must(t, socket.SetReadDeadline(time.Now().Add(soon)))
	for packet := make([]byte, receiveMTU); ; {
		n, err := socket.Read(packet)
		must(t, err)
		said := &stun.Message{Raw: packet[:n]}
		if said.Decode() == nil && said.Type == stun.BindingSuccess && said.TransactionID == check.TransactionID {
			return
		}
	}
}

// TestAnEndWaitsForAStartThatGoesOn is somebody who leaves in the moment in which
// they have connected. Pion does not bear that, see startup.
func TestAnEndWaitsForAStartThatGoesOn(t *testing.T) {
	port := openTransport(t)
	for range 10 {
		node, client := openLink(t, port), openClient(t, time.Hour)
		call(t, client, node)
		s := node.lane.startup
		for deadline := time.Now().Add(soon); ; runtime.Gosched() {
			s.mu.Lock()
			proven := s.proven
			s.mu.Unlock()
			if proven {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the client proves no way")
			}
		}
		must(t, node.Close())
		select {
		case <-s.begun:
		default:
			t.Fatal("the connection was closed while Pion was starting it")
		}
		must(t, client.Close())
	}
}

// TestNoStartAfterTheEnd: what has been closed takes no way any more.
func TestNoStartAfterTheEnd(t *testing.T) {
	s := newStartup()
	s.end()
	if s.prove() {
		t.Error("a connection that is being closed connects")
	}
	s.end() // and does not wait
}
