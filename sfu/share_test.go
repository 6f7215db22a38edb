package sfu_test

import (
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/sfutest"
)

// screen is a picture of a shared screen, and sound that goes with it: a film's,
// as loud as somebody who speaks.
func screen() (picture, sound sfutest.Source) {
	picture, sound = sfutest.Camera(), sfutest.Microphone()
	picture.Source = livekit.TrackSource_SCREEN_SHARE
	sound.Source, sound.Loud = livekit.TrackSource_SCREEN_SHARE_AUDIO, true
	return picture, sound
}

// everSpoke says whether a peer was ever told that another speaks.
func everSpoke(peer, other *sfutest.Peer) bool {
	for _, message := range peer.Messages() {
		for _, speaker := range message.GetSpeakersChanged().GetSpeakers() {
			if speaker.GetSid() == other.SID() && speaker.GetActive() {
				return true
			}
		}
	}
	return false
}

// arrived waits until enough of a track has come, and gives it.
func (w *world) arrived(peer *sfutest.Peer, sid string, packets uint64) {
	w.t.Helper()
	w.until(peer, "packets of "+sid, func() bool {
		for _, track := range peer.Tracks() {
			if track.SID == sid && track.Received() >= packets {
				return true
			}
		}
		return false
	})
}

func TestSharingWithSound(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			cat := w.join("cat", sfutest.Options{SinglePC: single[2]})
			picture, sound := screen()
			shown, played := w.publish(ann, picture).SID(), w.publish(ann, sound).SID()
			face := w.publish(cat, sfutest.Camera()).SID()
			w.arrived(bob, shown, 30)
			w.arrived(bob, face, 30)
			w.arrived(bob, played, 150) // for seconds: longer than it takes to count as speech

			voice := sfutest.Microphone()
			voice.Loud = true
			w.publish(cat, voice)
			w.until(bob, "cat speaks", func() bool { return everSpoke(bob, cat) })
			if everSpoke(bob, ann) {
				t.Error("the sound of what ann shows counts as ann speaking")
			}
			if ranks := w.node.Ranks(acme, "bob"); len(ranks) == 0 || ranks[shown] >= ranks[face] {
				t.Errorf("the screen has rank %d, the face of who speaks %d: who has not room for both loses the screen", ranks[shown], ranks[face])
			}

			w.publish(ann, voice)
			w.until(bob, "ann speaks, with a voice of her own", func() bool { return everSpoke(bob, ann) })
		})
	}
}
