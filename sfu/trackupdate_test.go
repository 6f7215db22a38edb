package sfu_test

import (
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/sfutest"
)

// told waits for a signal of which the condition holds.
func (w *world) told(peer *sfutest.Peer, what string, condition func(*livekit.SignalResponse) bool) {
	w.t.Helper()
	w.until(peer, what, func() bool { return slices.ContainsFunc(peer.Messages(), condition) })
}

func TestTracksChangeAndAnswersCome(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	microphone, camera := w.publish(ann, sfutest.Microphone()), w.publish(ann, sfutest.Camera())
	w.eventually("both tracks", func() bool { return w.node.Stats().Tracks == 2 })
	bob := w.join("bob", sfutest.Options{})
	w.told(ann, "that somebody hears her", func(m *livekit.SignalResponse) bool { return m.GetTrackSubscribed().GetTrackSid() == microphone.SID() })

	say := func(request *livekit.SignalRequest) {
		t.Helper()
		w.ok(ann.Signal(request))
	}
	for _, sid := range []string{microphone.SID(), camera.SID(), "TR_none"} { // each kind to each track: it is for one of them
		say(&livekit.SignalRequest{Message: &livekit.SignalRequest_UpdateAudioTrack{UpdateAudioTrack: &livekit.UpdateLocalAudioTrack{
			TrackSid: sid, Features: []livekit.AudioTrackFeature{livekit.AudioTrackFeature_TF_NOISE_SUPPRESSION},
		}}})
		say(&livekit.SignalRequest{Message: &livekit.SignalRequest_UpdateVideoTrack{UpdateVideoTrack: &livekit.UpdateLocalVideoTrack{
			TrackSid: sid, Width: 320, Height: 180,
		}}})
	}
	w.until(bob, "the tracks as they are now", func() bool {
		ok := 0
		for _, info := range bob.People()["ann"].GetTracks() {
			small, quiet := info.GetWidth() == 320 && info.GetHeight() == 180, len(info.GetAudioFeatures()) == 1
			if small == (info.GetSid() == camera.SID()) && quiet == (info.GetSid() == microphone.SID()) {
				ok++
			}
		}
		return ok == 2
	})

	say(&livekit.SignalRequest{Message: &livekit.SignalRequest_PublishDataTrackRequest{PublishDataTrackRequest: &livekit.PublishDataTrackRequest{PubHandle: 7, Name: "d"}}})
	w.told(ann, "that there are no data tracks", func(m *livekit.SignalResponse) bool {
		answer := m.GetRequestResponse()
		return answer.GetPublishDataTrack().GetPubHandle() == 7 && answer.GetReason() == livekit.RequestResponse_UNSUPPORTED_TYPE
	})
	say(&livekit.SignalRequest{Message: &livekit.SignalRequest_Subscription{Subscription: &livekit.UpdateSubscription{TrackSids: []string{"TR_none"}, Subscribe: true}}})
	w.told(ann, "that there is no such track", func(m *livekit.SignalResponse) bool {
		return m.GetSubscriptionResponse().GetTrackSid() == "TR_none"
	})
}
