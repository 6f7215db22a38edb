package app_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"parley/tenants"
)

// developer is an organization's program, with a key of its own, that calls the room API as LiveKit's server SDKs do.
type developer struct {
	w   *world
	org *tenants.Scoped
	key tenants.MediaKey
}

func (w *world) developer(owner string) developer {
	w.t.Helper()
	_, org := w.owner(owner)
	o, err := w.store.OrgBySlug(w.t.Context(), strings.TrimPrefix(org, "/o/"))
	must(w.t, err)
	scoped := w.store.Org(o.ID)
	key, err := scoped.CreateKey(w.t.Context(), "robots")
	must(w.t, err)
	return developer{w: w, org: scoped, key: key}
}

type grants map[string]any

func (d developer) token(g grants) string {
	d.w.t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": d.key.ID, "nbf": time.Now().Add(-time.Second).Unix(), "exp": time.Now().Add(time.Hour).Unix(), "video": g,
	}).SignedString([]byte(d.key.Secret))
	must(d.w.t, err)
	return token
}

// bearer is an HTTP client of the generated LiveKit clients, with a token.
type bearer string

func (b bearer) Do(req *http.Request) (*http.Response, error) {
	req.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultClient.Do(req)
}

func (d developer) rooms(g grants) livekit.RoomService {
	return livekit.NewRoomServiceProtobufClient(d.w.base, bearer(d.token(g)))
}

func (d developer) asJSON(g grants) livekit.RoomService {
	return livekit.NewRoomServiceJSONClient(d.w.base, bearer(d.token(g)))
}

func admin(room string) grants { return grants{"roomAdmin": true, "room": room} }

// is says whether a call failed with a code of the protocol.
func is(err error, code twirp.ErrorCode) bool {
	var failed twirp.Error
	return errors.As(err, &failed) && failed.Code() == code
}

func done[A any](t *testing.T) func(A, error) A {
	return func(answer A, err error) A {
		t.Helper()
		must(t, err)
		return answer
	}
}

func second[A any](_ A, err error) error { return err }

// calls is every method with a room's name in it.
func calls(client livekit.RoomService, room string) map[string]error {
	ctx := context.Background()
	return map[string]error{
		"ListParticipants":    second(client.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: room})),
		"GetParticipant":      second(client.GetParticipant(ctx, &livekit.RoomParticipantIdentity{Room: room, Identity: "one"})),
		"RemoveParticipant":   second(client.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: room, Identity: "one", RevokeTokenTs: 1})),
		"MutePublishedTrack":  second(client.MutePublishedTrack(ctx, &livekit.MuteRoomTrackRequest{Room: room, Identity: "one", TrackSid: "TR_x", Muted: true})),
		"UpdateParticipant":   second(client.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{Room: room, Identity: "one", Name: "Mallory"})),
		"UpdateSubscriptions": second(client.UpdateSubscriptions(ctx, &livekit.UpdateSubscriptionsRequest{Room: room, Identity: "one", TrackSids: []string{"TR_x"}})),
		"SendData":            second(client.SendData(ctx, &livekit.SendDataRequest{Room: room, Data: []byte("psst")})),
		"UpdateRoomMetadata":  second(client.UpdateRoomMetadata(ctx, &livekit.UpdateRoomMetadataRequest{Room: room, Metadata: "mine"})),
		"DeleteRoom":          second(client.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: room})),
	}
}
