package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// sources are what somebody may send: always a list, so that nobody sends what no button of those who lead stops. Who may not speak
// sends no sound at all: that of a screen may be a voice.
func sources(may tenants.Rights) []livekit.TrackSource {
	out := []livekit.TrackSource{livekit.TrackSource_CAMERA}
	if may.Speak {
		out = append(out, livekit.TrackSource_MICROPHONE)
	}
	if may.Share {
		out = append(out, livekit.TrackSource_SCREEN_SHARE)
	}
	if may.Share && may.Speak {
		out = append(out, livekit.TrackSource_SCREEN_SHARE_AUDIO)
	}
	return out
}

// webToken signs a token of our own pages: what it grants is what the organization's policies and the host leave to the person.
func (s *Server) webToken(ctx context.Context, org tenants.OrgID, g sfu.Grant, may tenants.Rights) (string, error) {
	key, err := s.tenants.Org(org).InternalKey(ctx)
	if err != nil {
		return "", fmt.Errorf("media key: %w", err)
	}
	g.TTL, g.NoData, g.PublishSource = tokenTime, !may.Chat, sources(may)
	token, err := sfu.SignToken(key.ID, []byte(key.Secret), g, s.clock.Now())
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return token, nil
}

// presentToken is the token that somebody of our own pages joins with: theirs, while it says what they may do now and are called.
func (s *Server) presentToken(ctx context.Context, hello sfu.Hello, claims sfu.Claims, entry tenants.Entry) (string, error) {
	may := entry.Rights
	if claims.CanPublishData == may.Chat && slices.Equal(claims.Sources, sources(may)) && claims.Name == entry.Name {
		return hello.Token, nil
	}
	return s.webToken(ctx, tenants.OrgID(claims.Tenant), sfu.Grant{
		Room: claims.Room, Identity: claims.Identity, Name: entry.Name, Metadata: claims.Metadata, Attributes: claims.Attributes,
		Devices: claims.Devices,
	}, may)
}

// reach brings what policies and roles leave to people to those who are in a meeting: one person, or with "" everybody. What an
// organization's own program decided beside it stays.
func (s *Server) reach(ctx context.Context, org tenants.OrgID, who tenants.UserID) error {
	places, err := s.tenants.Org(org).RuledPlaces(ctx, who)
	if err != nil {
		return fmt.Errorf("find who is in a meeting: %w", err)
	}
	var failed error
	for _, at := range places {
		err := s.rule(ctx, roomKey(at.Room), at.Identity, at.Rights)
		if err != nil && !errors.Is(err, sfu.ErrRoomNotOpen) && !errors.Is(err, sfu.ErrUnknownPeer) { // has not connected, or has left
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// rule changes what one person in a room may do, where it differs.
func (s *Server) rule(ctx context.Context, room sfu.RoomKey, identity string, may tenants.Rights) error {
	now, err := s.media.Participant(ctx, room, identity)
	if err != nil {
		return err
	}
	before := now.GetPermission()
	after, _ := proto.Clone(before).(*livekit.ParticipantPermission)
	if after == nil {
		return nil
	}
	after.CanPublishData, after.CanPublishSources = may.Chat, sources(may)
	if proto.Equal(before, after) {
		return nil
	}
	_, err = s.media.UpdateParticipant(ctx, room, &livekit.UpdateParticipantRequest{Identity: identity, Permission: after})
	return err
}

// lobbyOpen says whether the organization lets this visitor near its meetings at all. Who it does not sees nobody's name.
func (s *Server) lobbyOpen(c *fiber.Ctx, at place) (bool, error) {
	if at.Host {
		return true, nil
	}
	policies, err := s.tenants.Org(at.Org.ID).Policies(c.UserContext())
	return policies.Guests, err
}

// membersOnly tells a guest that the organization lets none in.
func (s *Server) membersOnly(c *fiber.Ctx, at place) error {
	c.Status(fiber.StatusForbidden)
	return s.render(c, views.MembersOnly(s.page(c, "closed.title"), at.Room.Code))
}
