package sfu

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v3"
)

// TestFirstWayIsGoodUntilTheClientChooses is a client that names a pair late, as
// Chromium does: by then the handshake should be over.
func TestFirstWayIsGoodUntilTheClientChooses(t *testing.T) {
	node, client := openLink(t, openTransport(t)), openClient(t, time.Hour)
	up := make(chan struct{})
	node.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) {
		if state == webrtc.ICEConnectionStateConnected {
			close(up)
		}
	})
	call(t, client, node)
	select {
	case <-up:
	case <-time.After(soon):
		t.Error("the node waits for the client to choose")
	}
}
