package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"parley/sfu"
	"parley/tenants"
)

// Caps of what one organization can ask of the room API.
const (
	maxIdleRooms = 100 // rooms that are open with nobody in them
	maxRoomNames = 256 // in one list
)

// ownTopics begins the topics of packets that only the service sends.
const ownTopics = "parley."

// roomService is LiveKit's room API for the organization whose key signed the caller's token: no other's rooms exist for it.
type roomService struct{ *Server }

var _ livekit.RoomService = roomService{}

var errNotGranted = twirp.NewError(twirp.PermissionDenied, "the token does not grant this")

// administered is the room that the caller asks about, if the token is for it.
func administered(ctx context.Context, room string) (sfu.RoomKey, error) {
	access := accessOf(ctx)
	if !access.Administers(room) {
		return sfu.RoomKey{}, errNotGranted
	}
	return sfu.RoomKey{Tenant: access.Tenant, Room: room}, nil
}

// CreateRoom opens a room within the organization's limits, or changes the settings of one that is open.
func (r roomService) CreateRoom(ctx context.Context, q *livekit.CreateRoomRequest) (*livekit.Room, error) {
	access := accessOf(ctx)
	switch {
	case !access.CreateRooms:
		return nil, errNotGranted
	case q.GetEgress() != nil || len(q.GetAgents()) > 0:
		return nil, twirp.NewError(twirp.Unimplemented, "recording and agents cannot be started with a room")
	case len(q.GetMetadata()) > sfu.MaxRoomMetadata:
		return nil, twirp.InvalidArgumentError("metadata", "is too large")
	case r.draining.Load():
		return nil, errDraining
	}
	if err := r.mayOpen(ctx, access.Tenant, q.GetName()); err != nil {
		return nil, err
	}
	room, err := r.tenants.Org(tenants.OrgID(access.Tenant)).EnsureRoom(ctx, q.GetName())
	if err != nil {
		return nil, fmt.Errorf("create room: %w", err)
	}
	limits, err := r.limitsOf(ctx, room)
	if err != nil {
		return nil, err
	}
	if err := r.media.SetLimits(ctx, roomKey(room), limits); err != nil {
		return nil, fmt.Errorf("open room: %w", err)
	}
	return r.media.ConfigureRoom(ctx, roomKey(room), q)
}

// mayOpen bounds how many rooms an organization keeps open for nobody.
func (r roomService) mayOpen(ctx context.Context, tenant, name string) error {
	rooms, err := r.media.RoomsOf(ctx, tenant, nil)
	if err != nil {
		return err
	}
	idle := 0
	for _, room := range rooms {
		if room.GetName() == name {
			return nil
		}
		if room.GetNumParticipants() == 0 {
			idle++
		}
	}
	if idle >= maxIdleRooms {
		return twirp.NewError(twirp.ResourceExhausted, "too many rooms are open with nobody in them")
	}
	return nil
}

// limitsOf is what a room obeys until somebody joins: those of the meeting that runs in it, else the organization's. The meeting's clock
// starts with the first join, which brings limits of its own.
func (r roomService) limitsOf(ctx context.Context, room tenants.Room) (sfu.Limits, error) {
	meeting, _, err := r.tenants.Org(room.Org).Current(ctx, room.ID)
	if err == nil {
		return nodeLimits(meeting), nil
	}
	if !isCode(err, tenants.CodeNotFound) {
		return sfu.Limits{}, fmt.Errorf("meeting of room: %w", err)
	}
	allowed, err := r.allowanceOf(ctx, room.Org)
	if err != nil {
		return sfu.Limits{}, err
	}
	return sfu.Limits{Participants: allowed.Limits.Participants, Plan: allowed.Plan.Name}, nil
}

// ListRooms lists the organization's open rooms.
func (r roomService) ListRooms(ctx context.Context, q *livekit.ListRoomsRequest) (*livekit.ListRoomsResponse, error) {
	access := accessOf(ctx)
	if !access.ListRooms {
		return nil, errNotGranted
	}
	if len(q.GetNames()) > maxRoomNames {
		return nil, twirp.InvalidArgumentError("names", "are too many")
	}
	rooms, err := r.media.RoomsOf(ctx, access.Tenant, q.GetNames())
	return &livekit.ListRoomsResponse{Rooms: rooms}, err
}

