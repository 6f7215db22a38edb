package cluster

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

// What the room API asks of a room's node, beside limits, remove and end.
const (
	opConfigure     op = "configure"
	opMetadata      op = "metadata"
	opPeople        op = "people"
	opPerson        op = "person"
	opUpdate        op = "update"
	opMute          op = "mute"
	opSubscribe     op = "subscribe"
	opData          op = "data"
	opSubscriptions op = "subscriptions"
	opBan           op = "ban"
	opUnban         op = "unban"
)

// operation answers one request about a room. Question and answer are bytes,
// whose form only the two ends know.
type operation func(ctx context.Context, node media, key sfu.RoomKey, question []byte) ([]byte, error)

// operations has a row for each. Questions and answers are LiveKit's messages
// where there is one, else JSON.
var operations = map[op]operation{
	opConfigure: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.CreateRoomRequest) (*livekit.Room, error) {
		return n.ConfigureRoom(ctx, key, q)
	}),
	opMetadata: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.UpdateRoomMetadataRequest) (*livekit.Room, error) {
		return n.UpdateRoomMetadata(ctx, key, q.GetMetadata())
	}),
	opPeople: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.RoomParticipantIdentity) (*livekit.ListParticipantsResponse, error) {
		people, err := n.Participants(ctx, key)
		return &livekit.ListParticipantsResponse{Participants: page(people, q.GetIdentity())}, err
	}),
	opPerson: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.RoomParticipantIdentity) (*livekit.ParticipantInfo, error) {
		return n.Participant(ctx, key, q.GetIdentity())
	}),
	opUpdate: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.UpdateParticipantRequest) (*livekit.ParticipantInfo, error) {
		return n.UpdateParticipant(ctx, key, q)
	}),
	opMute: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.MuteRoomTrackRequest) (*livekit.TrackInfo, error) {
		return n.MuteTrack(ctx, key, q)
	}),
	opSubscribe: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.UpdateSubscriptionsRequest) (*livekit.UpdateSubscriptionsResponse, error) {
		return &livekit.UpdateSubscriptionsResponse{}, n.UpdateSubscriptions(ctx, key, q)
	}),
	opData: messages(func(ctx context.Context, n media, key sfu.RoomKey, q *livekit.SendDataRequest) (*livekit.SendDataResponse, error) {
		return &livekit.SendDataResponse{}, n.SendData(ctx, key, q)
	}),
	opSubscriptions: subscriptionsPage,
	opBan:           rule(func(ctx context.Context, n media, key sfu.RoomKey, r sfu.BanRule) error { return n.Ban(ctx, key, r) }),
	opUnban: rule(func(ctx context.Context, n media, key sfu.RoomKey, r sfu.BanRule) error {
		return n.Unban(ctx, key, r)
	}),
}

// message is a protobuf message that the compiler can make an empty one of.
type message[T any] interface {
	*T
	proto.Message
}

func messages[Q any, PQ message[Q], A proto.Message](do func(context.Context, media, sfu.RoomKey, PQ) (A, error)) operation {
	return func(ctx context.Context, node media, key sfu.RoomKey, question []byte) ([]byte, error) {
		q := PQ(new(Q))
		if err := proto.Unmarshal(question, q); err != nil {
			return nil, fmt.Errorf("%w: question: %w", errWire, err)
		}
		a, err := do(ctx, node, key, q)
		if err != nil {
			return nil, err
		}
		answer, err := proto.Marshal(a)
		if err != nil {
			return nil, fmt.Errorf("%w: answer: %w", errWire, err)
		}
		return answer, nil
	}
}

func rule(do func(context.Context, media, sfu.RoomKey, sfu.BanRule) error) operation {
	return func(ctx context.Context, node media, key sfu.RoomKey, question []byte) ([]byte, error) {
		var r sfu.BanRule
		if err := json.Unmarshal(question, &r); err != nil {
			return nil, fmt.Errorf("%w: ban: %w", errWire, err)
		}
		if len(r.Identity) > maxIdentity || len(r.Devices) > maxNames {
			return nil, fmt.Errorf("%w: ban", errWire)
		}
		return nil, do(ctx, node, key, r)
	}
}

// maxPage is how many bytes of a long list go into one answer. One entry may be
// larger; NATS takes a megabyte, and base64 makes it a third more.
const maxPage = 256 << 10

// page is the part of a sorted list that comes after an identity, as much of it
// as fits; an empty one is the end.
func page(people []*livekit.ParticipantInfo, after string) []*livekit.ParticipantInfo {
	var some []*livekit.ParticipantInfo
	size := 0
	for _, info := range people {
		if after != "" && info.GetIdentity() <= after {
			continue
		}
		if size += proto.Size(info); size > maxPage && len(some) > 0 {
			break
		}
		some = append(some, info)
	}
	return some
}

// subscriptionsAtOnce go into one answer: some 600 bytes each at the most.
const subscriptionsAtOnce = 400

func subscriptionsPage(ctx context.Context, n media, key sfu.RoomKey, question []byte) ([]byte, error) {
	var from int
	if err := json.Unmarshal(question, &from); err != nil || from < 0 {
		return nil, fmt.Errorf("%w: page", errWire)
	}
	all, err := n.Subscriptions(ctx, key)
	if err != nil {
		return nil, err
	}
	all = all[min(from, len(all)):]
	return marshal(all[:min(subscriptionsAtOnce, len(all))])
}
