package sfu

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/livekit"
)

// ErrToken is wrapped by every error about an access token.
var ErrToken = errors.New("access token is not valid")

// What exactly is wrong with a token; each wraps ErrToken.
var (
	ErrTokenFormat  = fmt.Errorf("%w: cannot be read", ErrToken)
	ErrTokenKey     = fmt.Errorf("%w: unknown key", ErrToken)
	ErrTokenForged  = fmt.Errorf("%w: signature does not match", ErrToken)
	ErrTokenExpired = fmt.Errorf("%w: expired", ErrToken)
	ErrTokenEarly   = fmt.Errorf("%w: not valid yet", ErrToken)
	ErrTokenGrant   = fmt.Errorf("%w: does not grant joining a room", ErrToken)
)

// Caps of what a token may carry.
const (
	maxToken      = 16 << 10
	maxKeyID      = 64
	maxIdentity   = 256
	maxName       = 256
	maxRoom       = 128
	maxMetadata   = 8 << 10
	maxAttributes = 8 << 10 // all keys and values together
	maxDevices    = 4

	clockSkew  = time.Minute // between who signs and who verifies, for nbf only
	defaultTTL = 10 * time.Minute
)

// Grant is what SignToken puts into a token.
type Grant struct {
	Room       string
	Identity   string
	Name       string
	Metadata   string
	Attributes map[string]string
	TTL        time.Duration // zero means ten minutes

	NoPublish     bool // may not send audio and video
	NoSubscribe   bool // may not receive them
	NoData        bool // may not send data
	UpdateOwn     bool // may change its own name, metadata and attributes
	Hidden        bool // is not shown to others
	PublishSource []livekit.TrackSource
	Devices       []string // digests of what stays when the person takes another name; only nodes see them, for bans

	Kind       livekit.ParticipantInfo_Kind // shown to others; what it may do does not depend on it
	RoomConfig *livekit.RoomConfiguration   // for the room that is made with this token; nil: nothing is asked for
}

// Claims is what a verified token says.
type Claims struct {
	KeyID, Tenant  string
	Room           string
	Identity, Name string
	Metadata       string
	Attributes     map[string]string

	CanPublish, CanSubscribe, CanPublishData bool
	CanUpdateOwn, Hidden                     bool
	Sources                                  []livekit.TrackSource // empty means any
	Devices                                  []string              // see Grant; never shown to anybody
	Kind                                     livekit.ParticipantInfo_Kind
	RoomConfig                               *livekit.RoomConfiguration // see Grant

	Issued  time.Time // zero when the token does not say
	Expires time.Time
}

// RoomKey names the room that the token opens.
func (c Claims) RoomKey() RoomKey { return RoomKey{Tenant: c.Tenant, Room: c.Room} }

// videoGrant is the "video" claim of LiveKit's access tokens. What is not set
// of publish, subscribe and data is granted.
type videoGrant struct {
	RoomJoin             bool     `json:"roomJoin,omitempty"`
	RoomCreate           bool     `json:"roomCreate,omitempty"`
	RoomList             bool     `json:"roomList,omitempty"`
	RoomAdmin            bool     `json:"roomAdmin,omitempty"`
	Room                 string   `json:"room,omitempty"`
	CanPublish           *bool    `json:"canPublish,omitempty"`
	CanSubscribe         *bool    `json:"canSubscribe,omitempty"`
	CanPublishData       *bool    `json:"canPublishData,omitempty"`
	CanPublishSources    []string `json:"canPublishSources,omitempty"`
	CanUpdateOwnMetadata *bool    `json:"canUpdateOwnMetadata,omitempty"`
	Hidden               bool     `json:"hidden,omitempty"`
}

type tokenClaims struct {
	jwt.RegisteredClaims
	Name       string            `json:"name,omitempty"`
	Metadata   string            `json:"metadata,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Devices    []string          `json:"parleyDevices,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	RoomConfig *roomConfig       `json:"roomConfig,omitempty"`
	Video      *videoGrant       `json:"video,omitempty"`
}

// Verify reads an access token and checks it with the key that it names:
// HS256 and nothing else. The tenant of the claims is the owner of that key.
func Verify(ctx context.Context, ring Keyring, token string, now time.Time) (Claims, error) {
	claims, tenant, err := readToken(ctx, ring, token, now)
	if err != nil {
		return Claims{}, err
	}
	return readClaims(claims, tenant)
}

// readToken gives what a token says once its signature and times are checked,
// and the tenant whose key signed it.
func readToken(ctx context.Context, ring Keyring, token string, now time.Time) (tokenClaims, string, error) {
	if token == "" {
		return tokenClaims{}, "", fmt.Errorf("%w: %w", ErrToken, ErrTokenMissing)
	}
	if len(token) > maxToken {
		return tokenClaims{}, "", fmt.Errorf("%w: %d bytes", ErrTokenFormat, len(token))
	}
	var (
		claims tokenClaims
		tenant string
	)
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) {
		owner, secret, err := signingKey(ctx, ring, claims.Issuer)
		tenant = owner
		return secret, err
	})
	if err != nil {
		return tokenClaims{}, "", tokenError(err)
	}
	if err := checkTimes(claims, now); err != nil {
		return tokenClaims{}, "", err
	}
	return claims, tenant, nil
}

