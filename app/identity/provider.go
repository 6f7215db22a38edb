package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/markbates/goth"
	"github.com/markbates/goth/providers/facebook"
	"github.com/markbates/goth/providers/google"
	"github.com/markbates/goth/providers/openidConnect"
)

// googleKeys are where Google publishes what it signs with; its discovery
// document names the same address.
const googleKeys = "https://www.googleapis.com/oauth2/v3/certs"

// opened is a provider that is ready to be spoken to in one flow.
type opened struct {
	Provider
	goth     goth.Provider
	flow     Flow
	http     *http.Client
	verifier *oidc.IDTokenVerifier // nil where there are no ID tokens
}

func (c *Client) open(ctx context.Context, p Provider, flow Flow) (*opened, error) {
	at := &opened{Provider: p, flow: flow}
	config := &oidc.Config{ClientID: p.ClientID, Now: c.Now}
	switch p.Kind {
	case Google:
		at.http = &http.Client{Transport: proving{capped{c.Transport}, flow.Verifier}, Timeout: timeout}
		g := google.New(p.ClientID, p.Secret, p.Callback, "openid", "email", "profile")
		g.HTTPClient = at.http
		at.goth = g
		at.verifier = oidc.NewVerifier(GoogleIssuer, oidc.NewRemoteKeySet(oidc.ClientContext(ctx, at.http), googleKeys), config)
	case Facebook:
		at.http = &http.Client{Transport: proving{capped{c.Transport}, flow.Verifier}, Timeout: timeout}
		f := facebook.New(p.ClientID, p.Secret, p.Callback, "public_profile")
		f.SetCustomFields([]string{"id", "name", "email"}) // no more than we use
		f.HTTPClient = at.http
		at.goth = f
	case OIDC:
		return at, c.discover(ctx, at, config)
	default:
		return nil, fmt.Errorf("identity: no kind of provider %q", p.Kind)
	}
	return at, nil
}

// discover asks an organization's provider how it wants to be spoken to. What it
// says must name the issuer that was asked (OpenID Connect Discovery 1.0, section
// 4.3).
func (c *Client) discover(ctx context.Context, at *opened, config *oidc.Config) error {
	at.http = &http.Client{Transport: capped{c.Outward}, Timeout: timeout}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, at.http), at.Issuer)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProvider, err)
	}
	e := found.Endpoint()
	g, err := openidConnect.NewCustomisedURL(at.ClientID, at.Secret, at.Callback, e.AuthURL, e.TokenURL, at.Issuer, found.UserInfoEndpoint(), "", "openid", "email", "profile")
	if err != nil {
		return fmt.Errorf("set up %s: %w", at.Issuer, err)
	}
	g.HTTPClient = at.http
	at.goth, at.verifier = g, found.VerifierContext(oidc.ClientContext(ctx, at.http), config)
	return nil
}

// claims exchanges the code and reads who it is. A provider that sends what goth
// does not expect can make it panic; that is the provider's fault, not ours.
func (at *opened) claims(ctx context.Context, code string) (claims Claims, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("unexpected answer: %v", cause)
		}
	}()
	sess, err := at.goth.UnmarshalSession(at.flow.Session)
	if err != nil {
		return Claims{}, err
	}
	if _, err := sess.Authorize(at.goth, url.Values{"code": {code}, "code_verifier": {at.flow.Verifier}}); err != nil {
		return Claims{}, err
	}
	user, err := at.goth.FetchUser(sess)
	if err != nil {
		return Claims{}, err
	}
	claims = Claims{Issuer: at.Issuer, Subject: user.UserID, Email: user.Email, Name: user.Name}
	if claims.Subject == "" {
		return Claims{}, errors.New("it names no subject")
	}
	if at.verifier == nil {
		return claims, nil
	}
	claims.EmailVerified, err = at.check(ctx, user)
	return claims, err
}

// check verifies the ID token, and that the rest of the answer is about the same
// person.
func (at *opened) check(ctx context.Context, user goth.User) (emailVerified bool, err error) {
	token, err := at.verifier.Verify(oidc.ClientContext(ctx, at.http), user.IDToken)
	if err != nil {
		return false, err
	}
	if token.Nonce != at.flow.Nonce {
		return false, errors.New("its ID token carries another nonce")
	}
	if token.Subject != user.UserID {
		return false, errors.New("its ID token is about somebody else")
	}
	var said struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := token.Claims(&said); err != nil {
		return false, fmt.Errorf("read the ID token: %w", err)
	}
	return said.Verified && said.Email == user.Email, nil
}
