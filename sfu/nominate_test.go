package sfu

import (
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/pion/webrtc/v3"
)

// TestFirstWayIsGoodUntilTheClientChooses is a client that names a pair late, as
// Chromium does: by then the handshake should be over.
func TestFirstWayIsGoodUntilTheClientChooses(t *testing.T) {
	plan, err := planAddresses([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	transport, err := newTransport(0, plan, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer transport.Close()
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetHostAcceptanceMinWait(time.Hour)
	client, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	node, err := transport.connect(true, true)
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	up := make(chan struct{})
	node.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) {
		if state == webrtc.ICEConnectionStateConnected {
			close(up)
		}
	})
	if _, err := client.CreateDataChannel("x", nil); err != nil {
		t.Fatal(err)
	}
	offer, err := client.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	if err := node.SetRemoteDescription(offer); err != nil {
		t.Fatal(err)
	}
	answer, err := node.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := link{PeerConnection: node.PeerConnection}.settle(answer)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-up:
	case <-time.After(10 * time.Second):
		t.Error("the node waits for the client to choose")
	}
}