// signingKey never gives an empty secret: with one, anybody could sign.
func signingKey(ctx context.Context, ring Keyring, id string) (string, []byte, error) {
	if id == "" || len(id) > maxKeyID {
		return "", nil, ErrUnknownKey
	}
	tenant, secret, err := ring.Key(ctx, id)
	if err != nil {
		return "", nil, err
	}
	if tenant == "" || len(secret) == 0 {
		return "", nil, ErrUnknownKey
	}
	return tenant, secret, nil
}

// tokenError keeps an error of the keyring (a database that is down is not a
// bad token) and turns the library's into ours.
func tokenError(err error) error {
	switch {
	case errors.Is(err, ErrUnknownKey):
		return ErrTokenKey
	case errors.Is(err, jwt.ErrTokenUnverifiable):
		return fmt.Errorf("look up signing key: %w", err)
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return ErrTokenForged
	default:
		return ErrTokenFormat
	}
}

func checkTimes(c tokenClaims, now time.Time) error {
	if c.ExpiresAt == nil || !now.Before(c.ExpiresAt.Time) {
		return ErrTokenExpired
	}
	if c.NotBefore != nil && c.NotBefore.After(now.Add(clockSkew)) {
		return ErrTokenEarly
	}
	return nil
}

func readClaims(c tokenClaims, tenant string) (Claims, error) {
	video := c.Video
	if video == nil || !video.RoomJoin || video.Room == "" || c.Subject == "" {
		return Claims{}, ErrTokenGrant
	}
	if len(video.Room) > maxRoom || len(c.Subject) > maxIdentity || len(c.Name) > maxName ||
		len(c.Metadata) > maxMetadata || attributeSize(c.Attributes) > maxAttributes || len(c.Devices) > maxDevices {
		return Claims{}, fmt.Errorf("%w: a field is too long", ErrTokenFormat)
	}
	claims := Claims{
		KeyID: c.Issuer, Tenant: tenant, Room: video.Room,
		Identity: c.Subject, Name: c.Name, Metadata: c.Metadata, Attributes: c.Attributes,
		CanPublish:     granted(video.CanPublish, true),
		CanSubscribe:   granted(video.CanSubscribe, true),
		CanPublishData: granted(video.CanPublishData, granted(video.CanPublish, true)),
		CanUpdateOwn:   granted(video.CanUpdateOwnMetadata, false),
		Hidden:         video.Hidden,
		Sources:        parseSources(video.CanPublishSources),
		Devices:        c.Devices,
		Kind:           parseKind(c.Kind),
		RoomConfig:     c.RoomConfig.message(),
		Expires:        c.ExpiresAt.Time,
	}
	switch {
	case c.IssuedAt != nil:
		claims.Issued = c.IssuedAt.Time
	case c.NotBefore != nil:
		claims.Issued = c.NotBefore.Time
	}
	return claims, nil
}

// SignToken makes an access token that any LiveKit client can join with.
func SignToken(keyID string, secret []byte, g Grant, now time.Time) (string, error) {
	if keyID == "" || len(secret) == 0 {
		return "", errors.New("sign token: no key")
	}
	if g.Room == "" || g.Identity == "" {
		return "", errors.New("sign token: room and identity are needed")
	}
	ttl := g.TTL
	if ttl <= 0 {
		ttl = defaultTTL
	}
	claims := tokenClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: keyID, Subject: g.Identity,
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
		},
		Name: g.Name, Metadata: g.Metadata, Attributes: g.Attributes, Devices: g.Devices,
		Kind: formatKind(g.Kind), RoomConfig: (*roomConfig)(g.RoomConfig),
		Video: &videoGrant{
			RoomJoin: true, Room: g.Room, Hidden: g.Hidden,
			CanPublish: new(!g.NoPublish), CanSubscribe: new(!g.NoSubscribe), CanPublishData: new(!g.NoData),
			CanUpdateOwnMetadata: new(g.UpdateOwn), CanPublishSources: formatSources(g.PublishSource),
		},
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return token, nil
}

// grant is what a token that renews these claims has to say.
func (c Claims) grant() Grant {
	return Grant{
		Room: c.Room, Identity: c.Identity, Name: c.Name, Metadata: c.Metadata, Attributes: c.Attributes,
		NoPublish: !c.CanPublish, NoSubscribe: !c.CanSubscribe, NoData: !c.CanPublishData,
		UpdateOwn: c.CanUpdateOwn, Hidden: c.Hidden, PublishSource: c.Sources, Devices: c.Devices,
		Kind: c.Kind, RoomConfig: c.RoomConfig,
	}
}

func granted(b *bool, otherwise bool) bool {
	if b == nil {
		return otherwise
	}
	return *b
}

func attributeSize(attributes map[string]string) int {
	n := 0
	for k, v := range attributes {
		n += len(k) + len(v)
	}
	return n
}
