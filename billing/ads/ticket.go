package ads

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	ticketAudience = "parley ad"
	ticketLength   = 1024 // bytes, at most
)

// TicketTime is how long an advertisement that was shown can be counted: a tab
// may lie in the background for hours before somebody looks at it.
const TicketTime = 12 * time.Hour

// ErrTicket is of a ticket that is not ours, or somebody else's, or was changed.
var ErrTicket = errors.New("ads: the ticket is not good")

// ErrExpired is of a ticket that is ours and can be counted no more.
var ErrExpired = errors.New("ads: the ticket is too old")

// ticket is what goes with an advertisement. The server sets all of it.
type ticket struct {
	Campaign  string    `json:"c"`
	Placement Placement `json:"p"`
	Viewer    string    `json:"v"` // a digest, of the day of issue
	Seconds   int       `json:"s"` // that it stays, after a call
	jwt.RegisteredClaims
}

func (t ticket) issued() time.Time  { return t.IssuedAt.UTC() }
func (t ticket) expires() time.Time { return t.ExpiresAt.UTC() }

// signer makes and checks tickets, and digests of viewers, each with a key of its
// own.
type signer struct{ tickets, viewers []byte }

func newSigner(secret [32]byte) signer {
	key := func(purpose string) []byte {
		mac := hmac.New(sha256.New, secret[:])
		mac.Write([]byte(purpose))
		return mac.Sum(nil)
	}
	return signer{tickets: key("ad tickets"), viewers: key("ad viewers")}
}

// viewer stands for a person on a day. Without the key it says nothing of who it
// is, and the digests of two days cannot be compared.
func (s signer) viewer(person string, at time.Time) string {
	mac := hmac.New(sha256.New, s.viewers)
	mac.Write([]byte(at.UTC().Format(dayForm) + "\x00" + person))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// issue makes a ticket with a nonce of its own.
func (s signer) issue(c Campaign, where Placement, person string, now time.Time) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, ticket{
		Campaign: c.ID, Placement: where, Viewer: s.viewer(person, now), Seconds: c.Content.Seconds,
		RegisteredClaims: jwt.RegisteredClaims{
			ID: rand.Text(), Audience: jwt.ClaimStrings{ticketAudience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(TicketTime)),
		},
	}).SignedString(s.tickets)
}

// read checks a ticket: [ErrTicket], or [ErrExpired] beside one that was good.
func (s signer) read(raw string, now time.Time) (ticket, error) {
	if raw == "" || len(raw) > ticketLength {
		return ticket{}, ErrTicket
	}
	var t ticket
	_, err := jwt.ParseWithClaims(raw, &t, func(*jwt.Token) (any, error) { return s.tickets, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithAudience(ticketAudience), jwt.WithExpirationRequired(), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }))
	old := errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidAudience) // and so its signature was good
	if err != nil && !old || t.IssuedAt == nil || t.ID == "" {
		return ticket{}, ErrTicket
	}
	if old {
		return t, ErrExpired
	}
	return t, nil
}

// isOf reports whether a ticket was made for that person.
func (s signer) isOf(t ticket, person string) bool {
	return hmac.Equal([]byte(t.Viewer), []byte(s.viewer(person, t.issued())))
}
