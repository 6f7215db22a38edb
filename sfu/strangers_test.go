package sfu_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// claimsOf is what a good token of acme says, to be spoilt.
func claimsOf(now time.Time) jwt.MapClaims {
	return jwt.MapClaims{
		"iss": "PKacme", "sub": "ann", "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		"video": map[string]any{"roomJoin": true, "room": "daily"},
	}
}

func with(claims jwt.MapClaims, key string, value any) jwt.MapClaims {
	claims[key] = value
	return claims
}

func TestTokens(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	secret := []byte("acme's secret, 32 bytes or more…")
	keys := sfutest.Keys{
		"PKacme":   {Tenant: "acme", Secret: secret},
		"PKglobex": {Tenant: "globex", Secret: []byte("globex's secret")},
		"PKempty":  {Tenant: "acme"},
	}
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		token, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	hs := func(claims jwt.MapClaims) string { return sign(jwt.SigningMethodHS256, secret, claims) }
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := hs(claimsOf(now))
	parts := strings.Split(good, ".")
	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"good":                 {good, nil},
		"none":                 {sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claimsOf(now)), sfu.ErrTokenForged},
		"RS256":                {sign(jwt.SigningMethodRS256, private, claimsOf(now)), sfu.ErrTokenForged},
		"HS384":                {sign(jwt.SigningMethodHS384, secret, claimsOf(now)), sfu.ErrTokenForged},
		"another secret":       {sign(jwt.SigningMethodHS256, []byte("guess"), claimsOf(now)), sfu.ErrTokenForged},
		"another tenant's key": {sign(jwt.SigningMethodHS256, keys["PKglobex"].Secret, claimsOf(now)), sfu.ErrTokenForged},
		"no signature":         {parts[0] + "." + parts[1] + ".", sfu.ErrTokenForged},
		"unknown key":          {hs(with(claimsOf(now), "iss", "PKother")), sfu.ErrTokenKey},
		"no key":               {hs(with(claimsOf(now), "iss", "")), sfu.ErrTokenKey},
		"a key with no secret": {sign(jwt.SigningMethodHS256, []byte{}, with(claimsOf(now), "iss", "PKempty")), sfu.ErrTokenKey},
		"expired":              {hs(with(claimsOf(now), "exp", now.Unix())), sfu.ErrTokenExpired},
		"never expires":        {hs(with(claimsOf(now), "exp", nil)), sfu.ErrTokenExpired},
		"not yet":              {hs(with(claimsOf(now), "nbf", now.Add(time.Hour).Unix())), sfu.ErrTokenEarly},
		"a clock that is late": {hs(with(claimsOf(now), "nbf", now.Add(30*time.Second).Unix())), nil},
		"no identity":          {hs(with(claimsOf(now), "sub", "")), sfu.ErrTokenGrant},
		"no grant":             {hs(with(claimsOf(now), "video", nil)), sfu.ErrTokenGrant},
		"may not join":         {hs(with(claimsOf(now), "video", map[string]any{"room": "daily"})), sfu.ErrTokenGrant},
		"no room":              {hs(with(claimsOf(now), "video", map[string]any{"roomJoin": true})), sfu.ErrTokenGrant},
		"long room":            {hs(with(claimsOf(now), "video", map[string]any{"roomJoin": true, "room": strings.Repeat("r", 129)})), sfu.ErrTokenFormat},
		"long identity":        {hs(with(claimsOf(now), "sub", strings.Repeat("i", 257))), sfu.ErrTokenFormat},
		"long metadata":        {hs(with(claimsOf(now), "metadata", strings.Repeat("m", 9000))), sfu.ErrTokenFormat},
		"huge":                 {hs(with(claimsOf(now), "metadata", strings.Repeat("m", 20000))), sfu.ErrTokenFormat},
		"room of no shape":     {hs(with(claimsOf(now), "roomConfig", map[string]any{"maxParticipants": "many"})), sfu.ErrTokenFormat},
		"not a token":          {"hello", sfu.ErrTokenFormat},
		"nothing":              {"", sfu.ErrTokenMissing},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := sfu.Verify(context.Background(), keys, test.token, now)
			if !errors.Is(err, test.want) || (err != nil) != (test.want != nil) || (err != nil && !errors.Is(err, sfu.ErrToken)) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil && (claims.RoomKey() != sfu.RoomKey{Tenant: "acme", Room: "daily"} || !claims.CanPublish || !claims.CanSubscribe || !claims.CanPublishData || claims.CanUpdateOwn) {
				t.Errorf("claims %+v", claims)
			}
		})
	}
}

