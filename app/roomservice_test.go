package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"parley/sfu/sfutest"
)

func TestRoomAPI(t *testing.T) {
	w := newWorld(t)
	w.freePlan(40*time.Minute, 10)
	acme := w.developer("Ann")
	ctx := t.Context()
	all := grants{"roomCreate": true, "roomList": true, "roomAdmin": true, "room": "standup"}

	for name, client := range map[string]livekit.RoomService{"protobuf": acme.rooms(all), "JSON": acme.asJSON(all)} {
		t.Run(name, func(t *testing.T) {
			room := done[*livekit.Room](t)(client.CreateRoom(ctx, &livekit.CreateRoomRequest{
				Name: "standup", Metadata: "chairs", EmptyTimeout: 60, DepartureTimeout: 30, MaxParticipants: 500,
			}))
			if room.GetName() != "standup" || room.GetSid() == "" || room.GetMetadata() != "chairs" || room.GetMaxParticipants() != 10 ||
				room.GetEmptyTimeout() != 60 || room.GetDepartureTimeout() != 30 {
				t.Errorf("the room is %v", room)
			}
			if list := done[*livekit.ListRoomsResponse](t)(client.ListRooms(ctx, &livekit.ListRoomsRequest{})); len(list.GetRooms()) != 1 || list.GetRooms()[0].GetSid() != room.GetSid() {
				t.Errorf("rooms: %v", list)
			}
			one, two := dialWith(t, w, acme.key.ID, acme.key.Secret, "standup", "one"), dialWith(t, w, acme.key.ID, acme.key.Secret, "standup", "two")
			eventually(t, "the two see each other", func() bool { return one.others() == 1 })
			microphone, err := one.Publish(ctx, sfutest.Microphone())
			must(t, err)
			who := &livekit.RoomParticipantIdentity{Room: "standup", Identity: "one"}
			eventually(t, "the track", func() bool {
				return len(done[*livekit.ParticipantInfo](t)(client.GetParticipant(ctx, who)).GetTracks()) == 1
			})
			people := done[*livekit.ListParticipantsResponse](t)(client.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: "standup"}))
			if len(people.GetParticipants()) != 2 || people.GetParticipants()[0].GetSid() != one.SID() {
				t.Errorf("people: %v", people)
			}

			mute := &livekit.MuteRoomTrackRequest{Room: "standup", Identity: "one", TrackSid: microphone.SID(), Muted: true}
			if track := done[*livekit.MuteRoomTrackResponse](t)(client.MutePublishedTrack(ctx, mute)).GetTrack(); !track.GetMuted() {
				t.Errorf("the track is %v", track)
			}
			mute.Muted = false
			if _, err := client.MutePublishedTrack(ctx, mute); !is(err, twirp.FailedPrecondition) {
				t.Errorf("unmuting somebody: %v", err)
			}
			info := done[*livekit.ParticipantInfo](t)(client.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{
				Room: "standup", Identity: "one", Name: "Number one", Attributes: map[string]string{"hand": "up"},
				Permission: &livekit.ParticipantPermission{CanSubscribe: true},
			}))
			if info.GetName() != "Number one" || len(info.GetTracks()) != 0 || info.GetPermission().GetCanPublish() {
				t.Errorf("the person is %v", info)
			}
			if _, err := client.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{Room: "standup", Identity: "one", Metadata: strings.Repeat("m", 9000)}); !is(err, twirp.InvalidArgument) {
				t.Errorf("too much metadata: %v", err)
			}
			done[*livekit.UpdateSubscriptionsResponse](t)(client.UpdateSubscriptions(ctx, &livekit.UpdateSubscriptionsRequest{Room: "standup", Identity: "two", TrackSids: []string{microphone.SID()}}))

			ours := "parley.sticker"
			if _, err := client.SendData(ctx, &livekit.SendDataRequest{Room: "standup", Data: []byte("{}"), Topic: &ours}); !is(err, twirp.InvalidArgument) {
				t.Errorf("a packet that clients would take for the service's: %v", err)
			}
			topic := "news"
			done[*livekit.SendDataResponse](t)(client.SendData(ctx, &livekit.SendDataRequest{Room: "standup", Data: make([]byte, 60_000), Topic: &topic, DestinationIdentities: []string{"two"}}))
			eventually(t, "the packet", func() bool {
				for _, p := range two.Packets() {
					if p.GetUser().GetTopic() == topic && len(p.GetUser().GetPayload()) == 60_000 {
						return true
					}
				}
				return false
			})
			if room := done[*livekit.Room](t)(client.UpdateRoomMetadata(ctx, &livekit.UpdateRoomMetadataRequest{Room: "standup", Metadata: "tables"})); room.GetMetadata() != "tables" {
				t.Errorf("the room is %v", room)
			}

			done[*livekit.RemoveParticipantResponse](t)(client.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: "standup", Identity: "two", RevokeTokenTs: time.Now().Add(time.Hour).Unix()}))
			two.sentAway()
			if reason := two.LeaveRequest().GetReason(); reason != livekit.DisconnectReason_PARTICIPANT_REMOVED {
				t.Errorf("removed with %s", reason)
			}
			if _, err := client.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: "standup", Identity: "two"}); !is(err, twirp.NotFound) {
				t.Errorf("removing somebody who is gone: %v", err)
			}

			done[*livekit.DeleteRoomResponse](t)(client.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: "standup"}))
			one.sentAway()
			if reason := one.LeaveRequest().GetReason(); reason != livekit.DisconnectReason_ROOM_DELETED {
				t.Errorf("the room ended with %s", reason)
			}
			if _, err := client.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: "standup"}); !is(err, twirp.NotFound) {
				t.Errorf("deleting it twice: %v", err)
			}
			if _, err := client.GetParticipant(ctx, who); !is(err, twirp.NotFound) {
				t.Errorf("a person of a room that is gone: %v", err)
			}
			if left := done[*livekit.ListParticipantsResponse](t)(client.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: "standup"})); len(left.GetParticipants()) != 0 {
				t.Errorf("people of a room that is gone: %v", left)
			}
			for method, err := range map[string]error{
				"ForwardParticipant": second(client.ForwardParticipant(ctx, &livekit.ForwardParticipantRequest{Room: "standup"})),
				"MoveParticipant":    second(client.MoveParticipant(ctx, &livekit.MoveParticipantRequest{Room: "standup"})),
				"PerformRpc":         second(client.PerformRpc(ctx, &livekit.PerformRpcRequest{Room: "standup"})),
			} {
				if !is(err, twirp.Unimplemented) {
					t.Errorf("%s: %v", method, err)
				}
			}
		})
	}
}
