package sfu

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu/forward"
)

// room is one meeting on this node. Its mutex guards people, tracks and
// limits; peers are told of changes by posts to their inboxes, which do not
// block, so everybody hears of everything in the same order.
type room struct {
	node     *Node
	key      RoomKey
	sid      string
	openedAt time.Time
	log      *slog.Logger

	// all is for those who must not wait: the people, as of the last change.
	all atomic.Pointer[[]*peer]

	encrypted atomic.Bool // limits.Encrypted, for those who must not wait
	check     bool        // limits.Check; it never changes

	mu       sync.Mutex
	limits   Limits
	settings settings
	life     lifetime
	peers    map[string]*peer     // by identity
	removed  map[string]time.Time // identities that were sent away; tokens made until then do not work
	devices  map[string]string    // banned devices, and the identity that they were banned with
	rulings  map[string]ruling    // rights that were changed, by identity
	emptied  time.Time            // since when nobody is there
	visited  bool                 // somebody has been there
	rostered time.Time
	quality  []QualityMinute // minutes that are over and not told of yet
	told     time.Time       // when they were last
	ended    bool
	speakers map[string]float32 // levels that clients were told of, by participant sid
	loudest  forward.Loudest    // who is heard of the room's microphones
}

func newRoom(n *Node, key RoomKey, limits Limits) *room {
	now := n.clock.Now()
	r := &room{
		node: n, key: key, sid: newSID("RM_"), openedAt: now, limits: limits, check: limits.Check, settings: defaultSettings(), life: arm(limits.EndsAt, now),
		peers: map[string]*peer{}, removed: map[string]time.Time{}, devices: map[string]string{}, rulings: map[string]ruling{}, emptied: now, rostered: now, told: now,
		speakers: map[string]float32{},
	}
	r.log = n.log.With("room", r.sid)
	r.all.Store(&[]*peer{})
	r.encrypted.Store(limits.Encrypted)
	return r
}

// people is everybody in the room, without a lock.
func (r *room) people() []*peer { return *r.all.Load() }

// changed renews people. Call with mu.
func (r *room) changed() {
	all := slices.Collect(maps.Values(r.peers))
	r.all.Store(&all)
}

// tell sends a message to everybody but one. Call with mu.
func (r *room) tell(except *peer, message *livekit.SignalResponse) {
	for _, p := range r.peers {
		if p != except {
			p.post(func() { p.send(message) })
		}
	}
}

// broadcast sends a peer's present info to the others. Call with mu.
func (r *room) broadcast(p *peer) {
	if !p.hidden() {
		r.tell(p, participantUpdate(p.snapshot()))
	}
}

// admit gives p a seat. The check and the seat are one step: however many come
// at once, no more than the limit get in. Who was there under the same
// identity gives up their seat to p.
func (r *room) admit(p *peer, welcome func(join *livekit.JoinResponse, tracks []*publication)) (replaced *peer, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.node.clock.Now()
	if err := r.mayEnter(p, now); err != nil {
		return nil, err
	}
	r.configure(p.claims.RoomConfig)
	r.overrule(p)
	replaced = r.peers[p.identity]
	if replaced != nil {
		r.removeLocked(replaced, ReasonDuplicate)
	}
	var tracks []*publication
	for _, other := range r.peers {
		tracks = append(tracks, slices.Collect(maps.Values(other.member.tracks))...)
	}
	slices.SortFunc(tracks, func(a, b *publication) int { return byJoin(a.owner, b.owner) })
	r.peers[p.identity] = p
	r.emptied, r.visited = time.Time{}, true
	r.changed()
	join := r.joinResponse(p, now)
	p.post(func() { welcome(join, tracks) })
	r.tellClock(p, now)
	r.broadcast(p)
	r.emit(Event{Kind: EventJoined, Room: r.key, Identity: p.identity, Name: p.claims.Name, SID: p.sid, At: now})
	return replaced, nil
}

