package app

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

func (s *Server) signUpPage(c *fiber.Ctx) error {
	if visitor(c).In() {
		return c.Redirect("/home", fiber.StatusSeeOther)
	}
	return s.render(c, views.SignUp(s.page(c, "signup.title"), views.SignUpForm{
		Plan: soldPlan(c.Query("plan")), Interval: interval(c), Providers: s.providers(),
	}))
}

// signUp makes a person, an organization of theirs on the free plan, and sends the confirmation mail.
func (s *Server) signUp(c *fiber.Ctx) error {
	in := tenants.SignUpInput{
		Name: c.FormValue("name"), Email: c.FormValue("email"),
		Password: c.FormValue("password"), Organization: c.FormValue("organization"),
	}
	made, err := s.tenants.SignUp(c.UserContext(), in)
	if fields := tenants.Fields(err); fields != nil {
		c.Status(statusFor(err))
		return s.render(c, views.SignUp(s.page(c, "signup.title"), views.SignUpForm{
			Name: in.Name, Email: in.Email, Organization: in.Organization, Plan: soldPlan(c.FormValue("plan")), Interval: interval(c), Errors: fields, Providers: s.providers(),
		}))
	}
	if err != nil {
		return err
	}
	s.sendConfirmation(c, made.User, made.ConfirmToken)
	if err := s.signIn(c, made.User.ID, tenants.ByPassword, ""); err != nil {
		return err
	}
	if soldPlan(c.FormValue("plan")) != "" {
		return c.Redirect(offerOf(made.Org.Slug, interval(c)), fiber.StatusSeeOther)
	}
	return c.Redirect("/o/"+made.Org.Slug+"?welcome=1", fiber.StatusSeeOther)
}

// offerOf is where an organization is offered plans, paid by the month or by the year.
func offerOf(slug, interval string) string { return "/o/" + slug + "/billing?interval=" + interval }

// offered reads the interval of the offer that somebody came for; empty for none.
func offered(typed string) string {
	if typed == views.Month || typed == views.Year {
		return typed
	}
	return ""
}

// soldPlan keeps only what can be a plan's id, and not the free one: who came for that is there already.
func soldPlan(id string) string {
	if id == billing.FreePlan || len(id) > 32 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return id
}

// sendConfirmation mails the link that confirms an address. A mail server that is down does not undo the sign-up: the dashboard offers
// to send it again.
func (s *Server) sendConfirmation(c *fiber.Ctx, user tenants.User, token string) {
	s.mail(c, user.Email, views.Letter{Kind: "confirm", Name: user.Name, Link: s.base(c) + "/confirm?token=" + url.QueryEscape(token)})
}

// mail sends a letter in the visitor's language; that it could not be sent is noted and no fault of the request.
func (s *Server) mail(c *fiber.Ctx, to string, letter views.Letter) {
	letter.Texts = s.texts(c)
	if err := s.sendLetter(c.UserContext(), to, letter); err != nil {
		s.log.Error("mail not sent", "kind", letter.Kind, "err", err)
	}
}

func (s *Server) sendLetter(ctx context.Context, to string, letter views.Letter) error {
	mail, err := letter.Mail(ctx)
	if err != nil {
		return err
	}
	return s.mailer.Send(ctx, Mail{To: to, Subject: mail.Subject, Text: mail.Text, HTML: mail.HTML})
}

func (s *Server) confirmEmail(c *fiber.Ctx) error {
	_, err := s.tenants.ConfirmEmail(c.UserContext(), c.Query("token"))
	var bad *tenants.Error
	if err != nil && !errors.As(err, &bad) {
		return err
	}
	if err != nil {
		c.Status(fiber.StatusBadRequest)
	}
	return s.render(c, views.Confirmed(s.page(c, "confirmed.title"), views.ConfirmedModel{OK: err == nil, SignedIn: visitor(c).In()}))
}

func (s *Server) resendConfirmation(c *fiber.Ctx) error {
	user := visitor(c).User
	token, err := s.tenants.ResendConfirmation(c.UserContext(), user.ID)
	if err != nil {
		return err
	}
	s.sendConfirmation(c, user, token)
	return c.Redirect("/home?sent=1", fiber.StatusSeeOther)
}

// home sends a person to their organization: the first one they belong to.
func (s *Server) home(c *fiber.Ctx) error {
	orgs := visitor(c).Orgs
	if len(orgs) == 0 {
		return c.Redirect("/organizations", fiber.StatusSeeOther)
	}
	to := "/o/" + orgs[0].Org.Slug
	if offer := offered(c.Query("offer")); offer != "" {
		to = offerOf(orgs[0].Org.Slug, offer)
	} else if c.Query("sent") != "" {
		to += "?sent=1"
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// safeNext allows only paths of this service as the place to go after signing in.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return "/home"
	}
	return next
}

func statusFor(err error) int { return problemOf(err).Status }

func urlQuery(s string) string { return url.QueryEscape(s) }
