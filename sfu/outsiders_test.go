package sfu_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/dtls/v2"
	"github.com/pion/webrtc/v3"

	"parley/sfu/sfutest"
)

// clientHello is the first thing that a DTLS client says.
func clientHello(t *testing.T) []byte {
	t.Helper()
	client, server := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if conn, err := dtls.ClientWithContext(ctx, client, &dtls.Config{InsecureSkipVerify: true}); err == nil {
			_ = conn.Close() // nobody answers, so there is none
		}
	}()
	hello := make([]byte, 1500)
	n, err := server.Read(hello)
	cancel()
	err = errors.Join(err, client.Close(), server.Close())
	<-over
	if err != nil {
		t.Fatal(err)
	}
	return hello[:n]
}

// binding is a STUN request with a user name and a forged integrity, RFC 8489.
func binding(user string) []byte {
	padded := append([]byte(user), make([]byte, (4-len(user)%4)%4)...)
	attributes := binary.BigEndian.AppendUint16([]byte{0, 6}, uint16(len(user)))
	attributes = append(attributes, padded...)
	attributes = append(append(attributes, 0, 8, 0, 20), make([]byte, 20)...)
	message := binary.BigEndian.AppendUint16([]byte{0, 1}, uint16(len(attributes)))
	message = append(message, 0x21, 0x12, 0xa4, 0x42)
	return append(append(message, make([]byte, 12)...), attributes...)
}

// ufragOf is the node's own name in the connection of a peer.
func ufragOf(t *testing.T, peer *sfutest.Peer) string {
	t.Helper()
	for _, message := range peer.Messages() {
		if _, rest, found := strings.Cut(message.GetOffer().GetSdp(), "a=ice-ufrag:"); found {
			ufrag, _, _ := strings.Cut(rest, "\r\n")
			return ufrag
		}
	}
	t.Fatal("the node has no name")
	return ""
}

// TestStrangersGetNoAnswer: whoever has not proven by STUN to be part of a
// meeting gets nothing out of the media port, whatever they send. Else it would
// answer a spoofed address with more than it was sent.
func TestStrangersGetNoAnswer(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.ok(ann.Connected(w.ctx))
	stranger, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: w.node.Port()})
	w.ok(err)
	defer stranger.Close()
	hello, forged := clientHello(t), binding(ufragOf(t, ann)+":x")
	for _, datagram := range [][]byte{
		{0}, make([]byte, 1400), hello, forged, hello, forged[:30], binding("nobody:x"), binding(""), append(slices.Clone(forged), hello...),
		{0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3}, {0x80, 200, 0, 6, 0, 0, 0, 1}, {0x81, 206, 0xff, 0xff}, {0xff},
	} {
		_, err := stranger.Write(datagram)
		w.ok(err)
	}
	bob := w.join("bob", sfutest.Options{}) // by the time he is in, the node has read all of it
	w.publish(ann, sfutest.Microphone())
	w.ok(bob.Hears(w.ctx, "ann", audio, 20))
	w.ok(stranger.SetReadDeadline(time.Now().Add(50 * time.Millisecond)))
	answer := make([]byte, 1500)
	if n, err := stranger.Read(answer); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a stranger is answered with %d bytes (%v): %x", n, err, answer[:n])
	}
}

// TestAnotherCertificateThanTheOneSaidIsRefused, in each mode: who can change
// packets but not signalling must not get in between.
func TestAnotherCertificateThanTheOneSaidIsRefused(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0]})
			w.publish(ann, sfutest.Microphone())
			eve := w.join("eve", sfutest.Options{SinglePC: single[1], Forged: true})
			bob := w.join("bob", sfutest.Options{SinglePC: single[2]})
			w.until(eve, "the word to go", func() bool {
				return slices.ContainsFunc(eve.Messages(), func(m *livekit.SignalResponse) bool {
					return m.GetLeave().GetReason() == livekit.DisconnectReason_MEDIA_FAILURE
				})
			})
			if got := w.identities(acme); slices.Contains(got, "eve") {
				t.Errorf("on the roster are %v", got)
			}
			w.ok(bob.Hears(w.ctx, "ann", audio, 30))
			if who, there := bob.People()["eve"]; there && who.GetState() == livekit.ParticipantInfo_ACTIVE || len(eve.Tracks()) > 0 {
				t.Errorf("eve is %v, and gets %d tracks", who.GetState(), len(eve.Tracks()))
			}
		})
	}
}

// TestBrokenMediaHurtsNobody: packets from inside a meeting that are no media.
func TestBrokenMediaHurtsNobody(t *testing.T) {
	t.Parallel()
	for _, codec := range []string{webrtc.MimeTypeVP8, webrtc.MimeTypeH264, webrtc.MimeTypeOpus, sfutest.MimeTypeRED} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			eve, ann, bob := w.join("eve", sfutest.Options{RED: true}), w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
			source := sfutest.Camera()
			if strings.HasPrefix(codec, "audio/") {
				source = sfutest.Microphone()
			}
			source.Codec, source.Broken = codec, true
			local := w.publish(eve, source)
			w.publish(ann, sfutest.Camera())
			w.publish(eve, sfutest.Microphone())
			w.until(eve, "packets", func() bool { return local.Sent() > 50 })
			w.ok(bob.Connected(w.ctx))
			for _, raw := range [][]byte{
				{0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff}, {0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff},
				{0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, {0x9f, 201, 0, 1, 0, 0, 0, 0}, {0x8f, 206, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 0xff, 0xff, 0xff, 0xff},
			} {
				w.ok(bob.WriteRTCP(raw))
			}
			w.ok(bob.Hears(w.ctx, "ann", video, 20))
			w.ok(bob.Hears(w.ctx, "eve", audio, 5))
			if got := w.identities(acme); len(got) != 3 {
				t.Errorf("left are %v", got)
			}
		})
	}
}
