package sfu_test

import (
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// refusal is the node's answer to a wish to publish, nil while there is none.
func refusal(peer *sfutest.Peer, cid string) *livekit.RequestResponse {
	for _, message := range peer.Messages() {
		if answer := message.GetRequestResponse(); answer.GetAddTrack().GetCid() == cid {
			return answer
		}
	}
	return nil
}

func addTrack(cid string, encryption livekit.Encryption_Type) *livekit.SignalRequest {
	return &livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: &livekit.AddTrackRequest{
		Cid: cid, Type: livekit.TrackType_AUDIO, Source: livekit.TrackSource_MICROPHONE, Encryption: encryption,
	}}}
}

func published(peer *sfutest.Peer, cid string) *livekit.TrackInfo {
	for _, message := range peer.Messages() {
		if answer := message.GetTrackPublished(); answer.GetCid() == cid {
			return answer.GetTrack()
		}
	}
	return nil
}

// What a client says is all there is: no SDK stands between this test and the node.
func TestPlainTracksAreRefusedWhereEncryptionIsRequired(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	w.open(acme, sfu.Limits{Participants: 100, Revision: 1, Encrypted: true})
	ann := w.join("ann", sfutest.Options{})
	for _, wish := range []*livekit.SignalRequest{addTrack("plain", livekit.Encryption_NONE), addTrack("sealed", livekit.Encryption_GCM)} {
		w.ok(ann.Signal(wish))
	}
	w.until(ann, "the answer to the encrypted track", func() bool { return published(ann, "sealed") != nil })
	if answer := refusal(ann, "plain"); answer.GetReason() != livekit.RequestResponse_NOT_ALLOWED || answer.GetMessage() == "" {
		t.Errorf("the plain track was answered with %v", answer)
	}
	if published(ann, "plain") != nil {
		t.Error("the plain track is published")
	}
	if info := published(ann, "sealed"); info.GetEncryption() != livekit.Encryption_GCM || !info.GetDisableRed() {
		t.Errorf("the encrypted track is described as %v", info)
	}
}

func TestEncryptedTracksAreForwarded(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	w.open(acme, sfu.Limits{Participants: 100, Revision: 1, Encrypted: true})
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	camera := sfutest.Camera()
	camera.Encryption = livekit.Encryption_GCM
	local := w.publish(ann, camera)
	w.until(bob, "frames of ann", func() bool {
		track := bob.Tracks()[local.SID()]
		return track != nil && track.Decoder().Frames() > 5
	})
	if tracks := bob.People()["ann"].GetTracks(); len(tracks) != 1 || tracks[0].GetEncryption() != livekit.Encryption_GCM {
		t.Errorf("bob hears of %v", tracks)
	}
}

// A room can outlive a meeting by a moment. What was published in the clear ends when the next one has to be encrypted.
func TestPlainTracksEndWhereEncryptionBegins(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	local := w.publish(ann, sfutest.Camera())
	w.until(bob, "ann's camera", func() bool { return bob.Tracks()[local.SID()] != nil })
	w.open(acme, sfu.Limits{Participants: 100, Revision: 1, Encrypted: true})
	w.until(ann, "word that it is unpublished", func() bool {
		return slices.ContainsFunc(ann.Messages(), func(m *livekit.SignalResponse) bool {
			return m.GetTrackUnpublished().GetTrackSid() == local.SID()
		})
	})
	w.until(bob, "ann without a camera", func() bool { return len(bob.People()["ann"].GetTracks()) == 0 })
}

// Who may not write messages still asks for the key, and hands it on.
func TestKeysPassWhereMessagesMayNot(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	w.open(acme, sfu.Limits{Participants: 100, Revision: 1, Encrypted: true})
	ann := w.join("ann", sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "ann", NoData: true})})
	bob, cat := w.join("bob", sfutest.Options{}), w.join("cat", sfutest.Options{})
	for _, packet := range []*livekit.DataPacket{
		sfutest.Text("chat", "hello", "bob"),
		sfutest.Text(sfu.TopicKeys, "for all"),
		sfutest.Text(sfu.TopicKeys, string(make([]byte, 4000)), "bob"),
		sfutest.Text(sfu.TopicKeys, "for bob", "bob"),
	} {
		w.ok(ann.SendData(w.ctx, packet, livekit.DataPacket_RELIABLE))
	}
	w.gets(bob, sfu.TopicKeys+": for bob")
	if got := texts(bob); len(got) != 1 {
		t.Errorf("bob got %d packets: %.200q", len(got), got)
	}
	if got := texts(cat); len(got) != 0 {
		t.Errorf("cat got %.200q", got)
	}
}