// DeleteRoom ends the meeting in a room for everybody and closes the room. Its name can be used again.
func (r roomService) DeleteRoom(ctx context.Context, q *livekit.DeleteRoomRequest) (*livekit.DeleteRoomResponse, error) {
	access := accessOf(ctx)
	if !access.CreateRooms {
		return nil, errNotGranted
	}
	open, err := r.media.RoomsOf(ctx, access.Tenant, []string{q.GetRoom()})
	if err == nil && len(open) == 0 {
		err = sfu.ErrRoomNotOpen
	}
	if err != nil {
		return nil, err
	}
	room, err := r.tenants.Org(tenants.OrgID(access.Tenant)).RoomByMediaName(ctx, q.GetRoom())
	if err != nil {
		return nil, fmt.Errorf("find room: %w", err)
	}
	return &livekit.DeleteRoomResponse{}, r.endMeeting(ctx, room)
}

// ListParticipants lists everybody in a room, hidden people too. A room that is not open has nobody in it.
func (r roomService) ListParticipants(ctx context.Context, q *livekit.ListParticipantsRequest) (*livekit.ListParticipantsResponse, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	people, err := r.media.Participants(ctx, key)
	if errors.Is(err, sfu.ErrRoomNotOpen) {
		err = nil
	}
	return &livekit.ListParticipantsResponse{Participants: people}, err
}

// GetParticipant is one person in a room.
func (r roomService) GetParticipant(ctx context.Context, q *livekit.RoomParticipantIdentity) (*livekit.ParticipantInfo, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	return r.media.Participant(ctx, key, q.GetIdentity())
}

// RemoveParticipant sends a person out. Tokens made until now do not let them in again, or those made until the time that is given.
func (r roomService) RemoveParticipant(ctx context.Context, q *livekit.RoomParticipantIdentity) (*livekit.RemoveParticipantResponse, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	if err := r.media.Remove(ctx, key, q.GetIdentity(), sfu.ReasonRemoved); err != nil {
		return nil, err
	}
	if until := q.GetRevokeTokenTs(); until > 0 {
		err = r.media.Ban(ctx, key, sfu.BanRule{Identity: q.GetIdentity(), Before: time.Unix(until, 0)})
	}
	return &livekit.RemoveParticipantResponse{}, err
}

// MutePublishedTrack mutes somebody's track. Unmuting is theirs alone.
func (r roomService) MutePublishedTrack(ctx context.Context, q *livekit.MuteRoomTrackRequest) (*livekit.MuteRoomTrackResponse, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	track, err := r.media.MuteTrack(ctx, key, q)
	return &livekit.MuteRoomTrackResponse{Track: track}, err
}

// UpdateParticipant changes what a person may do and how they are shown.
func (r roomService) UpdateParticipant(ctx context.Context, q *livekit.UpdateParticipantRequest) (*livekit.ParticipantInfo, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	return r.media.UpdateParticipant(ctx, key, q)
}

// UpdateSubscriptions has a person take or leave tracks.
func (r roomService) UpdateSubscriptions(ctx context.Context, q *livekit.UpdateSubscriptionsRequest) (*livekit.UpdateSubscriptionsResponse, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	return &livekit.UpdateSubscriptionsResponse{}, r.media.UpdateSubscriptions(ctx, key, q)
}

// SendData sends a packet to everybody in a room, or to some.
func (r roomService) SendData(ctx context.Context, q *livekit.SendDataRequest) (*livekit.SendDataResponse, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(q.GetTopic(), ownTopics) { // what clients believe of the service only: clocks, endings, stickers
		return nil, twirp.InvalidArgumentError("topic", "begins with "+ownTopics+", which is the service's own")
	}
	return &livekit.SendDataResponse{}, r.media.SendData(ctx, key, q)
}

// UpdateRoomMetadata sets a room's metadata.
func (r roomService) UpdateRoomMetadata(ctx context.Context, q *livekit.UpdateRoomMetadataRequest) (*livekit.Room, error) {
	key, err := administered(ctx, q.GetRoom())
	if err != nil {
		return nil, err
	}
	return r.media.UpdateRoomMetadata(ctx, key, q.GetMetadata())
}

// errElsewhere answers the methods of the interface that are outside what Parley offers; docs/protocol.md lists them.
var errElsewhere = twirp.NewError(twirp.Unimplemented, "this method is not part of Parley's room API")

// ForwardParticipant is not offered: a person is in one room, the one that their token names.
func (roomService) ForwardParticipant(context.Context, *livekit.ForwardParticipantRequest) (*livekit.ForwardParticipantResponse, error) {
	return nil, errElsewhere
}

// MoveParticipant is not offered: a person is in one room, the one that their token names.
func (roomService) MoveParticipant(context.Context, *livekit.MoveParticipantRequest) (*livekit.MoveParticipantResponse, error) {
	return nil, errElsewhere
}

// PerformRpc is not offered: calls go between people, over their data channels.
func (roomService) PerformRpc(context.Context, *livekit.PerformRpcRequest) (*livekit.PerformRpcResponse, error) {
	return nil, errElsewhere
}
