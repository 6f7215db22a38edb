package app

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

func (s *Server) signInPage(c *fiber.Ctx) error {
	if visitor(c).In() {
		return c.Redirect(safeNext(c.Query("next")), fiber.StatusSeeOther)
	}
	return s.showSignIn(c, views.SignInForm{Next: safeNext(c.Query("next")), Email: c.Query("email"), Notice: signInNotice(c.Query("why"))})
}

func (s *Server) showSignIn(c *fiber.Ctx, form views.SignInForm) error {
	form.Providers = s.providers()
	return s.render(c, views.SignIn(s.page(c, "signin.title"), form))
}

// signInNotice is the sentence for somebody who was sent here; only those that we know.
func signInNotice(why string) string {
	switch why {
	case "reset":
		return "signin.after_reset"
	case "kept":
		return "signin.after_kept"
	case "link":
		return "signin.to_link"
	case "cancelled":
		return "signin.cancelled"
	}
	return ""
}

func (s *Server) signInForm(c *fiber.Ctx) error {
	form := views.SignInForm{Email: c.FormValue("email"), Next: safeNext(c.FormValue("next"))}
	user, err := s.tenants.Authenticate(c.UserContext(), form.Email, c.FormValue("password"), s.try(c))
	switch {
	case isCode(err, tenants.CodeUnauthorized) || isCode(err, tenants.CodeInvalid):
		form.Error = "signin.wrong"
	case isCode(err, tenants.CodeHeld):
		form.Error, form.Wait = "signin.held", s.waitFor(c, err)
	case err != nil:
		return err
	}
	if form.Error != "" {
		c.Status(statusFor(err))
		return s.showSignIn(c, form)
	}
	if err := s.signIn(c, user.ID, tenants.ByPassword, ""); err != nil {
		return err
	}
	return c.Redirect(form.Next, fiber.StatusSeeOther)
}

func (s *Server) signOutForm(c *fiber.Ctx) error {
	if err := s.signOut(c); err != nil {
		return err
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}

func (s *Server) forgotPage(c *fiber.Ctx) error {
	return s.render(c, views.Forgot(s.page(c, "forgot.title"), views.ForgotForm{Email: c.Query("email")}))
}

// forgot answers before it looks: the page and the time it takes are the same whether somebody has the address or not.
func (s *Server) forgot(c *fiber.Ctx) error {
	email, base, texts := c.FormValue("email"), s.base(c), s.texts(c)
	s.later.do("mail for a new password", func(ctx context.Context) error {
		mail, err := s.tenants.ForgotPassword(ctx, email)
		if isCode(err, tenants.CodeNotFound) || isCode(err, tenants.CodeHeld) || isCode(err, tenants.CodeInvalid) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.sendLetter(ctx, mail.User.Email, views.Letter{
			Texts: texts, Kind: "reset", Name: mail.User.Name, Link: base + "/reset?token=" + urlQuery(mail.Token),
		})
	})
	return s.render(c, views.Forgot(s.page(c, "forgot.title"), views.ForgotForm{Email: email, Sent: true}))
}

func (s *Server) resetPage(c *fiber.Ctx) error {
	_, err := s.tenants.ResettablePerson(c.UserContext(), c.Query("token"))
	return s.showReset(c, views.ResetForm{Token: c.Query("token")}, err)
}

func (s *Server) reset(c *fiber.Ctx) error {
	form := views.ResetForm{Token: c.FormValue("token")}
	_, err := s.tenants.ResetPassword(c.UserContext(), form.Token, c.FormValue("password"))
	if err == nil {
		return c.Redirect("/login?why=reset", fiber.StatusSeeOther)
	}
	return s.showReset(c, form, err)
}

// showReset shows the form again with what is wrong, or that the link is spent.
func (s *Server) showReset(c *fiber.Ctx, form views.ResetForm, err error) error {
	fields := tenants.Fields(err)
	if err != nil && fields == nil {
		return err
	}
	if err != nil {
		c.Status(statusFor(err))
	}
	form.Spent, form.Error = fields["token"] != "", fields["password"]
	return s.render(c, views.Reset(s.page(c, "reset.title"), form))
}
