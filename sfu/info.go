package sfu

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// What the node says it is. Clients choose features by this version of
// LiveKit's server, so it names the one whose ways the node follows; above
// 1.13.6 they would publish VP9 and AV1 in a way that it does not forward.
const (
	announcedVersion  = "1.11.0"
	announcedProtocol = 16

	pingInterval = 5  // seconds
	pingTimeout  = 15 // seconds
)

// newSID makes an id of a room, participant or track: 72 bits at random.
func newSID(prefix string) string { return prefix + rand.Text()[:14] }

func newParticipantInfo(p *peer, now time.Time) *livekit.ParticipantInfo {
	return &livekit.ParticipantInfo{
		Sid: p.sid, Identity: p.identity, Name: p.claims.Name, Metadata: p.claims.Metadata, Attributes: p.claims.Attributes,
		State: livekit.ParticipantInfo_JOINED, JoinedAt: now.Unix(), JoinedAtMs: now.UnixMilli(), Version: 1,
		Permission: p.claims.rights().permission(), Region: p.node.config.Region, Kind: p.claims.Kind,
		// Others need these to know what this client can do; without them RPC
		// over 15 kB fails.
		ClientProtocol: p.client.GetClientProtocol(), Capabilities: p.client.GetCapabilities(),
	}
}

// snapshot is the peer's info as it is now, with its tracks. Call with room.mu.
func (p *peer) snapshot() *livekit.ParticipantInfo {
	info := proto.CloneOf(p.member.info)
	for _, publication := range p.member.tracks {
		info.Tracks = append(info.Tracks, proto.CloneOf(publication.info))
	}
	info.IsPublisher = len(info.Tracks) > 0
	return info
}

// meetingClock is what the meeting page shows its clock by. It stands in the
// room's metadata unless the room's owner has put something else there; then it
// comes as a packet.
type meetingClock struct {
	EndsAt       int64  `json:"endsAt"` // unix milliseconds; 0: never
	Now          int64  `json:"now"`    // of this node, at sending
	Participants int    `json:"participants"`
	Plan         string `json:"plan"`
}

func unixMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// clockOf is the meeting's clock. Call with room.mu.
func (r *room) clockOf(now time.Time) meetingClock {
	return meetingClock{EndsAt: unixMilli(r.limits.EndsAt), Now: now.UnixMilli(), Participants: r.seats(), Plan: r.limits.Plan}
}

// info describes the room. Call with room.mu.
func (r *room) info(now time.Time) *livekit.Room {
	metadata := r.settings.metadata
	if metadata == "" {
		clock, err := json.Marshal(r.clockOf(now))
		if err != nil {
			clock = nil // a struct of numbers and a string always marshals
		}
		metadata = string(clock)
	}
	publishers := 0
	for _, p := range r.peers {
		if len(p.member.tracks) > 0 {
			publishers++
		}
	}
	return &livekit.Room{
		Sid: r.sid, Name: r.key.Room, Metadata: metadata,
		EmptyTimeout: uint32(r.settings.unvisited / time.Second), DepartureTimeout: uint32(r.settings.departed / time.Second),
		MaxParticipants: uint32(max(r.seats(), 0)), NumParticipants: uint32(len(r.peers)), NumPublishers: uint32(publishers),
		CreationTime: r.openedAt.Unix(), CreationTimeMs: r.openedAt.UnixMilli(), EnabledCodecs: publishCodecs(),
	}
}

// joinResponse is the first message to a client. Call with room.mu.
func (r *room) joinResponse(p *peer, now time.Time) *livekit.JoinResponse {
	join := &livekit.JoinResponse{
		Room: r.info(now), Participant: p.snapshot(),
		ServerVersion: announcedVersion, ServerRegion: r.node.config.Region, ServerInfo: r.node.serverInfo(),
		PingInterval: pingInterval, PingTimeout: pingTimeout,
		// The client is connected when it can receive; it connects for
		// publishing when it does so.
		SubscriberPrimary: !p.single, EnabledPublishCodecs: publishCodecs(),
		IceServers: p.iceServers(), SifTrailer: r.node.sifTrailer,
	}
	for _, other := range slices.SortedFunc(maps.Values(r.peers), byJoin) {
		if other != p && !other.hidden() {
			join.OtherParticipants = append(join.OtherParticipants, other.snapshot())
		}
	}
	return join
}

// byJoin orders people as clients show them: who came first is first. Call with
// room.mu.
func byJoin(a, b *peer) int {
	return cmp.Or(cmp.Compare(a.member.info.GetJoinedAtMs(), b.member.info.GetJoinedAtMs()), strings.Compare(a.sid, b.sid))
}

func (n *Node) serverInfo() *livekit.ServerInfo {
	return &livekit.ServerInfo{
		Edition: livekit.ServerInfo_Standard, Version: announcedVersion, Protocol: announcedProtocol,
		Region: n.config.Region, NodeId: n.id, DebugInfo: "parley " + n.config.Version,
	}
}

func participantUpdate(infos ...*livekit.ParticipantInfo) *livekit.SignalResponse {
	return &livekit.SignalResponse{Message: &livekit.SignalResponse_Update{Update: &livekit.ParticipantUpdate{Participants: infos}}}
}