func (r *room) mayEnter(p *peer, now time.Time) error {
	if r.ended || (!r.limits.EndsAt.IsZero() && !now.Before(r.limits.EndsAt)) {
		return ErrRoomEnded
	}
	if r.banned(p.claims) {
		return ErrRemoved
	}
	if _, seated := r.peers[p.identity]; !seated && len(r.peers) >= r.seats() {
		return ErrRoomFull
	}
	return nil
}

// remove takes p's seat away and tells the others. It does nothing if p has
// none (any more).
func (r *room) remove(p *peer, reason Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removeLocked(p, reason)
}

func (r *room) removeLocked(p *peer, reason Reason) {
	if r.peers[p.identity] != p {
		return
	}
	delete(r.peers, p.identity)
	delete(r.speakers, p.sid)
	r.changed()
	now := r.node.clock.Now()
	if len(r.peers) == 0 {
		r.emptied = now
	}
	p.member.info.State = livekit.ParticipantInfo_DISCONNECTED
	p.member.info.DisconnectReason = reason.DisconnectReason()
	p.member.info.Version++
	tracks := slices.Collect(maps.Values(p.member.tracks))
	clear(p.member.tracks)
	for _, publication := range tracks {
		publication.track.SetMuted(true) // nothing is forwarded from now on, whoever is slow to notice
	}
	if minute, ok := p.minute.take(); ok {
		r.noteMinute(p, minute)
	}
	info := p.snapshot()
	for _, other := range r.peers {
		other.post(func() {
			if !p.hidden() {
				other.send(participantUpdate(info))
			}
			for _, publication := range tracks {
				other.unsubscribe(publication)
			}
		})
	}
	r.emit(Event{Kind: EventLeft, Room: r.key, Identity: p.identity, Name: info.Name, SID: p.sid, Reason: reason, At: now})
}

// activate shows that p's media connection is up.
func (r *room) activate(p *peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[p.identity] != p || p.member.info.State == livekit.ParticipantInfo_ACTIVE {
		return
	}
	p.member.info.State = livekit.ParticipantInfo_ACTIVE
	p.member.info.Version++
	r.broadcast(p)
}

// revise changes p's info and shows it to everybody, p included.
func (r *room) revise(p *peer, change func(info *livekit.ParticipantInfo)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[p.identity] != p {
		return
	}
	change(p.member.info)
	p.member.info.Version++
	r.showSelf(p)
	r.broadcast(p)
}

// showSelf sends a peer its own info. Call with mu.
func (r *room) showSelf(p *peer) {
	message := participantUpdate(p.snapshot())
	p.post(func() { p.send(message) })
}

// roster is everybody's info, for a client that may have missed some.
func (r *room) roster() *livekit.SignalResponse {
	r.mu.Lock()
	defer r.mu.Unlock()
	var infos []*livekit.ParticipantInfo
	for _, p := range r.peers {
		if !p.hidden() {
			infos = append(infos, p.snapshot())
		}
	}
	return participantUpdate(infos...)
}

// describe is the room as Rooms lists it.
func (r *room) describe() RoomInfo {
	r.mu.Lock()
	defer r.mu.Unlock()
	info := RoomInfo{
		Room: r.key, SID: r.sid, Participants: len(r.peers), Limits: r.limits, OpenedAt: r.openedAt,
		Identities: slices.Sorted(maps.Keys(r.peers)),
	}
	for _, p := range r.peers {
		if len(p.member.tracks) > 0 {
			info.Publishers++
		}
	}
	return info
}

// count adds the room to a node's figures.
func (r *room) count(s *Stats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Participants += len(r.peers)
	for _, p := range r.peers {
		s.Tracks += len(p.member.tracks)
		for _, pub := range p.member.tracks {
			s.Subscriptions += pub.track.Subscribers()
		}
	}
}

// trackInfo is a track's info as it is now.
func (r *room) trackInfo(pub *publication) *livekit.TrackInfo {
	r.mu.Lock()
	defer r.mu.Unlock()
	return proto.CloneOf(pub.info)
}
