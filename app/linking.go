package app

import (
	"github.com/gofiber/fiber/v2"

	"parley/app/identity"
	"parley/tenants"
	"parley/views"
)

// linkProvider begins linking a way of signing in, from the page of those.
func (s *Server) linkProvider(c *fiber.Ctx) error {
	return s.depart(c, journey{Kind: c.Params("provider"), Next: "/me/security", Link: visitor(c).User.ID})
}

// arriveToLink links an identity to the person who asked for it, who must still be the one that is signed in.
func (s *Server) arriveToLink(c *fiber.Ctx, j journey, claims identity.Claims) error {
	me := visitor(c)
	if me.User.ID != j.Link {
		return errProvider
	}
	err := s.tenants.Link(c.UserContext(), me.User.ID, identityOf(claims))
	if isCode(err, tenants.CodeTaken) {
		return s.securityProblem(c, fiber.StatusConflict, tenants.KeyIdentityLinked)
	}
	if err != nil {
		return err
	}
	if j.Org != "" {
		if err := s.tenants.Prove(c.UserContext(), me.SignIn.ID, j.Org); err != nil {
			return err
		}
	}
	if err := s.renewSession(c); err != nil {
		return err
	}
	if j.Next == "/me/security" {
		return c.Redirect("/me/security?done=linked", fiber.StatusSeeOther)
	}
	return c.Redirect(j.Next, fiber.StatusSeeOther)
}

func (s *Server) unlinkIdentity(c *fiber.Ctx) error {
	err := s.tenants.Unlink(c.UserContext(), visitor(c).User.ID, c.FormValue("issuer"), c.FormValue("subject"))
	if isCode(err, tenants.CodeForbidden) {
		return s.securityProblem(c, fiber.StatusConflict, tenants.KeyIdentityLast)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/me/security?done=unlinked", fiber.StatusSeeOther)
}

// securityProblem shows the page with a sentence on top that says why it did not work.
func (s *Server) securityProblem(c *fiber.Ctx, status int, key string) error {
	c.Status(status)
	return s.showSecurity(c, views.SecurityModel{Problem: key})
}

// identityRows are what signs a person in, and what could.
func (s *Server) identityRows(c *fiber.Ctx, m *views.SecurityModel) error {
	all, err := s.tenants.Identities(c.UserContext(), visitor(c).User.ID)
	if err != nil {
		return err
	}
	linked := map[string]bool{}
	for _, i := range all {
		linked[i.Issuer] = true
		m.Identities = append(m.Identities, views.IdentityRow{
			Issuer: i.Issuer, Subject: i.Subject, Provider: providerName(i.Issuer), Email: i.Email, Used: i.UsedAt,
		})
	}
	for _, p := range s.providers() {
		if issuer := map[string]string{identity.Google: identity.GoogleIssuer, identity.Facebook: identity.FacebookIssuer}[p.Key]; !linked[issuer] {
			m.Providers = append(m.Providers, p)
		}
	}
	return nil
}

// mustProve says whether an organization wants its own sign-in from this person before they may go on. Its owners can always come in by
// password, so that a provider that is down or set up wrongly keeps nobody out for good.
func (s *Server) mustProve(c *fiber.Ctx, org tenants.OrgID, role tenants.Role) (bool, error) {
	if role == tenants.RoleOwner || visitor(c).SignIn.Proved(org) {
		return false, nil
	}
	sso, err := s.tenants.Org(org).SSO(c.UserContext())
	if isCode(err, tenants.CodeNotFound) || (err == nil && !sso.Enforced) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = s.ssoOf(c.UserContext(), org, false)
	if isCode(err, tenants.CodeNotFound) { // the plan has none any more
		return false, nil
	}
	return err == nil, err
}

// provePage asks a member to come in through the organization's own sign-in.
func (s *Server) provePage(c *fiber.Ctx) error {
	org, err := s.memberOrg(c)
	if err != nil {
		return err
	}
	return s.render(c, views.Prove(s.page(c, "prove.title"), views.ProveModel{Org: org.Name, Slug: org.Slug, Next: safeNext(c.Query("next"))}))
}

func (s *Server) prove(c *fiber.Ctx) error {
	org, err := s.memberOrg(c)
	if err != nil {
		return err
	}
	next := safeNext(c.FormValue("next"))
	if next == "/home" {
		next = "/o/" + org.Slug
	}
	return s.depart(c, journey{Kind: identity.OIDC, Org: org.ID, Next: next, Link: visitor(c).User.ID})
}

// memberOrg is the organization in the path, for its members.
func (s *Server) memberOrg(c *fiber.Ctx) (tenants.Organization, error) {
	for _, m := range visitor(c).Orgs {
		if m.Org.Slug == c.Params("org") {
			return m.Org, nil
		}
	}
	return tenants.Organization{}, errNotFound
}
