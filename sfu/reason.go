package sfu

import (
	"errors"

	"github.com/livekit/protocol/livekit"
)

// Reason says why a person left, or why a room ended.
type Reason string

// The reasons.
const (
	ReasonLeft      Reason = "left"      // the person went
	ReasonLimit     Reason = "limit"     // the meeting's time was up
	ReasonHost      Reason = "host"      // the host ended the meeting
	ReasonRemoved   Reason = "removed"   // the host removed the person
	ReasonDuplicate Reason = "duplicate" // the same identity joined again
	ReasonFull      Reason = "full"      // refused: no seat
	ReasonShutdown  Reason = "shutdown"  // the node goes away; come back elsewhere
	ReasonNotOpen   Reason = "not_open"  // refused: nobody opened the room
	ReasonEnded     Reason = "ended"     // refused: the meeting is over
	ReasonEmpty     Reason = "empty"     // nobody came back for EmptyFor
	ReasonFailed    Reason = "failed"    // a message that could not be read, or a fault of ours
	ReasonSilent    Reason = "silent"    // the connection died and did not come back
	ReasonToken     Reason = "token"     // refused: the token is not good
	ReasonInsecure  Reason = "insecure"  // the media connection's certificate is not the one that the client announced
	ReasonReplaced  Reason = "replaced"  // this connection gave way to a newer one of the same person
)

// DisconnectReason is the word that clients know for r.
func (r Reason) DisconnectReason() livekit.DisconnectReason {
	switch r {
	case ReasonLeft:
		return livekit.DisconnectReason_CLIENT_INITIATED
	case ReasonLimit, ReasonEmpty, ReasonEnded:
		return livekit.DisconnectReason_ROOM_CLOSED
	case ReasonHost:
		return livekit.DisconnectReason_ROOM_DELETED
	case ReasonRemoved:
		return livekit.DisconnectReason_PARTICIPANT_REMOVED
	case ReasonDuplicate:
		return livekit.DisconnectReason_DUPLICATE_IDENTITY
	case ReasonShutdown:
		return livekit.DisconnectReason_SERVER_SHUTDOWN
	case ReasonFull, ReasonNotOpen, ReasonToken:
		return livekit.DisconnectReason_JOIN_FAILURE
	case ReasonInsecure:
		return livekit.DisconnectReason_MEDIA_FAILURE
	case ReasonSilent:
		return livekit.DisconnectReason_CONNECTION_TIMEOUT
	default:
		return livekit.DisconnectReason_UNKNOWN_REASON
	}
}

// Leave is the message that tells a client to go, and whether to come back.
func (r Reason) Leave() *livekit.SignalResponse {
	leave := &livekit.LeaveRequest{Reason: r.DisconnectReason()}
	if r == ReasonShutdown {
		leave.Action = livekit.LeaveRequest_RECONNECT
		leave.CanReconnect = true
	}
	return &livekit.SignalResponse{Message: &livekit.SignalResponse_Leave{Leave: leave}}
}

// leaveToReconnect tells a client that what it wants to resume is gone, so it
// joins anew.
func leaveToReconnect() *livekit.SignalResponse {
	return &livekit.SignalResponse{Message: &livekit.SignalResponse_Leave{Leave: &livekit.LeaveRequest{
		Action:       livekit.LeaveRequest_RECONNECT,
		CanReconnect: true,
		Reason:       livekit.DisconnectReason_STATE_MISMATCH,
	}}}
}

// ReasonOf says which reason a refused join had.
func ReasonOf(err error) Reason {
	switch {
	case err == nil:
		return ReasonLeft
	case errors.Is(err, ErrRoomFull):
		return ReasonFull
	case errors.Is(err, ErrRoomNotOpen):
		return ReasonNotOpen
	case errors.Is(err, ErrRoomEnded):
		return ReasonEnded
	case errors.Is(err, ErrRemoved):
		return ReasonRemoved
	case errors.Is(err, ErrNodeClosed):
		return ReasonShutdown
	case errors.Is(err, ErrToken):
		return ReasonToken
	default:
		return ReasonFailed
	}
}
