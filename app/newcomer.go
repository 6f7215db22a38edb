package app

import (
	"crypto/rand"
	"encoding/base64"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"parley/app/identity"
	"parley/tenants"
	"parley/views"
)

// arrive signs somebody in whom a provider vouches for. Only the identity counts: an address that has an account already leads to its own
// sign-in, and to linking from there.
func (s *Server) arrive(c *fiber.Ctx, j journey, claims identity.Claims) error {
	user, err := s.tenants.UserByIdentity(c.UserContext(), identityOf(claims))
	if err == nil {
		if err := s.signIn(c, user.ID, claims.Issuer, j.Org); err != nil {
			return err
		}
		return c.Redirect(j.Next, fiber.StatusSeeOther)
	}
	if !isCode(err, tenants.CodeNotFound) {
		return err
	}
	if claims.Email != "" {
		switch _, err := s.tenants.UserByEmail(c.UserContext(), claims.Email); {
		case err == nil:
			return c.Redirect("/login?why=link&email="+urlQuery(claims.Email)+"&next=%2Fme%2Fsecurity", fiber.StatusSeeOther)
		case !isCode(err, tenants.CodeNotFound):
			return err
		}
	}
	if j.Org != "" {
		return s.welcomeMember(c, j, claims)
	}
	if err := s.keepJourney(c, claims); err != nil {
		return err
	}
	to := "/auth/new"
	if next, err := url.Parse(j.Next); err == nil && offered(next.Query().Get("offer")) != "" {
		to += "?offer=" + offered(next.Query().Get("offer"))
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// welcomeMember makes a member of somebody whom the organization's own provider vouches for, if their address is the organization's.
func (s *Server) welcomeMember(c *fiber.Ctx, j journey, claims identity.Claims) error {
	sso, err := s.ssoOf(c.UserContext(), j.Org, false)
	if err != nil {
		return err
	}
	if !sso.HasDomain(claims.Email) {
		return &tenants.Error{Code: tenants.CodeForbidden, Key: tenants.KeyIdentityForeign}
	}
	name := claims.Name
	if name == "" {
		name = claims.Email
	}
	seats, err := s.seatsOf(c.UserContext(), j.Org)
	if err != nil {
		return err
	}
	// The organization's word for an address is not ours: whoever runs a provider can let it say anything.
	made, err := s.tenants.Newcomer(c.UserContext(), tenants.NewcomerInput{Identity: identityOf(claims), Name: name, Email: claims.Email, Join: j.Org, Seats: seats})
	if err != nil {
		return err
	}
	s.sendConfirmation(c, made.User, made.ConfirmToken)
	if err := s.signIn(c, made.User.ID, claims.Issuer, j.Org); err != nil {
		return err
	}
	return c.Redirect("/o/"+made.Org.Slug, fiber.StatusSeeOther)
}

// newcomerPage asks what a provider cannot know: the organization's name.
func (s *Server) newcomerPage(c *fiber.Ctx) error {
	claims, err := s.newcomerClaims(c)
	if err != nil {
		return err
	}
	return s.showNewcomer(c, claims, views.NewcomerForm{Name: claims.Name, Email: claims.Email, Offer: offered(c.Query("offer"))})
}

// newcomerClaims looks at who is on the way in without using it up, so that a form with a fault can be sent again.
func (s *Server) newcomerClaims(c *fiber.Ctx) (identity.Claims, error) {
	var claims identity.Claims
	if err := s.takeJourney(c, &claims); err != nil {
		return claims, err
	}
	if claims.Subject == "" {
		return claims, errProvider
	}
	return claims, s.keepJourney(c, claims)
}

func (s *Server) showNewcomer(c *fiber.Ctx, claims identity.Claims, form views.NewcomerForm) error {
	form.Provider, form.Fixed = providerName(claims.Issuer), claims.EmailVerified
	return s.render(c, views.Newcomer(s.page(c, "newcomer.title"), form))
}

func (s *Server) newcomer(c *fiber.Ctx) error {
	claims, err := s.newcomerClaims(c)
	if err != nil {
		return err
	}
	form := views.NewcomerForm{Name: c.FormValue("name"), Email: c.FormValue("email"), Organization: c.FormValue("organization"), Offer: offered(c.FormValue("offer"))}
	if claims.EmailVerified {
		form.Email = claims.Email
	}
	made, err := s.tenants.Newcomer(c.UserContext(), tenants.NewcomerInput{
		Identity: identityOf(claims), Name: form.Name, Email: form.Email, Organization: form.Organization,
		Confirmed: claims.EmailVerified && claims.Issuer == identity.GoogleIssuer,
	})
	if form.Errors = tenants.Fields(err); form.Errors != nil {
		c.Status(statusFor(err))
		return s.showNewcomer(c, claims, form)
	}
	if err != nil {
		return err
	}
	if made.ConfirmToken != "" {
		s.sendConfirmation(c, made.User, made.ConfirmToken)
	}
	c.ClearCookie(flowCookie)
	if err := s.signIn(c, made.User.ID, claims.Issuer, ""); err != nil {
		return err
	}
	if form.Offer != "" {
		return c.Redirect(offerOf(made.Org.Slug, form.Offer), fiber.StatusSeeOther)
	}
	return c.Redirect("/o/"+made.Org.Slug+"?welcome=1", fiber.StatusSeeOther)
}

func randomKey() string {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(raw)
}
