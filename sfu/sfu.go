package sfu

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
)

// RoomKey names a room on a node. Tenant comes from the key that verified a
// token, never from what a client says, so two organizations can have a room
// of the same name and never meet.
type RoomKey struct{ Tenant, Room string }

// String is for logs.
func (k RoomKey) String() string { return k.Tenant + "/" + k.Room }

// Limits is what a meeting obeys. They come with the room, from outside; the
// node enforces them without asking anybody.
type Limits struct {
	Participants int       // people at once; 0 lets nobody in
	Publishers   int       // people who publish at once; 0 means as many as Participants
	EndsAt       time.Time // when the meeting ends for all; zero means never
	Revision     int64     // limits older than the ones in force are ignored
	Plan         string    // shown to clients in the room's metadata; not interpreted
	Encrypted    bool      // every track has to be encrypted end to end; others are refused
	Check        bool      // nobody meets here: the node answers what people measure their network with, and tells of nothing; for good
}

// Keyring finds the signing key that a token names.
type Keyring interface {
	// Key returns the tenant that owns the key, and its secret. An id that is
	// not known (any more) gives an error that wraps ErrUnknownKey.
	Key(ctx context.Context, id string) (tenant string, secret []byte, err error)
}

// Conn carries signalling to one client. Send and Receive may run at the same
// time as each other, and Close at the same time as both; the node never calls
// Send or Receive twice at once.
type Conn interface {
	Send(context.Context, *livekit.SignalResponse) error
	// Receive returns the next message. One that cannot be read gives an error
	// that wraps ErrMalformed (see DecodeRequest).
	Receive(context.Context) (*livekit.SignalRequest, error)
	// Close ends the connection after what was sent has been flushed.
	Close(Reason) error
}

// ICEServer is a STUN or TURN server that clients are told about.
type ICEServer struct {
	URLs       []string
	Username   string
	Credential string
}

// Config is what a node is made from. Keyring is required.
type Config struct {
	Logger     *slog.Logger
	Clock      clockwork.Clock
	Keyring    Keyring
	MediaPort  int      // one UDP and TCP port for all media; 0 takes any free one
	NodeIPs    []string // announced to clients, each "address" or "public/own"; empty takes the host's own and loopback
	Emit       func(Event)
	STUN       string // host:port of a server that tells the node's address from outside; instead of NodeIPs
	TURN       TURN
	ICEServers []ICEServer // beside what TURN gives
	Region     string
	Version    string // of the product, shown to clients for support

	// In a room with more than LoudestAbove microphones only the Loudest of them
	// are heard at once. 0 in either lets everybody through, always.
	Loudest, LoudestAbove int
}

// RoomInfo says what a room on this node looks like now.
type RoomInfo struct {
	Room         RoomKey
	SID          string
	Participants int
	Publishers   int
	Limits       Limits
	OpenedAt     time.Time
	Identities   []string
}

// Stats counts what a node does now, and what it has done since it started.
type Stats struct {
	Rooms, Participants, Tracks, Subscriptions int
	PacketsIn, PacketsOut, BytesIn, BytesOut   uint64
	Joins, Refused                             uint64
	Paced, Shed                                uint64 // packets that waited for a tight way, and that were dropped for want of room
	Relays                                     int    // open at the node's TURN server
}

// Errors that Join and the room calls give. Compare with errors.Is.
var (
	ErrRoomNotOpen  = errors.New("room is not open on this node")
	ErrRoomFull     = errors.New("room is full")
	ErrRoomEnded    = errors.New("meeting has ended")
	ErrRemoved      = errors.New("removed from the room")
	ErrTooManyBans  = errors.New("the room remembers too many bans")
	ErrUnavailable  = errors.New("media cannot be reached now")
	ErrNodeClosed   = errors.New("node is shutting down")
	ErrUnknownKey   = errors.New("unknown signing key")
	ErrUnknownPeer  = errors.New("nobody of that identity is in the room")
	ErrUnknownTrack = errors.New("nobody of that identity publishes the track")
	ErrUnmute       = errors.New("nobody can unmute somebody else")
	ErrMalformed    = errors.New("message cannot be read")
	ErrTooLarge     = errors.New("message is too large")
	ErrBadHello     = errors.New("join request cannot be read")
	ErrNoSuchPath   = errors.New("no such signalling path")
	ErrTokenMissing = errors.New("no access token")
)
