package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/app/identity"
	"parley/tenants"
	"parley/views"
)

// Client is what an identity provider knows us by. The zero value is a provider that is not set up.
type Client struct{ ID, Secret string }

// flowCookie names the way to a provider and back that a browser is on. What it names is kept in the database and used once.
const (
	flowCookie = "parley_flow"
	flowTime   = 10 * time.Minute
)

// errProvider is a provider's answer that cannot be believed, or that belongs to another browser.
var errProvider = &problem{Status: fiber.StatusBadRequest, Key: "provider"}

// journey is a way to a provider and back.
type journey struct {
	Kind string // of the provider
	Org  tenants.OrgID
	Flow identity.Flow
	Next string
	Link tenants.UserID // who wants to link it; "" for signing in
}

// provider finds what is needed to speak to one.
func (s *Server) provider(c *fiber.Ctx, kind string, org tenants.OrgID) (identity.Provider, error) {
	p := identity.Provider{Kind: kind, Callback: s.base(c) + "/auth/" + kind + "/callback"}
	switch kind {
	case identity.Google:
		p.Issuer, p.ClientID, p.Secret = identity.GoogleIssuer, s.cfg.Google.ID, s.cfg.Google.Secret
	case identity.Facebook:
		p.Issuer, p.ClientID, p.Secret = identity.FacebookIssuer, s.cfg.Facebook.ID, s.cfg.Facebook.Secret
	case identity.OIDC:
		sso, err := s.ssoOf(c.UserContext(), org, true)
		if err != nil {
			return p, err
		}
		p.Issuer, p.ClientID, p.Secret = sso.Issuer, sso.ClientID, sso.Secret
	}
	if p.ClientID == "" {
		return p, errNotFound
	}
	return p, nil
}

// ssoOf is an organization's own sign-in, as long as its plan has one.
func (s *Server) ssoOf(ctx context.Context, org tenants.OrgID, secret bool) (tenants.SSO, error) {
	read := s.tenants.Org(org).SSO
	if secret {
		read = s.tenants.Org(org).SSOClient
	}
	sso, err := read(ctx)
	if err != nil {
		return sso, err
	}
	right, err := s.may(ctx, org, tenants.RightSSO)
	if err == nil && !right.Allowed {
		err = &tenants.Error{Code: tenants.CodeNotFound, Key: tenants.KeyNotFound, Err: errors.New("the plan has no single sign-on")}
	}
	return sso, err
}

// providers are those that people may choose here.
func (s *Server) providers() (all []views.ProviderLink) {
	if s.cfg.Google.ID != "" {
		all = append(all, views.ProviderLink{Key: identity.Google, Name: "Google"})
	}
	if s.cfg.Facebook.ID != "" {
		all = append(all, views.ProviderLink{Key: identity.Facebook, Name: "Facebook"})
	}
	return all
}

// toProvider begins signing in at Google or Facebook.
func (s *Server) toProvider(c *fiber.Ctx) error {
	return s.depart(c, journey{Kind: c.Params("provider"), Next: safeNext(c.FormValue("next"))})
}

// toOrganization begins signing in at the provider of the organization that an address belongs to.
func (s *Server) toOrganization(c *fiber.Ctx) error {
	email := c.FormValue("email")
	fault := "orgsignin.unknown"
	org, err := s.tenants.OrgByEmailDomain(c.UserContext(), email)
	if err == nil {
		fault = "orgsignin.paused" // it is set up, and the plan has none any more
		_, err = s.ssoOf(c.UserContext(), org.ID, false)
	}
	if isCode(err, tenants.CodeNotFound) || isCode(err, tenants.CodeInvalid) {
		c.Status(statusFor(err))
		return s.render(c, views.OrgSignIn(s.page(c, "orgsignin.title"), views.OrgSignInForm{Email: email, Error: fault}))
	}
	if err != nil {
		return err
	}
	return s.depart(c, journey{Kind: identity.OIDC, Org: org.ID, Next: safeNext(c.FormValue("next"))})
}

func (s *Server) orgSignInPage(c *fiber.Ctx) error {
	return s.render(c, views.OrgSignIn(s.page(c, "orgsignin.title"), views.OrgSignInForm{Email: c.Query("email"), Next: safeNext(c.Query("next"))}))
}

// depart sends the browser to a provider: by a page of ours, since a form may lead to no other site.
func (s *Server) depart(c *fiber.Ctx, j journey) error {
	p, err := s.provider(c, j.Kind, j.Org)
	if err != nil {
		return err
	}
	flow, address, err := s.idp.Begin(c.UserContext(), p)
	if errors.Is(err, identity.ErrProvider) {
		s.log.Info("identity provider does not answer as it should", "issuer", p.Issuer, "err", err)
		return errProvider
	}
	if err != nil {
		return err
	}
	j.Flow = flow
	if err := s.keepJourney(c, j); err != nil {
		return err
	}
	return s.render(c, views.Leaving(s.page(c, "leaving.title"), views.LeavingModel{Provider: providerName(p.Issuer), Address: address}))
}

func (s *Server) keepJourney(c *fiber.Ctx, j any) error {
	raw, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("keep the way to a provider: %w", err)
	}
	id := randomKey()
	if err := s.tenants.Sessions().Set("flow:"+id, raw, flowTime); err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{
		Name: flowCookie, Value: id, Path: "/auth", HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteLaxMode, Expires: s.clock.Now().Add(flowTime),
	})
	return nil
}

// takeJourney reads what the browser's cookie names, once.
func (s *Server) takeJourney(c *fiber.Ctx, into any) error {
	key := "flow:" + c.Cookies(flowCookie)
	raw, err := s.tenants.Sessions().Get(key)
	if err != nil {
		return err
	}
	if raw == nil || json.Unmarshal(raw, into) != nil {
		return errProvider
	}
	return s.tenants.Sessions().Delete(key)
}

// fromProvider is where a provider sends the browser back to.
func (s *Server) fromProvider(c *fiber.Ctx) error {
	var j journey
	if err := s.takeJourney(c, &j); err != nil {
		return err
	}
	if j.Kind != c.Params("provider") { // another provider's answer
		return errProvider
	}
	p, err := s.provider(c, j.Kind, j.Org)
	if err != nil {
		return err
	}
	answer, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return fiber.ErrBadRequest
	}
	claims, err := s.idp.Finish(c.UserContext(), p, j.Flow, answer)
	switch {
	case errors.Is(err, identity.ErrDenied) && j.Link != "":
		return c.Redirect(j.Next, fiber.StatusSeeOther)
	case errors.Is(err, identity.ErrDenied):
		return c.Redirect("/login?why=cancelled", fiber.StatusSeeOther)
	case errors.Is(err, identity.ErrState), errors.Is(err, identity.ErrProvider):
		s.log.Info("identity refused", "issuer", p.Issuer, "err", err)
		return errProvider
	case err != nil:
		return err
	}
	if j.Link != "" {
		return s.arriveToLink(c, j, claims)
	}
	return s.arrive(c, j, claims)
}

func identityOf(claims identity.Claims) tenants.Identity {
	return tenants.Identity{Issuer: claims.Issuer, Subject: claims.Subject, Email: claims.Email}
}

// providerName is what people call an issuer.
func providerName(issuer string) string {
	switch issuer {
	case identity.GoogleIssuer:
		return "Google"
	case identity.FacebookIssuer:
		return "Facebook"
	}
	if u, err := url.Parse(issuer); err == nil && u.Host != "" {
		return u.Host
	}
	return issuer
}
