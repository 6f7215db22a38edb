package sfu_test

import (
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// texts are the user packets that a peer got, as "topic: text".
func texts(peer *sfutest.Peer) []string {
	var list []string
	for _, packet := range peer.Packets() {
		list = append(list, packet.GetUser().GetTopic()+": "+string(packet.GetUser().GetPayload()))
	}
	return list
}

func (w *world) gets(peer *sfutest.Peer, text string) {
	w.t.Helper()
	w.until(peer, text, func() bool { return slices.Contains(texts(peer), text) })
}

//nolint:staticcheck // the deprecated fields are the ones that clients use
func TestDataReachesWhomItIsFor(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob, cat := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]}), w.join("cat", sfutest.Options{SinglePC: single[2]})
			send := func(packet *livekit.DataPacket, kind livekit.DataPacket_Kind) {
				t.Helper()
				w.ok(ann.SendData(w.ctx, packet, kind))
			}
			// Private first: what must not arrive would arrive before what must.
			inUser := sfutest.Text("t", "for bob", "bob")
			inPacket := sfutest.Text("t", "for bob too")
			inPacket.DestinationIdentities = []string{"bob"}
			bySID := sfutest.Text("t", "for bob by sid")
			bySID.GetUser().DestinationSids = []string{bob.SID()}
			for _, packet := range []*livekit.DataPacket{inUser, inPacket, bySID} {
				send(packet, livekit.DataPacket_RELIABLE)
			}
			send(sfutest.Text("t", "for all"), livekit.DataPacket_RELIABLE)
			w.gets(bob, "t: for all")
			w.gets(cat, "t: for all")
			if got := texts(bob); !slices.Equal(got, []string{"t: for bob", "t: for bob too", "t: for bob by sid", "t: for all"}) {
				t.Errorf("bob got %q", got)
			}
			if got := texts(cat); !slices.Equal(got, []string{"t: for all"}) {
				t.Errorf("cat got %q", got)
			}
			if got := texts(ann); len(got) != 0 {
				t.Errorf("ann hears herself: %q", got)
			}
			w.until(bob, "a lossy packet", func() bool {
				send(sfutest.Text("t", "lossy"), livekit.DataPacket_LOSSY)
				return slices.Contains(texts(bob), "t: lossy")
			})
		})
	}
}

//nolint:staticcheck // the deprecated fields are the ones that clients use
func TestForgedSenderIsOverwritten(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	forged := sfutest.Text("t", "I am the host")
	forged.ParticipantIdentity, forged.ParticipantSid = "host", "PA_host"
	forged.GetUser().ParticipantIdentity, forged.GetUser().ParticipantSid = "host", "PA_host"
	forged.Sequence = 7
	w.ok(ann.SendData(w.ctx, forged, livekit.DataPacket_RELIABLE))
	w.gets(bob, "t: I am the host")
	packet := bob.Packets()[0]
	if packet.GetParticipantIdentity() != "ann" || packet.GetParticipantSid() != ann.SID() ||
		packet.GetUser().GetParticipantIdentity() != "ann" || packet.GetUser().GetParticipantSid() != ann.SID() {
		t.Errorf("the packet says it is from %v", packet)
	}
	if packet.GetSequence() != 7 {
		t.Errorf("sequence %d, want 7: receivers sort by it", packet.GetSequence())
	}
}

//nolint:staticcheck // the deprecated fields are the ones that clients use
func TestDataThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	bob := w.join("bob", sfutest.Options{})
	ann := w.join("ann", sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "ann", NoData: true})})
	cat := w.join("cat", sfutest.Options{})
	w.ok(ann.SendData(w.ctx, sfutest.Text("t", "not allowed"), livekit.DataPacket_RELIABLE))
	w.ok(cat.SendData(w.ctx, sfutest.Text("t", string(make([]byte, 64_001))), livekit.DataPacket_RELIABLE))
	w.ok(cat.SendData(w.ctx, &livekit.DataPacket{Value: &livekit.DataPacket_Speaker{
		Speaker: &livekit.ActiveSpeakerUpdate{Speakers: []*livekit.SpeakerInfo{{Sid: ann.SID(), Active: true}}},
	}}, livekit.DataPacket_RELIABLE))
	w.ok(cat.SendData(w.ctx, sfutest.Text("t", "fine"), livekit.DataPacket_RELIABLE))
	w.gets(bob, "t: fine")
	for _, packet := range bob.Packets() {
		if text := string(packet.GetUser().GetPayload()); text != "fine" && packet.GetValue() != nil {
			t.Errorf("bob got %.40v", packet)
		}
	}
}

func TestPublishingThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	for name, grant := range map[string]sfu.Grant{
		"nothing at all":      {Identity: "ann", NoPublish: true},
		"the microphone only": {Identity: "bob", PublishSource: []livekit.TrackSource{livekit.TrackSource_MICROPHONE}},
	} {
		peer := w.join(grant.Identity, sfutest.Options{Token: w.token(acme, grant)})
		if _, err := peer.Publish(w.ctx, sfutest.Camera()); !sfutest.ErrRefused(err) {
			t.Errorf("%s: a camera gives %v, want a refusal", name, err)
		}
		if permission := peer.Join().GetParticipant().GetPermission(); permission.GetCanPublish() == grant.NoPublish {
			t.Errorf("%s: the client is told %v", name, permission)
		}
	}
}

func TestSubscribingThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann := w.join("ann", sfutest.Options{})
	w.publish(ann, sfutest.Microphone())
	deaf := w.join("deaf", sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "deaf", NoSubscribe: true})})
	bob := w.join("bob", sfutest.Options{})
	w.ok(deaf.Connected(w.ctx))
	w.ok(bob.Hears(w.ctx, "ann", audio, 20))
	if n := len(deaf.Tracks()); n != 0 {
		t.Errorf("%d tracks reach somebody who may not have any", n)
	}
}

func TestHiddenPeopleAreNotShown(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	bob := w.join("bob", sfutest.Options{})
	w.join("watcher", sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "watcher", Hidden: true, NoPublish: true})})
	cat := w.join("cat", sfutest.Options{})
	w.until(bob, "cat", func() bool { return bob.People()["cat"] != nil })
	if bob.People()["watcher"] != nil || cat.People()["watcher"] != nil {
		t.Error("somebody hidden is shown")
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	bob := w.join("bob", sfutest.Options{})
	ann := w.join("ann", sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "ann", Name: "Ann", UpdateOwn: true, Attributes: map[string]string{"role": "guest", "hand": "up"}})})
	update := func(peer *sfutest.Peer, update *livekit.UpdateParticipantMetadata) livekit.RequestResponse_Reason {
		t.Helper()
		w.ok(peer.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_UpdateMetadata{UpdateMetadata: update}}))
		var reason livekit.RequestResponse_Reason
		w.until(peer, "an answer", func() bool {
			for _, message := range peer.Messages() {
				if response := message.GetRequestResponse(); response.GetRequestId() == update.RequestId {
					reason = response.GetReason()
					return true
				}
			}
			return false
		})
		return reason
	}
	if reason := update(bob, &livekit.UpdateParticipantMetadata{RequestId: 1, Name: "Host"}); reason != livekit.RequestResponse_NOT_ALLOWED {
		t.Errorf("bob, who may not, is told %v", reason)
	}
	w.update(&livekit.UpdateParticipantRequest{Identity: "bob", Permission: may(func(p *livekit.ParticipantPermission) { p.CanUpdateMetadata = true })})
	if reason := update(bob, &livekit.UpdateParticipantMetadata{RequestId: 4, Name: "Robert"}); reason != livekit.RequestResponse_OK {
		t.Errorf("bob, who may by now, is told %v", reason)
	}
	if reason := update(ann, &livekit.UpdateParticipantMetadata{RequestId: 2, Metadata: string(make([]byte, 9000))}); reason != livekit.RequestResponse_LIMIT_EXCEEDED {
		t.Errorf("9 kB of metadata: %v", reason)
	}
	if reason := update(ann, &livekit.UpdateParticipantMetadata{RequestId: 3, Name: "Anne", Attributes: map[string]string{"hand": "", "mood": "good"}}); reason != livekit.RequestResponse_OK {
		t.Errorf("a fair change: %v", reason)
	}
	w.until(bob, "ann's new name", func() bool { return bob.People()["ann"].GetName() == "Anne" })
	attributes := bob.People()["ann"].GetAttributes()
	if len(attributes) != 2 || attributes["mood"] != "good" || attributes["role"] != "guest" {
		t.Errorf("attributes %v", attributes)
	}
}

func TestPublisherLimit(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	w.open(acme, sfu.Limits{Participants: 10, Publishers: 1, Revision: 1})
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	microphone := w.publish(ann, sfutest.Microphone())
	if _, err := bob.Publish(w.ctx, sfutest.Microphone()); !sfutest.ErrRefused(err) {
		t.Errorf("a second publisher: %v", err)
	}
	camera := w.publish(ann, sfutest.Camera())
	w.ok(bob.Hears(w.ctx, "ann", webrtc.RTPCodecTypeVideo, 5))
	w.ok(microphone.Unpublish())
	w.ok(camera.Unpublish())
	w.until(bob, "no tracks", func() bool { return tracksOf(bob, "ann") == 0 })
	w.publish(bob, sfutest.Microphone())
}
