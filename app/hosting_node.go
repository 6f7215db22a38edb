package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/tenants"
)

// Topics of the packets by which the server tells a room who leads it, and one person that they are asked to unmute. Clients believe them
// from the server only.
const (
	topicHosting = "parley.hosting"
	topicAsk     = "parley.ask"
)

// maxHosting is how many bytes of it are sent to everybody; of more, they are told to ask for it.
const maxHosting = 16_000

// carryOut brings what was decided to the room's node: to media, to what people may do there, and to everybody's page. The store has it
// already, so that who comes back finds it too.
func (s *Server) carryOut(ctx context.Context, room tenants.Room, how string, act tenants.Act, led tenants.Led) error {
	err := s.onNode(ctx, room, how, act, led)
	if err == nil {
		err = s.reachRoom(ctx, room)
	}
	if err == nil && act.Kind == tenants.ActAsk { // who may not unmute themselves may, before they are asked
		err = s.askToUnmute(ctx, roomKey(room), led)
	}
	if err == nil {
		err = s.tellHosting(ctx, room, led.Hosting)
	}
	return err
}

func (s *Server) onNode(ctx context.Context, room tenants.Room, how string, act tenants.Act, led tenants.Led) error {
	key := roomKey(room)
	switch act.Kind {
	case tenants.ActMute:
		return s.silence(ctx, key, led.Who, livekit.TrackSource_MICROPHONE)
	case tenants.ActStop:
		if how == "screen" {
			return s.stopSharing(ctx, key, led.Who[0].Identity)
		}
		return s.silence(ctx, key, led.Who, livekit.TrackSource_CAMERA)
	case tenants.ActRename:
		_, err := s.media.UpdateParticipant(ctx, key, &livekit.UpdateParticipantRequest{Identity: led.Who[0].Identity, Name: led.Who[0].Name})
		return notThere(err)
	case tenants.ActRemove:
		return notThere(s.media.Remove(ctx, key, led.Who[0].Identity, sfu.ReasonRemoved))
	case tenants.ActBan:
		return notThere(s.media.Ban(ctx, key, sfu.BanRule{Identity: led.Who[0].Identity, Devices: led.Marks}))
	}
	return nil
}

// notThere passes over who has not connected yet, or has left: what was decided waits for them in the store.
func notThere(err error) error {
	if errors.Is(err, sfu.ErrRoomNotOpen) || errors.Is(err, sfu.ErrUnknownPeer) || errors.Is(err, sfu.ErrUnknownTrack) {
		return nil
	}
	return err
}

// silence mutes what people send from a source; of a microphone, also the sound of a screen that nobody sees: it may be a voice. They may
// unmute themselves, where the host's rules say so; nobody else may.
func (s *Server) silence(ctx context.Context, room sfu.RoomKey, who []tenants.Participant, source livekit.TrackSource) error {
	wanted := map[string]bool{}
	for _, p := range who {
		wanted[p.Identity] = true
	}
	people, err := s.media.Participants(ctx, room)
	if err != nil {
		return notThere(err)
	}
	var failed error
	for _, p := range people {
		for _, track := range p.GetTracks() {
			if !wanted[p.GetIdentity()] || track.GetMuted() || track.GetSource() != source && (source != livekit.TrackSource_MICROPHONE || !isBareSound(track, p)) {
				continue
			}
			_, err := s.media.MuteTrack(ctx, room, &livekit.MuteRoomTrackRequest{Identity: p.GetIdentity(), TrackSid: track.GetSid(), Muted: true})
			failed = errors.Join(failed, notThere(err))
		}
	}
	return failed
}

// isBareSound says whether a track is said to be the sound of a screen, and its owner shows none.
func isBareSound(track *livekit.TrackInfo, owner *livekit.ParticipantInfo) bool {
	return track.GetSource() == livekit.TrackSource_SCREEN_SHARE_AUDIO && !slices.ContainsFunc(owner.GetTracks(), func(other *livekit.TrackInfo) bool {
		return other.GetSource() == livekit.TrackSource_SCREEN_SHARE
	})
}

// stopSharing takes somebody's screen away: the right to it for a moment, which ends what they show. What they may show after that,
// policies and rules say, as ever.
func (s *Server) stopSharing(ctx context.Context, room sfu.RoomKey, identity string) error {
	return notThere(s.rule(ctx, room, identity, tenants.Rights{Chat: true, Speak: true}))
}

// askToUnmute has one person asked. Their client shows the question and does nothing by itself.
func (s *Server) askToUnmute(ctx context.Context, room sfu.RoomKey, led tenants.Led) error {
	return s.tell(ctx, room, topicAsk, map[string]string{"by": led.By.Name}, led.Who[0].Identity)
}

// tellHosting tells everybody in a room who leads it and what holds.
func (s *Server) tellHosting(ctx context.Context, room tenants.Room, h tenants.Hosting) error {
	shown := showHosting(h)
	if raw, err := json.Marshal(shown); err != nil || len(raw) > maxHosting {
		return s.tell(ctx, roomKey(room), topicHosting, map[string]int64{"rev": h.Revision})
	}
	return s.tell(ctx, roomKey(room), topicHosting, shown)
}

// tell sends a packet from the server to everybody in a room, or to some. Where nobody has connected yet, nobody has to know.
func (s *Server) tell(ctx context.Context, room sfu.RoomKey, topic string, what any, to ...string) error {
	data, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("write a packet of %s: %w", topic, err)
	}
	return notThere(s.media.SendData(ctx, room, &livekit.SendDataRequest{
		Data: data, Kind: livekit.DataPacket_RELIABLE, Topic: &topic, DestinationIdentities: to,
	}))
}

// reachRoom brings what people in one room may do to its node.
func (s *Server) reachRoom(ctx context.Context, room tenants.Room) error {
	places, err := s.tenants.Org(room.Org).RuledIn(ctx, room.ID)
	if err != nil {
		return fmt.Errorf("find what people may: %w", err)
	}
	var failed error
	for _, at := range places {
		failed = errors.Join(failed, notThere(s.rule(ctx, roomKey(room), at.Identity, at.Rights)))
	}
	return failed
}

// settleHost looks who leads a room after somebody has come or gone, and tells everybody where that has changed.
func (s *Server) settleHost(ctx context.Context, key sfu.RoomKey) error {
	room, now, changed, err := s.tenants.Org(tenants.OrgID(key.Tenant)).SettleHost(ctx, key.Room)
	if isCode(err, tenants.CodeNotFound) || err == nil && !changed {
		return nil
	}
	if err != nil {
		return fmt.Errorf("settle who leads: %w", err)
	}
	if err := s.reachRoom(ctx, room); err != nil {
		return err
	}
	return s.tellHosting(ctx, room, now)
}

// unbanOnNode lets somebody into the open room again.
func (s *Server) unbanOnNode(ctx context.Context, room tenants.Room, b tenants.Ban) error {
	return notThere(s.media.Unban(ctx, roomKey(room), sfu.BanRule{Identity: b.Identity, Devices: b.Marks}))
}

// entered brings to the room's node what somebody's coming changes of who leads, and lets them pass there who were let in again.
func (s *Server) entered(ctx context.Context, room tenants.Room, identity string, entry tenants.Entry) error {
	if entry.Again {
		if err := s.unbanOnNode(ctx, room, tenants.Ban{Identity: identity}); err != nil {
			return err
		}
	}
	if entry.Hosting == nil {
		return nil
	}
	if err := s.reachRoom(ctx, room); err != nil {
		return err
	}
	return s.tellHosting(ctx, room, *entry.Hosting)
}
