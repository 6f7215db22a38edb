package sfu_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// may is a permission with everything but what is taken away.
func may(but func(*livekit.ParticipantPermission)) *livekit.ParticipantPermission {
	p := &livekit.ParticipantPermission{CanPublish: true, CanSubscribe: true, CanPublishData: true}
	but(p)
	return p
}

func (w *world) update(request *livekit.UpdateParticipantRequest) *livekit.ParticipantInfo {
	w.t.Helper()
	info, err := w.node.UpdateParticipant(w.ctx, acme, request)
	w.ok(err)
	return info
}

// silent waits until a track brings nothing in a time in which somebody else's
// brings thirty packets. What is on its way may come before: on a busy machine, it
// is long inside of the peer.
func (w *world) silent(peer *sfutest.Peer, track *sfutest.Track, other string) {
	w.t.Helper()
	for track != nil {
		before := track.Received()
		if err := peer.Hears(w.ctx, other, audio, 30); err != nil {
			w.t.Fatalf("of a track that must be silent, %d packets have come, and %s is not heard: %v", track.Received(), other, err)
		}
		if track.Received() == before {
			return
		}
	}
}

func TestPublishingIsTakenAwayLive(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob, eve := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]}), w.join("eve", sfutest.Options{})
			old := w.token(acme, sfu.Grant{Identity: "ann"})
			microphone, camera := w.publish(ann, sfutest.Microphone()), w.publish(ann, sfutest.Camera())
			w.publish(eve, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
			w.ok(bob.Hears(w.ctx, "ann", video, 5))

			// The camera goes, the microphone stays.
			w.update(&livekit.UpdateParticipantRequest{Identity: "ann", Permission: may(func(p *livekit.ParticipantPermission) {
				p.CanPublishSources = []livekit.TrackSource{livekit.TrackSource_MICROPHONE}
			})})
			w.until(bob, "one track of ann's", func() bool { return tracksOf(bob, "ann") == 1 })
			w.silent(bob, bob.Tracks()[camera.SID()], "ann")
			w.until(ann, "the word that the camera is unpublished", func() bool {
				return slices.ContainsFunc(ann.Messages(), func(m *livekit.SignalResponse) bool {
					return m.GetTrackUnpublished().GetTrackSid() == camera.SID()
				})
			})
			if _, err := ann.Publish(w.ctx, sfutest.Camera()); !sfutest.ErrRefused(err) {
				t.Errorf("the camera again: %v", err)
			}

			info := w.update(&livekit.UpdateParticipantRequest{Identity: "ann", Permission: may(func(p *livekit.ParticipantPermission) { p.CanPublish = false })})
			if info.GetPermission().GetCanPublish() || len(info.GetTracks()) != 0 {
				t.Errorf("the answer shows %v", info)
			}
			w.until(ann, "her new permission", func() bool { return !ann.Join().GetParticipant().GetPermission().GetCanPublish() })
			w.until(bob, "no track of ann's", func() bool { return tracksOf(bob, "ann") == 0 })
			w.silent(bob, bob.Tracks()[microphone.SID()], "eve")

			// Neither a resume nor the token from before brings it back.
			w.ok(ann.Resume(w.ctx))
			if _, err := ann.Publish(w.ctx, sfutest.Microphone()); !sfutest.ErrRefused(err) {
				t.Errorf("after a resume: %v", err)
			}
			again := w.join("ann", sfutest.Options{Token: old})
			if _, err := again.Publish(w.ctx, sfutest.Microphone()); !sfutest.ErrRefused(err) || again.Join().GetParticipant().GetPermission().GetCanPublish() {
				t.Errorf("with the old token: %v", err)
			}

			w.update(&livekit.UpdateParticipantRequest{Identity: "ann", Permission: may(func(*livekit.ParticipantPermission) {})})
			w.publish(again, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
		})
	}
}

