package app

import (
	"context"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

// RoomControl is what the room API asks of a room that is open, in LiveKit's words.
type RoomControl interface {
	RoomsOf(ctx context.Context, tenant string, names []string) ([]*livekit.Room, error)
	ConfigureRoom(ctx context.Context, room sfu.RoomKey, q *livekit.CreateRoomRequest) (*livekit.Room, error)
	UpdateRoomMetadata(ctx context.Context, room sfu.RoomKey, metadata string) (*livekit.Room, error)
	Participants(ctx context.Context, room sfu.RoomKey) ([]*livekit.ParticipantInfo, error)
	Participant(ctx context.Context, room sfu.RoomKey, identity string) (*livekit.ParticipantInfo, error)
	UpdateParticipant(ctx context.Context, room sfu.RoomKey, q *livekit.UpdateParticipantRequest) (*livekit.ParticipantInfo, error)
	MuteTrack(ctx context.Context, room sfu.RoomKey, q *livekit.MuteRoomTrackRequest) (*livekit.TrackInfo, error)
	UpdateSubscriptions(ctx context.Context, room sfu.RoomKey, q *livekit.UpdateSubscriptionsRequest) error
	SendData(ctx context.Context, room sfu.RoomKey, q *livekit.SendDataRequest) error
}

// Media is what the web tier asks of the media cluster. *sfu.Node satisfies it for one process, *cluster.Client for many.
type Media interface {
	// Join passes signals between the person and the room's node. It blocks until the person leaves.
	Join(ctx context.Context, h sfu.Hello, c sfu.Conn) error
	// SetLimits opens the room, or changes the limits of an open one.
	SetLimits(ctx context.Context, room sfu.RoomKey, l sfu.Limits) error
	// Remove sends one person out.
	Remove(ctx context.Context, room sfu.RoomKey, identity string, why sfu.Reason) error
	// Ban sends somebody out and keeps them out while the room is open; Unban lets them in again.
	Ban(ctx context.Context, room sfu.RoomKey, rule sfu.BanRule) error
	Unban(ctx context.Context, room sfu.RoomKey, rule sfu.BanRule) error
	// End ends the meeting for everybody.
	End(ctx context.Context, room sfu.RoomKey, why sfu.Reason) error
	RoomControl
	// Ready says why no meeting could be held now; nil when one could.
	Ready() error
}
