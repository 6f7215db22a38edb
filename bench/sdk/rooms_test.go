package sdk

import (
	"errors"
	"testing"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/twitchtv/twirp"
)

func TestRoomAPIListsMutesAndRemoves(t *testing.T) {
	srv := startParley(t)
	rooms := lksdk.NewRoomServiceClient(srv.URL, srv.Key.ID, srv.Key.Secret)
	heard, muted, left := make(chan string, 10), make(chan string, 10), make(chan lksdk.DisconnectionReason, 10)
	presenter := join(t, srv, "presenter", &lksdk.RoomCallback{OnDisconnectedWithReason: func(why lksdk.DisconnectionReason) { left <- why }})
	published, err := presenter.LocalParticipant.PublishTrack(ogg(t, 1500).track(t), &lksdk.TrackPublicationOptions{Source: livekit.TrackSource_MICROPHONE})
	if err != nil {
		t.Fatal(err)
	}
	join(t, srv, "listener", &lksdk.RoomCallback{ParticipantCallback: lksdk.ParticipantCallback{
		OnTrackSubscribed: func(_ *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, p *lksdk.RemoteParticipant) {
			heard <- p.Identity()
		},
		OnTrackMuted: func(_ lksdk.TrackPublication, p lksdk.Participant) { muted <- p.Identity() },
	}})
	await(t, "the presenter's voice", heard)
	list, err := rooms.ListParticipants(t.Context(), &livekit.ListParticipantsRequest{Room: "studio"})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(list.GetParticipants()); n != 2 {
		t.Errorf("%d people are listed: %v", n, list)
	}
	mute := &livekit.MuteRoomTrackRequest{Room: "studio", Identity: "presenter", TrackSid: published.SID(), Muted: true}
	answer, err := rooms.MutePublishedTrack(t.Context(), mute)
	if err != nil {
		t.Fatal(err)
	}
	if !answer.GetTrack().GetMuted() {
		t.Errorf("the track is not muted: %v", answer)
	}
	if who := await(t, "word of the muting", muted); who != "presenter" {
		t.Errorf("%s is muted", who)
	}
	who := &livekit.RoomParticipantIdentity{Room: "studio", Identity: "presenter"}
	if _, err := rooms.RemoveParticipant(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	if why := await(t, "word of the removal", left); why != lksdk.ParticipantRemoved {
		t.Errorf("the presenter is told %v", why)
	}
	if _, err := rooms.GetParticipant(t.Context(), who); !isCode(err, twirp.NotFound) {
		t.Errorf("the presenter is still there: %v", err)
	}
}

func TestRoomAPIRefusesAWrongKey(t *testing.T) {
	srv := startParley(t)
	join(t, srv, "presenter", nil)
	for name, rooms := range map[string]*lksdk.RoomServiceClient{
		"wrong secret": lksdk.NewRoomServiceClient(srv.URL, srv.Key.ID, srv.Key.Secret+"x"),
		"unknown key":  lksdk.NewRoomServiceClient(srv.URL, "PKnobody", srv.Key.Secret),
	} {
		if _, err := rooms.ListRooms(t.Context(), &livekit.ListRoomsRequest{}); !isCode(err, twirp.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func isCode(err error, code twirp.ErrorCode) bool {
	var fault twirp.Error
	return errors.As(err, &fault) && fault.Code() == code
}