func TestSubscribingIsTakenAwayLive(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob, eve := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]}), w.join("eve", sfutest.Options{})
			microphone := w.publish(ann, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
			w.ok(eve.Hears(w.ctx, "ann", audio, 5))
			heard := bob.Tracks()[microphone.SID()]
			who := func() string {
				subscriptions, err := w.node.Subscriptions(w.ctx, acme)
				w.ok(err)
				var list []string
				for _, s := range subscriptions {
					list = append(list, s.Subscriber+" hears "+s.Publisher)
				}
				slices.Sort(list)
				return fmt.Sprint(list)
			}
			if got := who(); got != "[bob hears ann eve hears ann]" {
				t.Errorf("the node says: %s", got)
			}

			w.update(&livekit.UpdateParticipantRequest{Identity: "bob", Permission: may(func(p *livekit.ParticipantPermission) { p.CanSubscribe = false })})
			if got := who(); got != "[eve hears ann]" {
				t.Errorf("the node says: %s", got)
			}
			w.ok(eve.Hears(w.ctx, "ann", audio, 5))
			before := heard.Received()
			w.ok(eve.Hears(w.ctx, "ann", audio, 30))
			if heard.Received() != before {
				t.Errorf("bob still gets %d packets", heard.Received()-before)
			}
			camera := w.publish(ann, sfutest.Camera())
			w.ok(bob.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Subscription{
				Subscription: &livekit.UpdateSubscription{TrackSids: []string{microphone.SID(), camera.SID()}, Subscribe: true},
			}}))
			w.ok(eve.Hears(w.ctx, "ann", video, 5))
			if got := who(); got != "[eve hears ann eve hears ann]" {
				t.Errorf("asking for it: %s", got)
			}

			w.update(&livekit.UpdateParticipantRequest{Identity: "bob", Permission: may(func(*livekit.ParticipantPermission) {})})
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
			w.ok(bob.Hears(w.ctx, "ann", video, 5))
		})
	}
}

func TestSendingDataIsTakenAwayLive(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	w.ok(ann.SendData(w.ctx, sfutest.Text("t", "one"), livekit.DataPacket_RELIABLE))
	w.gets(bob, "t: one")
	w.update(&livekit.UpdateParticipantRequest{Identity: "ann", Permission: may(func(p *livekit.ParticipantPermission) { p.CanPublishData = false })})
	w.ok(ann.SendData(w.ctx, sfutest.Text("t", "two"), livekit.DataPacket_RELIABLE))
	w.until(ann, "her new permission", func() bool { return !ann.Join().GetParticipant().GetPermission().GetCanPublishData() })
	w.ok(ann.SendData(w.ctx, sfutest.Text("t", "three"), livekit.DataPacket_RELIABLE))
	eve := w.join("eve", sfutest.Options{})
	w.ok(eve.SendData(w.ctx, sfutest.Text("t", "mine"), livekit.DataPacket_RELIABLE))
	w.gets(bob, "t: mine")
	if got := texts(bob); slices.Contains(got, "t: two") || slices.Contains(got, "t: three") {
		t.Errorf("bob got %q", got)
	}
}

