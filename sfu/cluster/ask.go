package cluster

import (
	"context"
	"fmt"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

// The methods of this file are those of sfu.Node of the same name, for a room
// wherever it is. All answer sfu.ErrRoomNotOpen when it is nowhere.

// ConfigureRoom gives an open room settings of its own.
func (c *Client) ConfigureRoom(ctx context.Context, key sfu.RoomKey, q *livekit.CreateRoomRequest) (*livekit.Room, error) {
	return consult(ctx, c, key, opConfigure, q, &livekit.Room{})
}

// UpdateRoomMetadata sets a room's metadata.
func (c *Client) UpdateRoomMetadata(ctx context.Context, key sfu.RoomKey, metadata string) (*livekit.Room, error) {
	return consult(ctx, c, key, opMetadata, &livekit.UpdateRoomMetadataRequest{Metadata: metadata}, &livekit.Room{})
}

// Participants lists everybody in a room.
func (c *Client) Participants(ctx context.Context, key sfu.RoomKey) ([]*livekit.ParticipantInfo, error) {
	var all []*livekit.ParticipantInfo
	after := ""
	for {
		q := &livekit.RoomParticipantIdentity{Identity: after}
		a, err := consult(ctx, c, key, opPeople, q, &livekit.ListParticipantsResponse{})
		if err != nil {
			return nil, err
		}
		some := a.GetParticipants()
		if len(some) == 0 {
			return all, nil
		}
		all, after = append(all, some...), some[len(some)-1].GetIdentity()
	}
}

// Participant is one person in a room.
func (c *Client) Participant(ctx context.Context, key sfu.RoomKey, identity string) (*livekit.ParticipantInfo, error) {
	return consult(ctx, c, key, opPerson, &livekit.RoomParticipantIdentity{Identity: identity}, &livekit.ParticipantInfo{})
}

// UpdateParticipant changes what a person may do and how they are shown.
func (c *Client) UpdateParticipant(ctx context.Context, key sfu.RoomKey, q *livekit.UpdateParticipantRequest) (*livekit.ParticipantInfo, error) {
	return consult(ctx, c, key, opUpdate, q, &livekit.ParticipantInfo{})
}

// MuteTrack mutes somebody's track.
func (c *Client) MuteTrack(ctx context.Context, key sfu.RoomKey, q *livekit.MuteRoomTrackRequest) (*livekit.TrackInfo, error) {
	return consult(ctx, c, key, opMute, q, &livekit.TrackInfo{})
}

// UpdateSubscriptions has a person take or leave tracks.
func (c *Client) UpdateSubscriptions(ctx context.Context, key sfu.RoomKey, q *livekit.UpdateSubscriptionsRequest) error {
	_, err := consult(ctx, c, key, opSubscribe, q, &livekit.UpdateSubscriptionsResponse{})
	return err
}

// SendData sends a packet to people in a room. When the answer is lost it is
// sent again; receivers tell the two by the request's nonce.
func (c *Client) SendData(ctx context.Context, key sfu.RoomKey, q *livekit.SendDataRequest) error {
	_, err := consult(ctx, c, key, opData, q, &livekit.SendDataResponse{})
	return err
}

// Subscriptions lists who receives what in a room. What changes between two
// pages of a long list may be missing or doubled.
func (c *Client) Subscriptions(ctx context.Context, key sfu.RoomKey) ([]sfu.Subscription, error) {
	var all []sfu.Subscription
	for {
		question, err := marshal(len(all))
		if err != nil {
			return nil, err
		}
		answer, err := c.question(ctx, key, opSubscriptions, question)
		if err != nil {
			return nil, err
		}
		var some []sfu.Subscription
		if err := unmarshal(answer, maxReply, &some); err != nil {
			return nil, err
		}
		if all = append(all, some...); len(some) < subscriptionsAtOnce {
			return all, nil
		}
	}
}

// Ban keeps somebody out of a room as long as it is open where it is.
func (c *Client) Ban(ctx context.Context, key sfu.RoomKey, r sfu.BanRule) error {
	return c.rule(ctx, key, opBan, r)
}

// Unban lets somebody in again.
func (c *Client) Unban(ctx context.Context, key sfu.RoomKey, r sfu.BanRule) error {
	return c.rule(ctx, key, opUnban, r)
}

func (c *Client) rule(ctx context.Context, key sfu.RoomKey, o op, r sfu.BanRule) error {
	question, err := marshal(r)
	if err != nil {
		return err
	}
	_, err = c.question(ctx, key, o, question)
	return err
}

// consult asks the room's node with a message and reads the answer into one.
func consult[A proto.Message](ctx context.Context, c *Client, key sfu.RoomKey, o op, question proto.Message, answer A) (A, error) {
	var none A
	q, err := proto.Marshal(question)
	if err != nil {
		return none, fmt.Errorf("%w: question: %w", errWire, err)
	}
	a, err := c.question(ctx, key, o, q)
	if err != nil {
		return none, err
	}
	if err := proto.Unmarshal(a, answer); err != nil {
		return none, fmt.Errorf("%w: answer: %w", errWire, err)
	}
	return answer, nil
}

func (c *Client) question(ctx context.Context, key sfu.RoomKey, o op, question []byte) ([]byte, error) {
	if len(question) > maxQuestion {
		return nil, fmt.Errorf("%s: %w", o, sfu.ErrTooLarge)
	}
	var answer []byte
	err := c.onNode(ctx, key, c.locate, func(ctx context.Context, b binding) (err error) {
		answer, err = c.ask(ctx, b, control{Op: o, Question: question})
		return err
	})
	return answer, err
}
