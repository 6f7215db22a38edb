package sfu

import (
	"context"
	"fmt"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// SendData sends a packet that comes from nobody in the room, to everybody or
// to those whom the request names. It gives ErrTooLarge above what a client
// takes.
//
//nolint:staticcheck // the deprecated fields are the ones that clients read
func (n *Node) SendData(_ context.Context, key RoomKey, request *livekit.SendDataRequest) error {
	r := n.room(key)
	if r == nil {
		return ErrRoomNotOpen
	}
	packet := &livekit.DataPacket{
		Kind: request.GetKind(), DestinationIdentities: request.GetDestinationIdentities(),
		Value: &livekit.DataPacket_User{User: &livekit.UserPacket{
			Payload: request.GetData(), Topic: request.Topic, Nonce: request.GetNonce(),
			DestinationIdentities: request.GetDestinationIdentities(), DestinationSids: request.GetDestinationSids(),
		}},
	}
	raw, err := proto.Marshal(packet)
	if err != nil {
		return fmt.Errorf("encode data packet: %w", err)
	}
	if len(raw) > maxDataPacket {
		return fmt.Errorf("data packet of %d bytes: %w", len(raw), ErrTooLarge)
	}
	to := recipients{identities: request.GetDestinationIdentities(), sids: request.GetDestinationSids()}
	for _, p := range r.people() {
		if to.includes(p) {
			p.data.send(request.GetKind(), raw)
		}
	}
	return nil
}
