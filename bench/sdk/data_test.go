package sdk

import (
	"strings"
	"testing"

	lksdk "github.com/livekit/server-sdk-go/v2"
)

// said is a message as somebody got it.
type said struct{ by, topic, text string }

func hearing() (*lksdk.RoomCallback, <-chan said) {
	heard := make(chan said, 100)
	return &lksdk.RoomCallback{ParticipantCallback: lksdk.ParticipantCallback{
		OnDataPacket: func(packet lksdk.DataPacket, from lksdk.DataReceiveParams) {
			if user, ok := packet.(*lksdk.UserDataPacket); ok {
				heard <- said{from.SenderIdentity, user.Topic, string(user.Payload)}
			}
		},
	}}, heard
}

func TestDataReachesEverybodyOrThoseItIsFor(t *testing.T) {
	srv := startParley(t)
	callback, ann := hearing()
	annRoom := join(t, srv, "ann", callback)
	callback, ben := hearing()
	join(t, srv, "ben", callback)
	callback, cy := hearing()
	join(t, srv, "cy", callback)
	say := func(text string, options ...lksdk.DataPublishOption) {
		t.Helper()
		packet := &lksdk.UserDataPacket{Payload: []byte(text), Topic: "lines"}
		if err := annRoom.LocalParticipant.PublishDataPacket(packet, append(options, lksdk.WithDataPublishReliable(true))...); err != nil {
			t.Fatal(err)
		}
	}
	say("for ben", lksdk.WithDataPublishDestination([]string{"ben"}))
	say("for all")
	if got := await(t, "the first message to ben", ben); got != (said{"ann", "lines", "for ben"}) {
		t.Errorf("ben gets %v", got)
	}
	if got := await(t, "the second message to ben", ben); got != (said{"ann", "lines", "for all"}) {
		t.Errorf("ben gets %v", got)
	}
	if got := await(t, "the message to cy", cy); got != (said{"ann", "lines", "for all"}) {
		t.Errorf("cy gets %v", got)
	}
	if len(ann) > 0 {
		t.Error("ann hears herself")
	}
}

func TestRPCIsAnswered(t *testing.T) {
	srv := startParley(t)
	server := join(t, srv, "server", nil)
	server.RegisterRpcMethod("shout", func(call lksdk.RpcInvocationData) (string, error) {
		return strings.ToUpper(call.Payload) + " for " + call.CallerIdentity, nil
	})
	caller := join(t, srv, "caller", nil)
	answer, err := caller.LocalParticipant.PerformRpc(lksdk.PerformRpcParams{DestinationIdentity: "server", Method: "shout", Payload: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if *answer != "HELLO for caller" {
		t.Errorf("the answer is %q", *answer)
	}
}

func TestAWrongKeyIsRefused(t *testing.T) {
	srv := startParley(t)
	for name, info := range map[string]lksdk.ConnectInfo{
		"wrong secret": {APIKey: srv.Key.ID, APISecret: srv.Key.Secret + "x"},
		"unknown key":  {APIKey: "PKnobody", APISecret: srv.Key.Secret},
	} {
		info.RoomName, info.ParticipantIdentity = "studio", "mallory"
		room, err := lksdk.ConnectToRoom(srv.URL, info, nil)
		if err == nil {
			room.Disconnect()
			t.Fatalf("%s: is let in", name)
		}
		if !strings.Contains(err.Error(), "unauthorized") && !strings.Contains(err.Error(), "invalid token") {
			t.Errorf("%s: the reason is not told: %v", name, err)
		}
	}
}