// brokenKeys is a keyring whose store is down.
type brokenKeys struct{}

var errStoreDown = errors.New("store is down")

func (brokenKeys) Key(context.Context, string) (string, []byte, error) { return "", nil, errStoreDown }

func TestKeyringThatIsDownIsNoBadToken(t *testing.T) {
	now := time.Now()
	token := sfutest.Keys{"PK": {Secret: []byte("x")}}.Token("PK", sfu.Grant{Room: "r", Identity: "i"}, now)
	if _, err := sfu.Verify(context.Background(), brokenKeys{}, token, now); !errors.Is(err, errStoreDown) || errors.Is(err, sfu.ErrToken) {
		t.Errorf("got %v", err)
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	_, err := sfutest.Dial(w.ctx, w.server.URL, sfutest.Options{Token: "forged"})
	var refused *sfutest.RefusedError
	if !errors.As(err, &refused) || refused.Leave.GetReason() != livekit.DisconnectReason_JOIN_FAILURE {
		t.Errorf("a forged token: %v", err)
	}
	if s := w.node.Stats(); s.Refused != 1 || s.Joins != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestMalformedAndOversizedMessages(t *testing.T) {
	t.Parallel()
	for name, frame := range map[string][]byte{
		"malformed": {0xff, 0xff, 0xff},
		"oversized": make([]byte, sfu.MaxSignalBytes+1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			bob := w.join("bob", signaling)
			url := strings.Replace(w.server.URL, "http", "ws", 1) + "/rtc?access_token=" + w.token(acme, sfu.Grant{Identity: "ann"})
			ws, _, err := websocket.DefaultDialer.DialContext(w.ctx, url, nil)
			w.ok(err)
			defer ws.Close()
			w.until(bob, "ann", func() bool { return bob.People()["ann"] != nil })
			w.ok(ws.WriteMessage(websocket.BinaryMessage, frame))
			w.until(bob, "ann to be gone", func() bool { return bob.People()["ann"] == nil })
			for err == nil { // the close comes after the messages that were on their way
				_, _, err = ws.ReadMessage()
			}
		})
	}
}

// TestNonsense says things that no client says, in an order that none does.
func TestNonsense(t *testing.T) {
	t.Parallel()
	sdp := func(kind, text string) *livekit.SessionDescription {
		return &livekit.SessionDescription{Type: kind, Sdp: text, Id: 1}
	}
	section := "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n"
	for name, request := range map[string]*livekit.SignalRequest{
		"empty":                {},
		"offer of nothing":     {Message: &livekit.SignalRequest_Offer{}},
		"offer that is none":   {Message: &livekit.SignalRequest_Offer{Offer: sdp("offer", "v=0\r\nnonsense")}},
		"offer without ICE":    {Message: &livekit.SignalRequest_Offer{Offer: sdp("offer", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"+section)}},
		"offer of thousands":   {Message: &livekit.SignalRequest_Offer{Offer: sdp("offer", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"+strings.Repeat(section, 2000))}},
		"answer to nothing":    {Message: &livekit.SignalRequest_Answer{Answer: sdp("answer", "v=0\r\n")}},
		"mute of nothing":      {Message: &livekit.SignalRequest_Mute{}},
		"track of no kind":     {Message: &livekit.SignalRequest_AddTrack{AddTrack: &livekit.AddTrackRequest{Cid: "x", Type: 99}}},
		"track with no id":     {Message: &livekit.SignalRequest_AddTrack{}},
		"subscribe to nothing": {Message: &livekit.SignalRequest_Subscription{Subscription: &livekit.UpdateSubscription{TrackSids: []string{"TR_x", ""}, Subscribe: true}}},
		"setting of nothing":   {Message: &livekit.SignalRequest_TrackSetting{TrackSetting: &livekit.UpdateTrackSettings{TrackSids: []string{"TR_x"}}}},
		"empty permission":     {Message: &livekit.SignalRequest_SubscriptionPermission{SubscriptionPermission: &livekit.SubscriptionPermission{TrackPermissions: []*livekit.TrackPermission{nil, {}}}}},
		"empty sync state":     {Message: &livekit.SignalRequest_SyncState{}},
		"trickle":              {Message: &livekit.SignalRequest_Trickle{Trickle: &livekit.TrickleRequest{CandidateInit: "{"}}},
		"simulate":             {Message: &livekit.SignalRequest_Simulate{}},
		"metadata of nothing":  {Message: &livekit.SignalRequest_UpdateMetadata{}},
	} {
		for _, single := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := realWorld(t)
				bob := w.join("bob", signaling)
				ann := w.join("ann", sfutest.Options{SinglePC: single, SignalingOnly: true})
				w.ok(ann.Signal(request))
				_ = ann.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Ping{Ping: 1}}) // may be gone by now
				w.until(ann, "an answer, or the end", func() bool {
					for _, message := range ann.Messages() {
						if message.GetPong() == 1 {
							return true
						}
					}
					return gone(ann)()
				})
				w.ok(bob.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Ping{Ping: 2}})) // the others go on
			})
		}
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	w := realWorld(t)
	before := runtime.NumGoroutine()
	for range 2 {
		ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{SinglePC: true})
		w.publish(ann, sfutest.Camera())
		w.publish(bob, sfutest.Camera())
		w.ok(ann.Hears(w.ctx, "bob", video, 5))
		w.ok(bob.Hears(w.ctx, "ann", video, 5))
		ann.Leave()
		bob.Drop() // a lost machine: its seat goes when the signals have been missed
		w.ok(w.node.Remove(w.ctx, acme, "bob", sfu.ReasonSilent))
	}
	w.eventually("as few goroutines as before the first person", func() bool { return runtime.NumGoroutine() <= before })
	if s := w.node.Stats(); s.Participants != 0 || s.Tracks != 0 || s.Subscriptions != 0 {
		t.Errorf("left on the node: %+v", s)
	}
}

