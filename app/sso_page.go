package app

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// ssoPage is where an organization sets its own sign-in up.
func (s *Server) ssoPage(c *fiber.Ctx) error {
	m, err := s.ssoModel(c)
	if err != nil {
		return err
	}
	return s.showSSO(c, m)
}

// ssoModel is what is set now.
func (s *Server) ssoModel(c *fiber.Ctx) (views.SSOModel, error) {
	org := theOrg(c)
	right, err := s.may(c.UserContext(), org.ID, tenants.RightSSO)
	if err != nil {
		return views.SSOModel{}, err
	}
	m := views.SSOModel{
		Allowed: right.Allowed, Why: s.texts(c).WhyNot(right), CanPay: org.Role.CanPay() && s.cfg.Selling, Proved: visitor(c).SignIn.Proved(org.ID), Callback: s.base(c) + "/auth/oidc/callback",
	}
	sso, err := s.tenants.Org(org.ID).SSO(c.UserContext())
	if isCode(err, tenants.CodeNotFound) {
		_, m.Domains, _ = strings.Cut(visitor(c).User.Email, "@")
		return m, nil
	}
	m.Set, m.Issuer, m.Client, m.Domains, m.Enforced = true, sso.Issuer, sso.ClientID, strings.Join(sso.Domains, ", "), sso.Enforced
	return m, err
}

func (s *Server) showSSO(c *fiber.Ctx, m views.SSOModel) error {
	page, err := s.orgPage(c, "sso.title")
	if err != nil {
		return err
	}
	if done, ok := map[string]string{"saved": "sso.saved", "removed": "sso.removed", "tried": "sso.tried"}[c.Query("done")]; ok {
		page.Flash = &views.Flash{Kind: "success", Text: page.T(done)}
	}
	return s.render(c, views.SSO(page, m))
}

func (s *Server) saveSSO(c *fiber.Ctx) error {
	org := theOrg(c)
	m, err := s.ssoModel(c)
	if err != nil {
		return err
	}
	if !m.Allowed {
		return errForbidden
	}
	in := tenants.SetSSOInput{
		Issuer: c.FormValue("issuer"), ClientID: c.FormValue("client"), Secret: c.FormValue("secret"), Domains: c.FormValue("domains"),
		Enforced: c.FormValue("enforced") != "", Proved: m.Proved,
	}
	err = s.tenants.Org(org.ID).SetSSO(c.UserContext(), visitor(c).User.ID, in)
	if m.Errors = tenants.Fields(err); m.Errors != nil {
		m.Issuer, m.Client, m.Domains, m.Enforced = in.Issuer, in.ClientID, in.Domains, in.Enforced
		c.Status(statusFor(err))
		return s.showSSO(c, m)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/o/"+org.Slug+"/settings/sign-in?done=saved", fiber.StatusSeeOther)
}

func (s *Server) removeSSO(c *fiber.Ctx) error {
	org := theOrg(c)
	if err := s.tenants.Org(org.ID).RemoveSSO(c.UserContext(), visitor(c).User.ID); err != nil {
		return err
	}
	return c.Redirect("/o/"+org.Slug+"/settings/sign-in?done=removed", fiber.StatusSeeOther)
}
