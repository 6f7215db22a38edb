package sfu

import (
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu/forward"
)

// FuzzData stamps any packet. Whatever it says, it is from who sent it.
//
//nolint:staticcheck // the deprecated fields are the ones that clients use
func FuzzData(f *testing.F) {
	topic := "t"
	for _, packet := range []*livekit.DataPacket{
		{Value: &livekit.DataPacket_User{User: &livekit.UserPacket{Payload: []byte("hello"), Topic: &topic, DestinationIdentities: []string{"bob"}}}},
		{ParticipantIdentity: "host", Value: &livekit.DataPacket_User{User: &livekit.UserPacket{ParticipantIdentity: "host", ParticipantSid: "PA_host"}}},
		{Value: &livekit.DataPacket_Speaker{Speaker: &livekit.ActiveSpeakerUpdate{Speakers: []*livekit.SpeakerInfo{{Sid: "PA_x"}}}}},
		{Value: &livekit.DataPacket_User{}},
	} {
		raw, err := proto.Marshal(packet)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var packet livekit.DataPacket
		if proto.Unmarshal(raw, &packet) != nil {
			return
		}
		stamp(&packet, livekit.DataPacket_RELIABLE, "ann", "PA_ann")
		if packet.ParticipantIdentity != "ann" || packet.ParticipantSid != "PA_ann" || packet.GetSpeaker() != nil {
			t.Errorf("the packet says that it is from %q, %q", packet.ParticipantIdentity, packet.ParticipantSid)
		}
		if user := packet.GetUser(); user != nil && (user.ParticipantIdentity != "ann" || user.ParticipantSid != "PA_ann") {
			t.Errorf("the user packet says that it is from %q, %q", user.ParticipantIdentity, user.ParticipantSid)
		}
	})
}

// FuzzReports reads any RTCP, as it comes from publishers and from subscribers.
func FuzzReports(f *testing.F) {
	f.Add([]byte{0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6})
	f.Add([]byte{0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 2, 0, 0, 0, 3, 0x20, 0x02, 0x00, 0x00, 0x80, 206, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		readReports(raw, 1, func(uint64, uint32) {})
		takeFeedback(raw, forward.NewPath(func() time.Duration { return time.Second }))
	})
}

// FuzzRewriteOpus changes the parameters of any description. Nothing but them
// may change.
func FuzzRewriteOpus(f *testing.F) {
	f.Add(chromiumAudio)
	f.Add("m=audio\r\na=rtpmap:1 opus/\r\na=fmtp:1 \r\n")
	f.Fuzz(func(t *testing.T, text string) {
		same := func(_, present string) string { return present }
		once := rewriteOpus(text, same)
		if again := rewriteOpus(once, same); again != once {
			t.Errorf("not stable: %q then %q", once, again)
		}
	})
}
