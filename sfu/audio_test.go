package sfu_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// codecFrom is what a peer gets somebody's sound as, once it has come.
func (w *world) codecFrom(peer *sfutest.Peer, identity string) string {
	w.t.Helper()
	w.ok(peer.Hears(w.ctx, identity, audio, 10))
	for _, track := range peer.Tracks() {
		if track.Participant == peer.People()[identity].GetSid() {
			return track.Codec
		}
	}
	return ""
}

// said says whether a text was in a description that the node sent.
func said(peer *sfutest.Peer, description func(*livekit.SignalResponse) *livekit.SessionDescription, text string) bool {
	return slices.ContainsFunc(peer.Messages(), func(message *livekit.SignalResponse) bool {
		return strings.Contains(description(message).GetSdp(), text)
	})
}

func TestRedundantAudio(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0], RED: true})
			bob := w.join("bob", sfutest.Options{SinglePC: single[1], RED: true})
			old := w.join("old", sfutest.Options{SinglePC: single[2]})
			redundant, plain := sfutest.Microphone(), sfutest.Microphone()
			redundant.Codec = sfutest.MimeTypeRED
			w.publish(ann, redundant)
			w.publish(old, plain)
			if got := w.codecFrom(bob, "ann"); got != sfutest.MimeTypeRED {
				t.Errorf("who can take RED gets %s", got)
			}
			if got := w.codecFrom(old, "ann"); got != webrtc.MimeTypeOpus {
				t.Errorf("who cannot take RED gets %s", got)
			}
			if got := w.codecFrom(bob, "old"); got != webrtc.MimeTypeOpus {
				t.Errorf("somebody without RED is heard as %s", got)
			}
		})
	}
}

func TestTelephoneAudio(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, codec := range []string{webrtc.MimeTypePCMU, webrtc.MimeTypePCMA} {
				w := realWorld(t)
				phone, bob := w.join("phone", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
				source := sfutest.Microphone()
				source.Codec = codec
				if info := w.publish(phone, source).Info(); info.GetMimeType() != codec {
					t.Errorf("%s is published as %s", codec, info.GetMimeType())
				}
				w.publish(bob, sfutest.Microphone())
				if got := w.codecFrom(bob, "phone"); got != codec {
					t.Errorf("%s is received as %s", codec, got)
				}
				if got := w.codecFrom(phone, "bob"); got != webrtc.MimeTypeOpus {
					t.Errorf("the phone's bridge hears %s", got)
				}
			}
		})
	}
}

// TestStereoIsSaid to who receives it: clients decode one channel otherwise.
//
//nolint:staticcheck // the deprecated field is the one that clients use
func TestStereoIsSaid(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	music := sfutest.Microphone()
	music.Stereo = true
	if info := w.publish(ann, music).Info(); !info.GetStereo() {
		t.Errorf("published as %v", info)
	}
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	if !said(ann, (*livekit.SignalResponse).GetAnswer, "useinbandfec=1;usedtx=1;stereo=1\r\n") {
		t.Error("the publisher is not asked for two channels")
	}
	if !said(bob, (*livekit.SignalResponse).GetOffer, "useinbandfec=1;sprop-stereo=1\r\n") {
		t.Error("the subscriber is not told of two channels")
	}
}

// TestOnlyTheLoudestAreHeardInAVeryLargeRoom, which here is one of more than
// two microphones.
func TestOnlyTheLoudestAreHeardInAVeryLargeRoom(t *testing.T) {
	w := realWorld(t, func(c *sfu.Config) { c.Loudest, c.LoudestAbove = 1, 2 })
	speaker, quiet := sfutest.Microphone(), sfutest.Microphone()
	speaker.Loud = true
	ann, bob, cat, dan := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{}), w.join("cat", sfutest.Options{}), w.join("dan", sfutest.Options{SinglePC: true})
	w.publish(ann, speaker)
	w.publish(bob, quiet)
	w.ok(dan.Hears(w.ctx, "bob", audio, 5)) // not a very large room yet
	third := w.publish(cat, quiet)
	stillHears := func(identity string) bool { // in the time of five packets of ann's
		before := receivedFrom(dan, identity)
		w.ok(dan.Hears(w.ctx, "ann", audio, 5))
		return receivedFrom(dan, identity) > before
	}
	w.until(dan, "silence of bob", func() bool { return !stillHears("bob") })
	w.ok(dan.Hears(w.ctx, "ann", audio, 20))
	w.ok(third.Unpublish())
	w.until(dan, "one microphone fewer", func() bool { return tracksOf(dan, "cat") == 0 })
	if stillHears("bob") {
		t.Error("at the limit itself, the rule changes with everybody who comes and goes")
	}
}

// receivedFrom counts packets of somebody's sound.
func receivedFrom(peer *sfutest.Peer, identity string) (n uint64) {
	for _, track := range peer.Tracks() {
		if track.Participant == peer.People()[identity].GetSid() && track.Kind == audio {
			n += track.Received()
		}
	}
	return n
}