func TestHostMutesAndNobodyUnmutesOthers(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob, eve := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true}), w.join("eve", sfutest.Options{})
	microphone := w.publish(ann, sfutest.Microphone())
	w.publish(eve, sfutest.Microphone())
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	request := &livekit.MuteRoomTrackRequest{Identity: "ann", TrackSid: microphone.SID(), Muted: true}
	info, err := w.node.MuteTrack(w.ctx, acme, request)
	w.ok(err)
	if !info.GetMuted() {
		t.Errorf("the answer shows %v", info)
	}
	w.silent(bob, bob.Tracks()[microphone.SID()], "eve") // though ann's client goes on sending
	w.until(bob, "the muted track", func() bool { return bob.People()["ann"].GetTracks()[0].GetMuted() })
	w.until(ann, "the word to stop sending", func() bool {
		return slices.ContainsFunc(ann.Messages(), func(m *livekit.SignalResponse) bool {
			return m.GetMute().GetMuted() && m.GetMute().GetSid() == microphone.SID()
		})
	})
	request.Muted = false
	if _, err := w.node.MuteTrack(w.ctx, acme, request); !errors.Is(err, sfu.ErrUnmute) {
		t.Errorf("unmuting her from outside: %v", err)
	}
	w.ok(microphone.SetMuted(false))
	w.ok(bob.Hears(w.ctx, "ann", audio, 5))
	for name, request := range map[string]*livekit.MuteRoomTrackRequest{
		"another's track": {Identity: "eve", TrackSid: microphone.SID(), Muted: true},
		"no track":        {Identity: "ann", TrackSid: "TR_nothing", Muted: true},
	} {
		if _, err := w.node.MuteTrack(w.ctx, acme, request); !errors.Is(err, sfu.ErrUnknownTrack) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRosterIsTheSetOfRealPeers(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	roster := func() string {
		people, err := w.node.Participants(w.ctx, acme)
		w.ok(err)
		var list []string
		for _, info := range people {
			list = append(list, info.GetIdentity())
		}
		return fmt.Sprint(list)
	}
	ann := w.join("ann", sfutest.Options{})
	microphone := w.publish(ann, sfutest.Microphone())
	spy := w.join("spy", sfutest.Options{Token: w.token(acme, sfu.Grant{Identity: "spy", Hidden: true})})
	w.ok(spy.Hears(w.ctx, "ann", audio, 5))
	bob := w.join("bob", signaling)
	if got := roster(); got != "[ann bob spy]" || bob.People()["spy"] != nil {
		t.Errorf("the roster is %s; bob sees %v", got, names(bob.People()))
	}
	subscriptions, err := w.node.Subscriptions(w.ctx, acme)
	w.ok(err)
	if want := (sfu.Subscription{Subscriber: "spy", Publisher: "ann", TrackSID: microphone.SID()}); !slices.Equal(subscriptions, []sfu.Subscription{want}) {
		t.Errorf("who hears whom: %v", subscriptions)
	}

	// Hidden people change unseen, until they are shown.
	w.update(&livekit.UpdateParticipantRequest{Identity: "spy", Name: "Mata Hari"})
	w.update(&livekit.UpdateParticipantRequest{Identity: "ann", Name: "Anne"})
	w.until(bob, "ann's new name", func() bool { return bob.People()["ann"].GetName() == "Anne" })
	if bob.People()["spy"] != nil {
		t.Error("somebody hidden is shown because they changed")
	}
	w.update(&livekit.UpdateParticipantRequest{Identity: "spy", Permission: may(func(*livekit.ParticipantPermission) {})})
	w.until(bob, "the spy", func() bool { return bob.People()["spy"].GetName() == "Mata Hari" })
	w.update(&livekit.UpdateParticipantRequest{Identity: "spy", Permission: may(func(p *livekit.ParticipantPermission) { p.Hidden = true })})
	w.until(bob, "the spy to be gone", func() bool { return bob.People()["spy"] == nil })

	spy.Leave()
	w.eventually("an empty chair", func() bool { return roster() == "[ann bob]" })
	if _, err := w.node.Participant(w.ctx, acme, "spy"); !errors.Is(err, sfu.ErrUnknownPeer) {
		t.Errorf("somebody who left: %v", err)
	}
	if _, err := w.node.Participants(w.ctx, globex); !errors.Is(err, sfu.ErrRoomNotOpen) {
		t.Errorf("a room that is not open: %v", err)
	}
}

func TestProfileFromOutside(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", signaling), w.join("bob", signaling)
	info := w.update(&livekit.UpdateParticipantRequest{Identity: "ann", Metadata: "m", Attributes: map[string]string{"hand": "up", "mood": "good"}})
	if info.GetName() != "ANN" || info.GetMetadata() != "m" {
		t.Errorf("the answer shows %v", info)
	}
	w.update(&livekit.UpdateParticipantRequest{Identity: "ann", Attributes: map[string]string{"hand": ""}})
	for _, peer := range []*sfutest.Peer{ann, bob} {
		w.until(peer, "the new attributes", func() bool {
			shown := peer.People()["ann"]
			if peer == ann {
				shown = ann.Join().GetParticipant()
			}
			return len(shown.GetAttributes()) == 1 && shown.GetAttributes()["mood"] == "good" && shown.GetMetadata() == "m"
		})
	}
	for name, request := range map[string]*livekit.UpdateParticipantRequest{
		"name":       {Identity: "ann", Name: string(make([]byte, 257))},
		"metadata":   {Identity: "ann", Metadata: string(make([]byte, 9000))},
		"attributes": {Identity: "ann", Attributes: map[string]string{"a": string(make([]byte, 9000))}},
	} {
		request.Permission = &livekit.ParticipantPermission{}
		if _, err := w.node.UpdateParticipant(w.ctx, acme, request); !errors.Is(err, sfu.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if people, _ := w.node.Participants(w.ctx, acme); !people[0].GetPermission().GetCanPublish() {
		t.Error("half of a request that was refused has happened")
	}
}
