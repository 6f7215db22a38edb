package sfu

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/livekit/protocol/livekit"
)

// Participants lists everybody in a room, hidden people too, by identity.
func (n *Node) Participants(_ context.Context, key RoomKey) ([]*livekit.ParticipantInfo, error) {
	r := n.room(key)
	if r == nil {
		return nil, ErrRoomNotOpen
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*livekit.ParticipantInfo
	for _, p := range r.peers {
		all = append(all, p.snapshot())
	}
	slices.SortFunc(all, func(a, b *livekit.ParticipantInfo) int { return strings.Compare(a.GetIdentity(), b.GetIdentity()) })
	return all, nil
}

// Participant is one person, as the room shows them now.
func (n *Node) Participant(_ context.Context, key RoomKey, identity string) (*livekit.ParticipantInfo, error) {
	p, err := n.person(key, identity)
	if err != nil {
		return nil, err
	}
	return p.room.look(p)
}

// UpdateParticipant changes how a person is shown (name, metadata, attributes;
// what is empty stays, an attribute with an empty value goes) and what they may
// do. A permission that is taken away is gone when this returns: nothing more
// of theirs is forwarded, or to them, and a token from before does not bring it
// back. It gives ErrTooLarge above the caps.
func (n *Node) UpdateParticipant(ctx context.Context, key RoomKey, request *livekit.UpdateParticipantRequest) (*livekit.ParticipantInfo, error) {
	p, err := n.person(key, request.GetIdentity())
	if err != nil {
		return nil, err
	}
	err = p.ask(ctx, func() error {
		err := p.changeProfile(profile{request.GetName(), request.GetMetadata(), request.GetAttributes()})
		if err == nil && request.GetPermission() != nil {
			p.permitTo(rightsFrom(request.GetPermission()))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.room.look(p)
}

// MuteTrack mutes somebody's track: it is not forwarded any more when this
// returns, and its publisher's client is told to stop sending. Who was muted
// may unmute themselves; nobody else may: ErrUnmute.
func (n *Node) MuteTrack(ctx context.Context, key RoomKey, request *livekit.MuteRoomTrackRequest) (*livekit.TrackInfo, error) {
	p, err := n.person(key, request.GetIdentity())
	if err != nil {
		return nil, err
	}
	var info *livekit.TrackInfo
	err = p.ask(ctx, func() (err error) {
		info, err = p.muteFromOutside(request)
		return err
	})
	if err != nil {
		return nil, err
	}
	return info, nil
}

func (p *peer) muteFromOutside(request *livekit.MuteRoomTrackRequest) (*livekit.TrackInfo, error) {
	u := p.uploads[request.GetTrackSid()]
	switch {
	case u == nil:
		return nil, fmt.Errorf("%w: %s", ErrUnknownTrack, request.GetTrackSid())
	case !request.GetMuted():
		return nil, ErrUnmute
	}
	mute := &livekit.MuteTrackRequest{Sid: u.pub.sid, Muted: true}
	p.onMute(mute)
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_Mute{Mute: mute}})
	return p.room.trackInfo(u.pub), nil
}

// UpdateSubscriptions has a person take or leave tracks, as if their client had
// asked for it.
func (n *Node) UpdateSubscriptions(ctx context.Context, key RoomKey, request *livekit.UpdateSubscriptionsRequest) error {
	p, err := n.person(key, request.GetIdentity())
	if err != nil {
		return err
	}
	return p.ask(ctx, func() error {
		p.onSubscription(&livekit.UpdateSubscription{
			TrackSids: request.GetTrackSids(), ParticipantTracks: request.GetParticipantTracks(), Subscribe: request.GetSubscribe(),
		})
		return nil
	})
}

// Subscription says that somebody receives a track.
type Subscription struct {
	Subscriber string `json:"subscriber"` // identity
	Publisher  string `json:"publisher"`  // identity
	TrackSID   string `json:"track"`
}

// Subscriptions lists who receives what in a room: what the peers really have,
// hidden people too, in a fixed order.
func (n *Node) Subscriptions(ctx context.Context, key RoomKey) ([]Subscription, error) {
	r := n.room(key)
	if r == nil {
		return nil, ErrRoomNotOpen
	}
	var all []Subscription
	for _, p := range r.people() {
		var some []Subscription
		err := p.ask(ctx, func() error {
			for sid, s := range p.subs {
				if s.open {
					some = append(some, Subscription{Subscriber: p.identity, Publisher: s.pub.owner.identity, TrackSID: sid})
				}
			}
			return nil
		})
		if ctx.Err() != nil {
			return nil, err
		}
		if err == nil { // else they have left meanwhile
			all = append(all, some...)
		}
	}
	slices.SortFunc(all, func(a, b Subscription) int {
		return cmp.Or(strings.Compare(a.Subscriber, b.Subscriber), strings.Compare(a.TrackSID, b.TrackSID))
	})
	return all, nil
}

func (n *Node) person(key RoomKey, identity string) (*peer, error) {
	r := n.room(key)
	if r == nil {
		return nil, ErrRoomNotOpen
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.peers[identity]; p != nil {
		return p, nil
	}
	return nil, ErrUnknownPeer
}

// look is how the room shows p now.
func (r *room) look(p *peer) (*livekit.ParticipantInfo, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[p.identity] != p {
		return nil, ErrUnknownPeer
	}
	return p.snapshot(), nil
}

// ask does a job in the peer's goroutine and gives its answer: ErrUnknownPeer
// when the person has left, the context's error when nobody waits any longer.
func (p *peer) ask(ctx context.Context, job func() error) error {
	answer := make(chan error, 1)
	if !p.post(func() { answer <- job() }) {
		return ErrUnknownPeer
	}
	select {
	case err := <-answer:
		return err
	case <-p.ctx.Done():
		return ErrUnknownPeer
	case <-ctx.Done():
		return fmt.Errorf("ask a peer: %w", ctx.Err())
	}
}