func FuzzToken(f *testing.F) {
	now := time.Unix(1_750_000_000, 0)
	keys := sfutest.Keys{"PKacme": {Tenant: "acme", Secret: []byte("secret")}}
	f.Add(keys.Token("PKacme", sfu.Grant{Room: "r", Identity: "i"}, now))
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := sfu.Verify(context.Background(), keys, token, now)
		if err == nil && (claims.Tenant != "acme" || claims.Room == "" || claims.Identity == "") {
			t.Errorf("verified as %+v", claims)
		}
	})
}

// FuzzSignals gives a peer any two messages. Faults of the node fail the test.
func FuzzSignals(f *testing.F) {
	for _, request := range []*livekit.SignalRequest{
		{Message: &livekit.SignalRequest_AddTrack{AddTrack: &livekit.AddTrackRequest{Cid: "c", Type: livekit.TrackType_VIDEO}}},
		{Message: &livekit.SignalRequest_Offer{Offer: &livekit.SessionDescription{Type: "offer", Sdp: browserOffer}}},
		{Message: &livekit.SignalRequest_SyncState{SyncState: &livekit.SyncState{}}},
	} {
		raw, err := proto.Marshal(request)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, raw, true)
		f.Add(raw, []byte{}, false)
	}
	f.Fuzz(func(t *testing.T, first, second []byte, single bool) {
		w := realWorld(t)
		ann := w.join("ann", sfutest.Options{SinglePC: single, SignalingOnly: true})
		for _, raw := range [][]byte{first, second} {
			if request, err := sfu.DecodeRequest(raw); err == nil && request.GetLeave() == nil {
				_ = ann.Signal(request) // it may have been sent away by then
			}
		}
		_ = ann.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{}})
		w.until(ann, "the end", gone(ann))
	})
}
