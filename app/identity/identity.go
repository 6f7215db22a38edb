package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// The kinds of providers.
const (
	Google   = "google"
	Facebook = "facebook"
	OIDC     = "oidc"
)

// The issuers of those whose issuer is known beforehand.
const (
	GoogleIssuer   = "https://accounts.google.com"
	FacebookIssuer = "https://www.facebook.com" // Facebook speaks OAuth 2.0 only and names no issuer; its ids are its own
)

// Provider is where somebody signs in, and as which client we ask.
type Provider struct {
	Kind             string // Google, Facebook or OIDC
	Issuer           string
	ClientID, Secret string
	Callback         string // of ours, as it is registered there
}

// Flow is one way there and back. It is kept on our side, tied to the browser
// that began it, and used once.
type Flow struct {
	State    string
	Nonce    string
	Verifier string // of PKCE
	Session  string // goth's
}

// Claims are what the provider says about somebody. Issuer and Subject tell
// people apart; the rest is for people to read.
type Claims struct {
	Issuer, Subject string
	Email, Name     string
	EmailVerified   bool // the provider says that it has checked the address
}

// Faults of an answer.
var (
	ErrState    = errors.New("identity: the answer belongs to another way there")
	ErrDenied   = errors.New("identity: the person did not sign in")
	ErrProvider = errors.New("identity: the provider's answer is not to be believed")
)

// Client speaks to providers.
type Client struct {
	// Transport carries requests to Google and Facebook.
	Transport http.RoundTripper
	// Outward carries requests to providers that organizations name; it must not
	// lead into our own network. See [PublicOnly].
	Outward http.RoundTripper
	// Reach changes the address that a browser is sent to, for the stand-in of
	// demo mode; nil leaves it.
	Reach func(address string) string
	Now   func() time.Time
}

// timeout bounds one request to a provider.
const timeout = 10 * time.Second

// Begin gives the address to send the browser to, and what has to be kept until
// it comes back.
func (c *Client) Begin(ctx context.Context, p Provider) (Flow, string, error) {
	flow := Flow{State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier()}
	at, err := c.open(ctx, p, flow)
	if err != nil {
		return Flow{}, "", err
	}
	sess, err := at.goth.BeginAuth(flow.State)
	if err != nil {
		return Flow{}, "", fmt.Errorf("begin signing in at %s: %w", p.Issuer, err)
	}
	plain, err := sess.GetAuthURL()
	if err != nil {
		return Flow{}, "", fmt.Errorf("begin signing in at %s: %w", p.Issuer, err)
	}
	flow.Session = sess.Marshal()
	address, err := withProof(plain, flow)
	if err == nil && c.Reach != nil {
		address = c.Reach(address)
	}
	return flow, address, err
}

// withProof adds nonce and PKCE's challenge, which goth does not.
func withProof(address string, flow Flow) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("read the provider's address: %w", err)
	}
	q := u.Query()
	q.Set("nonce", flow.Nonce)
	q.Set("code_challenge", oauth2.S256ChallengeFromVerifier(flow.Verifier))
	q.Set("code_challenge_method", "S256")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Finish reads the answer with which the browser came back. The flow must be the
// one that this browser began, and must be kept no longer.
func (c *Client) Finish(ctx context.Context, p Provider, flow Flow, answer url.Values) (Claims, error) {
	if flow.State == "" || subtle.ConstantTimeCompare([]byte(flow.State), []byte(answer.Get("state"))) != 1 {
		return Claims{}, ErrState
	}
	if why := answer.Get("error"); why != "" {
		return Claims{}, ErrDenied
	}
	if iss := answer.Get("iss"); iss != "" && iss != p.Issuer { // RFC 9207: another provider's answer
		return Claims{}, fmt.Errorf("%w: it names the issuer %q", ErrProvider, iss)
	}
	at, err := c.open(ctx, p, flow)
	if err != nil {
		return Claims{}, err
	}
	claims, err := at.claims(ctx, answer.Get("code"))
	if err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	return claims, nil
}

func random() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(raw)
}
